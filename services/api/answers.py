"""What Chorus Pro answers, in our words: plain values that models read without knowing the API."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from .json_values import UnreadableRow


class FlowReceipt(NamedTuple):
    """A flow was received, under that number; the day the platform gives with it says less than our own clock."""

    flow_number: str


class SubmittedInvoice(NamedTuple):
    """One invoice that Chorus Pro took in at once: its identifier, its number there, its first status."""

    identifier: str
    number: str
    status: str


class AddedFile(NamedTuple):
    """A file that Chorus Pro keeps for a later call: its identifier there, its label, the code of its kind."""

    identifier: str
    label: str
    kind: str = ""


class InvoiceError(NamedTuple):
    """Why one invoice of a flow was not integrated; ``message`` may join several labels with ``|`` (doc/API.md §2.0)."""

    number: str
    supplier: str
    recipient: str
    message: str


class TechnicalError(NamedTuple):
    """Why a whole flow was not integrated."""

    code: str
    message: str
    nature: str


class FlowReport(NamedTuple):
    """What became of a flow; ``state`` is one of doc/API.md §3.4, ``unreadable`` are the errors that could not be read."""

    state: str
    state_at: datetime | None
    file_name: str
    invoice_errors: tuple[InvoiceError, ...]
    technical_errors: tuple[TechnicalError, ...]
    unreadable: tuple[UnreadableRow, ...] = ()


class FoundInvoice(NamedTuple):
    """An invoice as Chorus Pro holds it.

    ``identifier`` is ``identifiantFactureCPP``; ``supplier`` and ``recipient`` are SIRETs (or other identifiers); ``kind`` is
    ``FACTURE`` or ``AVOIR``; ``issue_date`` is ``YYYY-MM-DD``; ``total`` is the amount with tax, as the platform wrote it;
    ``rejection_treated``: we told Chorus Pro that its rejection was dealt with.
    """

    identifier: str
    number: str
    flow_number: str
    supplier: str
    recipient: str
    kind: str
    status: str
    status_at: datetime | None
    comment: str
    deposited_at: datetime | None
    issue_date: str
    total: str
    rejection_treated: bool = False


class HistoryEntry(NamedTuple):
    """One step in an invoice's life."""

    identifier: str
    status: str
    at: datetime | None
    comment: str
    author: str


class History(NamedTuple):
    """An invoice's current status and its steps, oldest first; ``unreadable`` are the steps that could not be read."""

    status: str
    entries: tuple[HistoryEntry, ...]
    unreadable: tuple[UnreadableRow, ...] = ()
