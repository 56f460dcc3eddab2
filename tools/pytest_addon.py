"""pytest plugin: this repository's root is the add-on, whatever its folder is called.

pytest would import the root as a package named after the folder; Odoo wants ``odoo.addons.<technical name>``. Folders
are therefore plain folders here, and a test module below tests/ gets the name that Odoo itself gives it, as one of an add-on
below bridges/ or tests/addons/ does. For the same reason there is no conftest.py: importing one would import the add-on under
the wrong name.

With ``-p no:odoo`` the tests that need neither Odoo nor a database run without both, in any virtual environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import types
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import _pytest.pathlib
import pytest

ROOT = Path(__file__).resolve().parent.parent
ADDON = "l10n_fr_chorus_pro"
NOT_STANDARD = "not a standard test: "
#: What the reason of a skip begins with when what the test judges by is not at hand.
NOT_JUDGED = "NOT JUDGED: "
#: The files that keep a process busy or waiting for a minute and more, the longest first.
LONGEST = ("test_corpus", "test_chaos", "test_commits", "test_hostile", "test_accessibility", "test_market_amounts")
#: What the web client asks for at each start within a test: the bundles, and which sheets or scripts of them.
BUNDLES = {
    **dict.fromkeys(("web.assets_web", "web.assets_tests", "web.__assets_tests_call__"), ("css", "js")),
    "web.assets_web_print": ("css",),
    "bus.websocket_worker_assets": ("js",),
}
_resolve = _pytest.pathlib.resolve_pkg_root_and_module_name


def _odoo_name(path: Path, **options: Any) -> tuple[Path, str]:
    """The folder to put on Python's path for a module, and the module's name."""
    try:
        parts = path.resolve().relative_to(ROOT).with_suffix("").parts
    except ValueError:
        folder, name = _resolve(path, **options)
        if folder.name == "addons":
            # One of Odoo's own tests. That folder on the path would let its module calendar hide Python's.
            return folder.parent, f"odoo.addons.{name}"
        return folder, name
    for folder in (("bridges",), ("tests", "addons")):
        if parts[: len(folder)] == folder:
            return ROOT / "tools", ".".join(["odoo.addons", *parts[len(folder) :]])
    if parts[0] != "tests":
        return path.parent, path.stem
    # The folder goes on Python's path, where tests/simulator would hide the simulator.
    return ROOT / "tools", ".".join(["odoo.addons", ADDON, *parts])


_pytest.pathlib.resolve_pkg_root_and_module_name = _odoo_name


def _with_odoo(config: pytest.Config) -> bool:
    return config.pluginmanager.has_plugin("odoo")


def _is_http_case(item: pytest.Item) -> bool:
    from odoo.tests.common import HttpCase

    case = getattr(item, "cls", None)
    return isinstance(case, type) and issubclass(case, HttpCase)


@pytest.hookimpl(tryfirst=True)
def pytest_collect_directory(path: Path, parent: pytest.Collector) -> pytest.Dir | None:
    """Make each folder of the repository a plain one, not a Python package."""
    if path == ROOT or ROOT in path.parents:
        return pytest.Dir.from_parent(parent, path=path)
    return None


@contextlib.contextmanager
def _own_filestore(original: str, database: str) -> Iterator[None]:
    """Files of its own for the database of a process of pytest-xdist.

    pytest-odoo gives the processes one folder. Odoo's test cases end with deleting all files in it that their database does not
    know, those that a test of another process has just written among them.
    """
    from odoo.tools import config

    if original == database:
        yield
        return
    own = config.filestore(database)
    shutil.rmtree(own, ignore_errors=True)
    shutil.copytree(config.filestore(original), own, copy_function=os.link)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    """Without Odoo: give the test modules empty parent packages, so that the add-on's own __init__ is not run."""
    if _with_odoo(config):
        import pytest_odoo

        pytest_odoo._shared_filestore = _own_filestore
        return
    name = f"odoo.addons.{ADDON}"
    for package, folder in (("odoo", None), ("odoo.addons", None), (name, ROOT), (f"{name}.tests", ROOT / "tests")):
        module = types.ModuleType(package)
        module.__path__ = [str(folder)] if folder else []
        sys.modules[package] = module


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Odoo's AccountTestInvoicingCommon.assert_xml looks into test_tags, which Odoo's own runner always sets."""
    if _with_odoo(session.config):
        from odoo.tools import config

        config["test_tags"] = config["test_tags"] or ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what Odoo's own runner leaves out by default, of Odoo's tests; of ours that is a mistake.

    A mix-in that is no test case loses the tag `standard` when it is tagged itself, and so do the test cases that begin with it.
    Processes of pytest-xdist begin with what takes longest, and end with what needs no database: none waits long for another.
    """
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (*(item.path.stem != name for name in LONGEST), ROOT / "tests/odoo" not in item.path.parents))
    for item in items:
        tags = getattr(getattr(item, "cls", None), "test_tags", None)
        if tags is not None and "standard" not in tags:
            if item.cls.__module__.startswith(f"odoo.addons.{ADDON}"):
                raise pytest.UsageError(f"{item.nodeid} would never run: its tags are {', '.join(sorted(tags))}")
            item.add_marker(pytest.mark.skip(reason=NOT_STANDARD + ", ".join(sorted(tags))))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """On a CI machine (``CI=true``) a test in the browser that is skipped, for want of a browser say, has failed."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CI") == "true" and _with_odoo(item.config) and _is_http_case(item):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NOT_STANDARD not in reason:
            report.outcome = "failed"
            report.longrepr = f"skipped although CI=true: {reason}"


@pytest.hookimpl(tryfirst=True)
def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes are told apart by their place: an archive holds the second it was made in, and pytest-xdist wants one name of all."""
    return argname if isinstance(val, bytes) else None


@pytest.hookimpl(tryfirst=True)
def pytest_report_to_serializable(report: Any) -> None:
    """What a subtest is about, of whatever type, becomes text: pytest-xdist hands reports on as plain values."""
    context = getattr(report, "context", None)
    if context is not None:
        told = None if context.msg is None else str(context.msg)
        report.context = replace(context, msg=told, kwargs={name: repr(value) for name, value in context.kwargs.items()})


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say what was not judged, for want of what it is judged by: with few words asked for, pytest would only count it."""
    for report in terminalreporter.getreports("skipped"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        if NOT_JUDGED in reason:
            terminalreporter.write_line(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session", autouse=True)
def _web_assets(request: pytest.FixtureRequest) -> None:
    """Build the web client's bundles once, in the database, not once in each browser test (saves 3.4 s each)."""
    if not _with_odoo(request.config) or not any(map(_is_http_case, request.session.items)):
        return
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry
    from odoo.tests.common import get_db_name

    request.getfixturevalue("load_registry")
    with Registry(get_db_name()).cursor() as cr:
        qweb = api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]
        for name, kinds in BUNDLES.items():
            bundle = qweb._get_asset_bundle(name, css="css" in kinds, js="js" in kinds)
            for kind in kinds:
                getattr(bundle, kind)()
