from odoo.tests import HttpCase, tagged

from .common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTour(ChorusCommon, HttpCase):
    """The main job in a real browser."""

    def test_connect_and_send(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        move = self.invoice()
        self.env.flush_all()
        self.start_tour("/odoo/settings#account", "chorus_connection", login="admin")
        self.assertTrue(self.company.chorus_structure_id)
        self.start_tour("/odoo/chorus-invoices", "chorus_send", login="admin")
        self.env.invalidate_all()
        self.assertEqual(move.chorus_state, "deposited")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)
