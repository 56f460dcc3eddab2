"""The memory in a file: JSON, written whole and atomically, read at the next start (``--state FILE``)."""

from __future__ import annotations

import base64
import json
import os
import tempfile
import threading
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from .chorus import Platform
from .clock import iso, parse_moment
from .document import Attachment
from .reading import read_document
from .records import Deposit, Happening, Invoice, InvoiceError, StatusChange, StoredFile, TechnicalError, User
from .works import Piece

VERSION = 1
# The file is written again at most that often, and never for more than a tenth of the time.
REST_SECONDS = 1.0
REST_FACTOR = 10


class Memory:
    """Saves a platform's memory to ``path`` in a thread of its own, after changes and at the end."""

    def __init__(self, platform: Platform, path: Path) -> None:
        self._platform = platform
        self._path = path
        self._saved = -1
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)

    def load(self) -> None:
        """Takes up what the file holds, if it exists. Raises ValueError when it is not such a file."""
        if not self._path.exists():
            return
        try:
            data = json.loads(self._path.read_text(encoding="utf-8"))
            if data["version"] != VERSION:
                raise ValueError("another version")
            _restore(self._platform, data)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"{self._path} is not a memory of this simulator: {error}") from error

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Writes what is not yet written."""
        self._stopping.set()
        self._thread.join(timeout=60)
        self.save()

    def save(self) -> None:
        with self._platform.store.lock:
            changes = self._platform.store.changes
            if changes == self._saved:
                return
            data = _dump(self._platform)
        _write(self._path, data)
        self._saved = changes

    def _run(self) -> None:
        rest = REST_SECONDS
        while not self._stopping.wait(rest):
            started = time.monotonic()
            self.save()
            rest = max(REST_SECONDS, REST_FACTOR * (time.monotonic() - started))


def _write(path: Path, data: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(json.dumps(data, ensure_ascii=False))
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _dump(platform: Platform) -> dict[str, Any]:
    store = platform.store
    return {
        "version": VERSION,
        "counters": vars(store.counters).copy(),
        "directory": platform.directory.dump(),
        "deposits": [_dump_deposit(deposit) for deposit in store.deposits.values()],
        "invoices": [_dump_invoice(invoice) for invoice in store.invoices.values()],
        "works": [_dump_piece(piece) for piece in store.works.values()],
        "files": [
            {"identifier": identifier, "login": stored.login, **_dump_file(stored.file)}
            for identifier, stored in store.files.items()
        ],
    }


def _restore(platform: Platform, data: dict[str, Any]) -> None:
    store = platform.store
    with store.lock:
        for name, value in data["counters"].items():
            setattr(store.counters, name, max(value, getattr(store.counters, name)))
        platform.directory.change(data["directory"])
        for deposit in data["deposits"]:
            store.add_deposit(_load_deposit(deposit))
        for invoice in data["invoices"]:
            store.add_invoice(_load_invoice(invoice))
        for row in data.get("works", ()):  # absent from older files
            piece = _load_piece(row)
            store.works[piece.identifier] = piece
        for file in data.get("files", ()):  # absent from older files
            identifier, login = file.pop("identifier"), file.pop("login")
            store.files[identifier] = StoredFile(login, _load_file(file))


def _dump_deposit(deposit: Deposit) -> dict[str, Any]:
    return {
        **vars(deposit),
        "content": _encode(deposit.content),
        "deposited_at": iso(deposit.deposited_at),
        "stage_at": _moment(deposit.stage_at),
        "state_at": _moment(deposit.state_at),
        "invoice_numbers": list(deposit.invoice_numbers),
        "errors": [vars(error) for error in deposit.errors],
        "technical_errors": [vars(error) for error in deposit.technical_errors],
    }


def _load_deposit(data: dict[str, Any]) -> Deposit:
    return Deposit(
        **{
            **data,
            "content": _decode(data["content"]),
            "deposited_at": parse_moment(data["deposited_at"]),
            "stage_at": parse_moment(data["stage_at"]) if data["stage_at"] else None,
            "state_at": parse_moment(data["state_at"]) if data["state_at"] else None,
            "errors": [InvoiceError(**error) for error in data["errors"]],
            "technical_errors": [TechnicalError(**error) for error in data["technical_errors"]],
        }
    )


def _dump_invoice(invoice: Invoice) -> dict[str, Any]:
    """The document itself is read again from its XML."""
    data = {name: value for name, value in vars(invoice).items() if name != "document"}
    return {
        **data,
        "deposited_at": iso(invoice.deposited_at),
        "xml": _encode(invoice.xml),
        "pdf": _encode(invoice.pdf) if invoice.pdf else None,
        "attachments": [_dump_file(item) for item in invoice.attachments],
        "history": [_dump_dated(change) for change in invoice.history],
        "actions": [_dump_dated(action) for action in invoice.actions],
        "events": [_dump_dated(event) for event in invoice.events],
    }


def _load_invoice(data: dict[str, Any]) -> Invoice:
    xml = _decode(data["xml"])
    invoice = Invoice(
        **{
            **data,
            "document": read_document(xml),
            "deposited_at": parse_moment(data["deposited_at"]),
            "xml": xml,
            "pdf": _decode(data["pdf"]) if data["pdf"] else None,
            "attachments": tuple(_load_file(item) for item in data["attachments"]),
            "history": [StatusChange(**_load_dated(item)) for item in data["history"]],
            "actions": [Happening(**_load_dated(item)) for item in data["actions"]],
            "events": [Happening(**_load_dated(item)) for item in data["events"]],
            "routing": (),
        }
    )
    if data.get("routing"):  # absent from older files
        invoice.reroute(tuple(data["routing"]))
    return invoice


def _dump_piece(piece: Piece) -> dict[str, Any]:
    return {
        **vars(piece),
        "issued": piece.issued.isoformat(),
        "without_vat": str(piece.without_vat),
        "with_vat": str(piece.with_vat),
        "pdf": _encode(piece.pdf),
        "deposited_at": iso(piece.deposited_at),
        "history": [_dump_dated(change) for change in piece.history],
    }


def _load_piece(data: dict[str, Any]) -> Piece:
    return Piece(
        **{
            **data,
            "issued": date.fromisoformat(data["issued"]),
            "without_vat": Decimal(data["without_vat"]),
            "with_vat": Decimal(data["with_vat"]),
            "pdf": _decode(data.get("pdf", "")),  # absent from older files
            "deposited_at": parse_moment(data["deposited_at"]),
            "history": [StatusChange(**_load_dated(item)) for item in data["history"]],
        }
    )


def _dump_file(file: Attachment) -> dict[str, Any]:
    return {**vars(file), "content": _encode(file.content)}


def _load_file(data: dict[str, Any]) -> Attachment:
    return Attachment(**{**data, "content": _decode(data["content"])})


def _dump_dated(item: StatusChange | Happening) -> dict[str, Any]:
    return {**vars(item), "at": iso(item.at), "user": vars(item.user)}


def _load_dated(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "at": parse_moment(data["at"]), "user": User(**data["user"])}


def _moment(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None


def _encode(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _decode(text: str) -> bytes:
    return base64.b64decode(text)
