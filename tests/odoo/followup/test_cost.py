import logging

from lxml import etree

from odoo import Command, fields
from odoo.tests import tagged

from ...common import ChorusCommon

_logger = logging.getLogger(__name__)

#: SQL statements of the lists and cards of eighty invoices before they told state, age and reason (build fe0ccb6).
BEFORE = {"list": 9, "kanban": 7, "form": 52}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCost(ChorusCommon):
    """What a person opens day by day costs no more statements than it did before it told more."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        taxes = cls.company_data["default_tax_sale"]
        line = Command.create({"name": "Prestation", "quantity": 1, "price_unit": 500, "tax_ids": [Command.set(taxes.ids)]})
        cls.moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice", "partner_id": (cls.town if rank % 2 else cls.ministry).id,
                    "invoice_date": fields.Date.today(), "invoice_line_ids": [line],
                }
                for rank in range(80)
            ]
        )  # fmt: skip
        cls.moves.action_post()
        for move, state in zip(cls.moves, 20 * ("to_send", "deposited", "to_complete", "refused"), strict=True):
            move.sudo().chorus_state = state
        cls.env.flush_all()

    def statements(self, view):
        """What a view of the menu's action asks of the database for eighty invoices, once all that is kept is known."""
        action = self.env["ir.actions.act_window"]._for_xml_id("l10n_fr_chorus_pro.action_chorus_invoices")
        views = {kind: number for number, kind in action["views"]}
        moves = self.env["account.move"].with_user(self.sender).with_context(default_move_type="out_invoice")
        arch = etree.fromstring(moves.get_view(views[view], view)["arch"])
        names = {node.get("name") for node in arch.iter("field") if not node.xpath("ancestor::field")}
        specification = {name: {"fields": {"display_name": {}}} if moves._fields[name].relational else {} for name in names}
        counts = []
        for _time in range(2):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            if view == "form":
                self.moves[:1].with_user(self.sender).web_read(specification)
            else:
                rows = moves.web_search_read([("id", "in", self.moves.ids)], specification, limit=80)
                self.assertEqual(len(rows["records"]), 80)
            counts.append(self.env.cr.sql_log_count - before)
        return counts[-1]

    def test_lists_and_cards_cost_no_more_than_before(self):
        counts = {view: self.statements(view) for view in BEFORE}
        _logger.info("SQL statements before: %s, now: %s", BEFORE, counts)
        for view, before in BEFORE.items():
            self.assertLessEqual(counts[view], before, view)
