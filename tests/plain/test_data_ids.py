"""Two records of the same external id would silently overwrite each other. Needs neither Odoo nor a database."""

import ast
from collections import Counter

from lxml import etree

from ..support.places import ROOT


def test_external_ids_are_unique():
    files = ast.literal_eval((ROOT / "__manifest__.py").read_text())["data"]
    ids = Counter()
    for name in (name for name in files if name.endswith(".xml")):
        tree = etree.parse(ROOT / name)
        ids.update(node.get("id") for node in tree.iter("record", "menuitem", "template") if node.get("id"))
    assert len(ids) > 50
    assert [name for name, count in ids.items() if count > 1] == []
