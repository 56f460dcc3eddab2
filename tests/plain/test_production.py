"""The tests on a production server, which has neither pytest nor what only tests need: Odoo loads them and skips some by name."""

import ast
import unittest
from importlib.metadata import packages_distributions

import pytest

from ..support import needs
from ..support.places import ROOT, TESTS

# What stands there is not on a server; what is before is Odoo's, or in the README's recipe.
ONLY_TESTS = (ROOT / "requirements-dev.txt").read_text("utf-8").partition("# tests\n")[2]


def needed_at_once(path, seen):
    """The packages of others that a test file imports when it is loaded, itself or by way of other files of tests/."""
    if path in seen or not path.exists():
        return
    seen.add(path)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import) and not node.col_offset:
            yield from ((alias.name.partition(".")[0], path) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and not node.col_offset:
            yield node.module.partition(".")[0], path
        elif isinstance(node, ast.ImportFrom) and node.level and not node.col_offset:
            folder = path.parents[node.level - 1].joinpath(*(node.module or "").split("."))
            for one in (folder, *(folder / alias.name for alias in node.names)):
                yield from needed_at_once(one.with_suffix(".py"), seen)
                yield from needed_at_once(one / "__init__.py", seen)


def test_loaded_without_what_only_tests_need():
    extra = {line.partition("==")[0].lower() for line in ONLY_TESTS.split()}
    assert {"hypothesis", "pytest"} <= extra
    of, seen = packages_distributions(), set()
    needed = needed_at_once(TESTS / "__init__.py", seen)
    assert not [(name, path) for name, path in needed if extra & {one.lower() for one in of.get(name, ())}]
    assert {"common.py", "test_deposit.py", "simulator_case.py", "schematron.py"} <= {path.name for path in seen}


def test_skipped_by_name(monkeypatch):
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(unittest.SkipTest, match="no_such_package is not installed: nothing is looked at"):
        needs.package("no_such_package", "nothing is looked at")
    assert needs.package("json", "nothing is looked at").dumps([]) == "[]"


def test_a_ci_machine_must_have_it(monkeypatch):
    monkeypatch.setenv("CI", "true")
    with pytest.raises(ImportError):
        needs.package("no_such_package", "nothing is looked at")
