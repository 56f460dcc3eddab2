"""What the tests of the directory share: its bodies by kind, and the ways in which it is asked."""

from odoo import fields

from ..common import ChorusCommon
from . import simulated

SEARCH = "/cpro/structures/v1/rechercher"
CONSULT = "/cpro/structures/v1/consulter"
SERVICES = "/cpro/structures/v1/rechercher/services"
SERVICE = "/cpro/structures/v1/consulter/service"
ENGAGEMENTS = "/cpro/engagementsJuridiques/v1/rechercher"

METROPOLIS, UNIVERSITY, WORKS_ONLY, INACTIVE = "20000117000014", "20000004000010", "20000005700014", "20000006500017"
PORT, PREFECTURE, RIVEFEINTE, SIMULATION = "20000109700019", "20000103000010", "20000108900016", "20000102200017"


class DirectoryCase(ChorusCommon):
    @classmethod
    def body(cls, siret, name="?", **values):
        """A customer of whom little more than the SIRET is known yet, invoiced through Chorus Pro."""
        return cls.env["res.partner"].with_company(cls.company).create(
            {
                "name": name, "is_company": True, "company_registry": siret, "country_id": cls.env.ref("base.fr").id,
                "invoice_sending_method": "chorus_pro", **values,
            }
        )  # fmt: skip

    def complete(self, partner):
        """The button of the customer's form, as the user who may transfer."""
        user = self.sender
        user.group_ids |= self.env.ref("base.group_partner_manager")
        action = partner.with_user(user).with_company(self.company).action_chorus_complete()
        self.env.invalidate_all()
        return action

    def ask_directory(self):
        """Run the scheduled job."""
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_directory").method_direct_trigger()
        self.env.invalidate_all()

    def age(self, partner, days):
        """Let what is known of a body be so many days old."""
        partner.sudo().chorus_directory_date = fields.Datetime.subtract(fields.Datetime.now(), days=days)

    def calls_of(self, *paths):
        calls = self.simulator.state()["calls"]
        return sum(calls.get(path, 0) for path in paths)

    def lookups(self, partners):
        return self.env["chorus.lookup"].sudo().search([("partner_id", "in", partners.ids)])


__all__ = ["DirectoryCase", "simulated"]
