"""The figures of the demonstration's works market agree, as those of a signed market do."""

import ast
from decimal import Decimal

from ..support.places import ROOT

SOURCE = ROOT / "tools/demo_data.py"


def amounts(tree, name):
    """The amounts of the records that ``name`` creates."""
    (made,) = (
        value
        for one in ast.walk(tree)
        if isinstance(one, ast.Dict)
        for key, value in zip(one.keys, one.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == name
    )
    return [
        Decimal(str(value.value))
        for one in ast.walk(made)
        if isinstance(one, ast.Dict)
        for key, value in zip(one.keys, one.values, strict=True)
        if key.value == "amount"
    ]


def test_engagements_cover_the_market_and_its_amendments():
    """VAT at 20 %: the initial amount is one engagement, each amendment another."""
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"))
    (market,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "WORKS_MARKET" for one in node.targets)
    )
    initial = Decimal(str(ast.literal_eval(market)["amount_initial"]))
    expected = [amount * Decimal("1.2") for amount in (initial, *amounts(tree, "amendment_ids"))]
    assert amounts(tree, "engagement_ids") == expected
