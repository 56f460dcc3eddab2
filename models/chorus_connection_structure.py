from datetime import timedelta

from odoo import api, fields, models

from ..services.api import recipients as directory
from ..services.api.errors import NotAllowed, NotReceived, Refused
from . import timing

#: What Chorus Pro says of our own structure, forgotten together.
OWN_FACTS = (
    "structure_identifier",
    "structure_name",
    "structure_state",
    "structure_date",
    "bank_accounts",
    "password_expires_on",
)


class ChorusConnection(models.Model):
    """A company's own structure in one environment: read with the weekly refresh, never typed."""

    _inherit = "chorus.connection"

    structure_name = fields.Char("Name at Chorus Pro", readonly=True)
    structure_state = fields.Selection(
        [("active", "Active"), ("inactive", "No longer active"), ("absent", "Not in Chorus Pro")],
        string="State at Chorus Pro",
        readonly=True,
    )
    structure_date = fields.Datetime("Own structure read on", readonly=True)
    # names of the accounts declared, by identifier
    bank_accounts = fields.Json(readonly=True, export_string_translation=False)
    bank_account_names = fields.Char("Bank accounts at Chorus Pro", compute="_compute_bank_account_names")
    password_expires_on = fields.Date(
        "Technical password valid until", readonly=True, help="As Chorus Pro says; empty when it does not say."
    )

    @api.depends("bank_accounts")
    def _compute_bank_account_names(self):
        for connection in self:
            connection.bank_account_names = ", ".join((connection.bank_accounts or {}).values())

    def _structure_is_old(self):
        """Whether the weekly reading is due."""
        self.ensure_one()
        limit = fields.Datetime.now() - timedelta(days=timing.FRESH_DAYS)
        return not self.structure_date or self.structure_date < limit

    def _read_structure(self, client):
        """Look our own SIRET up and write down what is found: exists, active, services, bank accounts, password's expiry.

        In a transaction of its own. What the account may not read stays unknown.

        :raises ChorusError: when the structure itself could not be asked for.
        """
        self.ensure_one()
        deposits = self.env["chorus.deposit"]
        question = self.company_id.partner_id._chorus_question()
        deposits._chorus_commit()
        answer = directory.look_up(client, question)
        accounts = None
        if answer.outcome == directory.Outcome.FOUND:
            try:
                accounts = client.bank_accounts(answer.structure.identifier)
            except (Refused, NotAllowed, NotReceived):
                # not needed to send by flows
                accounts = None
        deposits._chorus_firmly(self._write_structure, answer, accounts)

    def _write_structure(self, answer, accounts):
        """Take over what was read; see ``_read_structure``."""
        self.ensure_one()
        values = {"structure_date": fields.Datetime.now()}
        structure, details = answer.structure, answer.details
        if structure:
            values |= {
                "structure_identifier": structure.identifier,
                "structure_name": structure.name,
                "structure_state": "active" if structure.active else "inactive",
            }
        elif answer.outcome == directory.Outcome.UNKNOWN:
            values |= {"structure_identifier": False, "structure_name": False, "structure_state": "absent"}
        if details:
            self._note_end(details.password_expires_at)
            self.env["chorus.service"]._chorus_replace(self.company_id.partner_id, answer.services)
        if accounts is not None:
            values["bank_accounts"] = accounts
        self.write(values)


class ResCompany(models.Model):
    _inherit = "res.company"

    # EXTENDS 'base'
    def write(self, vals):
        before = {company: company._chorus_siret() for company in self}
        result = super().write(vals)
        if "company_registry" in vals:
            renamed = self.filtered(lambda company: company._chorus_siret() != before[company])
            # sudo: facts of the platform; another SIRET is another structure, in every environment
            renamed.sudo().chorus_connection_ids.write(dict.fromkeys(OWN_FACTS, False))
        return result
