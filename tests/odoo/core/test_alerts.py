from dataclasses import replace
from datetime import timedelta

from odoo import Command
from odoo.tests import Form, new_test_user, tagged

from ....services.document import en16931
from ....services.vocabulary.places import Place
from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAlerts(ChorusCommon):
    """What the form says of an invoice and Chorus Pro, and where its buttons lead."""

    def alert(self, move, key, user=None):
        """One banner as a user sees it on opening the form."""
        self.env.invalidate_all()
        return (move.with_user(user or self.sender).alerts or {}).get(f"chorus_{key}")

    def rejected(self, label, move=None):
        """An invoice that Chorus Pro refused with these words."""
        move = move or self.invoice()
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "code_retour", codeRetour=20001, libelle=label)
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        return move

    # -- findings ------------------------------------------------------------------------------------------------------

    def test_all_findings_at_once_each_with_its_button(self):
        self.company.partner_id.vat = False
        move = self.invoice(name="FACTURE.2026.000000000042", partner_bank_id=False)
        self.company_data["default_journal_bank"].bank_account_id = False
        move.journal_id.bank_account_id = False
        alerts = {key: self.alert(move, key) for key in ("R-04.length", "R-05.characters", "R-20.iban", "BR-S-02.vat")}
        self.assertTrue(all(alerts.values()), alerts)
        self.assertEqual({alert["level"] for alert in alerts.values()}, {"danger"})
        self.assertEqual(alerts["R-04.length"]["action"]["res_id"], move.id)
        self.assertEqual(alerts["R-20.iban"]["action"]["res_model"], "account.move")
        self.assertNotIn("action", alerts["BR-S-02.vat"], "an accountant may not change the company")
        self.assertIn("administrator", alerts["BR-S-02.vat"]["message"])
        admin = self.env.ref("base.user_admin")
        admin.write({"company_ids": [(4, self.company.id)], "company_id": self.company.id})
        self.assertEqual(self.alert(move, "BR-S-02.vat", admin)["action"]["res_model"], "res.company")

    def test_the_customers_siret_is_mended_on_the_customer(self):
        move = self.invoice(self.town)
        self.town.company_registry = "20000000800018"
        alert = self.alert(move, "R-02.key")
        self.assertEqual(alert["action"]["target"], "current", "who may not change customers is shown the customer")
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        alert = self.alert(move, "R-02.key")
        self.assertEqual(alert["level"], "warning", "fictitious SIRETs only warn outside production")
        self.assertEqual((alert["action"]["res_model"], alert["action"]["res_id"]), ("res.partner", self.town.id))
        form = self.env[alert["action"]["res_model"]].get_view(alert["action"]["views"][0][0], "form")
        self.assertIn('name="company_registry"', form["arch"])
        self.company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        self.assertEqual(self.alert(move, "R-02.key")["level"], "danger")

    def test_the_original_of_a_credit_note_is_typed(self):
        """Even one that is not in Odoo."""
        note = self.invoice(move_type="out_refund")
        action = self.alert(note, "R-18.missing")["action"]
        self.assertEqual(action["res_id"], note.id)
        form = self.env["account.move"].get_view(action["views"][0][0], "form")["arch"]
        self.assertIn('name="chorus_original_number"', form)
        self.assertNotIn('name="invoice_line_ids"', form, "a small form")
        note.with_user(self.sender).chorus_original_number = "F-2019-7"
        self.assertFalse(self.alert(note, "R-18.missing"))
        self.arrive(note)
        self.assertEqual(self.simulator.invoices()[0]["numeroFactureOrigine"], "F-2019-7")

    def test_a_line_without_tax_is_mended_on_the_line(self):
        move = self.invoice()
        move.button_draft()
        move.invoice_line_ids.tax_ids = False
        move.action_post()
        alert = self.alert(move, "R-22.tax")
        self.assertEqual((alert["action_text"], alert["action_call"][1]), ("Reset to draft", "button_draft"))

    def test_a_draft_is_warned_and_posted_all_the_same(self):
        draft = self.invoice(post=False, name="FACTURE.2026.000000000042")
        self.assertEqual(self.alert(draft, "R-04.length")["level"], "warning")
        self.assertFalse(self.alert(draft, "R-04.missing"))
        draft.with_user(self.sender).action_post()
        self.assertEqual((draft.state, self.alert(draft, "R-04.length")["level"]), ("posted", "danger"))

    def test_a_draft_for_somebody_else_is_left_alone(self):
        other = self.env["res.partner"].create({"name": "Client privé", "country_id": self.env.ref("base.fr").id})
        draft = self.invoice(other, post=False, name="FACTURE.2026.000000000042")
        self.assertFalse([key for key in draft.alerts or {} if key.startswith("chorus")])
        self.assertFalse(self.alert(self.invoice(post=False, name="F1", invoice_line_ids=[]), "BR-16.lines"))

    def test_a_line_just_begun_is_no_matter_for_a_draft(self):
        begun = Command.create({"name": False, "quantity": 1, "price_unit": 0, "tax_ids": [Command.clear()]})
        draft = self.invoice(post=False, invoice_line_ids=[begun])
        about_lines = ("BR-25.name", "R-22.tax", "BR-16.lines")
        self.assertEqual([key for key in about_lines if self.alert(draft, key)], [])
        taxes = self.invoice(post=False).invoice_line_ids.tax_ids
        draft.invoice_line_ids = [Command.create({"name": "Pose", "price_unit": 10, "tax_ids": [Command.set(taxes.ids)]})]
        self.assertEqual([key for key in about_lines if self.alert(draft, key)], [])
        draft.action_post()
        self.assertEqual([self.alert(draft, key)["level"] for key in about_lines[:2]], ["danger", "danger"])
        priced = self.invoice(post=False, invoice_line_ids=[begun])
        priced.invoice_line_ids.price_unit = 0.5
        self.assertEqual([self.alert(priced, key)["level"] for key in about_lines[:2]], ["warning", "warning"])

    def test_the_warnings_follow_what_is_typed(self):
        form = Form(self.env["account.move"].with_context(default_move_type="out_invoice").with_company(self.company))
        form.partner_id = self.town
        with form.invoice_line_ids.new() as line:
            line.quantity = 2
            line.tax_ids.clear()
        self.assertFalse({"chorus_BR-25.name", "chorus_R-22.tax"} & set(form.alerts or {}))
        with form.invoice_line_ids.edit(0) as line:
            line.price_unit = 10
        self.assertEqual({"chorus_BR-25.name", "chorus_R-22.tax", "chorus_unchecked"}, set(form.alerts or {}))

    def test_opening_a_form_makes_no_call(self):
        moves = self.invoice() | self.invoice(post=False) | self.arrive(self.invoice()) | self.rejected("GDP_MSG_11.022")
        before = self.simulator.state()["calls"]
        self.env.invalidate_all()
        self.assertEqual(len(list(filter(None, moves.with_user(self.sender).mapped("alerts")))), 4)
        self.assertEqual(self.simulator.state()["calls"], before)

    # -- what comes back -----------------------------------------------------------------------------------------------

    def test_each_message_has_its_cause_its_words_its_remedy_and_its_button(self):
        cii = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement"
        service = f"L'engagement juridique ({cii}.BuyerReference.value) est obligatoire"
        number = "Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres"
        move = self.rejected(f"{service}|{number}|Message encore jamais vu")
        first, second, third = (self.alert(move, f"error_{rank}") for rank in range(3))
        cause, words, remedy = first["message"].split("\n")
        self.assertIn("service code", cause, "not the engagement, whatever the message says")
        self.assertEqual(words, f"« {service} »")
        self.assertIn("purchase order", remedy)
        self.assertEqual(first["action"]["name"], "References asked for by the public body")
        self.assertEqual(second["action"]["name"], "Number of the invoice")
        self.assertIn("« Message encore jamais vu »", third["message"])
        self.assertEqual(third["action"]["url"], self.simulator.url + "/")
        self.assertEqual({alert["level"] for alert in (first, second, third)}, {"danger"})

    def test_the_code_tells_what_the_words_do_not(self):
        """20001 of ``deposer/flux``: too large (doc/API.md §4); another service means something else by it."""
        alert = self.alert(self.rejected("Erreur"), "error_0")
        self.assertIn("too large", alert["message"])
        self.assertIn("« Erreur (factures/v1/deposer/flux : codeRetour 20001) »", alert["message"])
        self.assertEqual(alert["action"]["name"], "Attachments for Chorus Pro")

    def test_a_lost_answer_is_told_without_the_library_s_word(self):
        move = self.invoice()
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "reset_after")
        self.send(move)
        alert = self.alert(move, "error_0")
        self.assertEqual((move.chorus_state, alert["level"]), ("checking", "warning"))
        self.assertIn("lost", alert["message"])
        self.assertNotIn("«", alert["message"])
        # support finds it where everything else of the exchange is
        self.assertTrue(move.chorus_deposit_ids.error_detail)

    def test_where_odoo_has_nothing_to_ask_the_portal_has(self):
        alert = self.alert(self.rejected("GDP_MSG_11.001"), "error_0")
        self.assertEqual((alert["action_text"], alert["action"]["url"]), ("Open the Chorus Pro portal", self.simulator.url + "/"))

    def test_every_place_has_a_way(self):
        move = self.rejected("L'IBAN est incorrect")
        for place in Place:
            with self.subTest(place):
                self.assertIsInstance(move._chorus_way(place), dict)
                self.assertTrue(move._chorus_mended(place))

    def test_reset_to_draft_is_one_click(self):
        alert = self.alert(move := self.rejected("Montants incoherents : le total TTC"), "error_0")
        model, method, ids = alert["action_call"]
        getattr(self.env[model].with_user(self.sender).browse(ids), method)()
        self.assertEqual(move.state, "draft")

    def test_a_new_number_is_typed_on_the_rejected_invoice(self):
        move = self.invoice()
        with self.company._chorus_client() as client:  # another invoice with that number, which Odoo knows nothing of
            other = replace(move._chorus_document(), issue_date=move.invoice_date - timedelta(1))
            client.deposit_flow(en16931.to_cii(other), "other.xml", "IN_DP_E1_CII_16B")
        self.simulator.advance()
        self.arrive(move)
        self.assertEqual(move.chorus_state, "rejected")
        self.assertEqual(self.alert(move, "error_0")["action"]["name"], "Number of the invoice")
        move.with_user(self.sender).name = "FAC-2026-0042"
        self.arrive(move)
        self.assertEqual(move.chorus_state, "deposited")
        self.assertIn("FAC-2026-0042", [invoice["numeroFacture"] for invoice in self.simulator.invoices()])

    def test_a_button_is_for_those_who_may_use_it(self):
        reader = new_test_user(self.env, "reader", groups="account.group_account_readonly", company_id=self.company.id)
        move = self.rejected("L'IBAN est incorrect")
        self.assertIn("action", self.alert(move, "error_0"))
        alert = self.alert(move, "error_0", reader)
        self.assertIn("IBAN", alert["message"])
        self.assertNotIn("action", alert)

    def test_the_settings_are_for_administrators(self):
        move = self.invoice()
        self.simulator.fault("/api/oauth/token", "http_401", times=10)
        self.send(move)
        self.assertTrue(self.alert(move, "connection"))
        self.assertNotIn("action", self.alert(move, "connection"))
