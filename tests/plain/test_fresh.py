"""What `dev.py fresh` takes from the README, and what it says without root: the rest is seen by running it."""

import re

import pytest

from ..support.places import ROOT

fresh = pytest.importorskip("fresh", reason="needs tools/ on the path, as `dev.py test` has it")


def test_the_readme_has_a_recipe_to_type():
    lines = fresh.recipe_lines((ROOT / "README.md").read_text("utf-8"))
    wanted = ['cp -r . "$ADDONS/', "pip install ", " -i l10n_fr_chorus_pro", " -u l10n_fr_chorus_pro"]
    wanted += ["may_uninstall", "odoo module uninstall "]
    found = [next(number for number, line in enumerate(lines) if word in line) for word in wanted]
    assert found == sorted(found)


def test_only_that_section_is_typed():
    recipe = "## Installing on your own Odoo\n1. a\n   ```sh\n   one\n\n   two\n   ```\n```ini\nno\n```"
    readme = f"\n## Two commands\n```sh\nno\n```\n{recipe}\n## Limits\n```sh\nno\n```\n"
    assert fresh.recipe_lines(readme) == ["one", "two"]


def test_without_root_it_says_so(monkeypatch):
    monkeypatch.setattr(fresh.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match="needs root"):
        fresh.fresh(ROOT, "bookworm")


def test_without_debootstrap_it_says_so(monkeypatch):
    monkeypatch.setattr(fresh.os, "geteuid", lambda: 0)
    monkeypatch.setattr(fresh.shutil, "which", lambda _name: None)
    with pytest.raises(SystemExit, match="Missing on this machine: debootstrap"):
        fresh.fresh(ROOT, "bookworm")


def test_the_readme_tells_what_root_gets_installed_and_asks_for_nothing_else():
    source = "".join(path.read_text("utf-8") for path in sorted((ROOT / "tools").glob("*.py")))
    installed = set(re.findall(r'apt_install\("([\w-]+)"', source)) - {"debootstrap"}  # `fresh` alone, for developers
    assert installed == {"chromium", "postgresql"}
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Two commands\n")[2].partition("\n## ")[0].lower()
    assert all(package in section for package in installed)
    assert "python3-venv" not in section, "pip comes from Debian's wheel where ensurepip is missing"
