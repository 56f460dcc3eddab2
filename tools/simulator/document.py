"""What the simulator reads in one invoice, whatever its syntax (EN 16931 terms beside each field)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
CII = "cii"
UBL = "ubl"
SUBMITTED = "submitted"  # the data of a soumettre, beside its PDF


@dataclass(frozen=True)
class Attachment:
    """A file that came with the invoice; ``content`` is empty when it could not be decoded."""

    name: str
    mime: str
    content: bytes
    description: str = ""

    @property
    def extension(self) -> str:
        return self.name.rpartition(".")[2].upper() if "." in self.name else ""


@dataclass(frozen=True)
class TaxLine:
    base: Decimal  # BT-116
    amount: Decimal  # BT-117
    category: str  # BT-118
    rate: Decimal | None  # BT-119
    reason: str = ""  # BT-120, else its code BT-121


@dataclass(frozen=True)
class Line:
    number: str  # BT-126
    name: str  # BT-153
    reference: str  # BT-155
    quantity: Decimal | None  # BT-129
    unit: str  # BT-130
    unit_price: Decimal | None  # BT-146
    allowance: Decimal  # sum of BT-136
    rate: Decimal | None  # BT-152
    net: Decimal  # BT-131


@dataclass(frozen=True)
class Totals:
    """None where the file says nothing."""

    lines: Decimal | None = None  # BT-106
    allowances: Decimal | None = None  # BT-107
    charges: Decimal | None = None  # BT-108
    without_vat: Decimal | None = None  # BT-109
    vat: Decimal | None = None  # BT-110
    with_vat: Decimal | None = None  # BT-112
    prepaid: Decimal | None = None  # BT-113
    rounding: Decimal | None = None  # BT-114
    payable: Decimal | None = None  # BT-115


@dataclass(frozen=True)
class Document:
    """One invoice or credit note as read. Empty strings where the file says nothing."""

    syntax: str  # CII, UBL or SUBMITTED
    number: str  # BT-1
    issued: date | None  # BT-2
    type_code: str  # BT-3
    is_credit_note: bool
    currency: str  # BT-5
    due: date | None  # BT-9
    framework: str  # BT-23
    supplier: str  # the seller's identifier: its SIRET where one is found
    supplier_name: str
    buyer: str
    buyer_name: str
    service: str  # BT-10
    market: str  # BT-12
    engagement: str  # BT-13
    origins: tuple[str, ...]  # BT-25
    payment_code: str  # BT-81
    iban: str  # BT-84
    bic: str  # BT-86
    account_name: str  # BT-85
    totals: Totals
    allowances: Decimal  # sum of BT-92
    charges: Decimal  # sum of BT-99
    taxes: tuple[TaxLine, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)
    validator: str = ""  # SIRET of who validates an A9 or A12
    validator_service: str = ""


def choose_identifier(candidates: list[tuple[str | None, str]]) -> str:
    """The party's identifier among ``(scheme, value)`` pairs in the order of the file.

    A complete SIRET wins, whichever element holds it; else what the file gives first, so that the refusal can
    name it (doc/API.md §4: a SIREN instead of the SIRET is refused).
    """
    values = [value.replace(" ", "") for scheme, value in candidates if value and scheme not in ("0225", "EM")]
    complete = [value for value in values if len(value) == 14 and value.isdigit()]
    return (complete or values or [""])[0]
