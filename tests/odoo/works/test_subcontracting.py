"""Subcontractors' (A9) and co-contractors' (A12) invoices: by ``soumettre`` to their validator, then what the validator does."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ....services.api import json_values
from ...support import printed, simulated
from ...support.markets import MarketCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSubcontracting(MarketCommon):
    """We are the subcontractor or the co-contractor; the second company of the simulator is who validates."""

    ROLES = (("sous_traitant", "titulaire", "A9"), ("cotraitant", "mandataire", "A12"))

    def setUp(self):
        super().setUp()
        self.env = self.enterContext(printed.printer(self.env))
        self.company.sudo().chorus_structure_id = "5000025301"
        self.validator = self.party("Entreprise générale Martin", simulated.SECOND_SUPPLIER)

    def market_as(self, role, leader):
        self.market = self.env["chorus.market"].create(
            {
                "number": f"2026-SC-{role}",
                "partner_id": self.town.id,
                "company_id": self.company.id,
                "role": role,
                "party_ids": [Command.create({"role": leader, "partner_id": self.validator.id, "service_code": "CHANTIER-7"})],
            }
        )
        return self.market

    def submitted(self, role, leader):
        self.market_as(role, leader)
        move = self.invoice(self.town, chorus_market_id=self.market.id, invoice_user_id=self.sender.id)
        self.send(move)
        move.invalidate_recordset()
        return move

    def decide(self, move, status, **reason):
        self.simulator.act(move.chorus_identifier, status, **reason)
        self.follow()
        move.invalidate_recordset()

    def test_submitted_to_the_validator(self):
        for role, leader, code in self.ROLES:
            with self.subTest(code):
                move = self.submitted(role, leader)
                self.assertEqual(move.chorus_framework, code)
                found = next(one for one in self.simulator.invoices() if one["numeroFacture"] == move.name)
                self.assertEqual((found["valideur"], found["serviceValideur"]), (simulated.SECOND_SUPPLIER, "CHANTIER-7"))
                self.assertTrue(found["cadreFacturation"].startswith(f"{code}_"))
                self.assertEqual(move.chorus_identifier, str(found["identifiantFactureCPP"]))
                self.follow()
                move.invalidate_recordset()
                self.assertEqual((move.chorus_status, move.chorus_state), ("A_VALIDER_1", "validation"))
                self.assertEqual(move.chorus_deadline, move.chorus_waiting_since + timedelta(days=15))
                self.assertEqual(move.alerts["chorus_clock"]["level"], "info")
                self.assertIn("alidat", move.chorus_waiting_for)

    def test_accepted_refused_paid(self):
        for role, leader, code in self.ROLES:
            with self.subTest(code):
                move = self.submitted(role, leader)
                self.decide(move, "VALIDEE_1")
                self.assertEqual((move.chorus_state, move.chorus_deadline), ("deposited", False))
                self.decide(move, "MISE_EN_PAIEMENT")
                self.assertEqual(move.chorus_state, "paid")
                refused = self.invoice(self.town, chorus_market_id=self.market.id)
                self.send(refused)
                self.decide(refused, "REFUSEE_1", motif="AUT_MOTIF_ERR_VALIDEUR", commentaire="Travaux non faits")
                self.assertEqual(refused.chorus_state, "declined")
                self.assertIn("Travaux non faits", refused.chorus_status_comment)
                self.assertIn("chorus_status", refused.alerts)

    def test_a_wrong_validator_is_corrected(self):
        for role, leader, code in self.ROLES:
            with self.subTest(code):
                move = self.submitted(role, leader)
                self.decide(move, "ERREUR_FOURNISSEUR_SUR_VALIDEUR", motif="ERR_VALIDEUR")
                self.assertEqual(move.chorus_state, "to_handle")
                self.assertEqual(move._chorus_possible(), ("validator",))
                action = self.env["chorus.action"]._chorus_ask(move, "validator", validator=simulated.TOWN)
                action._chorus_send(retries=0)
                move.invalidate_recordset()
                found = next(one for one in self.simulator.invoices() if one["numeroFacture"] == move.name)
                self.assertEqual((found["valideur"], found["statut"]), (simulated.TOWN, "A_VALIDER_1"))
                self.assertEqual((action.state, move.chorus_state), ("done", "validation"))
                self.assertEqual(move.chorus_deadline, move.chorus_waiting_since + timedelta(days=15))

    def test_silence_of_the_validator_accepts(self):
        # the platform's clock goes ahead of ours here, which else makes its answers unreadable
        self.patch(json_values, "_AHEAD", timedelta(days=20))
        for role, leader, code in self.ROLES:
            with self.subTest(code):
                move = self.submitted(role, leader)
                self.follow()
                later = fields.Datetime.now() + timedelta(days=16)
                self.simulator.control("clock", now=later.isoformat() + "Z")
                simulated.shared_tokens._tokens.clear()
                move.sudo().chorus_waiting_since -= timedelta(days=16)
                move.invalidate_recordset()
                self.assertIn("counts as accepted", move.chorus_advice)
                with self.company._chorus_client() as client:
                    found = list(client.search_invoices(number=move.name))
                    self.env["chorus.deposit"].sudo()._chorus_write_statuses(self.company._chorus_connection(), found)
                move.invalidate_recordset()
                self.assertEqual(move.chorus_status, "ABSENCE_VALIDATION_1_HORS_DELAI")
                self.assertFalse(move.chorus_deadline)
                self.simulator.control("clock", now=None)

    def test_without_a_validator_nothing_leaves(self):
        for role, leader, code in self.ROLES:
            with self.subTest(code):
                self.market_as(role, leader).party_ids.unlink()
                move = self.invoice(self.town, chorus_market_id=self.market.id)
                with self.assertRaisesRegex(UserError, "validator"):
                    self.send(move)
                self.assertFalse(self.simulator.invoices())
                # the advice followed: who validates is entered on the market, and the invoice leaves as it is
                self.assertEqual(move.alerts["chorus_R-34.missing"]["action"]["res_model"], "chorus.market")
                self.market.party_ids = [Command.create({"role": leader, "partner_id": self.validator.id})]
                self.send(move)
                (found,) = self.simulator.invoices()
                self.assertEqual((found["numeroFacture"], found["valideur"]), (move.name, simulated.SECOND_SUPPLIER))
                self.simulator.reset()

    def test_an_unknown_validator_is_refused(self):
        self.validator.company_registry = "73282932000074"
        move = self.submitted("sous_traitant", "titulaire")
        self.assertEqual(move.chorus_state, "rejected")
        self.assertIn("valideur", str(move.alerts))

    def test_without_a_printer_it_goes_in_ubl(self):
        self.market_as("sous_traitant", "titulaire")
        with printed.printer(self.env, state="install"):
            move = self.arrive(self.invoice(self.town, chorus_market_id=self.market.id))
        self.assertEqual((move.chorus_deposit_ids.syntax, move.chorus_status), ("IN_DP_E1_UBL_INVOICE", "A_VALIDER_1"))

    def test_in_ubl_the_validator_stands_as_agent(self):
        self.company.chorus_format = "ubl"
        self.market_as("sous_traitant", "titulaire")
        move = self.invoice(self.town, chorus_market_id=self.market.id)
        content = move._chorus_file(move._chorus_format(), move._chorus_document()).content.decode()
        self.assertIn("AgentParty", content)
        self.assertIn(simulated.SECOND_SUPPLIER, content)
