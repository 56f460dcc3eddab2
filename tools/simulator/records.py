"""What the simulator remembers: deposits, invoices and what happened to them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from .document import Attachment, Document
from .vocabulary import DEPOSIT_MODE_OF_A_FLOW, DEPOSIT_MODE_OF_A_PDF


@dataclass(frozen=True)
class User:
    """Who acted, as the history shows it."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""


ACCOUNTANT = User("Camille", "Trésor", "camille.tresor@demo.invalid", "0100000000")


@dataclass(frozen=True)
class StatusChange:
    identifier: int
    code: str
    at: datetime
    comment: str = ""
    user: User = User()


@dataclass(frozen=True)
class Happening:
    """An action of a user (with its code) or a complementary event (with its label)."""

    identifier: int
    code: str
    at: datetime
    user: User = User()


@dataclass(frozen=True)
class InvoiceError:
    """A line of ``listeErreurDP``; ``label`` whole, its errors joined by ``|``."""

    number: str
    supplier: str
    recipient: str
    label: str


@dataclass(frozen=True)
class TechnicalError:
    """A line of ``listeErreurTechnique``."""

    code: str
    label: str
    nature: str = "BLOQUANTE"


@dataclass(frozen=True)
class StoredFile:
    """A file of ajouter/fichier, and the technical account it belongs to."""

    login: str
    file: Attachment


@dataclass
class Deposit:
    """One flow. ``state`` is empty until its end; ``stage`` is the state it was moved to by hand."""

    number: str
    syntax: str
    file_name: str
    sha256: str
    deposited_at: datetime
    login: str
    structure: str  # the depositor's SIRET
    content: bytes = field(default=b"", repr=False)  # emptied once processed
    stage: int = 0
    stage_at: datetime | None = None
    held: bool = False  # blocked on demand
    state: str = ""
    state_at: datetime | None = None
    invoice_numbers: list[str] = field(default_factory=list)
    errors: list[InvoiceError] = field(default_factory=list)
    technical_errors: list[TechnicalError] = field(default_factory=list)


@dataclass
class Invoice:
    """One integrated invoice."""

    identifier: int
    document: Document
    framework: str  # the API's name
    supplier_id: int
    recipient_id: int
    service_id: int | None
    flow: str  # empty for one that came by soumettre
    deposited_at: datetime
    login: str
    xml: bytes = field(repr=False)  # or the JSON of a soumettre
    pdf: bytes | None = field(default=None, repr=False)
    validator: str = ""  # SIRET of who validates it first
    attachments: tuple[Attachment, ...] = ()
    history: list[StatusChange] = field(default_factory=list)
    actions: list[Happening] = field(default_factory=list)
    events: list[Happening] = field(default_factory=list)
    rejection_treated: bool = False
    routing: tuple[str, ...] = ()  # recipient, service, engagement and market as corrected by recycler

    def reroute(self, routing: tuple[str, ...]) -> None:
        """Gives the document the routing that the supplier corrected."""
        self.routing = routing
        buyer, service, engagement, market = routing
        self.document = replace(self.document, buyer=buyer, service=service, engagement=engagement, market=market)

    @property
    def status(self) -> str:
        return self.history[-1].code

    @property
    def status_at(self) -> datetime:
        return self.history[-1].at

    @property
    def deposit_mode(self) -> str:
        return DEPOSIT_MODE_OF_A_FLOW if self.flow else DEPOSIT_MODE_OF_A_PDF

    @property
    def invoice_type(self) -> str:
        return "AVOIR" if self.document.is_credit_note else "FACTURE"

    @property
    def size(self) -> int:
        """Bytes of the main piece and of its attachments."""
        return len(self.pdf or self.xml) + sum(len(item.content) for item in self.attachments)

    @property
    def key(self) -> tuple[int, str, str]:
        """What makes an invoice unique (doc/API.md §5): year of issue, supplier's SIREN, number."""
        return unique_key(self.document)


def unique_key(document: Document) -> tuple[int, str, str]:
    return (document.issued.year if document.issued else 0, document.supplier[:9], document.number)
