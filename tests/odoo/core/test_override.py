from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged

from ....services.rules import RULES
from ....services.rules.override import IDENTITY
from ...common import ChorusCommon

REASON = "Confirmé par la trésorerie au téléphone"
ENGAGEMENT = "R-09.engagement"
WORDS_OF_THE_RULE = "The engagement number is missing: this customer requires it."


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

    def asked_for(self, partner):
        """An invoice without the engagement number that the directory, as read here, says this body requires."""
        partner.sudo().write(
            {
                "chorus_structure_active": True,
                "chorus_engagement_required": True,
                "chorus_directory_date": fields.Datetime.now(),
                "chorus_directory_environment": "simulator",
            }
        )
        move = self.invoice(partner)
        with self.assertRaises(UserError):
            self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])
        return move

    def answer_for(self, move):
        page = self.dialog(move)
        page.reason = REASON
        page.action_confirm()
        return self.env["chorus.override"].sudo().search([("move_id", "=", move.id)])

    def test_what_was_blocked_in_error_is_accepted(self):
        """The town asks for no engagement number, what is recorded here is old: the invoice leaves, once, and is followed."""
        move = self.asked_for(self.town)
        kept = self.answer_for(move)
        self.assertEqual(
            (kept.user_id, kept.rule, kept.reason, kept.message), (self.manager, ENGAGEMENT, REASON, WORDS_OF_THE_RULE)
        )
        audited = self.env["chorus.audit"].sudo().search([], limit=1)
        self.assertEqual((audited.user_id, audited.new_value), (self.manager, REASON))
        self.assertIn(ENGAGEMENT, audited.setting)
        self.arrive(move)
        with self.assertRaises(UserError):
            self.send(move)
        self.simulator.advance()
        self.follow()
        (row,) = self.simulator.invoices()
        self.assertEqual((row["numeroFacture"], move.chorus_state), (move.name, "deposited"))
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        self.assertEqual(move.chorus_state, "paid")

    def test_what_the_rule_was_right_about_is_refused_in_the_platforms_words(self):
        """That ministry does ask for it: told as the platform says it; once the number is there, one invoice is at Chorus Pro."""
        move = self.asked_for(self.public_body("Ministère de la Simulation", "20000102200017"))
        self.answer_for(move)
        self.arrive(move)
        self.assertEqual(move.chorus_state, "rejected")
        self.assertFalse(self.simulator.invoices())
        self.assertIn("est obligatoire", move._chorus_troubles_text())
        self.assertIn("est obligatoire", str(move.alerts))
        move.purchase_order_reference = "1300012345"
        self.arrive(move)
        (row,) = self.simulator.invoices()
        self.assertEqual((row["numeroFacture"], move.chorus_state), (move.name, "deposited"))

    def test_its_answer_is_lost(self):
        """Who answers for a rule does not answer for sending twice: of unknown outcome, it is looked up and adopted."""
        move = self.asked_for(self.town)
        self.answer_for(move)
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "reset_after")
        self.send(move)
        self.assertEqual(move.chorus_state, "checking")
        with self.assertRaises(UserError):
            self.dialog(move)
        with self.assertRaises(UserError):
            self.send(move)
        self.simulator.advance()
        move.sudo().chorus_deposit_line_ids.deposit_id.next_try = False
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((move.chorus_state, len(self.simulator.state()["deposits"])), ("deposited", 1))

    def test_who_may_not_answer_changes_nothing(self):
        """Neither by the button, nor by writing the dialog or the record by hand; and the invoice stays."""
        move = self.asked_for(self.town)
        wizard = self.env["chorus.override.wizard"].sudo().create({"move_id": move.id, "reason": REASON})
        for attempt in (
            lambda: self.dialog(move, self.sender),
            lambda: wizard.with_user(self.sender).action_confirm(),
            lambda: self.env["chorus.override"].with_user(self.sender).create(
                {"company_id": self.company.id, "move_id": move.id, "user_id": self.manager.id, "rule": ENGAGEMENT,
                 "message": "x", "reason": REASON}
            ),
        ):  # fmt: skip
            with self.assertRaises(AccessError):
                attempt()
        self.assertFalse(self.env["chorus.override"].sudo().search([("move_id", "=", move.id)]))
        with self.assertRaises(UserError):
            self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])

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
