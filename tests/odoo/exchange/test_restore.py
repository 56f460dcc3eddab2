"""A database that forgot what was sent: it looks at Chorus Pro before it sends what was there before it."""

import os
import subprocess
from collections import Counter
from datetime import timedelta
from unittest.mock import patch

import pytest

from odoo import fields
from odoo.tests import tagged
from odoo.tools import SQL

from ....models import timing
from ...common import ChorusCommon
from ...support import commits_case
from ...support.places import SUPPORT

SCRIPT = SUPPORT / "restore_script.py"
DEPOSIT, SEARCH = "/cpro/factures/v1/deposer/flux", "/cpro/factures/v1/rechercher/fournisseur"


@pytest.fixture(params=["dump", "copy"])
def shop(request):
    with commits_case.opened(SCRIPT) as shop:
        shop.how = request.param
        shop.run("setup")
        yield shop


def back_up(shop, folder):
    """The database as it is now, in the way that ``shop.how`` says; a function that brings it back."""
    database, kept = shop.database, f"{shop.database}_kept"
    if shop.how == "copy":
        shop.work.query("postgres", "CREATE DATABASE {} TEMPLATE {}", names=[kept, database])
    else:
        pg = pytest.importorskip("pg")
        programs, file = pg.binaries(), str(folder / "dump.sql")
        subprocess.run([programs / "pg_dump", "-f", file, database], check=True, env=os.environ)

    def restore():
        shop.work.query("postgres", "DROP DATABASE {} WITH (FORCE)", names=[database])
        if shop.how == "copy":
            shop.work.query("postgres", "ALTER DATABASE {} RENAME TO {}", names=[kept, database])
        else:
            shop.work.query("postgres", "CREATE DATABASE {} TEMPLATE template0", names=[database])
            subprocess.run([programs / "psql", "-q", "-d", database, "-f", file], check=True, capture_output=True, env=os.environ)

    return restore


