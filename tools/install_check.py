"""What installing, upgrading and uninstalling the add-on does to a database: no warning logged, nothing left behind.

It is installed whole, and without the packages of ``models/`` that the rest must do without: works documents, and markets.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from pathlib import Path

import demo
from odoo_env import MODULE, REPO, log
from workspace import RUN, Base, Bridge, Workspace, beside, copy_addon, free_port

LOGGED = re.compile(r"^\d{4}-\S+ \S+ \d+ (WARNING|ERROR|CRITICAL) (.*)$", re.M)
# What Odoo logs with or without this add-on.
EXPECTED = ("Running as user 'root' is a security risk",)
# Odoo's own module under this one: loading it and its views again fails where one of ours stayed.
UNDERNEATH = "l10n_fr_facturx_chorus_pro"

SCHEMA = """
    SELECT 'column ' || table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT 'index ' || indexname FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint ' || conrelid::regclass || '.' || conname FROM pg_constraint
               WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    UNION ALL SELECT 'sequence ' || sequencename FROM pg_sequences WHERE schemaname = 'public'
    UNION ALL SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""
# Tables in which only modules make rows, with what names a row. (Not ir_model_constraint: Odoo keeps, for any module, the
# record of a foreign key on another module's table, and takes it up again when that is installed anew.)
OF_MODULES = {
    "ir_act_server": "name",
    "ir_act_window": "name",
    "ir_asset": "name",
    "ir_cron": "cron_name",
    "ir_model": "model",
    "ir_model_access": "name",
    "ir_model_fields": "model || '.' || name",
    "ir_model_fields_selection": "value",
    "ir_model_relation": "name",
    "ir_rule": "name",
    "ir_ui_menu": "name",
    "ir_ui_view": "name",
    "mail_activity_type": "name",
    "mail_message_subtype": "name",
    "mail_template": "name",
    "res_groups": "name",
    "res_groups_privilege": "name",
}
# Rows that name the add-on's things from afar, without a foreign key.
REFERENCES = {
    "external identifier": ("SELECT module || '.' || name FROM ir_model_data WHERE module = %s", MODULE),
    "sending method of a customer": (
        "SELECT name FROM res_partner WHERE invoice_sending_method::text LIKE %s",
        '%"chorus_pro"%',
    ),
    "default value": ("SELECT json_value FROM ir_default WHERE json_value LIKE %s", '%"chorus_pro"%'),
    "attachment": ("SELECT name FROM ir_attachment WHERE res_model LIKE %s OR res_field LIKE 'chorus%%'", "chorus.%"),
    "message": ("SELECT subject FROM mail_message WHERE model LIKE %s", "chorus.%"),
    "follower": ("SELECT res_model FROM mail_followers WHERE res_model LIKE %s", "chorus.%"),
    "activity": ("SELECT summary FROM mail_activity WHERE res_model LIKE %s", "chorus.%"),
    "parameter": ("SELECT key FROM ir_config_parameter WHERE key LIKE %s", f"{MODULE}%"),
    "module's state": ("SELECT state FROM ir_module_module WHERE name = %s AND state <> 'uninstalled'", MODULE),
}
# A company that uses a format which only this module has.
USE_ITS_FORMAT = """
    UPDATE res_company SET chorus_format = choice.value
    FROM ir_model_fields_selection choice
    JOIN ir_model_data name ON name.model = 'ir.model.fields.selection' AND name.res_id = choice.id
    JOIN ir_model_fields field ON field.id = choice.field_id AND field.name = 'chorus_format'
    WHERE name.module = %s
"""
# Packages of models/ that nothing else may need, with the words that the names of their files elsewhere, and models, contain.
PACKAGES = {"works": ("works", "validation"), "market": ("market",)}


def complaints(step: str, text: str) -> list[str]:
    """The warnings and errors in an Odoo log, but for those that Odoo logs without this add-on too."""
    found = (f"{step}: {level} {line}" for level, line in LOGGED.findall(text))
    return [line for line in found if not any(expected in line for expected in EXPECTED)]


