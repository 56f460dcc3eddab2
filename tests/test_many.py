from odoo import Command, fields
from odoo.tests import tagged

from .common import ChorusCommon

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

        told = [move.with_context(lang="fr_FR")._chorus_line_errors() for move in refused]
        for errors, (_values, word) in zip(told, WRONG.values(), strict=True):
            self.assertEqual(len(errors), 1)
            self.assertIn(word, errors[0])
        self.assertEqual(len({errors[0] for errors in told}), 3, "each its own reason and remedy")
