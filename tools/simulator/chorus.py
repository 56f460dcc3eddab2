"""The simulated platform: all its parts under one name, for the API, the control calls and the page."""

from __future__ import annotations

from .access import Access
from .clock import Clock
from .directory import Directory
from .faults import Faults
from .flows import Flows
from .options import Options
from .records import ACCOUNTANT, Happening, Invoice
from .store import Store
from .traffic import Traffic
from .validation import Validation
from .vocabulary import MOTIFS, STATUSES
from .works import WorksDesk


class Platform:
    """One Chorus Pro with its PISTE."""

    def __init__(self, options: Options | None = None) -> None:
        self.options = options or Options()
        self._initial = Options(**vars(self.options))
        self.clock = Clock()
        self.directory = Directory(self.clock)
        self.store = Store()
        self.access = Access(self.directory, self.options, self.clock)
        self.flows = Flows(self.store, self.directory, self.options, self.clock)
        self.works = WorksDesk(self.store, self.directory, self.clock)
        self.validation = Validation(self.store, self.directory, self.clock)
        self.faults = Faults()
        self.traffic = Traffic()

    def reset(self) -> None:
        """As just started: no memory, no token, no fault, the first directory, clock and options.

        Only the counters go on, so that an identifier is never given twice.
        """
        self.clock.set(None)
        vars(self.options).update(vars(self._initial))
        self.directory.restore()
        self.store.clear()
        self.access.forget()
        self.faults.clear()
        self.traffic.clear()
        self.flows.wake()

    def act(self, identifier: int, status: str, motif: str = "", comment: str = "") -> Invoice:
        """The recipient gives an invoice a status; Chorus Pro imposes no order (doc/RULES.md §4.1).

        The supplier reads the reason back in the status's comment. Raises KeyError for an unknown invoice and
        ValueError for an unknown status.
        """
        if status not in STATUSES:
            raise ValueError(f"Statut inconnu : {status}")
        reason = f"{motif} - {MOTIFS[motif]}" if motif in MOTIFS else motif
        text = " : ".join(part for part in (reason, comment) if part)
        with self.store.lock:
            invoice = self.store.invoices[identifier]
            self.store.set_status(invoice, status, self.clock.now(), text, ACCOUNTANT)
        return invoice

    def note_download(self, invoice: Invoice) -> None:
        """The recipient took the invoice: an action of the history."""
        with self.store.lock:
            action = Happening(self.store.counters.next_identifier(), "TELECHARGEMENT_FACTURE", self.clock.now(), ACCOUNTANT)
            invoice.actions.append(action)
            self.store.changes += 1
