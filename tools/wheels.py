"""The add-on and its bridges as wheels: built, looked into, installed beside Odoo in a new virtual environment, and used."""

from __future__ import annotations

import ast
import fnmatch
import shutil
import sys
import tempfile
import zipfile
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

import install_check
import odoo_env
from odoo_env import MODULE, PINNED_SDISTS, PINS, REPO, log, run
from workspace import RUN, Workspace, bridges

#: What no Odoo loads and nobody reads beside an installed add-on.
LEFT_OUT = (
    *(".*", "__pycache__", "tests", "tools", "bridges", "findings"),
    *("pytest.ini", "ruff.toml", "requirements*.txt", "CONTRIBUTING.md", "PERFORMANCE.md", "compose.yaml"),
)
#: What must be in the wheel of the add-on: the guide is read by its pages.
NEEDED = ("__manifest__.py", "LICENSE", "README.md", "doc/guide/index.rst", "i18n/fr.po", "static/description/icon.png")
NETWORK = "check the network and pip's configuration (`pip config list`)"


def build(target: Path) -> list[Path]:
    """Build the wheels of the add-on and of its bridges into a folder.

    whool names a wheel after the folder that it is built in, and packs all that git knows below it: this repository's root is the
    add-on, whatever it is called, and holds more than that. So each is built from a copy, outside git, under its technical name.
    """
    with tempfile.TemporaryDirectory(dir=RUN, prefix="wheels-") as work:
        for source, name in ((REPO, MODULE), *((bridge.folder, bridge.name) for bridge in bridges())):
            copy = Path(work) / name
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
            log(f"wheel of {name}")
            command = [sys.executable, "-m", "pip", "wheel", "-qq", "--no-deps", "--wheel-dir", target, copy]
            run(command, f"The wheel of {name} could not be built.", NETWORK)
    return sorted(target.glob("*.whl"))


def _metadata(wheel: Path) -> Message:
    with zipfile.ZipFile(wheel) as files:
        name = next(name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
        return HeaderParser().parsestr(files.read(name).decode())


def problems_of(wheel: Path) -> list[str]:
    """What is wrong with a wheel: its name, its version, what it lacks or holds too much."""
    metadata, names = _metadata(wheel), zipfile.ZipFile(wheel).namelist()
    distribution = metadata["Name"]
    name = distribution.removeprefix("odoo-addon-")
    folder = f"odoo/addons/{name}/"
    found = [] if name in (MODULE, *(bridge.name for bridge in bridges())) else [f"its name is {distribution}"]
    manifest = ast.literal_eval(((REPO if name == MODULE else REPO / "bridges" / name) / "__manifest__.py").read_text())
    if metadata["Version"] != manifest["version"]:
        found.append(f"its version is {metadata['Version']}, not {manifest['version']}")
    found += [f"{one} is missing" for one in (NEEDED if name == MODULE else NEEDED[:1]) if folder + one not in names]
    inside = (Path(one.removeprefix(folder)) for one in names if one.startswith(folder))
    found += [f"{one} is too much" for one in inside if any(fnmatch.fnmatch(part, out) for part in one.parts for out in LEFT_OUT)]
    found += [f"{one} is outside the add-on" for one in names if not one.startswith(folder) and ".dist-info/" not in one]
    return [f"{wheel.name}: {problem}" for problem in found]


def environment(target: Path, home: Path, wheels: list[Path]) -> Path:
    """The Python of a new virtual environment with what Odoo pins, Odoo beside it, and the wheels installed."""
    log("virtual environment with what Odoo pins, and the wheels")
    odoo_env.make_venv(target)
    python = target / "bin/python"
    odoo_env.pip_install(python, "-r", PINS, sdists=PINNED_SDISTS)
    next(target.glob("lib/python*/site-packages")).joinpath("odoo19.pth").write_text(f"{home}\n")
    # Odoo declares packages that it does without, and that want a compiler: of what the wheels need, all but Odoo is fetched
    needed = {line for wheel in wheels for line in _metadata(wheel).get_all("Requires-Dist", ()) if not line.startswith("odoo")}
    odoo_env.pip_install(python, *sorted(needed))
    odoo_env.pip_install(python, "--no-deps", *odoo_env.OCA_PACKAGES)
    odoo_env.pip_install(python, "--no-deps", *wheels)
    return python


def wheels(work: Workspace, target: Path | None) -> int:
    """Build the wheels, then use them as a user would; the exit status.

    :param target: where to leave them; nowhere without.
    """
    with tempfile.TemporaryDirectory(dir=RUN, prefix="wheels-") as folder:
        built = build(Path(folder))
        problems = [problem for wheel in built for problem in problems_of(wheel)]
        python = environment(Path(folder) / "venv", work.home, built)
        with work.from_wheels(python):
            for bridge in (None, *bridges()):
                with work.database("check", addon=False, bridge=bridge) as database:
                    name = bridge.name if bridge else ""
                    problems += install_check.install_and_use(work, database, f"wheel {name or MODULE}", bridge=name)
        for wheel in built if target else ():
            log(f"{shutil.copy(wheel, target)}")
    for problem in problems:
        print(problem)
    log(f"wheels: {len(problems)} problem(s)" if problems else f"wheels: {len(built)} built, installed and used")
    return int(bool(problems))
