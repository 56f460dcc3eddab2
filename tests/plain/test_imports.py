"""What the add-on imports is there wherever Odoo 19 runs: on the oldest packages that it pins, and declared where it goes beyond.

That each name is in the pinned version is seen by `dev.py test --odoo-pins`, which imports everything there.
"""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions

from packaging.requirements import Requirement

from ..support.places import ROOT

MANIFEST = ast.literal_eval((ROOT / "__manifest__.py").read_text("utf-8"))
# Odoo does not start without them, and psycopg2 goes by another name where it is a wheel.
ODOOS_OWN = {"markupsafe", "psycopg2", "psycopg2-binary"}
# What Odoo does not bring for each Python: see the README.
BEYOND = {"factur-x", "pypdf"}
PINS = ROOT / "tools/odoo_pins/requirements.txt"
# One of urllib3's names that came with version 2, and those who imported it could not be loaded with 1.26.
WITH_OLD_URLLIB3 = """
import importlib, pathlib, sys, types
import urllib3.exceptions
vars(urllib3.exceptions).pop("NameResolutionError", None)
root = pathlib.Path(sys.argv[1])
package = types.ModuleType("addon")
package.__path__ = [str(root)]
sys.modules["addon"] = package
for path in sorted((root / "services").rglob("*.py")):
    importlib.import_module(".".join(["addon", *path.relative_to(root).with_suffix("").parts]))
"""


def canonical(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def imported():
    """The packages that the add-on imports, beside Odoo and Python itself, each with a file that does."""
    found = {}
    for folder in ("controllers", "models", "services", "wizards"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom) and not node.level:
                    names = [node.module]
                found.update({name.partition(".")[0]: path.relative_to(ROOT) for name in names})
    return {name: path for name, path in found.items() if name not in {*sys.stdlib_module_names, "odoo"}}


def test_what_is_imported_is_odoos_or_declared():
    odoos = {canonical(name) for name in re.findall(r"^([A-Za-z0-9._-]+)", PINS.read_text("utf-8"), re.M)}
    declared = ODOOS_OWN | {canonical(Requirement(line).name) for line in MANIFEST["external_dependencies"]["python"]}
    distributions = packages_distributions()
    for name, path in imported().items():
        names = {canonical(distribution) for distribution in distributions[name]}
        assert names & declared, f"{path} imports {name}, which the manifest does not declare"
        assert names & (odoos | BEYOND), f"{path} imports {name}, which Odoo does not bring"


def test_what_odoo_does_not_bring_has_its_version_declared_and_told():
    """Odoo refuses the installation with the name and version that is missing, and the README says how to get it."""
    beyond = [line for line in MANIFEST["external_dependencies"]["python"] if Requirement(line).specifier]
    assert sorted(Requirement(line).name for line in beyond) == sorted(BEYOND)
    readme = (ROOT / "README.md").read_text("utf-8")
    hosts = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    for line in beyond:
        assert f'"{line}"' in readme, f"the README's pip command has not {line}"
        assert line in hosts, f"requirements.txt, which Odoo.sh reads, has not {line}"


def test_services_load_with_urllib3_of_before_version_2():
    done = subprocess.run(
        [sys.executable, "-c", WITH_OLD_URLLIB3, str(ROOT)], capture_output=True, text=True, check=False, cwd="/", timeout=120
    )
    assert done.returncode == 0, done.stderr
