"""Script for `odoo shell`, run by `bench_growth` on the large database, with the add-on and without; prints figures as JSON."""

import json
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import psycopg2

from odoo import Command
from odoo.sql_db import Cursor

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
DETAILS = bool(os.environ.get("CHORUS_BENCH_DETAILS"))
company = env["res.company"].search([("company_registry", "=", "12345678200077")])
env = env(user=env.ref("base.user_admin"), context={**env.context, "allowed_company_ids": company.ids})
Moves = env["account.move"]
LATE = (3000, 400, 20)
#: Seconds that the daily job gets for what is measured of it.
JOB = 20
SLOW = 0.005
#: Each is timed so often at most and the shortest time taken: other programs may run beside.
RUNS = 15


def server() -> float | None:
    """Seconds that PostgreSQL's process of this connection has had of a processor; None where Linux does not tell."""
    try:
        with open(f"/proc/{env.cr._cnx.info.backend_pid}/schedstat") as told:
            return int(told.read().split()[0]) / 1e9
    except OSError:
        return None


def processor() -> float:
    """Seconds that this process and PostgreSQL's have had of a processor: one waits while the other works.

    Both wait for what else the machine does, which the clock would count. Where Linux does not tell, the clock does.
    """
    seconds = server()
    return time.perf_counter() if seconds is None else time.process_time() + seconds


class Watch:
    """Statements that run while it is on: their text, as it went to PostgreSQL, and how long PostgreSQL worked on each."""

    def __init__(self) -> None:
        self.on, self.seen = False, []
        execute = Cursor.execute

        def watched(cursor: Cursor, query: Any, params: Any = None, log_exceptions: bool = True) -> Any:
            if not self.on or cursor is not env.cr:
                return execute(cursor, query, params, log_exceptions)
            began = server()
            try:
                return execute(cursor, query, params, log_exceptions)
            finally:
                took = 0.0 if began is None else server() - began
                self.seen.append((cursor._obj.query.decode(errors="replace"), took))

        Cursor.execute = watched

    def run(self, function: Callable[[], Any], name: str) -> int:
        """Run a function, nothing in memory before; how many statements it took."""
        env.flush_all()
        env.invalidate_all()
        self.seen, self.on = [], True
        try:
            function()
            env.flush_all()
        finally:
            self.on = False
        if DETAILS:
            for query, seconds in self.seen:
                sys.stderr.write(f"{name}: {seconds * 1000:.1f} ms {' '.join(query.split())[:700]}\n")
        return len(self.seen)


watch = Watch()
env.cr.execute("SET max_parallel_workers_per_gather = 0")  # helpers of PostgreSQL's process would not be counted
env.cr.commit()


def plan(query: str) -> list[str]:
    """How PostgreSQL carries out a statement."""
    with env.cr.savepoint(flush=False):
        env.cr.execute("EXPLAIN " + query.replace("%", "%%"), ())
        return [row for (row,) in env.cr.fetchall()]


def timed(function: Callable[[], Any], name: str, in_memory: bool = False) -> float:
    """Seconds of a processor that a function takes: the shortest of several times, after one in which what is read once is read.

    :param in_memory: the records are in memory already, as they are within a request.
    """
    watch.run(function, name)
    note(name)
    taken = []
    for _run in range(RUNS):
        if not in_memory:
            env.invalidate_all()
        began = processor()
        function()
        env.flush_all()
        taken.append(processor() - began)
    return min(taken)


statements: dict[str, dict[str, Any]] = {}


def note(name: str) -> None:
    """Keep of our statements seen those that are slow, and those that read all invoices."""
    for query, seconds in watch.seen:
        # a journal's card and a list have statements of Odoo's own
        ours = "chorus_" in query or "buyer_reference" in query
        if not ours or not query.lstrip().upper().startswith(("SELECT", "WITH")):
            continue
        lines = plan(query)
        scans = any("Seq Scan on account_move " in line or line.endswith("Seq Scan on account_move") for line in lines)
        if scans or seconds > SLOW:
            key = f"{name}: {' '.join(query.split())[:160]}"
            known = statements.get(key)
            if not known or known["seconds"] < seconds:
                statements[key] = {"seconds": seconds, "scans": scans, "plan": lines, "of": name, "query": query}


def draft(partner: Any) -> Any:
    """A draft invoice."""
    line = {"name": "Prestation", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.set(TAX.ids)]}
    values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": date.today()}  # noqa: DTZ011 - a day here
    return Moves.create({**values, "invoice_line_ids": [Command.create(line)]})


def pay(move: Any) -> None:
    """What the dialog of a payment does."""
    context = {"active_model": "account.move", "active_ids": move.ids}
    env["account.payment.register"].with_context(**context).create({})._create_payments()


