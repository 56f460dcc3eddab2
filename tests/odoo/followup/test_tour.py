from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ....services.api.session import shared_tokens
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTour(ChorusCommon, HttpCase):
    """The main job in a real browser."""

    def test_connect_and_send(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        # nothing is known of Chorus Pro yet
        self.company.sudo().chorus_connection_ids.unlink()
        self.company.write({"chorus_environment": False, "company_registry": False})
        move = self.invoice()
        self.assertFalse(move.chorus_state)
        self.env.flush_all()
        self.start_tour("/odoo/action-account.open_account_journal_dashboard_kanban", "chorus_setup", login="admin")
        self.env.invalidate_all()
        self.assertTrue(self.company.chorus_structure_id)
        self.assertEqual(self.company._chorus_secret("technical_password"), simulated.PASSWORD)
        self.assertEqual(move.chorus_state, "to_send")
        self.start_tour("/odoo/settings#account", "chorus_connection", login="admin")
        self.start_tour("/odoo/chorus-invoices", "chorus_send", login="admin")
        self.env.invalidate_all()
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)

    def test_a_wrong_secret_replaces_nothing(self):
        """Access data that work, a new secret that is mistyped: the old one still sends."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.assertTrue(self.company._chorus_diagnose().established)
        self.env.flush_all()
        with mute_logger("odoo.http"):
            self.start_tour("/odoo/settings#account", "chorus_replace_secret", login="admin")
        self.env.invalidate_all()
        self.assertEqual(self.company._chorus_secret("client_secret"), simulated.CLIENT_SECRET)
        self.assertTrue(self.company._chorus_works())
        # what sends signs in anew
        shared_tokens._tokens.clear()
        move = self.arrive(self.invoice())
        self.assertEqual((move.chorus_state, len(self.simulator.state()["deposits"])), ("deposited", 1))

    def test_suspended_and_completed(self):
        """Suspended with a reason, the accountant's activity, completed with a file, paid: in the browser from end to end."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.env["mail.activity"].search([("user_id", "=", admin.id)]).unlink()
        move = self.arrive(self.invoice(invoice_user_id=admin.id))
        reason = {"motif": "JUSTIF_ABS", "commentaire": "Bon de livraison absent"}
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", **reason)
        self.follow()
        self.env.flush_all()
        self.start_tour("/odoo/chorus-invoices", "chorus_complete", login="admin")
        (seen,) = self.simulator.invoices()
        self.assertEqual((seen["statut"], seen["attachments"]), ("COMPLETEE", ["bon-de-livraison.pdf"]))
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.env.invalidate_all()
        self.follow()
        self.env.flush_all()
        self.start_tour(f"/odoo/chorus-invoices/{move.id}", "chorus_time_line", login="admin")