def snapshot(work: Workspace, database: str) -> Counter[str]:
    """All that modules make in a database: its schema, and the rows of the tables in ``OF_MODULES``, with their numbers.

    Rows are known by name: Odoo itself makes some fields anew, under another id, after an uninstallation.
    """
    found = Counter(name for (name,) in work.query(database, SCHEMA))
    for table, label in OF_MODULES.items():
        rows = work.query(database, f"SELECT {label} FROM {{}}", names=[table])  # noqa: S608 - constants above
        found.update(f"{table} {name}" for (name,) in rows)
    return found


def left_behind(work: Workspace, database: str, before: Counter[str]) -> list[str]:
    """What an uninstalled add-on left, or took along, in comparison with the database ``before`` it came."""
    after = snapshot(work, database)
    problems = [f"left behind: {thing}" for thing in sorted(after - before)]
    problems += [f"gone, though not ours: {thing}" for thing in sorted(before - after)]
    for what, (query, value) in REFERENCES.items():
        problems += [f"left behind: {what} {name}" for (name,) in work.query(database, query, value)]
    return problems


def take_away(addon: Path, package: str, *words: str) -> None:
    """Remove a package of ``models/`` from a copy of the add-on, and all that goes with it.

    :param package: such as ``works``. :param words: what the names of its files elsewhere and of its models contain.
    """
    shutil.rmtree(addon / "models" / package)
    gone = [
        path
        for folder in ("wizards", "views", "security", "data", "demo")
        for path in (addon / folder).iterdir()
        if any(word in path.name for word in words)
    ]
    names = {
        package,
        *(path.stem for path in gone if path.suffix == ".py"),
        *(path.relative_to(addon).as_posix() for path in gone),
    }
    for path in gone:
        path.unlink()
    for path in (addon / "models/__init__.py", addon / "wizards/__init__.py", addon / "__manifest__.py"):
        lines = path.read_text().splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not names.intersection(re.split(r"[ ,\"\n]", line))))
    rights = addon / "security/ir.model.access.csv"
    head, *rows = rights.read_text().splitlines(keepends=True)
    rights.write_text(head + "".join(row for row in rows if not any(f"model_chorus_{word}" in row for word in words)))


def check_without(work: Workspace, *packages: str) -> list[str]:
    """Install, upgrade and use a copy of the add-on from which packages were taken away; what was logged."""
    what = f"without {' and '.join(packages)}"
    with tempfile.TemporaryDirectory(dir=RUN, prefix="check-") as folder, work.database("check", addon=False) as database:
        addon = copy_addon(Path(folder))
        for package in packages:
            take_away(addon, package, *PACKAGES[package])
        with work.other_addon(addon):
            return install_and_use(work, database, what, markets="market" not in packages)


def install_and_use(work: Workspace, database: str, what: str, markets: bool = True, bridge: str = "") -> list[str]:
    """Install and upgrade the add-on, send an invoice and follow it; what was logged.

    :param bridge: the name of a bridge that is installed with it.
    """
    log(f"{what}: install")
    problems = complaints(f"{what}: install", work.install(database, bridge=bridge))
    log(f"{what}: upgrade")
    options = ("-d", database, "--stop-after-init", "--no-http")
    problems += complaints(f"{what}: upgrade", work.odoo("upgrade", *options, "-u", MODULE))
    return problems + use(work, database, what, markets)


def use(work: Workspace, database: str, what: str, markets: bool = True) -> list[str]:
    """Send an invoice and follow it, in a database that has the add-on; what was logged."""
    log(f"{what}: use")
    port = free_port()
    problems = complaints(f"{what}: use", demo.fill(work, database, port))
    with demo.running(work, database, port) as (odoo, simulator):
        job = demo.Job(odoo, simulator, database, markets)
        job.run()
        job.add_examples()
    return problems + complaints(f"{what}: use", (RUN / "server.log").read_text(errors="replace"))


