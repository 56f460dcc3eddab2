"""pytest plugin: Odoo's own linters (its module test_lint), looking at this add-on and its bridges alone.

They walk over all modules on the path and fail for what Odoo's modules do too. Here the list of modules holds ours, and
a failure or a logged warning counts when it is about one of them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from workspace import ADDON, BRIDGES, MODULE, bridges

LEFT_OUT = {
    "test_checkers.py": "tests the linters themselves",
    "test_directives_regex": "tests the linters themselves",
    "test_eslint": "needs eslint, a program of Node.js",
    "test_conflict_markers": "does not follow the link by which Odoo finds this add-on; git shows these marks",
    "test_check_tests": "wants each test file imported in tests/__init__.py; pytest finds all, some are pytest's only",
}


def seen_by_odoo(path: str) -> bool:
    """Whether Odoo would load this file: tools/ never is, and test files only when tests/__init__.py names them."""
    if BRIDGES in Path(path).parents:
        return True
    parts = Path(path).relative_to(ADDON).parts
    if parts[0] == "tests" and parts[-1].startswith("test_"):
        return f" {parts[-1].removesuffix('.py')}," in (ADDON / "tests/__init__.py").read_text()
    return parts[0] not in ("tools", "bridges") and not parts[0].startswith(".")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what cannot say anything about this add-on."""
    left_out = [item for item in items if {item.path.name, item.name} & set(LEFT_OUT)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


class _About(logging.Handler):
    """Keeps the warnings that name this add-on."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if MODULE in record.getMessage():
            self.lines.append(record.getMessage())


@pytest.fixture(autouse=True)
def _this_addon_alone(load_registry: None) -> Iterator[None]:
    """Show the linters our modules, and fail for the warnings they log about them."""
    from odoo.addons.test_lint.tests.lint_case import LintCase
    from odoo.modules import Manifest
    from odoo.tools import config

    manifests = [Manifest.for_addon(name) for name in (MODULE, *(bridge.name for bridge in bridges()))]
    walk = LintCase.iter_module_files

    def files(self: LintCase, *globs: str, modules: Any = None) -> Iterator[str]:
        return (path for path in walk(self, *globs, modules=modules) if seen_by_odoo(path))

    handler, logger = _About(), logging.getLogger("odoo.addons.test_lint")
    logger.addHandler(handler)
    logger.setLevel(logging.WARNING)
    with (
        mock.patch.object(Manifest, "all_addon_manifests", staticmethod(lambda: manifests)),
        mock.patch.object(LintCase, "iter_module_files", files),
        mock.patch.object(config, "root_path", str(ADDON)),  # the folder that its pylint test looks at
    ):
        yield
    logger.removeHandler(handler)
    assert not handler.lines, "\n".join(handler.lines)
