"""What becomes of a deposit: its states in their order, then its reading, its rules and its integration."""

from __future__ import annotations

import base64
import binascii
import hashlib
import sys
import threading
import traceback
from datetime import datetime, timedelta

from . import vocabulary as v
from .clock import Clock
from .directory import Account, Directory
from .options import Options
from .reading import Piece, UnreadableFlow, read_flow
from .records import Deposit, Happening, Invoice, InvoiceError, StatusChange, TechnicalError, User
from .replies import FunctionalError
from .rules import Case, refusals
from .schema import ContractError
from .store import Store

FIRST_STATUS = "DEPOSEE"
TO_VALIDATE = "A_VALIDER_1"


class Flows:
    """Takes deposits and processes them one after the other, in a thread of its own or on ``advance``."""

    def __init__(self, store: Store, directory: Directory, options: Options, clock: Clock) -> None:
        self._store = store
        self._directory = directory
        self._options = options
        self._clock = clock
        self._processing = threading.Lock()
        self._wake = threading.Event()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="flows", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._wake.set()
        self._thread.join(timeout=5)

    def wake(self) -> None:
        """The options, the clock or the deposits have changed."""
        self._wake.set()

    # Receipt

    def deposit(self, account: Account, syntax: str, file_name: str, encoded: str) -> Deposit:
        """Takes the file and gives it its number; says nothing about its content yet.

        Raises FunctionalError (HTTP 400) for a file that is no base64, is empty or too large.
        """
        try:
            content = base64.b64decode("".join(encoded.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            raise FunctionalError(400, "Requête mal formulée : fichierFlux n'est pas en base 64", 400) from error
        if not content:
            raise FunctionalError(400, "Requête mal formulée : fichierFlux est vide", 400)
        if len(content) > self._options.max_flow_bytes:
            raise FunctionalError(20001, "GDP_MSG_11.022", 400)
        with self._store.lock:
            deposit = Deposit(
                number=self._store.counters.next_flow_number(syntax),
                syntax=syntax,
                file_name=file_name,
                sha256=hashlib.sha256(content).hexdigest(),
                deposited_at=self._clock.now(),
                login=account.login,
                structure=account.structure,
                content=content,
            )
            self._store.add_deposit(deposit)
        self.wake()
        return deposit

    def state(self, deposit: Deposit) -> tuple[str, datetime]:
        """The state shown now and since when."""
        if deposit.state and deposit.state_at:
            return deposit.state, deposit.state_at
        if deposit.held:
            return v.HELD, deposit.stage_at or deposit.deposited_at
        count = len(v.INTERMEDIATE_STATES)
        total = self._options.processing_time
        elapsed = (self._clock.now() - deposit.deposited_at).total_seconds()
        by_time = min(count - 1, int(elapsed * count / total)) if total else 0
        if deposit.stage >= by_time:
            return v.INTERMEDIATE_STATES[deposit.stage], deposit.stage_at or deposit.deposited_at
        since = deposit.deposited_at + timedelta(seconds=(total or 0) * by_time / count)
        return v.INTERMEDIATE_STATES[by_time], since

    # Processing

    def advance(self, steps: int | None = None, outcome: str | None = None, number: str | None = None) -> int:
        """Moves pending deposits (or one of them) now; says how many.

        Without ``steps`` nor ``outcome`` to their end; ``steps`` moves through the intermediate states;
        ``outcome`` imposes an incident or a blocked flow. Raises ContractError.
        """
        if outcome is not None and outcome not in v.OUTCOMES_ON_DEMAND:
            raise ContractError(f"outcome : {', '.join(v.OUTCOMES_ON_DEMAND)}")
        with self._store.lock:
            chosen = [deposit for deposit in self._store.pending.values() if number in (None, deposit.number)]
        for deposit in chosen:
            if outcome is not None:
                self._impose(deposit, outcome)
            elif steps is not None and self._step(deposit, steps):
                continue
            else:
                self._process(deposit)
        return len(chosen)

    def _impose(self, deposit: Deposit, outcome: str) -> None:
        """An incident ends the flow; a blocked one waits for the next ``advance``."""
        with self._store.lock:
            if outcome == v.INCIDENT:
                self._close(deposit, outcome)
            else:
                deposit.held, deposit.stage_at = True, self._clock.now()
                self._store.changes += 1

    def _step(self, deposit: Deposit, steps: int) -> bool:
        """False when the steps lead to the end."""
        with self._store.lock:
            shown = self.state(deposit)[0]
            if shown not in v.INTERMEDIATE_STATES:
                return False
            current = v.INTERMEDIATE_STATES.index(shown)
            if current + steps >= len(v.INTERMEDIATE_STATES):
                return False
            deposit.stage, deposit.stage_at = current + steps, self._clock.now()
            return True

    def _run(self) -> None:
        while not self._stopped:
            deposit, wait = self._next_due()
            if deposit is None:
                self._wake.wait(wait)
                self._wake.clear()
            else:
                self._process(deposit)

    def _next_due(self) -> tuple[Deposit | None, float | None]:
        """The deposit to process now, or how long to wait for one (None: until woken)."""
        with self._store.lock:
            deposit = next((waiting for waiting in self._store.pending.values() if not waiting.held), None)
        if deposit is None or self._options.processing_time is None:
            return None, None
        elapsed = (self._clock.now() - deposit.deposited_at).total_seconds()
        left = self._options.processing_time - elapsed
        return (deposit, None) if left <= 0 else (None, left)

    def _process(self, deposit: Deposit) -> None:
        """Reads the file outside the memory's lock, then applies the rules and integrates under it."""
        with self._processing:
            if deposit.state:
                return
            try:
                pieces = read_flow(deposit.content, deposit.syntax)
                with self._store.lock:
                    self._integrate(deposit, pieces)
            except UnreadableFlow as error:
                with self._store.lock:
                    deposit.technical_errors.append(TechnicalError(error.code, error.label))
                    self._close(deposit, v.REJECTED)
            except Exception:  # noqa: BLE001 - a fault of the simulator itself must not leave the flow hanging
                traceback.print_exc(file=sys.stderr)
                with self._store.lock:
                    self._close(deposit, v.INCIDENT)

    def _integrate(self, deposit: Deposit, pieces: list[Piece]) -> None:
        if self._store.deposits.get(deposit.number) is not deposit:
            return  # forgotten by a reset meanwhile
        integrated = 0
        for piece in pieces:
            document = piece.document
            deposit.invoice_numbers.append(document.number)
            case = Case(piece, self._directory, self._depositor(deposit), self._clock.today(), self._store.is_taken)
            labels = refusals(case)
            if labels:
                error = InvoiceError(document.number, document.supplier, document.buyer, "|".join(labels))
                deposit.errors.append(error)
            else:
                self.add(piece, deposit.login, deposit.deposited_at, deposit.number)
                integrated += 1
        if integrated == len(pieces):
            self._close(deposit, v.INTEGRATED)
        else:
            self._close(deposit, v.PARTLY_INTEGRATED if integrated else v.REJECTED)

    def add(self, piece: Piece, login: str, deposited_at: datetime, flow: str = "") -> Invoice:
        """Integrates an invoice that passed the rules; call it under the store's lock."""
        document = piece.document
        supplier = self._directory.by_siret(document.supplier)
        recipient = self._directory.by_siret(document.buyer)
        account = self._directory.account(login)
        if supplier is None or recipient is None:
            raise LookupError("an invoice passed the rules without its structures")
        service = recipient.service(document.service)
        now, new_id = self._clock.now(), self._store.counters.next_identifier
        user = User(account.prenom, account.nom, account.email) if account else User()
        first = StatusChange(new_id(), FIRST_STATUS, now, "", user)
        invoice = Invoice(
            identifier=new_id(),
            document=document,
            framework=v.FRAMEWORKS[document.framework],
            supplier_id=supplier.idStructureCPP,
            recipient_id=recipient.idStructureCPP,
            service_id=service.idService if service else None,
            flow=flow,
            deposited_at=deposited_at,
            login=login,
            xml=piece.xml,
            pdf=piece.pdf,
            validator=document.validator,
            attachments=piece.attachments,
            history=[first],
            events=[Happening(new_id(), f"Intégration du flux {flow}" if flow else "Dépôt du PDF", now, user)],
        )
        self._store.add_invoice(invoice)
        if document.framework in v.FRAMEWORKS_TO_VALIDATE:
            self._store.set_status(invoice, TO_VALIDATE, now, "", User())
        return invoice

    def _depositor(self, deposit: Deposit) -> tuple[str, ...]:
        """The structures for which the depositor's account acts."""
        account = self._directory.account(deposit.login)
        return account.structures if account else (deposit.structure,)

    def _close(self, deposit: Deposit, state: str) -> None:
        deposit.state, deposit.state_at = state, self._clock.now()
        deposit.content = b""
        self._store.pending.pop(deposit.number, None)
        self._store.changes += 1
