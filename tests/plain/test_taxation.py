"""Which tax of a line is its VAT, of which category, and why nothing is charged. Needs no database."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ...services.document.invoice import Flaw, Vat, VatCategory
from ...services.document.taxation import BookTax, Place, TaxKind, choose_vat, outside_the_base, vat_of
from ...services.vocabulary import exemptions, territories
from ..support.documents import invoice, line, priced
from ..support.strategies import ALWAYS_THE_SAME

C = VatCategory
HOME = Place()


def tax(name: str, rate: str = "0", **more) -> BookTax:
    return BookTax(name, Decimal(rate), **more)


V20, V85, V10 = tax("20% G", "20"), tax("8,5 %", "8.5"), tax("10 %", "10")
OCTROI = tax("Octroi de mer 2,5 %", "2.5")
FIXED = tax("Éco-participation", "2.5", kind=TaxKind.FIXED)
WITHHELD = tax("Précompte artistes-auteurs -1,1 %", "-1.1")
ZERO = tax("0 % simple")
DIVISION = tax("20 div", "16.6667", kind=TaxKind.DIVISION)
BY_CODE = "VATEX-FR-CGI261D-2"
FRANCHISE = "TVA non applicable, art. 293 B du CGI"
TRAINING = "Exonération de TVA, art. 261-4-4° a du CGI"
SUBCONTRACTING = "Autoliquidation, art. 283-2 nonies du CGI"

CHOICES = {
    "one": ([V20], V20, False),
    "octroi de mer, then VAT": ([OCTROI, V85], V85, False),
    "VAT, then octroi de mer": ([V85, OCTROI], V85, False),
    "two octrois": ([tax("OM 1,5", "1.5"), tax("OMR 2,5", "2.5"), V85], V85, False),
    "octroi de mer at a rate of VAT": ([tax("Octroi de mer", "20"), V85], V85, False),
    "octroi de mer beside an exempt tax": ([tax("Octroi de mer", "2.5"), ZERO], ZERO, False),
    "octroi de mer that tells of VAT": ([tax("Octroi de mer (non soumis à TVA)", "10"), V85], V85, False),
    "a percentage nobody knows": ([tax("CSR", "1.3"), V20], V20, False),
    "withholding after": ([V10, WITHHELD], V10, False),
    "withholding before": ([WITHHELD, V10], V10, False),
    "fixed": ([FIXED, V20], V20, False),
    "all at once": ([FIXED, tax("Consigne", "3", kind=TaxKind.FIXED), OCTROI, V85, WITHHELD], V85, False),
    "an old rate": ([tax("19,6 %", "19.6")], tax("19,6 %", "19.6"), False),
    "VAT on a fee": ([tax("TVA 5,5 % redevance assainissement", "5.5")], tax("TVA 5,5 % redevance assainissement", "5.5"), False),
    "a fee at a rate of VAT, alone": ([tax("Redevance", "10")], tax("Redevance", "10"), False),
    "a fee at a rate of VAT, beside one": ([tax("Redevance", "10"), V20], V20, False),
    "a fee alone": ([tax("Contribution 0,4 %", "0.4")], None, False),
    "octroi de mer alone": ([OCTROI], None, False),
    "withholding alone": ([WITHHELD], None, False),
    "fixed alone": ([FIXED], None, False),
    "none": ([], None, False),
    "two VATs": ([V10, V20], V20, True),
    "VAT and an exemption": ([ZERO, V20], V20, True),
    "by the category that somebody gave": ([tax("A", "7", category="S"), tax("B", "3")], tax("A", "7", category="S"), False),
    "included in the price": ([DIVISION], DIVISION, False),
}  # fmt: skip


@pytest.mark.parametrize(("taxes", "chosen", "doubtful"), CHOICES.values(), ids=CHOICES)
def test_which_tax_is_the_vat(taxes, chosen, doubtful):
    assert choose_vat(taxes) == (chosen, doubtful)


def to(destination: str, note: str = "", origin: str = "FR") -> Place:
    return Place(origin, destination, note)


PACIFIC = "NC"
GOODS, SERVICE = tax("0% EX G", goods=True), tax("0% EX S", goods=False)

CATEGORIES = {
    "charged": (V20, HOME, C.STANDARD, "", ""),
    "charged, though somebody said exempt": (replace(V20, category="E"), HOME, C.STANDARD, "", ""),
    "charged in Réunion": (V85, to("RE"), C.STANDARD, "", ""),
    "no mention": (ZERO, HOME, C.EXEMPT, "", ""),
    "Odoo's own words for a service to another member state": (
        replace(ZERO, note="VAT Reverse charge - Article 196 of the Directive 2006/112/EC"), HOME, C.REVERSE_CHARGE,
        "Autoliquidation, art. 196 de la directive 2006/112/CE", "",
    ),
    "Odoo's own words for goods to another member state": (
        replace(ZERO, note="Exempt intra-community supplies - Article 138 of the Directive 2006/112/EC"), Place("FR", "DE"),
        C.INTRA_COMMUNITY, "Livraison intracommunautaire exonérée, art. 138 de la directive 2006/112/CE", "",
    ),
    "Odoo's filler": (replace(ZERO, note="Article 226 points 11 à 15 Directive 2006/112/CE"), HOME, C.EXEMPT, "", ""),
    "the tax's mention": (replace(ZERO, note=TRAINING), HOME, C.EXEMPT, TRAINING, ""),
    "the position's mention": (ZERO, to("FR", FRANCHISE), C.EXEMPT, FRANCHISE, exemptions.FRANCHISE),
    "the mention of both": (replace(ZERO, note=FRANCHISE), to("FR", FRANCHISE), C.EXEMPT, FRANCHISE, exemptions.FRANCHISE),
    "two mentions": (replace(ZERO, note=TRAINING), to("FR", FRANCHISE), C.EXEMPT, f"{TRAINING} ; {FRANCHISE}", ""),
    "a position that says nothing of VAT": (replace(ZERO, note=TRAINING), to("FR", "Merci."), C.EXEMPT, TRAINING, ""),
    "a code": (tax("0", reason_code=BY_CODE), HOME, C.EXEMPT, exemptions.REASONS[BY_CODE], BY_CODE),
    "a code and its mention": (
        tax("0", reason_code="VATEX-FR-CGI261-4", note=TRAINING), HOME, C.EXEMPT, TRAINING, "VATEX-FR-CGI261-4",
    ),
    "a code that its mention contradicts": (
        tax("0", reason_code="VATEX-FR-CGI261-4", note=FRANCHISE), HOME, C.EXEMPT, FRANCHISE, exemptions.FRANCHISE,
    ),
    "reverse charge by its category": (tax("0", category="AE"), HOME, C.REVERSE_CHARGE, "", ""),
    "reverse charge by its mention": (replace(ZERO, note=SUBCONTRACTING), HOME, C.REVERSE_CHARGE, SUBCONTRACTING, ""),
    "reverse charge by its name": (tax("Autoliquidation BTP"), HOME, C.REVERSE_CHARGE, "", ""),
    "reverse charge though somebody said exempt": (tax("0", category="E", note="Auto-liquidation"), HOME, C.REVERSE_CHARGE,
                                                   "Auto-liquidation", ""),
    "reverse charge in other words": (replace(ZERO, note="TVA due par le preneur assujetti"), HOME, C.REVERSE_CHARGE,
                                      "TVA due par le preneur assujetti", ""),
    "reverse charge by its article": (replace(ZERO, note="Art. 283-2 nonies du CGI"), HOME, C.REVERSE_CHARGE,
                                      "Art. 283-2 nonies du CGI", ""),
    "reverse charge by the position": (ZERO, to("FR", SUBCONTRACTING), C.REVERSE_CHARGE, SUBCONTRACTING, ""),
    "reverse charge by its code": (tax("0", reason_code="VATEX-EU-AE"), HOME, C.REVERSE_CHARGE, "Autoliquidation", "VATEX-EU-AE"),
    "reverse charge by taking back": (tax("20 %", "20", reversed=True), HOME, C.REVERSE_CHARGE, "", ""),
    "without reverse charge": (replace(ZERO, note="Exonéré, sans autoliquidation"), HOME, C.EXEMPT,
                               "Exonéré, sans autoliquidation", ""),
    "an exemption under reverse charge": (replace(ZERO, note=TRAINING), to("FR", SUBCONTRACTING), C.EXEMPT, TRAINING, ""),
    "out of scope": (tax("0", category="O", note="Subvention"), HOME, C.OUT_OF_SCOPE, "Subvention", ""),
    "zero rated": (tax("0", category="Z"), HOME, C.ZERO_RATED, "", ""),
    "zero rated with a ground": (tax("0", category="Z", note=TRAINING), HOME, C.EXEMPT, TRAINING, ""),
    "goods to Switzerland": (GOODS, to("CH"), C.EXPORT, "", ""),
    "goods to New Caledonia": (GOODS, to(PACIFIC), C.EXPORT, "", ""),
    "goods to New Caledonia, exempt by their own": (replace(GOODS, note=TRAINING), to(PACIFIC), C.EXEMPT, TRAINING, ""),
    "goods to New Caledonia, by their words": (tax("0", note="Exportation, art. 262 I du CGI"), to(PACIFIC), C.EXPORT,
                                               "Exportation, art. 262 I du CGI", ""),
    "a service to New Caledonia": (SERVICE, to(PACIFIC), C.EXEMPT, "", ""),
    "a service called an export": (replace(SERVICE, category="G"), to(PACIFIC), C.EXEMPT, "", ""),
    "nobody knows what, to New Caledonia": (ZERO, to(PACIFIC), C.EXEMPT, "", ""),
    "an export that stays": (tax("0", category="G"), HOME, C.EXEMPT, "", ""),
    "goods of Réunion to Switzerland": (GOODS, to("CH", origin="RE"), C.EXPORT, "", ""),
    "goods of Réunion at home": (GOODS, to("RE", origin="RE"), C.EXEMPT, "", ""),
    "goods to Belgium": (GOODS, to("BE"), C.INTRA_COMMUNITY, "", ""),
    "a service to Belgium": (SERVICE, to("BE"), C.EXEMPT, "", ""),
    "to another state, kept for the rules to stop": (tax("0", category="K"), HOME, C.INTRA_COMMUNITY, "", ""),
}  # fmt: skip


@pytest.mark.parametrize(("booked", "place", "category", "reason", "code"), CATEGORIES.values(), ids=CATEGORIES)
def test_category_and_reason(booked, place, category, reason, code):
    found = vat_of(booked, place)
    assert (found.category, found.reason, found.reason_code, found.flaw) == (category, reason, code, None)
    assert (found.rate > 0) == (category is C.STANDARD)


@pytest.mark.parametrize("destination", sorted(territories.OVERSEAS_DEPARTMENTS | {territories.MONACO}))
@pytest.mark.parametrize("booked", [GOODS, replace(GOODS, category="G"), replace(GOODS, reason_code="VATEX-EU-G")], ids=str)
def test_nothing_is_exported_to_an_overseas_department_or_monaco(booked, destination):
    found = vat_of(booked, to(destination))
    assert (found.category, found.reason, found.reason_code) == (C.EXEMPT, "", "")
    ground = "Exonération de TVA, art. 294 du CGI"
    assert vat_of(replace(booked, note=ground), to(destination)) == Vat(C.EXEMPT, reason=ground)


def test_a_line_without_vat_is_judged_by_itself():
    assert vat_of(None, HOME).flaw is Flaw.NONE
    assert vat_of(None, to("FR", "Merci de votre confiance.")).flaw is Flaw.NONE
    assert vat_of(None, to("FR", FRANCHISE)) == Vat(C.EXEMPT, Decimal(0), FRANCHISE, exemptions.FRANCHISE)
    assert vat_of(None, to("FR", SUBCONTRACTING)) == Vat(C.REVERSE_CHARGE, Decimal(0), SUBCONTRACTING)


def test_a_rate_on_the_price_with_the_tax():
    booked = tax("20 div", "16.6667", kind=TaxKind.DIVISION)
    assert vat_of(booked, HOME, rate=Decimal("20.00")) == Vat(C.STANDARD, Decimal(20))


def test_a_contribution_outside_the_base():
    deposit = tax("Consigne", "3", kind=TaxKind.FIXED)
    assert outside_the_base(deposit, Vat(C.STANDARD, Decimal(20))) == Vat(
        C.EXEMPT, reason="Hors de la base d'imposition à la TVA : Consigne"
    )
    noted = replace(deposit, note="Emballages consignés, art. 267 II du CGI")
    assert outside_the_base(noted, Vat(C.STANDARD, Decimal(20))).reason == "Emballages consignés, art. 267 II du CGI"
    exempt = Vat(C.EXEMPT, reason=TRAINING)
    assert outside_the_base(deposit, exempt) == exempt


def reasons(*vats: Vat) -> tuple[str, str]:
    document = invoice(**priced([line(vat=vat) for vat in vats]))
    (subtotal,) = document.vat_breakdown
    return document.exemption(subtotal)


def test_several_reasons_make_one_text_whatever_their_order():
    fees, costs = (
        Vat(C.EXEMPT, reason=FRANCHISE, reason_code=exemptions.FRANCHISE),
        Vat(C.EXEMPT, reason="Débours, art. 267 II 2°"),
    )
    assert reasons(fees, costs) == reasons(costs, fees) == (f"Débours, art. 267 II 2° ; {FRANCHISE}", "")
    assert reasons(fees, fees) == (FRANCHISE, exemptions.FRANCHISE)
    assert reasons(fees, Vat(C.EXEMPT)) == (FRANCHISE, "")
    assert reasons(Vat(C.REVERSE_CHARGE), Vat(C.REVERSE_CHARGE, reason=SUBCONTRACTING)) == (SUBCONTRACTING, "")


words = st.sampled_from(["", "Octroi de mer", "TVA", "Export", "Autoliquidation", "Éco", FRANCHISE, TRAINING, "Retenue", "0 %"])
book_taxes = st.builds(
    BookTax,
    words | st.text(max_size=10),
    st.sampled_from([Decimal(rate) for rate in ("0", "20", "8.5", "2.5", "-1.1", "10", "16.6667")]),
    st.sampled_from(TaxKind),
    note=words,
    category=st.sampled_from(["", "S", "E", "AE", "G", "K", "O", "Z", "L", "??"]),
    reason_code=st.sampled_from(["", "VATEX-EU-G", "VATEX-EU-AE", "VATEX-FR-CGI261-4", exemptions.FRANCHISE]),
    goods=st.none() | st.booleans(),
    reversed=st.booleans(),
)
places = st.builds(
    Place, st.sampled_from(["FR", "RE", "NC", ""]), st.sampled_from(["FR", "RE", "MC", "NC", "BE", "CH", ""]), words
)


@settings(ALWAYS_THE_SAME, max_examples=500)
@given(st.lists(book_taxes, max_size=4), places, st.none() | st.booleans())
def test_whatever_the_books_hold(taxes, place, goods):
    chosen, several = choose_vat(taxes)
    vat = vat_of(chosen, place, goods=goods, several=several, rate=Decimal(20))
    assert vat == vat_of(chosen, place, goods=goods, several=several, rate=Decimal(20))
    assert (vat.rate > 0) == (vat.category is C.STANDARD)
    if vat.category is C.EXPORT:
        assert place.is_export
        assert goods is not False
    if vat.category in (C.STANDARD, C.ZERO_RATED):
        assert (vat.reason, vat.reason_code) == ("", "")
    assert not exemptions.is_filler(vat.reason)
    if chosen is None:
        assert vat.category in (C.EXEMPT, C.REVERSE_CHARGE)
    elif exemptions.says_reverse_charge(chosen.name) and vat.category is not C.STANDARD:
        assert vat.category is C.REVERSE_CHARGE