def steps(partner: Any) -> list[int]:
    """Statements of a draft, of its posting and of its payment; the second invoice counts, what is read once is read."""
    for _time in range(2):
        made: list[Any] = []
        counts = [watch.run(lambda made=made: made.append(draft(partner)), "draft")]
        move = made[0]
        counts.append(watch.run(move.action_post, "post"))
        counts.append(watch.run(lambda move=move: pay(move), "pay"))
    env.cr.rollback()
    return counts


TAX = env["account.tax"].search(
    [("type_tax_use", "=", "sale"), ("amount", "=", 20), ("price_include", "=", False), ("company_id", "=", company.id)], limit=1
)
Partners = env["res.partner"]
bodies = Partners.search([("name", "=like", "Commune %")], order="id")
result: dict[str, Any] = {
    "private": steps(Partners.search([("name", "=like", "Client %")], order="id", limit=1)),
    "public": steps(bodies[10]),
}


def separately(*queries: str) -> None:
    """Run SQL beside this transaction, committed at once."""
    env.cr.commit()
    env.invalidate_all()
    connection = psycopg2.connect(dbname=env.cr.dbname)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(query)
    connection.close()


def job(model: Any, name: str, seconds: float) -> tuple[float, int]:
    """Run a scheduled job as Odoo does, for so long; the seconds of the processor it took, and how many it saw to."""
    cron = env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").sudo()
    progress = env["ir.cron.progress"].sudo().create({"cron_id": cron.id, "remaining": 0, "done": 0, "timed_out_counter": 0})
    env.cr.commit()
    context = {"cron_id": cron.id, "ir_cron_progress_id": progress.id, "cron_end_time": time.monotonic() + seconds}
    root = env(user=1, context=context)
    env.invalidate_all()
    began = time.process_time()
    getattr(root[model._name], METHODS[name])()
    root.flush_all()
    taken = time.process_time() - began
    env.cr.commit()
    progress.invalidate_recordset()
    return taken, progress.done


METHODS = {"follow": "_cron_follow", "deposit": "_cron_deposit", "expiry": "_chorus_call_late"}


def hourly() -> dict[str, float]:
    """Seconds of the hourly jobs where all invoices are at their end."""
    found = {}
    for name in ("follow", "deposit"):
        model = env["chorus.deposit"].with_user(1)
        getattr(model, METHODS[name])()
        found[name] = timed(getattr(model, METHODS[name]), f"hourly {name}")
    return found


def last_service() -> dict[str, float]:
    """Seconds until it is known which service a body was given last, by the number of its invoices; none was ever given."""
    found = {}
    for body in bodies[:3] + Partners.create({"name": "Nouvelle commune"}):
        count = Moves.search_count([("commercial_partner_id", "=", body.id)])
        move = draft(body)
        found[str(count)] = timed(lambda move=move, body=body: last_of(move, body), "last service", in_memory=True)
    env.cr.rollback()
    return found


def last_of(move: Any, body: Any) -> Any:
    """The search of ``_chorus_usual_service``."""
    if hasattr(move, "_chorus_last_service"):
        return move._chorus_last_service()
    domain = [("company_id", "=", company.id), ("commercial_partner_id", "=", body.id),
              ("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted"),
              ("buyer_reference", "!=", False)]  # fmt: skip
    return Moves.search(domain, order="id desc", limit=1).buyer_reference


def told_already() -> dict[str, Any]:
    """Seconds of the processor for each late invoice of which a person knows, by how many there are."""
    cr, late, found = env.cr, Moves.search([("chorus_expected_date", "<", date.today()),  # noqa: DTZ011 - a day here
                                            ("payment_state", "=", "not_paid")], order="id"), {}  # fmt: skip
    first = late[0]
    first.sudo()._chorus_call_people()
    env.flush_all()
    # all are of one amount and day: so are their activities
    columns = [row for (row,) in query("SELECT column_name FROM information_schema.columns WHERE table_name = 'mail_activity'")]
    same = ", ".join(f'a."{name}"' for name in columns if name not in ("id", "res_id", "res_name"))
    cr.execute(
        f"""
        INSERT INTO mail_activity (res_id, res_name, {same.replace("a.", "")})
        SELECT m.id, m.name, {same} FROM mail_activity a, account_move m
         WHERE a.res_model = 'account.move' AND a.res_id = %s AND m.id = ANY(%s)
        """,  # noqa: S608 - names of columns
        [first.id, late[1:].ids],
    )
    cr.execute("UPDATE chorus_deposit_line SET called = told.called FROM chorus_deposit_line told"
               " WHERE told.move_id = %s AND chorus_deposit_line.move_id = ANY(%s)", [first.id, late[1:].ids])  # fmt: skip
    cr.commit()
    for count in LATE:
        if count < len(late):
            gone = late[count:].ids
            cr.execute("DELETE FROM mail_activity WHERE res_model = 'account.move' AND res_id = ANY(%s)", [gone])
            cr.execute("UPDATE account_move SET payment_state = 'paid', chorus_state = 'paid' WHERE id = ANY(%s)", [gone])
            cr.commit()
            env.invalidate_all()
        job(Moves, "expiry", 3)
        runs, began = [], time.monotonic()
        while len(runs) < RUNS and (not runs or time.monotonic() - began < JOB):
            runs.append(job(Moves, "expiry", JOB))
        taken, done = min(runs, key=lambda run: run[0] / max(run[1], 1))
        found[str(count)] = [taken / max(done, 1), done]
    return found


