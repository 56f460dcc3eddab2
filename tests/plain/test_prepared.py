"""A CII of a form that was written before is the one that ``facturx`` itself writes, byte for byte."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from facturx import generate_cii_xml
from hypothesis import given

from ...services.document import prepared
from ...services.document.en16931 import generator, to_terms
from ...services.document.invoice import Attachment, Invoice, Payment, Period
from ..support.documents import EXEMPT, IBAN, S55, TODAY, credit_note, invoice, line, priced
from ..support.strategies import ALWAYS_THE_SAME, sound_documents

by_facturx = generator(generate_cii_xml)
OTHER_IBAN = "DE89370400440532013000"


def both(document: Invoice, write: prepared.Write = by_facturx) -> tuple[bytes, bytes]:
    """What is written of the document by way of its form, and without."""
    return prepared.cii(to_terms(document), write), write(to_terms(document))


class Counted:
    """Writes, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, terms: prepared.Terms) -> bytes:
        self.times += 1
        return by_facturx(terms)


@ALWAYS_THE_SAME
@given(sound_documents())
def test_any_document_is_written_as_facturx_writes_it(document: Invoice) -> None:
    mine, its = both(document)
    assert mine == its


HARD = "a & b < c > d \"e\" 'f' %s %% {0} \t\n]]> é 漢 \U0001f600 \x85"


@pytest.mark.parametrize(
    "document",
    [
        invoice(**priced([line(name=HARD, description=HARD, item_code=HARD)])),
        invoice(**priced([line(), line(vat=S55), line(vat=EXEMPT), line(name="", description="Seule")])),
        invoice(**priced([line(unit='"&<>'), line(unit="H87")])),
        invoice(**priced([line(gross_price=Decimal(60)), line(quantity="-1")])),
        invoice(**priced([line(period=Period(TODAY, TODAY)), line(period=Period(TODAY, None)), line()])),
        invoice(issue_date=date(26, 1, 2), delivery_date=date(999, 12, 31)),
        invoice(attachments=(Attachment('a "b".pdf', b"%PDF", HARD), Attachment("c.csv", b"1", ""))),
        invoice(payment=Payment(iban=IBAN, bic="ABCDFRPP", reference=HARD)),
        invoice(payment=Payment(iban="no account")),
        credit_note(),
    ],
)
def test_texts_that_xml_must_escape_and_every_kind_of_line(document: Invoice) -> None:
    mine, its = both(document)
    assert mine == its


def test_what_is_written_next_is_of_its_own() -> None:
    """The values of an invoice do not get into the next one, whose form is the same."""
    write = Counted()
    first = invoice(number="F1", issue_date=date(2026, 1, 2), **priced([line("10"), line("20", name="Table")]))
    second = invoice(number="F2", issue_date=date(2026, 3, 4), **priced([line("30", name="Lit"), line("40"), line("50")]))
    for document in (first, second):
        assert prepared.cii(to_terms(document), write) == by_facturx(to_terms(document))
    assert write.times == 1


@pytest.mark.parametrize(
    "change",
    [
        {"payment": Payment(iban=OTHER_IBAN)},
        {"payment": Payment(iban="no account")},
        {"currency": "CHF"},
        {"vat_due": None},
    ],
)
def test_what_facturx_looks_at_is_part_of_the_form(change: dict[str, object]) -> None:
    write = Counted()
    for document in (invoice(payment=Payment(iban=IBAN)), replace(invoice(payment=Payment(iban=IBAN)), **change)):
        assert prepared.cii(to_terms(document), write) == by_facturx(to_terms(document))
    assert write.times == 2


def reckoned(terms: prepared.Terms) -> bytes:
    return by_facturx({**terms, "BT-1": f"<{float(terms['BT-109']):.0f}>", "BT-109": "1"})


def twice(terms: prepared.Terms) -> bytes:
    return by_facturx({**terms, "BT-10": terms["BT-1"]})


def taken_apart(terms: prepared.Terms) -> bytes:
    return by_facturx({**terms, "BT-1": terms["BT-1"][:5]})


def left_out(terms: prepared.Terms) -> bytes:
    return by_facturx({name: value for name, value in terms.items() if name != "BT-10"})


def among_the_lines(terms: prepared.Terms) -> bytes:
    return by_facturx({**terms, "BG-25": [{**one, "BT-155": terms["BT-1"]} for one in terms["BG-25"]], "BT-1": "1"})


def wants_short(terms: prepared.Terms) -> bytes:
    if len(terms["BT-1"]) > 20:
        raise ValueError("too long")
    return by_facturx(terms)


@pytest.mark.parametrize("write", [reckoned, twice, taken_apart, left_out, among_the_lines, wants_short])
def test_a_library_that_does_more_with_a_value_than_to_write_it_writes_it_itself(write: Callable[..., bytes]) -> None:
    for number in ("F2026-0001", "F2026-0002"):
        mine, its = both(invoice(number=number, service_code="SERVICE"), write)
        assert mine == its


def test_a_document_that_cannot_be_written_is_refused_in_the_librarys_own_words() -> None:
    backwards = invoice(**priced([line(period=Period(TODAY, date(2026, 1, 1)))]))
    with pytest.raises(ValueError, match="BT-134"):
        prepared.cii(to_terms(backwards), by_facturx)
