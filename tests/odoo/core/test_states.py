from lxml import etree

from odoo.tests import tagged

from ....services.vocabulary import Group, states
from ...common import ChorusCommon

BADGES = ("account.move", "chorus.report", "chorus.market")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestStates(ChorusCommon):
    """A state has its words, its place and its colour from one table, wherever a person meets it."""

    def test_the_words_are_those_of_the_table_in_its_order(self):
        self.speak_french()
        for model, field in (("account.move", "chorus_state"), ("chorus.report", "state"), ("chorus.status.entry", "state")):
            shown = self.env[model].with_context(lang="fr_FR").fields_get([field])[field]["selection"]
            self.assertEqual([tuple(one) for one in shown], [(state, label.fr) for state, label in states.STATES.items()], model)

    def test_groups_stand_in_the_order_of_the_process(self):
        moves = [self.invoice() for _state in range(4)]
        for move, state in zip(moves, ("paid", "deposited", "to_complete", "to_send"), strict=True):
            move.sudo().chorus_state = state
        self.env.flush_all()
        wanted = ["to_send", "deposited", "to_complete", "paid"]
        own = [("id", "in", [move.id for move in moves])]
        shown = [state for state, _count in self.env["account.move"]._read_group(own, ["chorus_state"], ["__count"])]
        self.assertEqual(shown, wanted)
        rows = self.env["account.move"].web_read_group(own, ["chorus_state"], ["__count"])["groups"]
        self.assertEqual([row["chorus_state"] for row in rows], wanted)
        own = [("move_id", "in", [move.id for move in moves])]
        shown = self.env["chorus.report"]._read_group(
            own, ["state", "partner_id"], ["amount:sum"], order="state desc, partner_id"
        )
        self.assertEqual([row[0] for row in shown], wanted[::-1])

    def test_every_badge_has_the_colours_of_the_table(self):
        badges = 0
        for view in self.env["ir.ui.view"].search([("model", "in", BADGES), ("type", "in", ("form", "list", "kanban"))]):
            arch = etree.fromstring(self.env[view.model].get_view(view.id, view.type)["arch"])
            name = self.env[view.model]._chorus_state_fields[0]
            for badge in arch.iterfind(f".//field[@name='{name}'][@widget='badge']"):
                badges += 1
                for group in Group:
                    self.assertEqual(badge.get(f"decoration-{group}"), f"{name} in {states.of_group(group)}", view.name)
        self.assertGreater(badges, 3)

    def test_a_refused_invoice_that_was_replaced_is_over(self):
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "REJETEE", motif="EJ_ERR")
        self.follow()
        self.assertEqual(move.chorus_state, "refused")
        action = move.with_user(self.sender).action_chorus_reissue()
        self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"]).action_confirm()
        self.assertEqual((move.chorus_state, move._chorus_possible()), ("cancelled", ()))
        self.assertEqual(move.chorus_status, "REJETEE", "what Chorus Pro says stays")
