"""The rules that make Chorus Pro refuse a document, asked before it leaves (doc/RULES.md §5).

:func:`check` asks them all at once. The rows stand in the modules beside, by topic; to add a rule is to add a row there.
What Chorus Pro alone can know is not here, and :data:`ELSEWHERE` says where it is settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..document.invoice import ZERO, Invoice, Party, Totals
from .amounts import AMOUNT_RULES, calculable
from .files import FILE_RULES
from .header import HEADER_RULES
from .parties import PARTY_RULES
from .payment import PAYMENT_RULES
from .references import REFERENCE_RULES, engagement_in
from .rule import Context, Finding, Level, Requirements, Rule, Service, ask
from .vat import VAT_RULES

__all__ = [
    "ELSEWHERE",
    "RULES",
    "Context",
    "Finding",
    "Level",
    "Requirements",
    "Rule",
    "Service",
    "check",
    "check_references",
    "engagement_in",
]

RULES: tuple[Rule, ...] = (
    *HEADER_RULES,
    *PARTY_RULES,
    *REFERENCE_RULES,
    *AMOUNT_RULES,
    *VAT_RULES,
    *PAYMENT_RULES,
    *FILE_RULES,
)
"""Every rule, in the order in which a person reads an invoice."""

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        "R-07": "the mode SAISIE_API, which renumbers, is never used",
        "R-19": "by construction: see en16931.CREDIT_NOTE_PAYMENT_MEANS",
        "R-25": "a field of the API's payload, not of the document",
        "R-30": "the PDF itself, where it is made",
        "R-35": "such documents cannot be expressed: no self-billing, no sub-lines, one supplier",
    }
)
"""The rules of doc/RULES.md §5 that have no row, and why."""


def check(document: Invoice, context: Context, known: tuple[Rule, ...] = RULES) -> list[Finding]:
    """All that is wrong with the document, what blocks first. Never raises on odd data; no finding means it may be sent.

    :param known: the rules to ask, where other add-ons have some of their own.
    """
    asked = known if calculable(document) else [rule for rule in known if not rule.numbers]
    return sorted(ask(asked, document, context), key=lambda finding: not finding.blocks)


def check_references(service: str, market: str, engagement: str, context: Context) -> list[Finding]:
    """What is wrong with the references of a document that is not written yet, such as those on an order.

    :param service: the code of the service. :param market: the market's number. :param engagement: the engagement number.
    """
    none = Totals(ZERO, ZERO, ZERO, ZERO, ZERO)
    references = {"service_code": service, "market_number": market, "engagement_number": engagement}
    document = Invoice("", None, Party(), Party(), (), (), none, **references)
    return sorted(ask(REFERENCE_RULES, document, context), key=lambda finding: not finding.blocks)
