"""The table of rules: each row is broken once, sound documents pass."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from stdnum import luhn

from ...services import rules
from ...services.document import formats
from ...services.document import invoice as d
from ...services.rules import Level, Service
from ...services.rules import amounts as rules_amounts
from ...services.vocabulary.fields import FIELDS
from ..support.broken import (
    BREAKING,
    CONTEXT,
    OWN_FIELDS,
    SERVICES,
    UNTAXED,
    attached,
    codes,
    knowing,
    recipient,
    supplier,
    totals,
)
from ..support.documents import EXEMPT, S55, SUPPLIER, TODAY, credit_note, invoice, line, priced

"""Keys that messages of Chorus Pro never point at, beside those of the vocabulary."""


@pytest.mark.parametrize("row", BREAKING, ids=[f"{row[0]}-{rank}" for rank, row in enumerate(BREAKING)])
def test_each_rule_stops_what_breaks_it(row):
    code, changes, context = row if len(row) == 3 else (*row, CONTEXT)
    broken = [finding for finding in rules.check(invoice(**changes), context) if finding.code == code]
    assert len(broken) == 1
    for text in (broken[0].message, broken[0].remedy):
        assert text.en != text.fr
        assert not re.search(r"[{}]", text.en + text.fr)
        assert text.en.endswith(".")
        assert text.fr.endswith(".")


@pytest.mark.parametrize("state", ["inactive", "absent"])
def test_our_structure_only_warns_outside_production(state):
    context = replace(CONTEXT, supplier=state, production=False)
    assert [finding.level for finding in rules.check(invoice(), context)] == [rules.Level.WARN]


def test_a_document_has_a_limited_number_of_lines(monkeypatch):
    monkeypatch.setattr(rules_amounts, "MAX_LINES", 2)
    assert codes(invoice(**priced([line()] * 2))) == []
    assert codes(invoice(**priced([line()] * 3))) == ["R-27.lines"]


def test_every_rule_is_broken_once_above():
    assert {row[0] for row in BREAKING} | {"R-27.lines"} == {rule.code for rule in rules.RULES}


def test_codes_are_unique():
    all_codes = [rule.code for rule in rules.RULES]
    assert len(all_codes) == len(set(all_codes))


def test_all_36_rules_of_the_domain_are_rows_or_are_settled_elsewhere():
    rows = {rule.code.partition(".")[0] for rule in rules.RULES}
    expected = {f"R-{number:02d}" for number in range(1, 37)}
    assert expected <= rows | set(rules.ELSEWHERE)
    assert not rows & set(rules.ELSEWHERE)


def test_each_finding_points_at_a_known_field():
    assert {rule.field for rule in rules.RULES} <= set(FIELDS) | OWN_FIELDS


SOUND = {
    "invoice": (invoice(), CONTEXT),
    "credit note": (credit_note(), CONTEXT),
    "credit note without means nor account": (credit_note(payment=d.Payment("")), CONTEXT),
    "two rates": (invoice(**priced([line(), line("3.333333", "3", S55)])), CONTEXT),
    "already paid": (invoice(framework="A2", payment=d.Payment("48"), **priced([line()], prepaid=Decimal("120.00"))), CONTEXT),
    "requirements met": (invoice(), knowing(active=True, service=True, engagement=True, moa_only=False, services=SERVICES)),
    "either: engagement": (invoice(service_code=""), knowing(either=True, service=True, engagement=True)),
    "either: service": (invoice(engagement_number=""), knowing(either=True, service=True, engagement=True)),
    "nothing known of the recipient": (invoice(service_code="", engagement_number="", market_number=""), CONTEXT),
    "A12 in a format that names the validator": (
        invoice(framework="A12", validator=SUPPLIER),
        replace(CONTEXT, form=formats.PDF),
    ),
    "attachments that only a PDF deposit carries": (
        invoice(**attached(d.Attachment("plan.docx", b"PK\x03\x04"))),
        replace(CONTEXT, form=formats.PDF),
    ),
    "the longest": (
        invoice(number="F" * 20, market_number="M" * 50, engagement_number="E" * 50, service_code="S" * 100),
        CONTEXT,
    ),
    "all allowed characters": (invoice(number="Fac-1 2+3_4/5"), CONTEXT),
    "fillers where the body calls its service so": (
        invoice(service_code="SO", engagement_number="EJ-7"),
        knowing(service=True, services=(Service("SO", active=True),)),
    ),
    "a reference of the customer beside the engagement": (invoice(), replace(CONTEXT, order_reference="BC 12, BC 13")),
    "a reference of the customer where no engagement is wanted": (
        invoice(engagement_number=""),
        replace(knowing(engagement=False), order_reference="BC 12"),
    ),
    "words as the customer's reference": (invoice(engagement_number=""), replace(CONTEXT, order_reference="votre appel")),
    "paid since, and before as well": (
        invoice(framework="A2", **priced([line()], prepaid=Decimal("120.00"))),
        replace(CONTEXT, paid_since=Decimal("5.00")),
    ),
    "direct debit by a mandate": (invoice(payment=d.Payment("49", mandate="RUM-1", creditor="FR12ZZZ123456")), CONTEXT),
    "a factor": (invoice(payee=d.Party("Factor SA", "552 032 534 00646")), CONTEXT),
    "several reasons": (
        invoice(**priced([line(vat=EXEMPT), line(vat=d.Vat(d.VatCategory.EXEMPT, reason="Débours, art. 267 II 2° du CGI"))])),
        CONTEXT,
    ),
    "terms printed on all": (invoice(notes=(d.Note("Pas d'escompte."),)), CONTEXT),
    "sent on its own day": (invoice(issue_date=TODAY), CONTEXT),
}


@pytest.mark.parametrize(("document", "context"), SOUND.values(), ids=SOUND)
def test_a_sound_document_has_no_finding(document, context):
    assert codes(document, context) == []


def test_what_a_person_must_see_before_it_leaves_by_itself():
    found = rules.check(invoice(), replace(CONTEXT, paid_since=Decimal("20.00")))
    assert [(finding.code, finding.blocks, finding.asks) for finding in found] == [("R-33.since", False, True)]
    assert [rule.code for rule in rules.RULES if rule.asks] == ["R-33.since"]


def test_lines_without_vat_are_named_each_for_its_own_fault():
    parts = [line(vat=EXEMPT), line(vat=UNTAXED), line(), line(vat=d.Vat(d.VatCategory.EXEMPT))]
    found = {finding.code: finding.message.en for finding in rules.check(invoice(**priced(parts)), CONTEXT)}
    assert found == {
        "R-22.tax": "No VAT stands on these lines: 2.",
        "R-22.reason": "No VAT is charged on these lines, and nothing says why: 4.",
    }


def test_everything_is_said_at_once_and_what_blocks_first():
    findings = rules.check(
        invoice(number="", framework="", vat_due=None, **supplier(identifier="", name=""), **recipient(identifier="")), CONTEXT
    )
    assert {finding.code for finding in findings} == {
        "R-04.missing",
        "R-33.missing",
        "R-01.missing",
        "BR-06.name",
        "R-02.missing",
        "R-22.due",
    }
    assert [finding.level for finding in findings] == [Level.BLOCK] * 5 + [Level.WARN]


def test_fictitious_sirets_only_warn_outside_production():
    document = invoice(**supplier(identifier="33254021516357"))
    (in_production,) = rules.check(document, CONTEXT)
    (elsewhere,) = rules.check(document, replace(CONTEXT, production=False))
    assert (in_production.code, in_production.level) == ("R-01.key", Level.BLOCK)
    assert (elsewhere.code, elsewhere.level) == ("R-01.key", Level.WARN)
    (malformed,) = rules.check(invoice(**supplier(identifier="1")), replace(CONTEXT, production=False))
    assert malformed.level is Level.BLOCK


def test_the_post_office_is_a_company_too():
    """La Poste's establishments do not follow Luhn's rule."""
    assert codes(invoice(**supplier(identifier="35600000049837"))) == []


def test_the_post_office_is_a_company_whatever_the_library_knows(monkeypatch):
    """python-stdnum 1.17, which Odoo pins for Python 3.10, has Luhn's rule alone."""
    monkeypatch.setattr("stdnum.fr.siret.is_valid", luhn.is_valid)
    assert codes(invoice(**supplier(identifier="35600000049837"))) == []
    assert codes(invoice(**supplier(identifier="35600000000048"))) == [], "the head office follows Luhn's rule"
    assert codes(invoice(**supplier(identifier="35600000049838"))) == ["R-01.key"]


def test_a_finding_tells_the_numbers_in_the_readers_language():
    (finding,) = rules.check(invoice(**totals(lines=Decimal("1234567.80"))), CONTEXT)[:1]
    assert "1,234,567.80" in finding.message.en
    assert "1\u00a0234\u00a0567,80" in finding.message.fr


def test_vat_rounded_line_by_line_is_right_too():
    # three lines of 0.32 at 20 %: 0.06 each, 0.18 in all, where the base makes 0.192
    document = invoice(**priced([line("0.32", "1")] * 3))
    by_line = replace(document.vat_breakdown[0], tax=Decimal("0.18"))
    amounts = replace(document.totals, tax=Decimal("0.18"), grand_total=Decimal("1.14"), payable=Decimal("1.14"))
    assert codes(replace(document, vat_breakdown=(by_line,), totals=amounts)) == []


def test_braces_in_the_users_data_do_no_harm():
    (finding,) = rules.check(invoice(number="{number} {0}"), CONTEXT)
    assert "{number} {0}" in finding.message.fr
