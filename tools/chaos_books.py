"""The database of a run of faults: every change of a deposit's state is written down, and time can be brought forward."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg2

from chaos_plan import SHOWN_AFTER, STALE
from odoo_env import MODULE
from workspace import Workspace

CRONS = (
    (MODULE, "ir_cron_chorus_deposit"),
    (MODULE, "ir_cron_chorus_follow"),
    ("account", "ir_cron_account_move_send"),
)
OBSERVED = """
    CREATE TABLE chaos_step (id serial PRIMARY KEY, deposit_id integer, was varchar, became varchar);
    CREATE FUNCTION chaos_step() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO chaos_step (deposit_id, was, became) VALUES (NEW.id, OLD.state, NEW.state);
            RETURN NULL;
        END $$;
    CREATE TRIGGER chaos_step AFTER UPDATE ON chorus_deposit FOR EACH ROW
        WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION chaos_step();
"""
CRON_IDS = """
    SELECT res_id FROM ir_model_data WHERE model = 'ir.cron' AND module || '.' || name = ANY(%s) ORDER BY res_id
"""
# Rows in use are left for the next time, as they would be by the clock.
SOONER = """
    UPDATE {0} SET {1} = (now() AT TIME ZONE 'UTC') - interval '1 second'
    WHERE id IN (
        SELECT id FROM {0} WHERE {1} > now() AT TIME ZONE 'UTC' ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
    )
"""
OLDER = """
    UPDATE {0} SET sending_at = sending_at - %s::interval, unknown_at = unknown_at - %s::interval
    WHERE state = ANY(%s)
"""
INVOICES = """
    SELECT move.id, move.name, move.chorus_state, move.chorus_status, move.chorus_identifier,
           line.outcome, deposit.state,
           -- what somebody else deposited, as far as we were told, has its flow in its report
           coalesce(deposit.flow_number, CASE WHEN deposit.elsewhere THEN substring(deposit.report from '[^ ]+$') END)
    FROM account_move move
    LEFT JOIN chorus_deposit_line line ON line.move_id = move.id AND line.live
    LEFT JOIN chorus_deposit deposit ON deposit.id = line.deposit_id
    WHERE move.id = ANY(%s) ORDER BY move.id
"""
DEPOSITS = """
    SELECT deposit.id, deposit.state,
           coalesce(deposit.flow_number, CASE WHEN deposit.elsewhere THEN substring(deposit.report from '[^ ]+$') END),
           deposit.sha256, deposit.error_code,
           coalesce(deposit.error_detail, deposit.report, string_agg(line.message, ' ')), string_agg(line.number, ' ')
    FROM chorus_deposit deposit LEFT JOIN chorus_deposit_line line ON line.deposit_id = deposit.id
    GROUP BY deposit.id ORDER BY deposit.id
"""


class Books:
    """What Odoo's database says, and when it is.

    :param database: with the add-on and the demonstration's data.
    :param jobs: scheduled jobs that run beside the usual ones: module and name, each.
    """

    def __init__(self, work: Workspace, database: str, jobs: Sequence[tuple[str, str]] = ()) -> None:
        self._work, self._database = work, database
        self.query(OBSERVED)
        self._settings = self.query("SELECT id, structure_identifier FROM chorus_connection")
        self.changes = 0
        names = [f"{module}.{name}" for module, name in {*CRONS, *jobs}]
        self.crons = [number for (number,) in self.query(CRON_IDS, names)]
        # other jobs have no part in this
        self.query("UPDATE ir_cron SET active = id = ANY(%s)", self.crons)

    def query(self, statement: str, *values: object, names: tuple[str, ...] = ()) -> list[tuple[Any, ...]]:
        """Run one SQL statement; its rows."""
        return self._work.query(self._database, statement, *values, names=names)

    # -- time ----------------------------------------------------------------------------------------------------------

    def hours_pass(self) -> None:
        """Let what waits for a later time be due now, and wake the scheduled jobs up."""
        # another transaction was first: next time then
        with contextlib.suppress(psycopg2.errors.DeadlockDetected, psycopg2.errors.LockNotAvailable):
            self.query(SOONER, names=("chorus_deposit", "next_try"))
            self.query(SOONER, names=("chorus_action", "next_try"))
            self.query(SOONER, names=("chorus_deposit_line", "history_due"))
            self.query(SOONER, names=("chorus_connection", "paused_until"))
        self.query("INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT unnest(%s), now() AT TIME ZONE 'UTC'", self.crons)
        self._work.query("postgres", "SELECT pg_notify('cron_trigger', %s)", self._database)

    def age(self, *states: str) -> None:
        """Let the calls of deposits in these states be so long ago that the platform surely shows what it holds.

        Only while nobody sends those, and with all flows at their end.
        """
        for table in ("chorus_deposit", "chorus_action"):
            self.query(OLDER, *[f"{STALE + SHOWN_AFTER} seconds"] * 2, list(states), names=(table,))

    def forget_kills(self) -> None:
        """Let no scheduled job count as timed out because its process was killed.

        Odoo leaves a job out once whose process was killed three times; until then the button that runs it by hand breaks, as it
        looks for an exception in a record of the log that has none. Only while no job runs.
        """
        self.query("UPDATE ir_cron_progress SET timed_out_counter = 0 WHERE timed_out_counter > 0")

    def jobs_left(self) -> int:
        """How many jobs of queue_job are due or being done."""
        ((number,),) = self.query(
            "SELECT count(*) FROM queue_job WHERE state IN ('enqueued', 'started')"
            " OR state = 'pending' AND (eta IS NULL OR eta <= now() AT TIME ZONE 'UTC')"
        )
        return number

    def jobs_done(self) -> int:
        """How many jobs queue_job carried out."""
        ((number,),) = self.query("SELECT count(*) FROM queue_job WHERE state = 'done'")
        return number

    def change_settings(self) -> None:
        """Let the company's structure at Chorus Pro be another, for a while."""
        self.changes += 1
        self.query("UPDATE chorus_connection SET structure_identifier = '4242'")

    def restore_settings(self) -> None:
        """Let it be what it was."""
        self.query("UPDATE chorus_connection SET structure_identifier = NULL")
        for identifier, structure in self._settings:
            self.query("UPDATE chorus_connection SET structure_identifier = %s WHERE id = %s", structure, identifier)

    def sweep(self) -> None:
        """Let the daily search for what others missed be due."""
        self.query("UPDATE chorus_connection SET last_sweep = NULL")

    # -- what it says --------------------------------------------------------------------------------------------------

    def steps(self) -> Counter[tuple[str, str]]:
        """How often deposits went from one state to another."""
        return Counter(self.query("SELECT was, became FROM chaos_step"))

    def invoices(self, ids: list[int]) -> list[tuple[Any, ...]]:
        """Of each invoice: id, number, state, status, identifier; outcome, state and flow number of its live deposit."""
        return self.query(INVOICES, ids)

    def deposits(self) -> list[tuple[Any, ...]]:
        """Of each deposit: id, state, flow number, SHA-256, error code, message, the invoices' numbers."""
        return self.query(DEPOSITS)

    def flow_numbers(self) -> set[str]:
        """The flows that Odoo knows of."""
        return {number for (number,) in self.query("SELECT flow_number FROM chorus_deposit WHERE flow_number IS NOT NULL")}
