"""Chorus Pro's calls on works documents and on invoices to validate. The API's French names stay in this file.

Only what is documented (doc/API.md §2.A, §2.E): two searches for works, and the validator's three calls.
Depositing works documents is not among them: see ``works_deposit``.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from ..clock import paris_text
from ..vocabulary import frameworks
from .errors import OutcomeUnknown, TryLater
from .json_values import Fields, Unreadable, UnreadableRow, amount, day, digits, name, past, read_rows, text, understood
from .session import PisteSession, search_all

#: Results asked for in one page; others ask 1,000 (doc/API.md §2.E).
PAGE_SIZE = 500
#: Bytes of the answer that holds a PDF: an invoice's file has 30 MB at most (doc/API.md §5), a third more in base 64.
LONGEST_DOWNLOAD = 42 * 1024**2
#: What a validator may do (third party: a client that cites AIFE's catalogue; the Swagger says "string"). ``typeValideur``,
#: whose values nothing public tells, is left out: it is optional in the Swagger, and a refusal is shown as it comes.
_ACCEPT, _REFUSE = "VALIDATION", "REFUS"


class FoundPiece(NamedTuple):
    """A works document of a billing file, ours or another party's that answers it.

    ``framework`` is its code (``A15``), ``""`` where the search does not tell; ``dossier`` the number of its billing file,
    ``""`` likewise; ``supplier`` a SIRET, or ``""``; amounts are as the platform wrote them.
    """

    identifier: str
    number: str
    framework: str
    status: str
    status_at: datetime | None
    comment: str
    deposited_at: datetime | None
    issue_date: str
    supplier: str
    recipient: str
    total: str
    dossier: str


class ToValidate(NamedTuple):
    """An invoice that waits for our decision. ``validator`` is our identifier in that role (``idValideur``)."""

    identifier: str
    number: str
    supplier: str
    supplier_name: str
    recipient: str
    recipient_name: str
    kind: str
    status: str
    issue_date: str
    deposited_at: datetime | None
    untaxed: str
    total: str
    currency: str
    market: str
    engagement: str
    validator: str


class Decision(NamedTuple):
    """What a decision made of an invoice."""

    status: str
    at: datetime | None


class WorksClient:
    """The works and validation calls; a part of ``ChorusClient``."""

    _session: PisteSession

    # -- works ---------------------------------------------------------------------------------------------------------

    def search_works(
        self,
        *,
        number: str | None = None,
        changed_from: datetime | None = None,
        changed_to: datetime | None = None,
        unreadable: list[UnreadableRow] | None = None,
    ) -> Iterator[FoundPiece]:
        """Our works documents (``facturesTravaux/rechercher``), all pages; it tells neither framework nor billing file.

        Needs the PISTE API *FacturesTravaux*.

        :param unreadable: takes the rows that cannot be read; without it they are an error.
        """
        criteria = {
            "roleUtilisateur": "FOURNISSEUR",
            "numeroFactureTravaux": number,
            "periodeDateHeureEtatCourantDu": paris_text(changed_from),
            "periodeDateHeureEtatCourantAu": paris_text(changed_to),
        }
        return search_all(
            self._session,
            "/cpro/facturesTravaux/v1/rechercher",
            criteria,
            "rechercheFactureTravaux",
            "listeFacturesTravaux",
            _works_piece,
            named="numeroFactureTravaux",
            unreadable=unreadable,
            column="TypeDemandePaiement",
            size=PAGE_SIZE,
        )

    def search_files(
        self,
        *,
        number: str | None = None,
        dossier: str | None = None,
        changed_from: datetime | None = None,
        changed_to: datetime | None = None,
        unreadable: list[UnreadableRow] | None = None,
    ) -> list[FoundPiece]:
        """All works documents of which we are the supplier (``rechercher/demandePaiement``), with framework and billing file.

        Does not work in qualification (doc/API.md §2.H).

        :param unreadable: takes the rows that cannot be read; without it they are an error.
        """
        body = {
            "roleUtilisateur": "FOURNISSEUR",
            "typeDemandePaiement": "FACTURE_TRAVAUX",
            "numeroFacture": number,
            "numeroDossierFacturation": dossier,
            "periodeDateHeureEtatCourantDu": paris_text(changed_from),
            "periodeDateHeureEtatCourantAu": paris_text(changed_to),
        }
        found = self._session.search(
            "/cpro/factures/v1/rechercher/demandePaiement",
            {field: value for field, value in body.items() if value is not None},
            "listeDemandePaiement",
        )
        bad: list[UnreadableRow] = []
        pieces = list(read_rows(found.rows, _file_piece, "numeroDemandePaiement", bad))
        if bad and unreadable is None:
            raise TryLater(", ".join(map(str, bad[:5])), code="unreadable")
        if unreadable is not None:
            unreadable += bad
        return pieces

    # -- validation ----------------------------------------------------------------------------------------------------

    def search_to_validate(
        self, structure: str | None = None, unreadable: list[UnreadableRow] | None = None
    ) -> Iterator[ToValidate]:
        """The invoices that wait for our decision (``rechercher/aTraiter/valideur``), all pages, the oldest first.

        :param structure: Chorus Pro's identifier of our structure (``idStructureCPP``).
        :param unreadable: takes the rows that cannot be read; without it they are an error.
        """
        return search_all(
            self._session,
            "/cpro/factures/v1/rechercher/aTraiter/valideur",
            {"idStructure": int(structure) if structure else None},
            "pagination",
            "listeFactures",
            _to_validate,
            named="numeroFacture",
            column="DateDepot",
            size=PAGE_SIZE,
            whole=unreadable is None,
            unreadable=unreadable,
        )

    def search_as_validator(self, number: str) -> list[ToValidate]:
        """The invoices with that number that waited for us, whatever their status now (``rechercher/valideur``)."""
        found = self._session.search(
            "/cpro/factures/v1/rechercher/valideur",
            {"numeroFacture": number, "pagination": {"pageResultatDemandee": 1, "nbResultatsParPage": PAGE_SIZE}},
            "listeFactures",
        )
        with understood():
            return [_to_validate(Fields(row)) for row in found.rows]

    def decide(self, identifier: str, *, accept: bool, validator: str = "", motif: str = "", comment: str = "") -> Decision:
        """Accept or refuse an invoice as its validator (``traiter/factureAValider``). Never repeated by itself.

        :param motif: for a refusal, a code of ``vocabulary.motifs``; :param comment: for the supplier.
        :raises OutcomeUnknown: also when the platform says yes without the new status.
        """
        body: dict[str, Any] = {
            "idFacture": int(identifier),
            "action": _ACCEPT if accept else _REFUSE,
            "idValideur": int(validator) if validator else None,
            "motifRefus": motif or None,
            "complementInfo": comment or None,
        }
        answer = self._session.post_once(
            "/cpro/factures/v1/traiter/factureAValider",
            {field: value for field, value in body.items() if value is not None},
        )
        with understood(OutcomeUnknown):
            decided = Fields(answer)
            if decided("idFacture", digits) not in ("", identifier):
                raise Unreadable(answer["idFacture"], "idFacture")
            return Decision(decided.need("statutFacture", name), decided("dateTraitement", past))

    def download_pdf(self, identifier: str) -> bytes:
        """The PDF of an invoice that we issued or validate (``telecharger/groupe``).

        :raises TryLater: when what comes is no PDF.
        """
        answer = self._session.post(
            "/cpro/factures/v1/telecharger/groupe",
            {"format": "PDF", "avecPiecesJointesComplementaires": "Non", "listeFacture": [{"idFacture": int(identifier)}]},
            longest=LONGEST_DOWNLOAD,
        )
        encoded = answer.get("fichierResultat")
        try:
            content = base64.b64decode(encoded if isinstance(encoded, str) else "", validate=True)
        except (binascii.Error, ValueError) as error:
            raise TryLater("the file is not in base 64", code="unexpected_answer") from error
        if not content.startswith(b"%PDF-"):
            raise TryLater("the file is no PDF", code="unexpected_answer")
        return content


def _works_piece(row: Fields) -> FoundPiece:
    return FoundPiece(
        identifier=row.need("idFactureTravaux", digits),
        number=row.need("numeroFactureTravaux", name),
        framework="",
        status=row.need("statutFactureTravaux", name),
        status_at=row("dateHeureEtatCourant", past),
        comment="",
        deposited_at=row("dateDepot", past),
        issue_date=row("dateFactureTravaux", day),
        supplier=row("identifiantFournisseur", name),
        recipient=row("identifiantDestinataire", name),
        total=row("montantTTC", amount),
        dossier="",
    )


def _file_piece(row: Fields) -> FoundPiece:
    code = row("cadreFacturation", name)
    return FoundPiece(
        identifier=row.need("idDemandePaiement", digits),
        number=row.need("numeroDemandePaiement", name),
        framework=frameworks.get(code).code if code else "",
        status=row.need("etatCourant", name),
        status_at=row("dateHeureEtatCourant", past),
        comment=row("commentaireEtatCourant", text),
        deposited_at=row("dateDepot", past),
        issue_date=row("dateFournisseur", day),
        supplier="",
        recipient="",
        total=row("montantTTC", amount),
        dossier=row("numeroDossierFacturation", name),
    )


def _to_validate(row: Fields) -> ToValidate:
    return ToValidate(
        identifier=row.need("idFacture", digits),
        number=row.need("numeroFacture", name),
        supplier=row("identifiantFournisseur", name),
        supplier_name=row("designationFournisseur", text),
        recipient=row("identifiantDestinataire", name),
        recipient_name=row("designationDestinataire", text),
        kind=row("typeFacture", name),
        status=row.need("statut", name),
        issue_date=row("dateFacture", day),
        deposited_at=row("dateDepot", past),
        untaxed=row("montantHT", amount),
        total=row("montantTTC", amount),
        currency=row("devise", name) or "EUR",
        market=row("numeroMarche", name),
        engagement=row("numeroEngagement", name),
        validator=row("idValideur", digits),
    )