def check_bridge(work: Workspace, bridge: Bridge) -> list[str]:
    """A bridge is one that Odoo installs by itself; it and an example leave no trace, and the add-on whole, when they go.

    :return: what was logged.
    """
    what, options = f"with {bridge.name}", ("--stop-after-init", "--no-http")
    with work.database("check", Base(extra=bridge.beside), addon=False) as database:
        log(f"{what}: install, upgrade, uninstall")
        problems = complaints(f"{what}: install", work.install(database))
        before = snapshot(work, database)
        # the other modules that Odoo would bring along are not what is looked at
        ((by_itself,),) = work.query(database, "SELECT auto_install FROM ir_module_module WHERE name = %s", bridge.name)
        if bool(by_itself) is not bool(bridge.beside):
            problems.append(f"{what}: whether Odoo installs it by itself is wrong")
        for step, arguments in (
            ("install", ("-d", database, *options, "--skip-auto-install", "-i", bridge.name)),
            ("upgrade", ("-d", database, *options, "-u", bridge.name)),
            ("uninstall", ("module", "uninstall", "-d", database, bridge.name)),
        ):
            if step == "uninstall":
                work.query(database, USE_ITS_FORMAT, bridge.name)
            problems += complaints(f"{what}: {step}", work.odoo(step, *arguments))
            if (bridge.name in work.installed(database)) is (step == "uninstall"):
                problems.append(f"{what}: {step} did nothing")
        after = snapshot(work, database)
        problems += [f"{what}: left behind: {thing}" for thing in sorted(after - before)]
        problems += [f"{what}: gone, though not its own: {thing}" for thing in sorted(before - after)]
        return problems + use(work, database, f"{what}, uninstalled")


def check_demo(work: Workspace) -> list[str]:
    """Installed where demonstration data are on, it brings its own, and they call nobody; what was logged."""
    what, options = "with demonstration data", ("--stop-after-init", "--no-http")
    with work.empty("check") as database:
        log(f"{what}: install, then its scheduled jobs")
        problems = complaints(f"{what}: install", work.odoo("demo-data", "-d", database, "-i", MODULE, "--with-demo", *options))
        problems = [line for line in problems if MODULE in line]  # Odoo's own data cause warnings too
        script = REPO / "tools/shell_demo_data.py"
        text = work.odoo("demo-jobs", "shell", "-d", database, "--no-http", script=script)
        problems += complaints(f"{what}: jobs", text)
        if "demonstration data: as they should be" not in text:
            problems.append(f"{what}: not what they should be, see {RUN / 'demo-jobs.log'}")
    return problems


def check_install(work: Workspace) -> int:
    """Install, upgrade, use and uninstall the add-on in a fresh database; then without what may be absent, and with its bridges.

    :return: the exit status.
    """
    problems = []
    with work.database("check", addon=False) as database:
        before = snapshot(work, database)
        problems += install_and_use(work, database, "whole")
        log("uninstall: refused while invoices are at Chorus Pro, then allowed by the server's file")
        uninstall = ("module", "uninstall", "-d", database, MODULE)
        try:
            work.odoo("refused", *uninstall)
            problems.append("uninstall: not refused while invoices are at Chorus Pro")
        except SystemExit:
            if "may_uninstall" not in (RUN / "refused.log").read_text(errors="replace"):
                problems.append(f"uninstall: not refused for its reason, see {RUN / 'refused.log'}")
        allowing = RUN / "may_uninstall.conf"
        allowing.write_text(f"{Path(work.env['ODOO_RC']).read_text()}\n[{MODULE}]\nmay_uninstall = True\n")
        problems += complaints("uninstall", work.odoo("uninstall", *uninstall, ODOO_RC=str(allowing)))
        log("load again what is under it")
        options = ("-d", database, "--stop-after-init", "--no-http")
        problems += complaints("afterwards", work.odoo("afterwards", *options, "-u", UNDERNEATH))
        problems += left_behind(work, database, before)
    problems += check_without(work, "works")
    problems += check_without(work, "works", "market")
    problems += check_demo(work)
    for bridge in beside():
        problems += check_bridge(work, bridge)
    for problem in problems:
        print(problem)
    log(f"check-install: {len(problems)} problem(s)" if problems else "check-install: nothing logged, nothing left")
    return int(bool(problems))
