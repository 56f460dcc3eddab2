"""The rules that make Chorus Pro refuse one invoice of a readable flow (doc/RULES.md §5).

Each rule yields the labels of its refusals, worded as doc/API.md §4 shows them (without accents, with the path of
the element in the file); where no source gives the wording it is made in the same manner.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from .amounts import check_amounts
from .clock import PARIS, parse_moment
from .directory import Directory, Service, Structure
from .document import CII, SUBMITTED, UBL, Document
from .reading import MAX_FILE_BYTES, MEGABYTE, Piece
from .vocabulary import (
    ATTACHMENT_EXTENSIONS,
    CREDIT_NOTE_TYPE_CODES,
    CURRENCIES,
    FRAMEWORKS,
    FRAMEWORKS_TO_VALIDATE,
    INVOICE_TYPE_CODES,
    PAYMENT_MEANS,
    PUBLIC_ONLY_SERVICE,
    TRANSFER_CODES,
)

NUMBER_LENGTH = 20
REFERENCE_LENGTH = 50
SERVICE_LENGTH = 100
ATTACHMENT_NAME_LENGTH = 50
ATTACHMENT_BYTES = 10 * MEGABYTE

_AGREEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeAgreement"
_SETTLEMENT = "FichierXml.SupplyChainTradeTransaction.ApplicableHeaderTradeSettlement"
_PATHS: dict[str, dict[str, str]] = {
    CII: {
        "number": "FichierXml.ExchangedDocument.ID.value",
        "type": "FichierXml.ExchangedDocument.TypeCode.value",
        "date": "FichierXml.ExchangedDocument.IssueDateTime.DateTimeString.value",
        "framework": "FichierXml.ExchangedDocumentContext.BusinessProcessSpecifiedDocumentContextParameter.ID.value",
        "supplier": f"{_AGREEMENT}.SellerTradeParty.GlobalID.value",
        "buyer": f"{_AGREEMENT}.BuyerTradeParty.GlobalID.value",
        "service": f"{_AGREEMENT}.BuyerReference.value",
        "engagement": f"{_AGREEMENT}.BuyerOrderReferencedDocument.IssuerAssignedID.value",
        "market": f"{_AGREEMENT}.ContractReferencedDocument.IssuerAssignedID.value",
        "attachment": f"{_AGREEMENT}.AdditionalReferencedDocument.AttachmentBinaryObject",
        "currency": f"{_SETTLEMENT}.InvoiceCurrencyCode.value",
        "payment": f"{_SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans.TypeCode.value",
        "iban": f"{_SETTLEMENT}.SpecifiedTradeSettlementPaymentMeans.PayeePartyCreditorFinancialAccount.IBANID.value",
        "origin": f"{_SETTLEMENT}.InvoiceReferencedDocument.IssuerAssignedID.value",
    },
    UBL: {
        "number": "ID.value",
        "type": "InvoiceTypeCode.value",
        "date": "IssueDate.value",
        "framework": "ProfileID.value",
        "supplier": "AccountingSupplierParty.Party.PartyIdentification.ID.value",
        "buyer": "AccountingCustomerParty.Party.PartyIdentification.ID.value",
        "service": "BuyerReference.value",
        "engagement": "OrderReference.ID.value",
        "market": "ContractDocumentReference.ID.value",
        "attachment": "AdditionalDocumentReference.Attachment.EmbeddedDocumentBinaryObject",
        "currency": "DocumentCurrencyCode.value",
        "payment": "PaymentMeans.PaymentMeansCode.value",
        "iban": "PaymentMeans.PayeeFinancialAccount.ID.value",
        "origin": "BillingReference.InvoiceDocumentReference.ID.value",
    },
    SUBMITTED: {
        "number": "numeroFactureSaisi",
        "type": "references.typeFacture",
        "date": "dateFacture",
        "framework": "cadreDeFacturation.codeCadreFacturation",
        "supplier": "fournisseur.idFournisseur",
        "buyer": "destinataire.codeDestinataire",
        "service": "destinataire.codeServiceExecutant",
        "engagement": "references.numeroBonCommande",
        "market": "references.numeroMarche",
        "attachment": "pieceJointeComplementaire",
        "currency": "references.deviseFacture",
        "payment": "references.modePaiement",
        "iban": "fournisseur.codeCoordonneesBancairesFournisseur",
        "origin": "references.numeroFactureOrigine",
    },
}


@dataclass(frozen=True)
class Case:
    """One invoice before the rules: what was read and what it is held against."""

    piece: Piece
    directory: Directory
    depositor: tuple[str, ...]  # SIRETs of the structures for which the technical account acts
    today: date
    is_taken: Callable[[Document], bool]

    @property
    def document(self) -> Document:
        return self.piece.document

    def path(self, field: str) -> str:
        return _PATHS[self.document.syntax][field]

    def required(self, field: str) -> str:
        return f"{self.path(field)} est obligatoire"

    def recipient(self) -> Structure | None:
        return self.directory.by_siret(self.document.buyer)


def refusals(case: Case) -> list[str]:
    """All labels that refuse this invoice; none when it is to be integrated."""
    return [label for rule in _RULES for label in rule(case)]


def _supplier(case: Case) -> Iterator[str]:
    """R-01: a complete SIRET, known, active, and one the technical account stands for."""
    structure = case.directory.by_siret(case.document.supplier)
    if structure is None:
        yield (
            f"L'identifiant fournisseur de la demande de paiement (balise : {case.path('supplier')}) "
            "n'est pas reference dans notre systeme."
        )
    elif not structure.is_active:
        yield f"La structure fournisseur (balise : {case.path('supplier')}) n'est pas active."
    elif structure.identifiantStructure not in case.depositor:
        yield "Le compte technique n'est pas habilite a deposer pour cette structure fournisseur"


def _recipient(case: Case) -> Iterator[str]:
    """R-02: a complete SIRET, known, public and active."""
    structure = case.recipient()
    if structure is None or not structure.is_public:
        yield (
            f"L'identifiant destinataire de la demande de paiement (balise : {case.path('buyer')}) "
            "n'est pas reference dans notre systeme."
        )
    elif not structure.is_active:
        yield f"La structure destinataire (balise : {case.path('buyer')}) n'est pas active."
    elif structure.parametres.estMoaUniquement:
        yield (
            f"La structure (balise : {case.path('buyer')}) n'utilise pas Chorus Pro pour recevoir ce type de demande de paiement"
        )


def _routing(case: Case) -> Iterator[str]:
    """R-08 to R-12, and the lengths of R-14."""
    document = case.document
    for field, value, length in (
        ("service", document.service, SERVICE_LENGTH),
        ("engagement", document.engagement, REFERENCE_LENGTH),
        ("market", document.market, REFERENCE_LENGTH),
    ):
        if len(value) > length:
            yield f"Le champ ({case.path(field)}) ne doit pas depasser {length} caracteres"
    structure = case.recipient()
    if structure is None:
        return
    service = structure.service(document.service) if document.service else None
    yield from _missing_references(case, structure, service)
    if document.service and service is None:
        yield f"La structure (balise : {case.path('buyer')}) n'utilise pas le service {document.service}"
    elif service and not _is_open(service, case.today):
        yield f"Le service {service.codeService} (balise : {case.path('service')}) n'est pas actif"
    if document.service == PUBLIC_ONLY_SERVICE:
        sender = case.directory.by_siret(document.supplier)
        if sender and not sender.is_public:
            yield f"Le service {PUBLIC_ONLY_SERVICE} est reserve aux fournisseurs publics"


def _missing_references(case: Case, structure: Structure, service: Service | None) -> Iterator[str]:
    """The wording calls the service "engagement juridique" too: so it was observed (R-08)."""
    needs = structure.parametres
    has_service, has_engagement = bool(case.document.service), bool(case.document.engagement)
    labels = {field: f"L'engagement juridique ({case.path(field)}) est obligatoire" for field in ("service", "engagement")}
    required_by_service = service is not None and service.numeroEngagement
    if needs.gestionNumeroEJOuCodeService:  # R-10, looked at first
        if not (has_service or has_engagement):
            yield f"{labels['service']} ou l'engagement juridique ({case.path('engagement')})"
    elif needs.codeServiceDoitEtreRenseigne and not has_service:
        yield labels["service"]
    by_structure = needs.numeroEJDoitEtreRenseigne and not needs.gestionNumeroEJOuCodeService
    if (by_structure or required_by_service) and not has_engagement:
        yield labels["engagement"]


def _is_open(service: Service, today: date) -> bool:
    """R-11."""

    def day(text: str) -> date:
        return parse_moment(text).astimezone(PARIS).date()

    if not service.estActif or (service.dateDebutValidite and today < day(service.dateDebutValidite)):
        return False
    return not (service.dateFinValidite and today > day(service.dateFinValidite))


def _number(case: Case) -> Iterator[str]:
    """R-04 and R-05."""
    number, path = case.document.number, case.path("number")
    if not number.strip():
        yield f"Le champ identifiant de la facture ({path}) est obligatoire"
        return
    if len(number) > NUMBER_LENGTH:
        yield f"Le champ identifiant de la facture ({path}) ne doit pas depasser {NUMBER_LENGTH} caracteres"
    if not re.fullmatch(r"[A-Za-z0-9 +_/-]+", number) or number != number.strip() or "  " in number:
        yield f"Le champ identifiant de la facture ({path}) contient des caracteres non autorises (G1.05)"


def _unique(case: Case) -> Iterator[str]:
    """R-06: only integrated invoices count; a refused number may come again."""
    if case.is_taken(case.document):
        yield f"La demande de paiement {case.document.number} existe deja pour ce fournisseur et cette annee"


def _kind(case: Case) -> Iterator[str]:
    """R-15, R-16, R-17, R-18 and the framework (BT-23)."""
    document = case.document
    if not document.framework:
        yield case.required("framework")
    elif document.framework not in FRAMEWORKS:
        yield f"{case.path('framework')} : le cadre de facturation {document.framework} n'est pas autorise pour ce flux"
    elif document.framework in FRAMEWORKS_TO_VALIDATE and document.syntax == SUBMITTED:
        # doc/RULES.md §3.2: whether a file may leave the validator out is not known, the data of soumettre may not
        validator = case.directory.by_siret(document.validator)
        if validator is None or not validator.is_active:
            yield "Le valideur designe n'est pas reference dans notre systeme"
    if document.type_code not in INVOICE_TYPE_CODES | CREDIT_NOTE_TYPE_CODES:
        yield f"{case.path('type')} : le type {document.type_code} n'est pas autorise"
    if document.issued is None:
        yield case.required("date")
    elif document.issued > case.today:
        yield f"{case.path('date')} : la date de la facture est posterieure a la date du jour (G1.07)"
    if document.currency not in CURRENCIES:
        yield f"{case.path('currency')} : la devise {document.currency} n'est pas un code ISO 4217"
    if document.is_credit_note:
        yield from _origin(case)


def _origin(case: Case) -> Iterator[str]:
    """R-18: one original invoice."""
    origins = [origin for origin in case.document.origins if origin]
    if not origins:
        yield case.required("origin") + " pour un avoir (G1.31)"
    elif len(origins) > 1:
        yield f"{case.path('origin')} : une seule facture d'origine est permise"
    elif len(origins[0]) > NUMBER_LENGTH:
        yield f"{case.path('origin')} ne doit pas depasser {NUMBER_LENGTH} caracteres"


def _payment(case: Case) -> Iterator[str]:
    """R-20 and R-21. A credit note may leave the means out (the sources disagree: R-19 wants it empty)."""
    document = case.document
    if not document.payment_code:
        if not document.is_credit_note:
            yield case.required("payment")
        return
    if document.payment_code not in PAYMENT_MEANS:
        yield f"{case.path('payment')} : le code {document.payment_code} n'est pas dans la liste S2.05"
    elif document.payment_code in TRANSFER_CODES and not document.is_credit_note:
        # of a soumettre, a bank account's code may be left out: no source says that it must be there
        if not document.iban and document.syntax != SUBMITTED:
            yield case.required("iban") + " pour un virement"
        elif document.iban and not is_iban(document.iban):
            yield f"{case.path('iban')} : l'IBAN n'est pas valide (G1.16)"


def is_iban(text: str) -> bool:
    """Country, two digits, and the remainder 1 modulo 97 of ISO 13616."""
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}", text):
        return False
    return int("".join(str(int(letter, 36)) for letter in text[4:] + text[:4])) % 97 == 1


def _amounts(case: Case) -> Iterator[str]:
    yield from check_amounts(case.document)


def _attachments(case: Case) -> Iterator[str]:
    """R-29."""
    total = len(case.piece.pdf or case.piece.xml)
    for attachment in case.piece.attachments:
        total += len(attachment.content)
        where = f"{case.path('attachment')} : la piece jointe {attachment.name[:ATTACHMENT_NAME_LENGTH]}"
        if not attachment.name or len(attachment.name) > ATTACHMENT_NAME_LENGTH:
            yield f"{where} doit avoir un nom de {ATTACHMENT_NAME_LENGTH} caracteres au plus"
        if attachment.extension not in ATTACHMENT_EXTENSIONS:
            yield f"{where} n'a pas une extension autorisee"
        if not attachment.content:
            yield f"{where} est vide"
        elif len(attachment.content) > ATTACHMENT_BYTES:
            yield f"{where} depasse 10 Mo"
    if total > MAX_FILE_BYTES:
        yield f"{case.path('attachment')} : la facture et ses pieces jointes depassent 120 Mo"


_RULES: tuple[Callable[[Case], Iterator[str]], ...] = (
    _supplier,
    _recipient,
    _routing,
    _number,
    _unique,
    _kind,
    _payment,
    _amounts,
    _attachments,
)
