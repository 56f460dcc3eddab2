"""The checks of style and of Odoo's rules, before any test runs."""

from __future__ import annotations

from pathlib import Path

import processes
from odoo_env import REPO, log
from workspace import ADDON, BRIDGES, PYTHON, TEST_ADDONS, Workspace, bridges

# Messages of pylint-odoo that do not fit here (on the command line, for they are part of a group enabled in .pylintrc).
LEFT_OUT = (
    "missing-readme",  # it is README.md
    "missing-return",  # computes and constraints return nothing, whatever they extend
    "consider-merging-classes-inherited",  # allowed once a package, which tests/odoo/core/test_inheritance.py sees to
)


def static(work: Workspace) -> bool:
    """ruff on all files, pylint-odoo on the add-on, under its technical name, and its bridges. True when both are content."""
    log("lint: ruff, pylint-odoo")
    ruff = [PYTHON.parent / "ruff", "check", "--quiet", "--output-format=concise", "."]
    # pylint's module names and the manifest's checks come from the folder's name: look through the link.
    options = (f"--rcfile={REPO / '.pylintrc'}", f"--disable={','.join(LEFT_OUT)}")
    pylint = [PYTHON.parent / "pylint", *options, ADDON.name]
    codes = [processes.foreground(ruff, work.env, cwd=REPO), processes.foreground(pylint, work.env, cwd=ADDON.parent)]
    for folder in (BRIDGES, TEST_ADDONS):
        names = [bridge.name for bridge in bridges(folder)]
        codes.append(processes.foreground([PYTHON.parent / "pylint", *options, *names], work.env, cwd=folder) if names else 0)
    return not any(codes)


def odoo_rules(work: Workspace, database: str) -> bool:
    """Odoo's module test_lint, on this add-on and its bridges alone. True when it is content, or is missing from this Odoo."""
    folders = [work.home / path / "test_lint/tests" for path in ("odoo/addons", "addons")]
    folder = next(filter(Path.is_dir, folders), None)
    if folder is None:
        log("lint: this Odoo has no test_lint, left out")
        return True
    log("lint: Odoo's test_lint")
    plugins = ("-p", "odoo_lint", "-p", "no:cacheprovider")
    options = ("-c", REPO / "pytest.ini", "-q", "--no-header", "--tb=short", f"--odoo-database={database}")
    return work.pytest(*plugins, *options, folder) == 0
