from datetime import timedelta

from lxml import etree

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import Form, tagged
from odoo.tools import format_date
from odoo.tools.safe_eval import safe_eval

from ...common import ChorusCommon

MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMoney(ChorusCommon):
    """When a public body is to pay, and what is done when it does not."""

    def late(self, days=31, **values):
        move = self.arrive(self.invoice(**values))
        then = fields.Datetime.now() - timedelta(days=days)
        self.env["chorus.status.entry"].sudo().create({"move_id": move.id, "status": "MISE_A_DISPOSITION", "at": then})
        return move

    def claim(self, moves):
        action = moves.with_user(self.sender).action_chorus_claim()
        return self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])

    def test_a_public_body_gets_the_term_of_the_law_unless_another_was_chosen(self):
        for kind, days in ((False, 30), ("authority", 30), ("hospital", 50), ("enterprise", 60)):
            with self.subTest(kind), Form(self.env["res.partner"].with_company(self.company)) as form:
                form.name = "Entité"
                form.company_type = "company"
                form.invoice_sending_method = "chorus_pro"
                form.company_registry = "20000000800017"
                if kind:
                    form.chorus_body_kind = kind
                self.assertEqual(form.property_payment_term_id.line_ids.nb_days, days)
        own = self.env["account.payment.term"].create({"name": "Convenu"})
        self.town.property_payment_term_id = own
        with Form(self.town) as form:
            form.chorus_body_kind = "hospital"
        self.assertEqual(self.town.property_payment_term_id, own)

    def test_a_late_invoice_is_claimed_in_two_clicks(self):
        """The alert leads to what is owed; the letter is printed, or the invoice made, from there."""
        moves = self.late() | self.late(days=60, price=500)
        alert = moves[0].with_user(self.sender).alerts["chorus_late"]
        self.assertEqual(alert["action_call"][1], "action_chorus_claim")
        claim = self.claim(moves)
        # 2400 € for a day and 1200 € for 30 days at (2.15 + 8) %, 40 € each
        self.assertEqual(claim.line_ids.mapped("interest"), [10.01, 0.67])
        self.assertEqual(claim.total, 90.68)
        self.assertEqual(claim.action_letter()["report_name"], f"{MODULE}.report_claim")
        self.assertIn("40.67", moves[0].message_ids[0].body)
        self.speak_french()
        self.town.lang = "fr_FR"
        html = self.env["ir.actions.report"].with_user(self.sender)._render_qweb_html(f"{MODULE}.report_claim", claim.ids)[0]
        text = " ".join(" ".join(etree.HTML(html.decode()).itertext()).split())
        for words in (*moves.mapped("name"), "R. 2192-31", "90,68", "intérêts moratoires"):
            self.assertIn(words, text)
        made = self.env["account.move"].browse(claim.action_invoice()["res_id"])
        self.assertEqual((made.state, made.partner_id, made.amount_total), ("draft", self.town, 90.68))
        self.assertFalse(made.invoice_line_ids.tax_ids)
        composer = claim.action_message()["context"]
        self.assertEqual((composer["default_partner_ids"], composer["default_model"]), (self.town.ids, "res.partner"))
        self.assertIn(moves[0].name, composer["default_body"])

    def test_rates_are_settings(self):
        self.company.write({"chorus_ecb_rate": 2, "chorus_late_points": 10, "chorus_late_fee": 0})
        claim = self.claim(self.late(days=40))
        # 2400 € for 10 days at 12 %
        self.assertEqual((claim.rate, claim.total), (12, 7.89))

    def test_what_cannot_be_claimed(self):
        with self.assertRaisesRegex(UserError, "None of them is late"):
            self.invoice().action_chorus_claim()
        moves = self.late() | self.late(partner=self.ministry, buyer_reference="FAC-001", purchase_order_reference="1300012345")
        with self.assertRaisesRegex(UserError, "one public body"):
            moves.action_chorus_claim()

    def test_the_statement_of_account_tells_what_chorus_pro_says(self):
        self.speak_french()
        self.town.lang = "fr_FR"
        late, fresh = self.late(), self.invoice(price=250)
        paid = self.invoice()
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=paid.ids).create(
            {}
        )._create_payments()
        html = self.env["ir.actions.report"].with_user(self.sender).with_company(self.company)._render_qweb_html(
            f"{MODULE}.report_statement", self.town.ids
        )[0]  # fmt: skip
        text = " ".join(" ".join(etree.HTML(html.decode()).itertext()).split())
        for words in (late.name, fresh.name, "À envoyer", "3 000,00", "Relevé de compte"):
            self.assertIn(words, text.replace("\u202f", " ").replace("\xa0", " "))
        self.assertNotIn(paid.name, text)

    def test_an_announced_transfer_is_found_among_what_is_to_reconcile(self):
        announced, other = self.arrive(self.invoice()), self.invoice()
        self.simulator.act(announced.chorus_identifier, "MISE_A_DISPOSITION")
        self.simulator.act(announced.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        search = etree.fromstring(self.env["account.move.line"].get_view(view_type="search")["arch"])
        (domain,) = search.xpath("//filter[@name='chorus_announced']/@domain")
        found = self.env["account.move.line"].search([*safe_eval(domain), ("move_id", "in", (announced | other).ids)])
        self.assertEqual((found.move_id, found.account_type), (announced, "asset_receivable"))

    def test_an_announced_transfer_is_told_where_a_payment_is_registered(self):
        """What was announced stands beside what the bank has: by name, day and amount; nothing is said of the others."""
        announced, other = self.arrive(self.invoice()), self.invoice(price=70)
        self.simulator.act(announced.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        register = self.env["account.payment.register"].with_user(self.sender)
        for moves, told in ((announced | other, True), (other, False)):
            context = {"active_model": "account.move", "active_ids": moves.ids}
            message = (
                (register.with_context(**context).create({}).actionable_errors or {}).get("chorus_announced", {}).get("message")
            )
            self.assertEqual(bool(message), told)
            if told:
                day = format_date(self.env, fields.Datetime.context_timestamp(announced, announced.chorus_payment_at).date())
                for words in (announced.name, day, "2,400.00"):
                    self.assertIn(words, message)
                self.assertNotIn(other.name, message)
