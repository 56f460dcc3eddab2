"""The validators of subcontractors' (A9) and co-contractors' (A12) invoices: what waits for them, what they may do, silence.

doc/RULES.md §3: the validator has 15 days, silence accepts; a refused A9 still reaches the public body, a refused A12 does not.
"""

from __future__ import annotations

from datetime import timedelta

from .clock import Clock
from .directory import Directory
from .records import Invoice, User
from .store import Store

TACIT_DAYS = 15
WAITING = {"A_VALIDER_1": "1", "A_VALIDER_2": "2"}
#: The reason by which a validator says that the invoice is not its own (doc/API.md §3.7).
WRONG_VALIDATOR = "ERR_VALIDEUR"
VALIDATOR = User("Tiphaine", "Laitaire", "titulaire@demo.invalid")


class Validation:
    def __init__(self, store: Store, directory: Directory, clock: Clock) -> None:
        self._store, self._directory, self._clock = store, directory, clock

    def tick(self) -> None:
        """What time alone has done: an invoice left without an answer is accepted."""
        with self._store.lock:
            now = self._clock.now()
            for invoice in list(self._store.invoices.values()):
                level = WAITING.get(invoice.status)
                if level and now - invoice.status_at >= timedelta(days=TACIT_DAYS):
                    at = invoice.status_at + timedelta(days=TACIT_DAYS)
                    self._store.set_status(invoice, f"ABSENCE_VALIDATION_{level}_HORS_DELAI", at, "", User())

    def to_validate(self, siret: str) -> list[Invoice]:
        """What waits for that structure, the oldest first. Call it under the store's lock."""
        self.tick()
        return [invoice for invoice in self._store.invoices.values() if invoice.status in WAITING and invoice.validator == siret]

    def decide(self, invoice: Invoice, accept: bool, motif: str, comment: str) -> None:
        """The validator's decision on an invoice that waits for it. Raises ValueError for one that does not."""
        with self._store.lock:
            self.tick()
            level = WAITING.get(invoice.status)
            if level is None:
                raise ValueError(f"{invoice.document.number} n'attend pas de validation")
            if accept:
                status = f"VALIDEE_{level}"
            elif motif == WRONG_VALIDATOR:
                status = {"1": "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "2": "ERREUR_COTRAITANT_SUR_VALIDEUR"}[level]
            else:
                status = f"REFUSEE_{level}"
            text = " : ".join(part for part in (motif, comment) if part)
            self._store.set_status(invoice, status, self._clock.now(), text, VALIDATOR)
