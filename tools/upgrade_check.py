"""What becomes of a database of the version before: nothing is lost, nothing is logged, what left is gone.

The version before is that add-on itself, as it was, kept in ``tests/upgrade/``: a database made to look like one of its own
would not have its views, and those were in the way of the first upgrade that was tried.
"""

from __future__ import annotations

import ast
import tarfile
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from install_check import complaints
from odoo_env import MODULE, REPO, log
from workspace import RUN, Workspace

#: Made by: git archive COMMIT -- __init__.py __manifest__.py LICENSE data models … tools/demo_data.py | xz -9e
EARLIER = REPO / "tests/upgrade/19.0.1.0.0.tar.xz"
#: Columns of ``account_move`` that became columns of ``chorus_deposit_line``.
MOVED = {"chorus_history_due": "history_due", "chorus_called": "called", "chorus_piece": "piece"}
#: What an invoice of these statuses is called now, where one state of the version before became several.
DIVIDED = {"A_RECYCLER": "to_recycle", "ABANDONNEE": "abandoned"}
#: Jobs that there are now, and the fields that an invoice may have.
JOBS = {f"ir_cron_chorus_{job}" for job in ("deposit", "directory", "events", "expiry", "follow", "look_back")}
FIELDS = 45
#: Set whenever a record is written.
STAMPS = {"write_date", "write_uid"}
PORT = 8098  # of the simulator, which nobody calls

Rows = dict[int, dict[str, Any]]


def tables(work: Workspace, database: str) -> dict[str, str]:
    """The tables whose rows must stay, each with the beginning of the names of the columns that are ours."""
    own = """
        SELECT replace(model, '.', '_') FROM ir_model
         WHERE model LIKE 'chorus.%%' AND NOT transient AND to_regclass(replace(model, '.', '_')) IN
               (SELECT oid FROM pg_class WHERE relkind = 'r')
    """
    others = dict.fromkeys(("account_move", "account_move_line", "res_company", "res_partner", "product_template"), "chorus_")
    return {**dict.fromkeys((name for (name,) in work.query(database, own)), ""), **others, "mail_activity": ""}


def rows(work: Workspace, database: str, table: str, prefix: str) -> Rows:
    """What a table holds of ours, by id."""
    found = work.query(database, "SELECT to_jsonb(kept) FROM {} kept", names=[table])
    return {
        row["id"]: {name: value for name, value in row.items() if name.startswith(prefix) and name not in STAMPS}
        for (row,) in found
    }


def everything(work: Workspace, database: str, names: dict[str, str]) -> dict[str, Rows]:
    """The rows of all these tables."""
    return {table: rows(work, database, table, prefix) for table, prefix in names.items()}


def pending(work: Workspace, database: str) -> int:
    """How many runs of our jobs are asked for."""
    statement = """
        SELECT count(*) FROM ir_cron_trigger
          JOIN ir_model_data data ON data.res_id = cron_id AND data.model = 'ir.cron' AND data.module = %s
    """
    return work.query(database, statement, MODULE)[0][0]


def lost(before: dict[str, Rows], after: dict[str, Rows]) -> Iterable[str]:
    """What was there before, and is not any more, or another; but for columns that left."""
    for table, kept in before.items():
        columns = set(next(iter(after[table].values()), {}))
        for identifier, row in kept.items():
            now = after[table].get(identifier)
            if now is None:
                yield f"upgrade: lost: {table} {identifier}"
                continue
            state = DIVIDED.get(row.get("chorus_status"))
            meant = {**row, "chorus_state": state} if state else row
            changed = sorted(name for name in columns.intersection(row) if meant[name] != now[name])
            if changed:
                yield f"upgrade: {table} {identifier}: changed: {', '.join(changed)}"
        if kept and not columns:
            yield f"upgrade: lost: all of {table}"


def misplaced(before: dict[str, Rows], after: dict[str, Rows]) -> Iterable[str]:
    """What was to move from invoices to what was sent of them, and is not there."""
    for old, new in MOVED.items():
        had = {identifier: row[old] for identifier, row in before["account_move"].items() if row[old] is not None}
        has = {row["move_id"]: row[new] for row in after["chorus_deposit_line"].values() if row[new] is not None}
        if not had:
            yield f"upgrade: no invoice had any {old}: nothing was checked"
        if had != has:
            yield f"upgrade: {old} of {len(had)} invoices became {new} of {len(has)}"


