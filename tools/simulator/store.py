"""The memory, its indexes and its lock. Every reader and writer holds ``lock``."""

from __future__ import annotations

import bisect
import threading
import time
from datetime import datetime
from typing import TYPE_CHECKING

from .document import Attachment, Document
from .records import Deposit, Invoice, StatusChange, StoredFile, User, unique_key
from .vocabulary import SYNTAXES

if TYPE_CHECKING:
    from .works import Piece

ABOVE_32_BITS = 2**31


class Counters:
    """Identifiers, never given twice: they go on from the clock of the machine after a restart or a reset."""

    def __init__(self) -> None:
        milliseconds = time.time_ns() // 1_000_000
        self.invoice = ABOVE_32_BITS + (milliseconds - 1_700_000_000_000) * 10
        self.flow = milliseconds

    def next_identifier(self) -> int:
        self.invoice += 1
        return self.invoice

    def next_flow_number(self, syntax: str) -> str:
        """``CPP001`` + the four digits of the interface + 15 digits (doc/API.md §2.0)."""
        self.flow += 1
        interface = SYNTAXES[syntax]
        return f"CPP001{interface[3:7] if interface else '1000'}{self.flow:015d}"


def deposit_order(invoice: Invoice) -> tuple[datetime, int]:
    return (invoice.deposited_at, invoice.identifier)


class Store:
    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.counters = Counters()
        self.changes = 0  # grows with every change, for whoever saves the memory
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.deposits: dict[str, Deposit] = {}
            self.pending: dict[str, Deposit] = {}
            self.invoices: dict[int, Invoice] = {}
            self._by_supplier: dict[int, list[Invoice]] = {}
            self._by_flow: dict[str, list[Invoice]] = {}
            self._by_number: dict[str, list[Invoice]] = {}
            self._by_status_time: list[tuple[datetime, int]] = []
            self._keys: set[tuple[int, str, str]] = set()
            self._bank_accounts: dict[str, int] = {}
            self.files: dict[int, StoredFile] = {}
            self.works: dict[int, Piece] = {}
            self.changes += 1

    # Deposits

    def add_deposit(self, deposit: Deposit) -> None:
        self.deposits[deposit.number] = deposit
        if not deposit.state:
            self.pending[deposit.number] = deposit
        self.changes += 1

    def add_file(self, login: str, file: Attachment) -> int:
        """Keeps a file for a later call; its identifier."""
        identifier = self.counters.next_identifier()
        self.files[identifier] = StoredFile(login, file)
        self.changes += 1
        return identifier

    # Invoices

    def is_taken(self, document: Document) -> bool:
        return unique_key(document) in self._keys

    def add_invoice(self, invoice: Invoice) -> None:
        """Takes an invoice whose history already holds its first status."""
        self.invoices[invoice.identifier] = invoice
        bisect.insort(self._by_supplier.setdefault(invoice.supplier_id, []), invoice, key=deposit_order)
        self._by_flow.setdefault(invoice.flow, []).append(invoice)
        self._by_number.setdefault(invoice.document.number, []).append(invoice)
        self._keys.add(invoice.key)
        bisect.insort(self._by_status_time, (invoice.status_at, invoice.identifier))
        self.changes += 1

    def set_status(self, invoice: Invoice, code: str, at: datetime, comment: str, user: User) -> None:
        self._forget_status_time(invoice)
        invoice.history.append(StatusChange(self.counters.next_identifier(), code, at, comment, user))
        bisect.insort(self._by_status_time, (at, invoice.identifier))
        self.changes += 1

    def of_supplier(self, structure_id: int) -> list[Invoice]:
        """In the order of their deposit; not to be changed by the caller."""
        return self._by_supplier.get(structure_id, [])

    def of_flow(self, number: str) -> list[Invoice]:
        return self._by_flow.get(number, [])

    def of_number(self, number: str) -> list[Invoice]:
        return self._by_number.get(number, [])

    def changed_between(self, start: datetime | None, end: datetime | None) -> set[int]:
        """The identifiers of those whose current status dates from this period, both ends included."""
        index = self._by_status_time
        low = bisect.bisect_left(index, (start, 0)) if start else 0
        high = bisect.bisect_right(index, (end, 2**63)) if end else len(index)
        return {identifier for _, identifier in index[low:high]}

    def bank_account(self, iban: str) -> int | None:
        """The identifier of a bank account, made when it is first seen."""
        if not iban:
            return None
        if iban not in self._bank_accounts:
            self._bank_accounts[iban] = self.counters.next_identifier()
        return self._bank_accounts[iban]

    def _forget_status_time(self, invoice: Invoice) -> None:
        entry = (invoice.status_at, invoice.identifier)
        place = bisect.bisect_left(self._by_status_time, entry)
        if place < len(self._by_status_time) and self._by_status_time[place] == entry:
            del self._by_status_time[place]
