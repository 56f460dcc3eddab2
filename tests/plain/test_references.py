"""The references of what is no invoice yet."""

from datetime import date

import pytest

from ...services.rules import Context, Requirements, Service, check_references, engagement_in

NUMBERS = {
    "1300012345": "1300012345",
    " 13 000 123 45 ": "1300012345",
    "EJ 1300012345": "1300012345",
    "N° EJ : 1300012345": "1300012345",
    "Bon de commande n°BC-2026-0012": "BC-2026-0012",
    "Engagement : EJ-1234": "EJ-1234",
    "BC2026123": "BC2026123",
    "Nord-123": "Nord-123",
}
NONE = ["", "néant", "commande", "devis 12", "V2", "2026", "12/03/2026", "2026-03-12", "Votre mail du 12/03/2026", "0000",
        "1300012345, 1300012346", "1" * 51]  # fmt: skip


@pytest.mark.parametrize(("text", "number"), NUMBERS.items())
def test_an_orders_number_is_taken_without_what_is_written_before_it(text, number):
    assert engagement_in(text) == number


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_not_taken_for_one(text):
    assert engagement_in(text) == ""


@pytest.mark.parametrize(
    ("references", "requirements", "codes"),
    [
        (("", "", ""), Requirements(), []),
        (("", "", ""), Requirements(service=True, engagement=True), ["R-08.service", "R-09.engagement"]),
        (("SVC", "", ""), Requirements(either=True), []),
        (("", "", ""), Requirements(either=True), ["R-10.either"]),
        (("OLD", "", "EJ-1"), Requirements(services=(Service("OLD", active=False),)), ["R-11.inactive"]),
        (("", "M" * 51, "1300012345, 1300012346"), Requirements(), ["R-14.market", "R-14.several"]),
    ],
)
def test_references_are_checked_before_there_is_an_invoice(references, requirements, codes):
    found = check_references(*references, Context(today=date(2026, 3, 1), recipient=requirements))
    assert [finding.code for finding in found] == codes
