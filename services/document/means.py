"""How a payment is made, from what the books call it: Odoo has no code of UNTDID 4461, but methods and journals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..text import fold

TRANSFER, CARD, CASH, CHEQUE, DIRECT_DEBIT, CLEARING = "30", "48", "10", "20", "49", "97"
"""Codes of ``PAYMENT_MEANS``: those that Chorus Pro's recipients know, thus none of SEPA's own (doc/RULES.md R-21)."""

# the codes of payment methods, Odoo's own and those of widespread modules
_BY_CODE: Mapping[str, str] = MappingProxyType(
    {
        "sdd": DIRECT_DEBIT,
        "sepa_direct_debit": DIRECT_DEBIT,
        "check_printing": CHEQUE,
        "own_checks": CHEQUE,
        "new_third_party_checks": CHEQUE,
        "sepa_ct": TRANSFER,
        "sepa_credit_transfer": TRANSFER,
        "iso20022": TRANSFER,
    }
)
_BY_WORDS = tuple(
    (re.compile(pattern), means)
    for pattern, means in (
        (r"\bprelev|\bdirect debit|\bsdd\b", DIRECT_DEBIT),
        (r"\bcheque|\bchq\b|\bchecks?\b|\bcheck ", CHEQUE),
        (r"\bcarte|\bcards?\b|\bcb\b|\btpe\b|\bvisa\b|\bmastercard\b|\bstripe\b|\bpaypal\b|\bterminal\b", CARD),
        (r"\bespece|\bcash\b|\bliquide|\bcaisse\b", CASH),
        (r"\bcompensation|\bnetting|\bclearing", CLEARING),
        (r"\bvirement|\btransfer|\bsct\b|\bwire\b", TRANSFER),
    )
)
_BY_JOURNAL: Mapping[str, str] = MappingProxyType({"cash": CASH, "credit": CARD, "bank": TRANSFER})


def means(*, code: str = "", names: tuple[str, ...] = (), journal: str = "", online: bool = False) -> str:
    """The means of a payment method (BT-81), ``""`` when nothing tells.

    :param code: of the method. :param names: what people called it and its journal, the most precise one first.
    :param journal: ``bank``, ``cash`` or ``credit``. :param online: paid through a provider on the web, thus by card.
    """
    if known := _BY_CODE.get(code):
        return known
    for name in map(fold, names):
        for words, found in _BY_WORDS:
            if words.search(name):
                return found
    return CARD if online else _BY_JOURNAL.get(journal, "")
