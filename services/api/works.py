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

from ..clock import paris_text, parse_instant
from ..vocabulary import frameworks
from .errors import OutcomeUnknown, TryLater
from .json_values import rows, text
from .paging import search_all
from .session import PisteSession

#: Results asked for in one page; others ask 1,000 (doc/API.md §2.E).
PAGE_SIZE = 500
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
        self, *, number: str | None = None, changed_from: datetime | None = None, changed_to: datetime | None = None
    ) -> Iterator[FoundPiece]:
        """Our works documents (``facturesTravaux/rechercher``), all pages; it tells neither framework nor billing file.

        Needs the PISTE API *FacturesTravaux*.
        """
        criteria = {
            "roleUtilisateur": "FOURNISSEUR",
            "numeroFactureTravaux": number,
            "periodeDateHeureEtatCourantDu": paris_text(changed_from),
            "periodeDateHeureEtatCourantAu": paris_text(changed_to),
        }
        found = search_all(
            self._session,
            "/cpro/facturesTravaux/v1/rechercher",
            criteria,
            "rechercheFactureTravaux",
            "listeFacturesTravaux",
            column="TypeDemandePaiement",
            size=PAGE_SIZE,
        )
        return map(_works_piece, found)

    def search_files(
        self,
        *,
        number: str | None = None,
        dossier: str | None = None,
        changed_from: datetime | None = None,
        changed_to: datetime | None = None,
    ) -> list[FoundPiece]:
        """All works documents of which we are the supplier (``rechercher/demandePaiement``), with framework and billing file.

        Does not work in qualification (doc/API.md §2.H).
        """
        body = {
            "roleUtilisateur": "FOURNISSEUR",
            "typeDemandePaiement": "FACTURE_TRAVAUX",
            "numeroFacture": number,
            "numeroDossierFacturation": dossier,
            "periodeDateHeureEtatCourantDu": paris_text(changed_from),
            "periodeDateHeureEtatCourantAu": paris_text(changed_to),
        }
        answer = self._session.search(
            "/cpro/factures/v1/rechercher/demandePaiement", {name: value for name, value in body.items() if value is not None}
        )
        return [_file_piece(row) for row in rows(answer.get("listeDemandePaiement"))]

    # -- validation ----------------------------------------------------------------------------------------------------

    def search_to_validate(self, structure: str | None = None) -> Iterator[ToValidate]:
        """The invoices that wait for our decision (``rechercher/aTraiter/valideur``), all pages, the oldest first.

        :param structure: Chorus Pro's identifier of our structure (``idStructureCPP``).
        """
        found = search_all(
            self._session,
            "/cpro/factures/v1/rechercher/aTraiter/valideur",
            {"idStructure": int(structure) if structure else None},
            "pagination",
            "listeFactures",
            column="DateDepot",
            size=PAGE_SIZE,
        )
        return map(_to_validate, found)

    def search_as_validator(self, number: str) -> list[ToValidate]:
        """The invoices with that number that waited for us, whatever their status now (``rechercher/valideur``)."""
        answer = self._session.search(
            "/cpro/factures/v1/rechercher/valideur",
            {"numeroFacture": number, "pagination": {"pageResultatDemandee": 1, "nbResultatsParPage": PAGE_SIZE}},
        )
        return [_to_validate(row) for row in rows(answer.get("listeFactures"))]

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
        answer = self._session.post(
            "/cpro/factures/v1/traiter/factureAValider",
            {name: value for name, value in body.items() if value is not None},
            once=True,
        )
        status = text(answer.get("statutFacture"))
        if not status:
            raise OutcomeUnknown("decided without a new status")
        return Decision(status, parse_instant(answer.get("dateTraitement")))

    def download_pdf(self, identifier: str) -> bytes:
        """The PDF of an invoice that we issued or validate (``telecharger/groupe``).

        :raises TryLater: when what comes is no PDF.
        """
        answer = self._session.post(
            "/cpro/factures/v1/telecharger/groupe",
            {"format": "PDF", "avecPiecesJointesComplementaires": "Non", "listeFacture": [{"idFacture": int(identifier)}]},
        )
        try:
            content = base64.b64decode(text(answer.get("fichierResultat")), validate=True)
        except (binascii.Error, ValueError) as error:
            raise TryLater("the file is not in base 64", code="unexpected_answer") from error
        if not content.startswith(b"%PDF-"):
            raise TryLater("the file is no PDF", code="unexpected_answer")
        return content


def _works_piece(row: dict[str, Any]) -> FoundPiece:
    return FoundPiece(
        identifier=text(row.get("idFactureTravaux")),
        number=text(row.get("numeroFactureTravaux")),
        framework="",
        status=text(row.get("statutFactureTravaux")),
        status_at=parse_instant(row.get("dateHeureEtatCourant")),
        comment="",
        deposited_at=parse_instant(row.get("dateDepot")),
        issue_date=text(row.get("dateFactureTravaux"))[:10],
        supplier=text(row.get("identifiantFournisseur")),
        recipient=text(row.get("identifiantDestinataire")),
        total=text(row.get("montantTTC")),
        dossier="",
    )


def _file_piece(row: dict[str, Any]) -> FoundPiece:
    code = text(row.get("cadreFacturation"))
    return FoundPiece(
        identifier=text(row.get("idDemandePaiement")),
        number=text(row.get("numeroDemandePaiement")),
        framework=frameworks.get(code).code if code else "",
        status=text(row.get("etatCourant")),
        status_at=parse_instant(row.get("dateHeureEtatCourant")),
        comment=text(row.get("commentaireEtatCourant")),
        deposited_at=parse_instant(row.get("dateDepot")),
        issue_date=text(row.get("dateFournisseur"))[:10],
        supplier="",
        recipient="",
        total=text(row.get("montantTTC")),
        dossier=text(row.get("numeroDossierFacturation")),
    )


def _to_validate(row: dict[str, Any]) -> ToValidate:
    return ToValidate(
        identifier=text(row.get("idFacture")),
        number=text(row.get("numeroFacture")),
        supplier=text(row.get("identifiantFournisseur")),
        supplier_name=text(row.get("designationFournisseur")),
        recipient=text(row.get("identifiantDestinataire")),
        recipient_name=text(row.get("designationDestinataire")),
        kind=text(row.get("typeFacture")),
        status=text(row.get("statut")),
        issue_date=text(row.get("dateFacture"))[:10],
        deposited_at=parse_instant(row.get("dateDepot")),
        untaxed=text(row.get("montantHT")),
        total=text(row.get("montantTTC")),
        currency=text(row.get("devise")) or "EUR",
        market=text(row.get("numeroMarche")),
        engagement=text(row.get("numeroEngagement")),
        validator=text(row.get("idValideur")),
    )
