"""Odoo's own tests of the modules that this add-on builds on: the same results without it and with it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from odoo_env import MODULE, REPO, fail, log
from workspace import RUN, Base, Workspace

MODULES = ("account_edi_ubl_cii", "l10n_fr_facturx_chorus_pro")
# Without these modules some of those tests skip themselves, and in a French database others fail.
BASE = Base(french=False, extra=("account_tax_python", "l10n_be", "test_mimetypes"))
OUTCOMES = ("failure", "error", "skipped")


def folder(work: Workspace, module: str) -> Path:
    """Where the tests of one of Odoo's modules are."""
    for parent in ("odoo/addons", "addons"):
        if (work.home / parent / module / "tests").is_dir():
            return work.home / parent / module / "tests"
    fail(f"This Odoo has no tests of {module}.", "use Debian's package or a git checkout of Odoo 19")


def results(path: Path) -> dict[str, str]:
    """Each test's outcome in a JUnit file: passed, or the worst of failure, error and skipped."""
    found: dict[str, str] = {}
    for case in ElementTree.parse(path).iter("testcase"):  # noqa: S314 - written by pytest just now
        name = f"{case.get('classname', '').removeprefix('odoo.addons.')}::{case.get('name')}"
        seen = [outcome for outcome in OUTCOMES if case.find(outcome) is not None]
        if seen or name not in found:
            found[name] = seen[0] if seen else "passed"
    return found


def run(work: Workspace, addon: bool) -> dict[str, str]:
    """Run those tests in a database of their own; each test's outcome."""
    report = RUN / f"odoo-tests-{'with' if addon else 'without'}.xml"
    report.unlink(missing_ok=True)
    with work.database("check", BASE, addon=addon) as database:
        log(f"Odoo's tests of {', '.join(MODULES)} {'with' if addon else 'without'} {MODULE}")
        options = ("-c", REPO / "pytest.ini", "-p", "no:cacheprovider", "-q", "--no-header", "--tb=no", "--odoo-http")
        work.pytest(
            *options,
            "--no-summary",
            f"--odoo-database={database}",
            f"--junitxml={report}",
            *[folder(work, module) for module in MODULES],
        )
    if not report.exists():
        fail("Odoo's tests did not run.", "see pytest's message above")
    found = results(report)
    log(", ".join(f"{count} {outcome}" for outcome, count in sorted(Counter(found.values()).items())))
    return found


def odoo_tests(work: Workspace) -> int:
    """Compare the two runs test by test; the exit status."""
    without, with_addon = run(work, addon=False), run(work, addon=True)
    different = [name for name in sorted({*without, *with_addon}) if without.get(name) != with_addon.get(name)]
    for name in different:
        print(f"{name}: {without.get(name, 'absent')} without, {with_addon.get(name, 'absent')} with {MODULE}")
    passed = sum(outcome == "passed" for outcome in without.values())
    if not passed:
        fail("None of Odoo's tests passed even without the add-on: the comparison says nothing.", "see above")
    log(f"odoo-tests: {len(without)} tests compared ({passed} passed), {len(different)} differ")
    return int(bool(different))
