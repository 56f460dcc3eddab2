from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ...common import ChorusCommon


class ClicksCase(ChorusCommon, HttpCase):
    def setUp(self):
        super().setUp()
        self.admin = self.env.ref("base.user_admin")
        self.admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.state = self.public_body("Services de l'État", "20000001600010")
        self.env["chorus.lookup"]._ask(self.state | self.town, self.company)
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_directory").method_direct_trigger()
        self.env.invalidate_all()

    def suspended(self):
        move = self.arrive(self.invoice(invoice_user_id=self.admin.id))
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon de livraison absent")
        self.follow()
        self.env.flush_all()
        return move


@tagged("post_install_l10n", "post_install", "-at_install")
class TestClicks(ClicksCase):
    """What the jobs of every month cost, counted in a real browser."""

    def test_month_end_of_twenty_invoices_two_to_mend(self):
        moves = self.env["account.move"].union(
            *(self.invoice(self.state if rank < 2 else self.town, invoice_user_id=self.admin.id) for rank in range(20))
        )
        self.env.flush_all()
        self.start_tour("/odoo/chorus-invoices", "chorus_month_end", login="admin", timeout=180)
        self.env.invalidate_all()
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})
        self.assertEqual(sorted(moves[:2].mapped("purchase_order_reference")), ["1300012345", "1300012346"])

    def test_suspended_and_completed(self):
        move = self.suspended()
        self.start_tour("/odoo/chorus-invoices", "chorus_complete_shortly", login="admin")
        (seen,) = self.simulator.invoices()
        self.assertEqual(seen["statut"], "COMPLETEE", move)

    def test_claimed_from_the_banner(self):
        move = self.arrive(self.invoice())
        then = fields.Datetime.now() - timedelta(days=40)
        self.env["chorus.status.entry"].sudo().create({"move_id": move.id, "status": "MISE_A_DISPOSITION", "at": then})
        self.env.flush_all()
        self.start_tour(f"/odoo/chorus-invoices/{move.id}", "chorus_claim", login="admin")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPocket(ClicksCase):
    """The same on a telephone."""

    browser_size = "400x800"
    touch_enabled = True

    def test_from_the_dashboard_to_the_reason(self):
        self.suspended()
        self.start_tour("/odoo/chorus-board", "chorus_pocket", login="admin")

    def test_sent(self):
        move = self.invoice()
        self.start_tour("/odoo/chorus-invoices", "chorus_send", login="admin")
        self.env.invalidate_all()
        self.assertEqual(move.chorus_state, "deposited")

    def test_mended_and_sent(self):
        move = self.invoice(self.state)
        self.start_tour("/odoo/chorus-invoices", "chorus_pocket_mend", login="admin")
        self.env.invalidate_all()
        self.assertEqual((move.chorus_state, move.purchase_order_reference), ("deposited", "1300012345"))

    def test_suspended_and_completed(self):
        self.suspended()
        self.start_tour("/odoo/chorus-invoices", "chorus_pocket_complete", login="admin")
        (seen,) = self.simulator.invoices()
        self.assertEqual(seen["statut"], "COMPLETEE")