def left(work: Workspace, database: str) -> Iterable[str]:
    """What was to go, and is there; what was to come, and is not."""
    jobs = work.query(database, "SELECT name FROM ir_model_data WHERE model = 'ir.cron' AND module = %s", MODULE)
    if {name for (name,) in jobs} != JOBS:
        yield f"upgrade: scheduled jobs: {', '.join(sorted(name for (name,) in jobs))}"
    alike = work.query(database, "SELECT count(*) FROM ir_cron WHERE cron_name LIKE 'Chorus Pro%%'")
    if alike[0][0] != len(JOBS):
        yield f"upgrade: {alike[0][0]} scheduled jobs bear our name"
    fields = "SELECT name FROM ir_model_fields WHERE model = 'account.move' AND name LIKE 'chorus%%'"
    names = [name for (name,) in work.query(database, fields)]
    if len(names) > FIELDS:
        yield f"upgrade: an invoice still has {len(names)} fields: {', '.join(sorted(names))}"
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'account_move' AND column_name = ANY(%s)"
    for (name,) in work.query(database, columns, list(MOVED)):
        yield f"upgrade: column left behind: account_move.{name}"
    empty = """
        SELECT name FROM ir_ui_view
         WHERE arch_db ->> 'en_US' = '<data/>' AND id IN (SELECT res_id FROM ir_model_data WHERE module = %s)
    """
    for (name,) in work.query(database, empty, MODULE):
        yield f"upgrade: view left empty: {name}"
    version = ast.literal_eval((REPO / "__manifest__.py").read_text())["version"]
    if work.query(database, "SELECT latest_version FROM ir_module_module WHERE name = %s", MODULE) != [(version,)]:
        yield "upgrade: not this version"


def unpack(folder: Path) -> Path:
    """Put the version before into a folder; where it is there."""
    earlier = folder / "addons" / MODULE
    with tarfile.open(EARLIER) as archive:
        # Python before 3.12 need not have filters
        archive.extraction_filter = getattr(tarfile, "data_filter", lambda member, _path: member)
        archive.extractall(earlier)
    return earlier


def check_upgrade(work: Workspace) -> int:
    """Fill a database of the version before, and upgrade it; the exit status."""
    with tempfile.TemporaryDirectory(dir=RUN, prefix="check-") as folder, work.database("check", addon=False) as database:
        earlier = unpack(Path(folder))
        options = ("-d", database, "--stop-after-init", "--no-http")
        with work.other_addon(earlier):
            log("upgrade: install the version before")
            work.install(database)
            work.odoo("earlier", "shell", "-d", database, "--no-http", script=earlier / "tools/demo_data.py",
                      CHORUS_DEMO_SIMULATOR=f"http://127.0.0.1:{PORT}")  # fmt: skip
            work.odoo("earlier", "shell", "-d", database, "--no-http", script=REPO / "tools/shell_states.py")
        names = tables(work, database)
        before, asked = everything(work, database, names), pending(work, database)
        states = {row["chorus_state"] for row in before["account_move"].values()}
        log(f"upgrade: {len(before['account_move'])} invoices in {len(states - {None})} states")
        logged = work.odoo("upgrade", *options, "-u", MODULE)
        after = everything(work, database, names)
        problems = [*complaints("upgrade", logged), *lost(before, after), *misplaced(before, after), *left(work, database)]
        if pending(work, database) != asked:
            problems.append(f"upgrade: {asked} runs of jobs were asked for, now {pending(work, database)}")
        log("upgrade: read all of it")
        logged = work.odoo("read", "shell", "-d", database, "--no-http", script=REPO / "tools/shell_read.py")
        problems += complaints("upgraded", logged)
    for problem in problems:
        print(problem)
    log(f"check-upgrade: {len(problems)} problem(s)" if problems else "check-upgrade: nothing lost, nothing logged")
    return int(bool(problems))
