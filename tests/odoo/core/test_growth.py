import re
from datetime import timedelta
from unittest.mock import patch

from lxml import etree

from odoo import fields
from odoo.fields import Domain
from odoo.sql_db import Cursor
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon

#: What statements of ours look like: they read or write one of our tables, or ask for our types of activities.
OURS = re.compile(r'(?:FROM|JOIN|INTO|UPDATE) "?(?:chorus_|mail_activity_type)')


@tagged("post_install_l10n", "post_install", "-at_install")
class TestGrowth(ChorusCommon):
    """What the add-on asks of the database, counted: it must not grow with what is there, nor burden whom it does not concern.

    Times, on a large database, are in doc/PERFORMANCE.md.
    """

    def statements(self, function):
        """The statements that a function takes, nothing in memory before."""
        self.env.flush_all()
        self.env.invalidate_all()
        seen, execute = [], Cursor.execute

        def watched(cursor, query, params=None, log_exceptions=True):
            try:
                return execute(cursor, query, params, log_exceptions)
            finally:
                seen.append(cursor._obj.query.decode())

        with patch.object(Cursor, "execute", watched):
            function()
            self.env.flush_all()
        return seen

    def pay(self, move):
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {}
        )._create_payments()

    def ours(self, partner):
        """How many statements of ours a draft takes, its posting, its payment; what is read once for all is read before."""
        for _time in range(2):
            made = []
            steps = (
                lambda made=made: made.append(self.invoice(partner, post=False)),
                lambda made=made: made[0].action_post(),
                lambda made=made: self.pay(made[0]),
            )
            counts = [len([query for query in self.statements(step) if OURS.search(query)]) for step in steps]
        return counts

    def test_an_invoice_that_is_not_for_chorus_pro_costs_nothing(self):
        person = self.env["res.partner"].create({"name": "Camille Client", "country_id": self.env.ref("base.fr").id})
        self.assertEqual(self.ours(person), [0, 0, 0])

    def test_an_invoice_for_chorus_pro_costs_a_few(self):
        self.town.sudo().write({"chorus_directory_date": fields.Datetime.now(), "chorus_directory_environment": "simulator"})
        draft, post, payment = self.ours(self.town)
        self.assertLessEqual(draft, 3)
        self.assertLessEqual(post, 4)
        self.assertLessEqual(payment, 2)

    def test_a_list_of_deposits_costs_the_same_however_long_it_is(self):
        deposits = self.env["chorus.deposit"].union(*(self.invoice()._chorus_enqueue() for _time in range(6)))
        names = {"read_at": {}, "other_environment": {}, "flow_state_label": {}, "company_id": {}, "state": {}}
        names["move_ids"] = {}
        counts = [len(self.statements(lambda count=count: deposits[:count].web_read(names))) for count in (1, 1, len(deposits))]
        self.assertEqual(*counts[1:])

    def screen(self, kind):
        """What the web client asks of the invoices on a screen, without what is within lists in a form."""
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_invoices")
        view = action.view_id.id if kind == "list" else False
        arch = etree.fromstring(self.env["account.move"].with_user(self.sender).get_view(view, kind)["arch"])
        return {node.get("name"): {} for node in arch.iter("field") if not any(up.tag == "field" for up in node.iterancestors())}

    def test_opening_an_invoice_costs_a_few(self):
        """What it asks of our tables; all statements, beside those of an earlier build: `dev.py bench screens`."""
        names = self.screen("form")
        person = self.env["res.partner"].create({"name": "Camille Client", "country_id": self.env.ref("base.fr").id})
        returned = self.arrive(self.invoice())
        self.simulator.act(returned.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS")
        self.follow()
        for move, most in ((self.invoice(person), 4), (self.invoice(), 11), (self.arrive(self.invoice()), 8), (returned, 8)):
            move = move.with_user(self.sender)
            for _time in range(2):
                ours = [query for query in self.statements(lambda move=move: move.web_read(names)) if OURS.search(query)]
            with self.subTest(state=move.chorus_state):
                self.assertLessEqual(len(ours), most, "\n".join(ours))
                self.assertFalse([query for query in ours if "chorus_works_progress" in query])

    def test_a_list_and_cards_of_invoices_ask_nothing_more_however_many_there_are(self):
        moves = self.arrive(self.env["account.move"].union(*(self.invoice() for _time in range(6)))).with_user(self.sender)
        for kind in ("list", "kanban"):
            names = self.screen(kind)
            counts = [len(self.statements(lambda some=moves[:count]: some.web_read(names))) for count in (1, 1, 6)]  # noqa: B023
            self.assertEqual(*counts[1:], kind)

    def late(self, count):
        moves = self.arrive(self.env["account.move"].union(*(self.invoice() for _time in range(count))))
        then = fields.Datetime.now() - timedelta(days=40)
        entries = self.env["chorus.status.entry"].sudo()
        entries.create([{"move_id": move.id, "status": "MISE_A_DISPOSITION", "at": then} for move in moves])
        return moves

    def call_late(self):
        """What the daily job does, but for its commits."""
        with patch.object(self.registry["ir.cron"], "_commit_progress", lambda cron, processed=0, **options: 60):
            self.env["account.move"]._chorus_call_late()

    def test_what_was_told_of_late_invoices_is_looked_at_together(self):
        late = self.late(8)
        counts = []
        for told in (late[:2], late):
            domain = [("id", "in", told.ids)]
            with patch.object(self.registry["account.move"], "_chorus_late_domain", lambda moves, domain=domain: domain):
                self.call_late()
                self.assertEqual(len(told.activity_ids), len(told))
                counts.append(len(self.statements(self.call_late)))
        self.assertEqual(*counts)

    def test_one_that_breaks_among_those_told_does_not_stop_the_others(self):
        late = self.late(3)
        self.call_late()
        late.activity_ids.note = "old"
        calls = type(late)._chorus_calls

        def breaking(move):
            if move == late[1]:
                raise ValueError("broken")
            return calls(move)

        with (
            patch.object(type(late), "_chorus_calls", breaking),
            mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions"),
        ):
            self.call_late()
        self.assertEqual([("old" in move.activity_ids.note) for move in late], [False, True, False])

    def test_what_is_looked_for_often_has_an_index(self):
        """As the searches are written, for an index that says otherwise serves none of them."""
        move, moves = self.invoice(), self.env["account.move"].sudo()
        own = Domain("company_id", "=", self.company.id)
        searches = {
            "account_move_chorus_service_given": lambda: move._chorus_last_service(),
            "account_move_chorus_announced": lambda: moves.search(moves._chorus_announced_domain() & own),
            "account_move__chorus_payment_at_index": lambda: moves.search(
                [("chorus_payment_at", ">=", fields.Datetime.now() - timedelta(days=7))]
            ),
            "account_move_chorus_bodies": lambda: self.env["chorus.dashboard"]._body_rows(own),
            "account_move_chorus_open": lambda: self.town._chorus_open_invoices(),
            "chorus_deposit_deposited_without_flow": lambda: self.env["chorus.deposit"]._chorus_followed(self.company),
        }
        for index, search in searches.items():
            with self.subTest(index):
                queries = [query for query in self.statements(search) if query.startswith("SELECT")]
                plans = self.plans(queries, index)
                self.assertIn(f"using {index} ", plans.replace(f"on {index} ", f"using {index} "))

    def plans(self, queries, index):
        """How PostgreSQL answers, and how it would, had the table no other index: of few rows it takes any that it finds."""
        cr, found = self.env.cr, []

        def explain():
            for query in queries:
                cr.execute("EXPLAIN " + query.replace("%", "%%"), ())
                found.extend(row for (row,) in cr.fetchall())

        cr.execute("SAVEPOINT plans")
        cr.execute("SET LOCAL enable_seqscan = off")
        explain()
        cr.execute(
            """
            SELECT format('DROP INDEX %%I', other.indexrelid::regclass)
              FROM pg_index wanted
              JOIN pg_index other ON other.indrelid = wanted.indrelid AND other.indexrelid <> wanted.indexrelid
             WHERE wanted.indexrelid = %s::regclass
               AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = other.indexrelid)
            """,
            [index],
        )
        for (drop,) in cr.fetchall():
            cr.execute(drop)
        explain()
        # nor by the key of the row that a join has found
        cr.execute("SET LOCAL enable_nestloop = off")
        cr.execute("SET LOCAL enable_mergejoin = off")
        explain()
        cr.execute("ROLLBACK TO SAVEPOINT plans")
        return "\n".join(found)
