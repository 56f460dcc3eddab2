from datetime import date
from decimal import Decimal

import pytest

from ...services.rules.direct_payment import Share, check

D = Decimal
END = date(2026, 3, 31)


def share(amount=500, before=0, accepted=1000, accepted_on=date(2026, 1, 1)):
    return Share("Brun", D(amount), D(before), D(accepted), accepted_on)


@pytest.mark.parametrize(
    ("shares", "codes"),
    [
        ([], []),
        ([share()], []),
        ([share(before=500)], []),
        ([share("500.01", 500)], ["above_accepted"]),
        ([share(-100, 1050)], []),
        ([share(accepted_on=None)], ["not_accepted"]),
        ([share(accepted_on=END)], []),
        ([share(accepted_on=date(2026, 4, 1))], ["not_accepted"]),
        ([share(0, accepted_on=None)], []),
        ([share(600), share(601)], ["above_statement"]),
        ([share(1300, accepted=1400)], ["above_statement"]),
    ],
)
def test_what_stands_against_it(shares, codes):
    found = check(shares, D(1200), END)
    assert [finding.code for finding in found] == [f"works.share_{code}" for code in codes]
    assert all(finding.blocks and finding.message.fr and finding.remedy.fr for finding in found)
