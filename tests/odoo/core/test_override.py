from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ....services.rules import RULES
from ....services.rules.override import IDENTITY
from ...common import ChorusCommon

REASON = "Confirmé par la trésorerie au téléphone"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOverride(ChorusCommon):
    """An administrator answers for one rule of one invoice; never for what protects from sending twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env, "who_answers", groups="l10n_fr_chorus_pro.group_chorus_manager,account.group_account_invoice",
            company_id=cls.company.id, company_ids=[(6, 0, cls.company.ids)],
        )  # fmt: skip

    def dialog(self, move, user=None):
        return self.env["chorus.override.wizard"].with_user(user or self.manager).browse(
            move.with_user(user or self.manager).action_chorus_override()["res_id"]
        )  # fmt: skip

    def without_country(self):
        """Blocked by BR-11, whose field is the customer's address: no identity of an invoice."""
        self.town.country_id = False
        move = self.invoice()
        self.assertTrue(any(finding.blocks and finding.code == "BR-11.country" for finding in move._chorus_findings()))
        return move

    def test_who_why_which_rule(self):
        move = self.without_country()
        page = self.dialog(move)
        self.assertEqual(page.rule, "BR-11.country")
        for reason in (False, "   ", "parce que"):
            page.reason = reason
            with self.assertRaises(ValidationError):
                page.action_confirm()
        page.reason = REASON
        page.action_confirm()
        kept = self.env["chorus.override"].sudo().search([("move_id", "=", move.id)])
        self.assertEqual((kept.user_id, kept.rule, kept.reason), (self.manager, "BR-11.country", REASON))
        self.assertIn(REASON, str(move.message_ids.mapped("body")))
        self.assertIn(REASON, self.env["chorus.audit"].sudo().search([], limit=1).new_value)
        told = [finding for finding in move._chorus_findings() if finding.code == "BR-11.country"]
        self.assertEqual([finding.blocks for finding in told], [False], "it is still told")
        with self.assertRaises(UserError):
            self.dialog(move)

    def test_one_invoice_at_a_time(self):
        first, second = self.without_country(), self.without_country()
        page = self.dialog(first)
        page.reason = REASON
        page.action_confirm()
        self.assertFalse(any(finding.blocks for finding in first._chorus_findings()))
        self.assertTrue(any(finding.blocks for finding in second._chorus_findings()))

    def test_only_an_administrator(self):
        move = self.without_country()
        with self.assertRaises(AccessError):
            self.dialog(move, self.sender)

    def test_nothing_of_it_is_altered(self):
        page = self.dialog(self.without_country())
        page.reason = REASON
        page.action_confirm()
        kept = self.env["chorus.override"].sudo().search([], limit=1)
        with self.assertRaises(UserError):
            kept.reason = "another"
        with self.assertRaises(UserError):
            kept.unlink()

    def test_never_what_protects_from_sending_twice(self):
        """Neither a taken number, nor what an invoice of unknown outcome is looked up by, nor one that left already."""
        for code in ("R-06.taken", "R-05.characters", "R-04.missing", "R-16.missing", "R-17.sign", "R-01.absent", "R-24.vat"):
            rule = next(rule for rule in RULES if rule.code == code)
            self.assertIn(rule.field, IDENTITY, code)
        move = self.arrive(self.invoice())
        with self.assertRaises(UserError):
            self.dialog(move)
        # even written down for it, a rule of identity goes on blocking
        future = self.invoice(invoice_date=fields.Date.add(fields.Date.today(), days=60))
        self.env["chorus.override"].sudo().create(
            {"company_id": self.company.id, "move_id": future.id, "user_id": self.manager.id, "rule": "R-16.future",
             "message": "x", "reason": REASON}
        )  # fmt: skip
        self.assertIn("R-16.future", [finding.code for finding in future._chorus_findings() if finding.blocks])
