"""The rules held against the simulator, a second reading of the reference: what they stop is refused when it leaves all the same.

Each document that breaks a rule (``test_rules.BREAKING``) is written by hand, past every check of ours, deposited over HTTP, and
refused; or the table says why it is not. Needs neither Odoo nor a database.
"""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from facturx import generate_cii_xml
from lxml import etree

from ...services.api.client import ChorusClient
from ...services.api.environment import Credentials
from ...services.api.environment import simulator as environment
from ...services.api.errors import Refused
from ...services.api.session import PisteSession
from ...services.document import en16931
from ...services.document.invoice import ZERO, Invoice
from ...services.rules import RULES, Context, Level, Requirements
from ...services.vocabulary import explain
from ...services.vocabulary.currencies import CURRENCIES
from ..support import simulated
from ..support.broken import BREAKING, CONTEXT, SERVICES
from ..support.documents import IBAN, RECIPIENT, TODAY, credit_note, invoice

SYNTAX = "IN_DP_E1_CII_16B"
TOWN = RECIPIENT.identifier
NOON = f"{TODAY.isoformat()}T12:00:00Z"


# Why the simulator takes what a rule stops.
STANDARD = "EN 16931 alone asks for it; that the historic channel does too is not known"
NO_PLACE = "no place for the validator is known in CII, so that the simulator reads none there"
ONE_REASON = "a file has one reason for all that is exempt, so that another line's hides what is missing"
TAKEN = {
    "R-17.sign": "what the platform does with a negative total is not known; it has credit notes for that",
    "R-34.carried": NO_PLACE,
    "R-34.missing": NO_PLACE,
    "R-34.format": NO_PLACE,
    "R-34.key": NO_PLACE,
    "R-28.validator": NO_PLACE,
    "BR-16.lines": STANDARD,
    "BR-29.period": STANDARD,
    "BR-30.period": STANDARD,
    "BR-06.name": STANDARD,
    "BR-07.name": STANDARD,
    "BR-09.country": STANDARD,
    "BR-11.country": STANDARD,
    "BR-S-02.vat": STANDARD,
    "BR-CO-09.supplier": STANDARD,
    "BR-CO-09.recipient": STANDARD,
    "BR-25.name": STANDARD,
    "BR-23.unit": STANDARD,
    "BR-O-11.scope": STANDARD,
    "BR-IC-11.delivery": STANDARD,
    "R-23.category": STANDARD,
    "R-23.discounts": STANDARD,
    "R-09.filler": "Chorus Pro looks whether there is something; it is the public body that refuses what it cannot find",
    "R-22.tax": ONE_REASON,
    "R-22.reason": ONE_REASON,
    "R-23.several": "only the books know that there were several taxes: the file has one",
    "R-24.bases": f"a summary with one rate too many adds up nevertheless: {STANDARD}",
    "R-29.content": "Chorus Pro looks at the name alone; it is the public body that cannot open the file",
    "R-29.inside": "EN 16931 lists the media types of an XML; Chorus Pro's own list of extensions is longer",
}
"""Blocking rules of ours that the simulator does not share, and why. Rules that only warn are about what the platform takes."""

ALIKE = {"R-10.either": "service_code"}
"""Of two fields that would do, the dictionary names the other one."""

NEVER_REACHED = {"R-29.total"}
"""120 MB cannot be reached by this way: a deposit over 30 MB is refused first (R-31)."""


def forced(document: Invoice) -> bytes:
    """The document as CII whatever is wrong with it: past the checks of ours and of the library.

    A sound twin is written where the library would refuse, and what is wrong is put back into the XML by hand.
    """
    numbered = replace(document, number=document.number.strip() or "X", issue_date=document.issue_date or TODAY)
    coined = replace(numbered, currency=document.currency if document.currency in CURRENCIES else "EUR")
    paid = replace(coined, payment=replace(document.payment, iban=document.payment.iban and IBAN))
    # only what an XML may carry gets through the writer
    files = tuple(replace(file, name=f"{rank}.pdf", content=b"x") for rank, file in enumerate(document.attachments))
    lines = tuple(replace(line, name=line.name or "x", unit=line.unit or "C62", period=None) for line in document.lines)
    totals = replace(document.totals, payable=document.totals.payable if document.totals.payable.is_finite() else ZERO)
    twin = replace(paid, attachments=files, lines=lines, totals=totals, period=None)
    xml = generate_cii_xml(en16931.to_terms(twin), level="en16931", check_xsd=False, check_schematron=None)
    root = etree.fromstring(xml)

    def put(path: str, text: str) -> None:
        for element in root.iter("{*}" + path.rpartition("/")[2]):
            if path.count("/") == 0 or element.getparent().tag.endswith("}" + path.split("/")[0]):
                element.text = text

    put("ExchangedDocument/ID", document.number)
    if document.issue_date is None:
        header = root.find("{*}ExchangedDocument")
        header.remove(header.find("{*}IssueDateTime"))
    put("InvoiceCurrencyCode", document.currency)
    put("IBANID", document.payment.iban)
    put("DuePayableAmount", str(document.totals.payable))
    for element, line in zip(root.iter("{*}IncludedSupplyChainTradeLineItem"), document.lines, strict=True):
        element.find(".//{*}SpecifiedTradeProduct/{*}Name").text = line.name
        element.find(".//{*}BilledQuantity").set("unitCode", line.unit)
    for element, file in zip(root.iter("{*}AttachmentBinaryObject"), document.attachments, strict=True):
        element.set("filename", file.name)
        element.text = base64.b64encode(file.content).decode()
    _put_period(root, document)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _put_period(root, document: Invoice) -> None:
    """The service period, which the library refuses to write backwards."""
    if document.period is None:
        return
    settlement = root.find(".//{*}ApplicableHeaderTradeSettlement")
    ram, udt = (f"{{urn:un:unece:uncefact:data:standard:{name}:100}}" for name in (
        "ReusableAggregateBusinessInformationEntity", "UnqualifiedDataType"))  # fmt: skip
    period = etree.Element(f"{ram}BillingSpecifiedPeriod")
    for name, day in (("StartDateTime", document.period.start), ("EndDateTime", document.period.end)):
        text = etree.SubElement(etree.SubElement(period, f"{ram}{name}"), f"{udt}DateTimeString", format="102")
        text.text = f"{day:%Y%m%d}"
    settlement.findall("{*}ApplicableTradeTax")[-1].addnext(period)


