"""The site accountant's job in a real browser: a market, its first situation, the assistant, recognition, silence, payment."""

from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ...support import printed, simulated
from ...support.works import WorksCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestTourWorks(WorksCommon, HttpCase):
    def setUp(self):
        super().setUp()
        # a request of the browser has no context that would have Odoo print in tests
        self.patch(self.registry["account.move"], "_chorus_print", lambda _move: printed.pdf())

    def test_market_to_payment(self):
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.env.flush_all()
        self.start_tour("/odoo/chorus-markets", "chorus_works_market", login="admin")
        self.env.invalidate_all()
        self.market = self.env["chorus.market"].search([("number", "=", "2026-TVX-TOUR")])
        move = self.market.invoice_ids
        self.assertRecordValues(
            move, [{"state": "posted", "chorus_situation": 1, "chorus_works_total": 12000, "chorus_framework": "A4"}]
        )
        url = f"/odoo/chorus-invoices/{move.id}"
        # what a person does on the portal; the MOA is found by the portal itself
        draft = self.simulator.file_works(move, moa=simulated.TOWN)
        self.start_tour(url, "chorus_works_filed", login="admin")
        self.env.invalidate_all()
        self.assertEqual((move.chorus_state, move.chorus_dossier), ("at_moe", draft["dossier"]))

        move.sudo().chorus_waiting_since -= timedelta(days=8)
        self.poll()
        self.start_tour(url, "chorus_works_late", login="admin")

        self.simulator.answer_works(
            self.simulator.answer_works(self.simulator.answer_works(draft, "moe"), "moa"), "finance", "pay"
        )
        self.poll()
        self.start_tour(url, "chorus_works_paid", login="admin")
        self.env.invalidate_all()
        self.assertEqual(move.chorus_state, "paid")

    def test_a_month_of_progress(self):
        """A schedule pasted, progress typed, posted, filed with its PDF, followed, the next month begun: 23 clicks at most."""
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.env.flush_all()
        market = f"/odoo/chorus-markets/{self.market.id}"
        self.start_tour(market, "chorus_works_month", login="admin")
        self.env.invalidate_all()
        move = self.market.invoice_ids
        self.assertRecordValues(move, [{"state": "posted", "chorus_situation": 1, "amount_untaxed": 19000}])
        piece = self.simulator.file_works(move)
        self.start_tour(f"/odoo/chorus-invoices/{move.id}", "chorus_works_month_filed", login="admin")
        self.env.invalidate_all()
        self.assertEqual((move.chorus_state, move.chorus_dossier), ("at_moe", piece["dossier"]))
        self.start_tour(market, "chorus_works_month_next", login="admin")
        self.env.invalidate_all()
        following = self.market.invoice_ids - move
        self.assertEqual(following.chorus_situation, 2)
        self.assertEqual(following.chorus_progress_ids.mapped("percent"), [0, 50, 0, 0, 10])
