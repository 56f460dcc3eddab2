"""The paper of a situation, as wkhtmltopdf prints it."""

import io
import unittest

from pypdf import PdfReader

from odoo import Command
from odoo.tests import tagged

from ...support import printed
from ...support.works import ProgressCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestPaper(ProgressCommon):
    def pages(self, move):
        if not printed.wkhtmltopdf_runs():
            raise unittest.SkipTest("NOT JUDGED: how many pages wkhtmltopdf makes, which does not run here")
        with printed.by_wkhtmltopdf(self.env) as env:
            content = env["ir.actions.report"]._render_qweb_pdf("account.report_invoice", move.ids)[0]
        return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]

    def test_a_short_statement_is_one_page(self):
        self.market.write({"retention_rate": 5, "advance_rate": 5, "tax_id": self.tax().id})
        self.next(p1_1=50, p2_1=30)
        move = self.next(p1_1=80, p1_2=20, p2_1=60, p2_2=50)
        pages = self.pages(move)
        self.assertEqual(len(pages), 1, pages)
        # the recapitulation tells what the totals would: none of it twice
        self.assertEqual(pages[0].count("39,600.00"), 1)

    def test_a_final_account_is_one_page(self):
        """Its chapters, the statements that it sums up and its recapitulation."""
        self.market.write({"retention_rate": 5, "advance_rate": 5, "date_accepted": "2026-04-15", "tax_id": self.tax().id})
        self.next(p1_1=50, p2_1=50)
        self.next(p1_1=80, p1_2=60, p2_1=80)
        self.next(p1_1=100, p1_2=100)
        move = self.env["account.move"].browse(self.market.action_final_account()["res_id"])
        self.state(move, p2_1=100, p2_2=85)
        move.invoice_date = "2026-04-20"
        move.action_post()
        pages = self.pages(move)
        self.assertEqual(len(pages), 1, pages)
        for text in ("Monthly statements", "Charpente", "97,000.00"):
            self.assertIn(text, pages[0])

    def test_a_full_recapitulation_is_one_page_too(self):
        """Revision, advance paid back, retention, penalties and a subcontractor."""
        self.market.write(
            {
                "retention_rate": 5,
                "advance_rate": 5,
                "advance_start": 30,
                "date_end": "2026-12-01",
                "term_ids": [Command.create({"name": "BT34", "weight": 0.85, "initial": 100})],
                "penalty_ids": [Command.create({"name": "Retard", "date": "2026-02-10", "amount": 2000})],
                "party_ids": [
                    Command.create(
                        {"role": "sous_traitant", "partner_id": self.moe.id, "amount": 12000, "accepted_on": "2026-01-15"}
                    )
                ],
            }
        )
        for month, value in ((1, 101), (2, 102)):
            self.env["chorus.works.index"].with_company(self.company).create(
                {"name": "BT34", "month": f"2026-{month:02}-01", "value": value}
            )
        self.next(p1_1=50, p2_1=30)
        move = self.next(post=False, p1_1=80, p1_2=20, p2_1=60, p2_2=50)
        self.env["chorus.works.share"].search(move.action_chorus_shares()["domain"]).amount = 4200
        move.action_post()
        pages = self.pages(move)
        self.assertEqual(len(pages), 1, pages)
        self.assertIn("4,200.00", pages[0])
