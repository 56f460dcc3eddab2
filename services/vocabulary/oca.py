"""What the words of the OCA connector (``l10n_fr_chorus_account``, 14.0 to 18.0) mean here.

Its tables and columns are public field names; doc/OPERATING.md, *Coming from the OCA connector*, says what is taken from each.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from . import flows

#: The code of its way of sending.
METHOD = "fr-chorus"

#: Its formats: ours, by the key that a company's settings keep, and the ``syntaxeFlux`` of its files.
FORMATS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "xml_cii": ("cii", "IN_DP_E1_CII_16B"),
        "pdf_factur-x": ("facturx", "IN_DP_E2_CII_FACTURX"),
        "xml_ubl": ("ubl", "IN_DP_E1_UBL_INVOICE"),
    }
)


class Requires(NamedTuple):
    """What a public body requires: a service, an engagement, one of the two."""

    service: bool
    engagement: bool
    either: bool


#: What it noted of a public body.
REQUIRED: Mapping[str, Requires] = MappingProxyType(
    {
        "none": Requires(False, False, False),
        "service": Requires(True, False, False),
        "engagement": Requires(False, True, False),
        "service_or_engagement": Requires(False, False, True),
        "service_and_engagement": Requires(True, True, False),
    }
)

#: What becomes of a deposit whose flow is in a state of that outcome.
_DEPOSITS = {
    flows.Outcome.INTEGRATED: "integrated",
    flows.Outcome.PARTIAL: "partial",
    flows.Outcome.REJECTED: "rejected",
    flows.Outcome.INCIDENT: "rejected",
    flows.Outcome.WAITING: "deposited",
    flows.Outcome.STUCK: "deposited",
}


def deposit_state(flow_state: str | None) -> str:
    """The state of the deposit whose flow was last seen in that state; one never asked about waits for its report."""
    return _DEPOSITS[flows.get(flow_state or "").outcome]


def line_outcome(state: str, kept: bool, identified: bool) -> str:
    """What a deposit in that state means for one of its invoices.

    :param kept: whether the connector still held the invoice for one of the flow's; it let go of those that a report named.
    :param identified: whether Chorus Pro's identifier of the invoice is known, which it gives to what entered, and no other flow
        holds the invoice.
    :return: ``integrated``, ``refused`` or ``pending``. What a report did not name of a flow that entered in part may be either.
    """
    if identified and (kept or state != "rejected"):
        return "integrated"
    if not kept or state == "rejected":
        return "refused"
    return "integrated" if state == "integrated" else "pending"


def settled_state(outcomes: set[str]) -> str:
    """The state of a deposit whose invoices ended so: one that has to be asked about is waiting for its report.

    :param outcomes: as ``line_outcome`` gives them.
    """
    if "pending" in outcomes:
        return "deposited"
    if "integrated" in outcomes:
        return "partial" if "refused" in outcomes else "integrated"
    return "rejected"
