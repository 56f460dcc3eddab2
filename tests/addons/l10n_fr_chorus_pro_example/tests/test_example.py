import base64

from odoo.addons.l10n_fr_chorus_pro.services.document import formats
from odoo.addons.l10n_fr_chorus_pro.tests.common import ChorusCommon
from odoo.exceptions import UserError
from odoo.tests import tagged

from ..models import FORMAT, RULE

DEPOSIT = "/cpro/factures/v1/deposer/flux"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExample(ChorusCommon):
    """What the example adds, where it is installed."""

    def road_market(self, **values):
        market = {"number": "2026-VOI-1", "partner_id": self.town.id, "service_code": "VOIRIE", "company_id": self.company.id}
        return self.env["chorus.market"].create({**market, **values})

    def deposit(self, move):
        return move.sudo().chorus_deposit_ids

    def test_a_document_that_breaks_the_rule_is_stopped_until_the_market_is_complete(self):
        market = self.road_market()
        move = self.invoice(chorus_market_id=market.id)
        with self.assertRaisesRegex(UserError, "job order"):
            self.send(move)
        self.assertFalse(self.simulator.state()["deposits"])
        (alert,) = (alert for name, alert in move.alerts.items() if RULE.code in name)
        self.assertIn("Enter the job order on the market.", alert["message"])
        self.assertEqual(alert["action"]["res_model"], "chorus.market", "the button leads to the market")
        market.example_job_order = "BT-77"
        self.arrive(move)
        self.assertIn("Bon de travaux : BT-77", base64.b64decode(self.deposit(move).file).decode())

    def test_an_invoice_of_another_service_is_none_of_the_rules_business(self):
        move = self.arrive(self.invoice())
        self.assertEqual(move.chorus_state, "deposited", move.alerts)

    def test_an_invoice_leaves_in_the_format(self):
        self.company.chorus_format = FORMAT.key
        move = self.arrive(self.invoice())
        self.assertEqual((move.chorus_state, self.deposit(move).syntax), ("deposited", "IN_DP_E1_CII_16B"), move.alerts)
        self.assertIn(b"\n  <rsm:ExchangedDocument>", base64.b64decode(self.deposit(move).file))
        (row,) = self.simulator.invoices()
        self.assertEqual((row["numeroFacture"], row["montantTTC"]), (move.name, 2400))

    def test_each_choice_of_the_company_is_a_format(self):
        choices = dict(self.env["res.company"]._fields["chorus_format"]._description_selection(self.env))
        self.assertEqual(set(choices), set(self.env["chorus.hooks"]._formats()))
        self.assertNotIn(FORMAT.key, formats.FORMATS, "the process's own table is left alone")

    def test_the_message_is_explained(self):
        self.simulator.fault(DEPOSIT, "code_retour", codeRetour=20001, libelle="Bon de travaux inconnu")
        move = self.invoice()
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        for words in ("The town does not know this job order.", "Ask the road service", "Bon de travaux inconnu"):
            self.assertIn(words, str(move.alerts))

    def test_in_french(self):
        self.speak_french()
        self.env["ir.module.module"]._load_module_terms(["l10n_fr_chorus_pro_example"], ["fr_FR"], overwrite=True)
        french = self.env(context={"lang": "fr_FR"})
        choices = dict(french["res.company"].fields_get(["chorus_format"])["chorus_format"]["selection"])
        self.assertEqual(choices[FORMAT.key], FORMAT.label.fr)
        label = french["chorus.market"]._fields["example_job_order"]._description_string(french)
        self.assertEqual(label, "Bon de travaux")
        move = self.invoice(chorus_market_id=self.road_market().id)
        self.assertIn(RULE.message.fr, str(move.with_env(french).alerts))
