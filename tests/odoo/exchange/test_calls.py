from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ...common import ChorusCommon

REPORT = "/cpro/transverses/v1/consulterCRDetaille"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCalls(ChorusCommon):
    """How many calls a run makes does not grow with the number of open invoices."""

    def clones(self, model, record, count, **values):
        """Insert ``count`` copies of a row with other ``values`` (SQL over ``i``), much faster than the ORM; their new ids."""
        table = self.env[model]._table
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND column_name != 'id'", [table]
        )
        columns = [name for (name,) in self.env.cr.fetchall() if name not in values]
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO %s (%s, %s) SELECT %s, %s FROM %s source, generate_series(1, %s) i"
                " WHERE source.id = %s RETURNING id",
                SQL.identifier(table),
                SQL(", ").join(map(SQL.identifier, columns)),
                SQL(", ").join(map(SQL.identifier, values)),
                SQL(", ").join(SQL.identifier("source", name) for name in columns),
                SQL(", ").join(values.values()),
                SQL.identifier(table),
                count,
                record.id,
            )
        )
        return [row_id for (row_id,) in rows]

    def open_invoices(self, sample, count):
        """Let the database hold ``count`` more open invoices, each with its deposit, besides ``sample``."""
        line, deposit = sample.sudo().chorus_deposit_line_ids, sample.sudo().chorus_deposit_ids
        moves = self.clones(
            "account.move", sample, count, name=SQL("'SYN/' || i"), chorus_identifier=SQL("(3000000000 + i)::text")
        )
        deposits = self.clones("chorus.deposit", deposit, count, flow_number=SQL("'SYN' || i"))
        self.clones(
            "chorus.deposit.line",
            line,
            count,
            move_id=SQL("%s + i", moves[0] - 1),
            deposit_id=SQL("%s + i", deposits[0] - 1),
            number=SQL("'SYN/' || i"),
        )
        self.env.invalidate_all()
        return moves

    def follow_run(self):
        """Run the follow cron; how many calls it made besides flow reports."""
        before = self.simulator.state()["calls"]
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()
        after = self.simulator.state()["calls"]
        return sum(after.values()) - sum(before.values()) - after.get(REPORT, 0) + before.get(REPORT, 0)

    def test_thousand_open_twenty_changed(self):
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(20)))
        self.arrive(moves)
        self.open_invoices(moves[0], 980)
        self.assertEqual(len(self.env["account.move"].search(self.env["chorus.deposit"]._chorus_followed(self.company))), 1000)
        self.env["chorus.connection"]._of(self.company).last_sweep = fields.Datetime.now()
        for move in moves:
            self.simulator.act(move.chorus_identifier, "MANDATEE")
        self.assertLessEqual(self.follow_run(), 5)
        self.assertEqual(set(moves.mapped("chorus_state")), {"processing"})

    def test_ten_thousand_open_none_changed(self):
        move = self.arrive(self.invoice())
        self.open_invoices(move, 9999)
        self.env["chorus.connection"]._of(self.company).last_sweep = fields.Datetime.now()
        self.assertLessEqual(self.follow_run(), 3)

    def test_finished_invoices_are_not_polled(self):
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow_run()
        self.assertEqual(move.chorus_state, "paid")
        self.assertEqual(self.follow_run(), 0)