def test_a_database_restored_from_yesterday(shop, tmp_path):
    """Each invoice once: those sent since the backup are adopted, that which nobody sent leaves."""
    restore = back_up(shop, tmp_path)
    shop.run("send", NAMES="lost")
    before = shop.simulator.invoices()
    assert len(before) == len(shop.deposits()) == 3
    restore()
    assert {ref: state for ref, (state, _identifier) in shop.states().items()} == {
        "sent": "deposited", "lost": "to_send", "queued": "sending", "later": "to_send",
    }  # fmt: skip
    # at once, by the button and by the job: what is there is adopted, what is not shown yet may be so soon
    shop.run("send", NAMES="lost later")
    assert len(shop.deposits()) == 3, "nothing was sent"
    _code, told = shop.run("told")
    assert told["later"] == "database_changed"
    shop.run("recover", CHORUS_SHOWN_AFTER="0")
    assert len(shop.deposits()) == 4
    held = shop.simulator.invoices()
    assert Counter(row["numeroFacture"] for row in held).most_common(1)[0][1] == 1
    identifiers = {identifier for _state, identifier in shop.states().values()}
    assert identifiers == {str(row["identifiantFactureCPP"]) for row in held}
    assert {state for state, _identifier in shop.states().values()} == {"deposited"}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestLookingFirst(ChorusCommon):
    """What makes Odoo look, how the look ends, and what it costs."""

    def setUp(self):
        super().setUp()
        self.connection = self.company._chorus_connection()

    def forget(self, moves):
        """Bring these invoices back to what they were before they were sent, as a restored backup does."""
        self.env.flush_all()
        deposits = moves.sudo().chorus_deposit_line_ids.deposit_id
        for table, column, ids in (
            ("chorus_status_entry", "move_id", moves.ids),
            ("chorus_deposit_line", "deposit_id", deposits.ids),
            ("chorus_deposit", "id", deposits.ids),
        ):
            self.env.cr.execute(SQL("DELETE FROM %s WHERE %s = ANY(%s)", SQL.identifier(table), SQL.identifier(column), ids))
        self.env.invalidate_all()
        moves.sudo().write({"chorus_identifier": False, "chorus_status": False, "chorus_status_at": False})
        self.env.add_to_compute(moves._fields["chorus_state"], moves)
        self.assertEqual(set(moves.mapped("chorus_state")), {"to_send"})

    def restored(self):
        self.connection.database_mark = "of another day"

    def long_since(self):
        """The change was noticed so long ago that the platform shows all that was sent before."""
        self.connection._notice_database()
        self.connection.changed_at = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER)

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()

    def test_new_invoices_cost_nothing(self):
        self.restored()
        self.connection._notice_database()
        self.send(move := self.invoice())
        self.assertEqual((move.chorus_state, self.simulator.calls(SEARCH)), ("deposited", 0))

    def test_found_the_same(self):
        move = self.arrive(self.invoice())
        identifier = move.chorus_identifier
        self.forget(move)
        self.restored()
        self.send(move)
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)
        self.assertEqual((move.chorus_state, move.chorus_identifier), ("deposited", identifier))
        self.assertEqual(len(self.simulator.invoices()), 1)
        self.assertIn("nothing is sent", "".join(move.message_ids.mapped("body")))

    def test_found_different(self):
        """Another invoice with this number: a person decides, nothing leaves."""
        move = self.arrive(self.invoice())
        self.forget(move)
        self.restored()
        with patch.object(type(move), "_chorus_grand_total", lambda _self: 2410.0):
            self.send(move)
        deposit = move.chorus_deposit_ids
        self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("unknown", "found_different", "checking"))
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)

    def test_absent(self):
        """It waits until the platform shows all that was sent before, then it leaves, once."""
        move = self.invoice()
        self.restored()
        self.send(move)
        deposit = move.chorus_deposit_ids
        self.assertEqual((move.chorus_state, deposit.state, deposit.error_code), ("sending", "ready", "database_changed"))
        self.assertEqual(deposit.next_try, self.connection.changed_at + timedelta(seconds=timing.SHOWN_AFTER))
        self.assertIn(deposit.error_cause, str(move.alerts))
        self.run_cron()
        self.assertEqual(self.simulator.calls(DEPOSIT), 0)
        self.long_since()
        deposit.sudo().next_try = False
        self.run_cron()
        self.assertEqual((move.chorus_state, self.simulator.calls(DEPOSIT)), ("deposited", 1))

    def test_the_search_fails(self):
        """What cannot be looked for does not leave."""
        move = self.invoice()
        self.restored()
        self.long_since()
        self.simulator.fault(SEARCH, "http_503", times=9)
        self.send(move)
        self.assertEqual((move.chorus_state, self.simulator.calls(DEPOSIT)), ("sending", 0))
        self.assertEqual(move.chorus_deposit_ids.state, "ready")
        self.assertTrue(move.chorus_deposit_ids.error_code)

    def test_several_in_one_file(self):
        moves = self.env["account.move"].union(*(self.invoice() for _each in range(11)))
        self.arrive(moves[:1])
        self.forget(moves[0])
        self.restored()
        self.long_since()
        deposit = moves._chorus_enqueue()
        self.assertEqual(len(deposit), 1)
        deposit._chorus_send()
        self.assertEqual(self.simulator.calls(DEPOSIT), 1, "the file holds one that is there")
        deposit.sudo().unknown_at = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER)
        deposit.sudo().next_try = False
        self.run_cron()
        self.assertEqual((deposit.state, moves[0].chorus_state), ("partial", "deposited"))
        self.assertEqual(set(moves[1:].mapped("chorus_state")), {"rejected"})
        self.send(moves[1:])
        self.simulator.advance()
        self.follow()
        self.assertEqual(len(self.simulator.invoices()), 11)
        self.assertEqual(set(moves.mapped("chorus_state")), {"deposited"})

    def test_what_is_older_than_the_installation(self):
        """Sent by another program, or by this one before it was uninstalled: looked for before the first sending."""
        old = self.arrive(self.invoice())
        self.forget(old)
        values = {"client_id": self.connection.client_id, "technical_account": self.connection.technical_account}
        values |= {name: self.connection[name] for name in ("client_secret_sealed", "technical_password_sealed")}
        self.connection.unlink()
        connection = self.env["chorus.connection"]._of(self.company)
        connection.sudo().write(values)
        self.send(old)
        self.assertEqual((old.chorus_state, self.simulator.calls(DEPOSIT)), ("deposited", 1))
        self.send(new := self.invoice())
        self.assertEqual((new.chorus_state, self.simulator.calls(DEPOSIT)), ("deposited", 2), "no wait either")

    def test_what_tells_another_database(self):
        """A new mark, or jobs that were silent for long; a clock put back as little as one put forward passes for none."""
        self.invoice()
        now = fields.Datetime.now()
        for mark, alive_at, noticed in (
            (self.connection._database_mark(), now, False),
            (self.connection._database_mark(), now - timedelta(seconds=timing.ALIVE - 60), False),
            (self.connection._database_mark(), now - timedelta(seconds=timing.ALIVE + 60), True),
            (self.connection._database_mark(), now + timedelta(seconds=timing.ALIVE + 60), True),
            (self.connection._database_mark(), False, True),
            ("of another day", now, True),
            (False, False, True),
        ):
            with self.subTest(mark=mark, alive_at=alive_at):
                self.connection.write({"database_mark": mark, "alive_at": alive_at, "changed_at": False, "last_doubtful_id": 0})
                self.connection._notice_database()
                self.assertEqual(bool(self.connection.changed_at), noticed)
                self.assertEqual(bool(self.connection.last_doubtful_id), noticed)
                self.assertEqual(self.connection.database_mark, self.connection._database_mark())
                self.assertLess(abs(fields.Datetime.now() - self.connection.alive_at), timedelta(seconds=timing.ALIVE))