@pytest.fixture(scope="module")
def platform():
    running = simulated.simulator()
    yield running
    running.reset()


@pytest.fixture
def client(platform):
    platform.reset()
    platform.control("clock", now=NOON)
    credentials = Credentials(simulated.CLIENT_ID, simulated.CLIENT_SECRET, simulated.ACCOUNT, simulated.PASSWORD)
    with PisteSession(environment(platform.url), credentials, retries=0) as session:
        yield ChorusClient(session)


def recipient_asks(platform, asked: Requirements):
    """Make the simulator's town ask for what the context says it asks for."""
    services = SERVICES if asked.services is None else asked.services
    platform.control(
        "directory",
        siret=TOWN,
        statut="INACTIVE" if asked.active is False else "ACTIVE",
        parametres={
            "codeServiceDoitEtreRenseigne": asked.service is True,
            "numeroEJDoitEtreRenseigne": asked.engagement is True,
            "gestionNumeroEJOuCodeService": asked.either is True,
            "estMoaUniquement": asked.moa_only is True,
        },
        services=[
            {
                "codeService": service.code,
                "estActif": service.active is not False,
                "numeroEngagement": service.engagement_required is True,
                "dateDebutValidite": service.valid_from.isoformat() if service.valid_from else "",
                "dateFinValidite": service.valid_until.isoformat() if service.valid_until else "",
            }
            for service in services
        ],
    )


def fate(platform, client, content: bytes) -> str:
    """What becomes of a deposit: why it was refused, ``""`` when it is integrated."""
    try:
        flow = client.deposit_flow(content, "forced.xml", SYNTAX).flow_number
    except Refused as refusal:
        return refusal.detail or refusal.code
    platform.advance()
    report = client.flow_report(flow)
    if report.state == "IN_INTEGRE":
        return ""
    return "|".join(error.message for error in (*report.invoice_errors, *report.technical_errors))


def rows(code: str) -> list[tuple[Invoice, Context]]:
    """What breaks a rule, each with its context."""
    return [(invoice(**changes), context[0] if context else CONTEXT) for broken, changes, *context in BREAKING if broken == code]


CODES = list(dict.fromkeys(row[0] for row in BREAKING if row[0] not in NEVER_REACHED))


@pytest.mark.parametrize("code", CODES)
def test_rules_and_simulator_agree(platform, client, code):
    """Refused for the same thing: the dictionary makes of the refusal's words the field that the rule names."""
    rule = next(rule for rule in RULES if rule.code == code)
    fates = []
    for document, context in rows(code):
        platform.control("clock", now=NOON)
        recipient_asks(platform, context.recipient)
        if context.supplier == "inactive":
            platform.control("directory", siret=document.supplier.siret, statut="INACTIVE")
        content = forced(document)
        if context.taken_by:
            assert fate(platform, client, content) == ""
        fates.append(fate(platform, client, content))
        platform.reset()
    if code in TAKEN or rule.level is Level.WARN:
        assert "" in fates
        return
    for words in fates:
        explained = explain(words)
        assert explained, "it was integrated"
        unreadable = any(told.key == "file_format" for told in explained)
        assert unreadable or ALIKE.get(code, rule.field) in {told.field for told in explained}, words


def test_a_sound_document_arrives(platform, client):
    recipient_asks(platform, CONTEXT.recipient)
    assert fate(platform, client, forced(invoice())) == ""
    assert fate(platform, client, forced(credit_note())) == ""


def test_only_blocking_rules_need_a_reason():
    blocking = {rule.code for rule in RULES if rule.level is Level.BLOCK}
    assert set(TAKEN) | NEVER_REACHED <= blocking
