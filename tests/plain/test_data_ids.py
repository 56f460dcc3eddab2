"""What data, views and templates say that Odoo finds out too late, or never. Needs neither Odoo nor a database."""

import ast
import re
from collections import Counter

from lxml import etree

from ..support.places import ROOT

FILES = [name for name in ast.literal_eval((ROOT / "__manifest__.py").read_text())["data"] if name.endswith(".xml")]
OURS = re.compile(r"\.(_?chorus_\w+)")


def test_external_ids_are_unique():
    """Two records of the same external id would silently overwrite each other."""
    ids = Counter()
    for name in FILES:
        tree = etree.parse(ROOT / name)
        ids.update(node.get("id") for node in tree.iter("record", "menuitem", "template") if node.get("id"))
    assert len(ids) > 50
    assert [name for name, count in ids.items() if count > 1] == []


def test_what_templates_call_is_there():
    """A template's expression is evaluated when somebody prints it: a name that is gone would fail there and not before."""
    defined = set()
    for path in [*ROOT.glob("models/**/*.py"), *ROOT.glob("wizards/*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                defined.add(node.name)
            elif isinstance(node, ast.Assign):
                defined.update(target.id for target in node.targets if isinstance(target, ast.Name))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):  # a figure that a card is given by its name
                defined.add(node.value)
    called = {}
    for name in FILES:
        for node in etree.parse(ROOT / name).iter(etree.Element):
            for key, value in node.attrib.items():
                if key.startswith("t-"):
                    called.update(dict.fromkeys(OURS.findall(value), name))
    assert len(called) > 20
    assert {word: name for word, name in called.items() if word not in defined} == {}