def query(text: str) -> list[tuple[Any, ...]]:
    """Rows of an SQL statement."""
    env.cr.execute(text)
    return env.cr.fetchall()


def deposits() -> list[int]:
    """Statements of a list of 80 deposits, with and without what it shows of them besides its columns."""
    Deposits = env["chorus.deposit"]
    view = Deposits.get_view(env.ref("l10n_fr_chorus_pro.view_chorus_deposit_list").id, "list")
    names = [name for name in Deposits.get_views([(view["id"], "list")])["models"]["chorus.deposit"]["fields"]
             if f'name="{name}"' in view["arch"]]  # fmt: skip
    stored = [name for name in names if Deposits._fields[name].store]

    def shown(fields: list[str]) -> Callable[[], Any]:
        # what a many2one says of its record is Odoo's
        return lambda: Deposits.web_search_read([], {name: {} for name in fields}, limit=80)

    counts = []
    for fields in (names, stored):
        watch.run(shown(fields), "list")
        counts.append(watch.run(shown(fields), "list"))
    return counts


def others() -> None:
    """Whatever else of ours looks for invoices."""
    today = date.today()  # noqa: DTZ011 - a day here
    moves = Moves.sudo()
    searches = {
        "digest": company._chorus_digest_values,
        "journal card": env["account.journal"].search([("company_id", "=", company.id)])._get_journal_dashboard_data_batched,
        "late": lambda: moves.search([*moves._chorus_late_domain(), ("company_id.chorus_environment", "!=", False)]),
        "statement of account": lambda: bodies[0]._chorus_open_invoices(),
        "service proposed": lambda: moves._chorus_propose_service(bodies[1], "simulator"),
        "list of invoices": lambda: Moves.web_search_read([("chorus_state", "!=", False)], {"name": {}}, limit=80),
        "announced": lambda: Moves.search(Moves._chorus_announced_domain()),
        "sent by itself": lambda: moves.search([("company_id", "=", company.id), ("chorus_state", "=", "to_send"),
                                                ("chorus_hold", "=", False), ("chorus_auto_at", "<=", str(today))]),
        "followed": lambda: moves.search(env["chorus.deposit"]._chorus_followed(company)),
        "statuses found": lambda: env["chorus.deposit"].sudo()._chorus_structures(env["chorus.connection"]._of(company)),
    }  # fmt: skip
    for name, search in searches.items():
        result["others"][name] = timed(search, name)


if "chorus_state" in Moves._fields:
    result["last service"] = last_service()
    result["hourly"] = hourly()
    separately(
        """
        UPDATE account_move m
           SET payment_state = 'not_paid', amount_residual = amount_total, amount_residual_signed = amount_total_signed,
               chorus_payment_at = NULL,
               chorus_state = CASE WHEN rank <= 5500 THEN 'received' WHEN rank <= 5800 THEN 'to_complete' ELSE 'refused' END,
               chorus_status = CASE WHEN rank <= 5500 THEN 'MISE_A_DISPOSITION' WHEN rank <= 5800 THEN 'SUSPENDUE'
                                    ELSE 'REJETEE' END,
               chorus_expected_date = CASE WHEN rank <= 3000 THEN CURRENT_DATE - 20
                                           WHEN rank <= 5500 THEN CURRENT_DATE + rank::int % 60 END
          FROM (SELECT id, row_number() OVER (ORDER BY id DESC) AS rank FROM account_move WHERE chorus_state = 'paid') last
         WHERE last.id = m.id AND rank <= 6000
        """,
        "DELETE FROM chorus_status_entry WHERE status IN ('MANDATEE', 'MISE_EN_PAIEMENT')"
        " AND move_id IN (SELECT id FROM account_move WHERE chorus_state <> 'paid')",
        "VACUUM (ANALYZE) account_move",
        "VACUUM (ANALYZE) chorus_status_entry",
    )
    result["others"] = {}
    result["deposits"] = deposits()
    dashboard = env["chorus.dashboard"]
    result["dashboard"] = timed(dashboard.read_dashboard, "dashboard")
    others()
    result["told"] = told_already()
    result["statements"] = list(statements.values())
    result["sizes"] = dict(
        Counter(dict(query("SELECT coalesce(chorus_state, '-'), count(*) FROM account_move GROUP BY 1"))).most_common()
    )
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
