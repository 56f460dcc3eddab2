from odoo import SUPERUSER_ID, Command, fields
from odoo.tests import tagged

from ....models.exchange.chorus_sending import PRINTED_AT_ONCE
from ...common import ChorusCommon
from ...support import printed, simulated

DEPOSIT = "/cpro/factures/v1/deposer/flux"
#: What three of the invoices say wrongly, and a word of the reason each must be told.
WRONG = {
    20: ({"buyer_reference": "NOWHERE", "purchase_order_reference": "1300012345"}, "service"),
    90: ({"buyer_reference": "FAC-001"}, "engagement"),
    177: ({"buyer_reference": "FAC-OLD", "purchase_order_reference": "1300012345"}, "actif"),
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMany(ChorusCommon):
    """Two hundred invoices selected in the list, three of them wrong for three reasons that only Chorus Pro knows."""

    def test_two_hundred_of_which_three_are_refused(self):
        sample = self.invoice(post=False)
        lines = [Command.create(line.copy_data()[0]) for line in sample.invoice_line_ids]
        sample.unlink()
        values = {"move_type": "out_invoice", "invoice_date": fields.Date.today(), "invoice_line_ids": lines}
        moves = self.env["account.move"].create(
            [
                {**values, "partner_id": (self.ministry if place in WRONG else self.town).id, **WRONG.get(place, ({},))[0]}
                for place in range(200)
            ]
        )
        moves.action_post()
        moves = moves.sorted("id")
        self.send(moves)
        self.assertEqual(self.simulator.calls(DEPOSIT), 2, "flows of a hundred each")
        self.simulator.advance()
        self.follow()

        refused = moves.filtered(lambda move: move.chorus_state == "rejected")
        self.assertEqual(refused, self.env["account.move"].union(*(moves[place] for place in WRONG)))
        integrated = moves - refused
        self.assertEqual(set(integrated.mapped("chorus_state")), {"deposited"})
        known = {row["numeroFacture"]: str(row["identifiantFactureCPP"]) for row in self.simulator.invoices()}
        self.assertEqual({move.name: move.chorus_identifier for move in integrated}, known)
        self.assertEqual(len(known), 197)

        self.speak_french()
        told = [move.with_context(lang="fr_FR")._chorus_line_errors() for move in refused]
        for errors, (_values, word) in zip(told, WRONG.values(), strict=True):
            self.assertEqual(len(errors), 1)
            self.assertIn(word, errors[0])
        self.assertEqual(len({errors[0] for errors in told}), 3, "each its own reason and remedy")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestMixedSelection(ChorusCommon):
    """Invoices that go as data, others that must be printed first, and one that cannot go, selected together."""

    def setUp(self):
        super().setUp()
        self.env = self.enterContext(printed.printer(self.env))
        self.company.sudo().chorus_structure_id = "5000025301"
        leader = self.env["res.partner"].create(
            {"name": "Entreprise Martin", "is_company": True, "company_registry": simulated.SECOND_SUPPLIER}
        )
        self.market = self.env["chorus.market"].create(
            {
                "number": "2026-SC-1",
                "partner_id": self.town.id,
                "company_id": self.company.id,
                "role": "sous_traitant",
                "party_ids": [Command.create({"role": "titulaire", "partner_id": leader.id})],
            }
        )

    def invoices(self, count, **values):
        return self.env["account.move"].union(*(self.invoice(**values) for _each in range(count)))

    def unready(self):
        move = self.invoice()
        move.name = "FA/2026/" + "0" * 20
        self.assertTrue(move._chorus_obstacles())
        return move

    def test_too_many_to_print(self):
        """These are left to Odoo's job; the others leave at once, and what cannot go is told with its reason."""
        printing = self.invoices(PRINTED_AT_ONCE + 1, chorus_market_id=self.market.id)
        data, wrong = self.invoices(2), self.unready()
        told = self.send(printing | data | wrong)["params"]
        self.assertEqual(set(data.mapped("chorus_state")), {"deposited"})
        self.assertEqual(set(printing.mapped("chorus_state")), {"to_send"})
        self.assertEqual(wrong.chorus_state, "to_send")
        self.assertTrue(all(printing.mapped("is_being_sent")))
        self.assertFalse(any((data | wrong).mapped("is_being_sent")))
        for words in (f"{len(printing)} invoices", *data.mapped("name"), *wrong._chorus_obstacles()):
            self.assertIn(words, told["message"])
        self.assertEqual((told["type"], told["sticky"]), ("warning", True))
        # what Odoo's sending job does; started as a job, it would have no printer here
        self.env["account.move.send"].with_user(SUPERUSER_ID)._generate_and_send_invoices(printing, from_cron=True)
        self.assertEqual({move.chorus_state for move in printing} & {"to_send", "rejected"}, set())
        self.assertEqual(len(self.simulator.invoices()), len(printing), "submitted; the flows wait for their report")

    def test_few_to_print_among_many(self):
        """One that must be printed does not make anybody wait for the job, nor the others stay behind."""
        moves = self.invoices(1, chorus_market_id=self.market.id) | self.invoices(PRINTED_AT_ONCE + 1)
        told = self.send(moves)["params"]
        self.assertNotIn("to_send", moves.mapped("chorus_state"))
        self.assertEqual(told["type"], "success")
        self.assertIn(f"{len(moves)} invoices", told["message"])

    def test_all_to_print(self):
        told = self.send(self.invoices(PRINTED_AT_ONCE + 1, chorus_market_id=self.market.id))["params"]
        self.assertEqual((told["type"], told["sticky"]), ("info", False))
        self.assertFalse(self.simulator.invoices())
