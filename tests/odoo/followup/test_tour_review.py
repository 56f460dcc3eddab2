from odoo.tests import HttpCase, tagged

from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTourReview(ChorusCommon, HttpCase):
    """What is to be mended, in a real browser: from an alert, and before several invoices leave."""

    def setUp(self):
        super().setUp()
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})

    def test_a_number_is_mended_from_its_alert(self):
        move = self.invoice(name="FACTURE-2026-0000000042")
        self.start_tour(f"/odoo/account.move/{move.id}", "chorus_mend", login="admin")
        self.env.invalidate_all()
        self.assertEqual(move.name, "TOUR-2026-1")

    def test_the_others_are_sent(self):
        ready, odd = self.invoice(name="TOUR-2026-2"), self.invoice(name="TOUR.2026.3")
        self.start_tour("/odoo/action-account.action_move_out_invoice_type", "chorus_review", login="admin")
        self.env.invalidate_all()
        self.assertEqual((ready.chorus_state, odd.chorus_state), ("deposited", "to_send"))
