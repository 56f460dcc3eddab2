"""Chorus Pro's operations, one method each. The API's French names stay in this file (doc/API.md §2)."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..clock import paris_text, parse_instant
from .actions import InvoiceActions
from .answers import (
    AddedFile,
    FlowReceipt,
    FlowReport,
    FoundInvoice,
    History,
    HistoryEntry,
    InvoiceError,
    SubmittedInvoice,
    TechnicalError,
)
from .answers_directory import FoundStructure
from .directory import DirectoryClient
from .errors import OutcomeUnknown, TryLater
from .json_values import rows as _rows
from .json_values import text as _text
from .lists import ListsClient
from .paging import search_all
from .works import WorksClient

#: Invoices asked for in one page of a search; no maximum is documented, others ask 1,000 to 10,000 (doc/API.md §5).
PAGE_SIZE = 500
#: Results a search may give over all its pages; the platform's default would be 200 (doc/API.md §2.H).
MAXIMUM = 100_000
#: How ``soumettre`` takes the PDF: the Swagger has an object, the requests known to have succeeded a list (doc/API.md §2.0).
MAIN_FILE_IN_A_LIST = True
#: Characters that the label of an attachment may have (doc/API.md §2.H).
FILE_LABEL = 100


class ChorusClient(InvoiceActions, DirectoryClient, ListsClient, WorksClient):
    """Calls Chorus Pro over a session.

    Every method raises :class:`~.errors.ChorusError`; what was sent is never repeated by the client itself when it may have
    arrived.
    """

    # -- deposits ------------------------------------------------------------------------------------------------------

    def deposit_flow(self, content: bytes, file_name: str, syntax: str) -> FlowReceipt:
        """Deposit a file (``deposer/flux``). The answer is a receipt, not an integration.

        :param content: the file's bytes, at most 30 MB (doc/API.md §5).
        :param file_name: with its extension.
        :param syntax: a ``syntaxeFlux`` such as ``IN_DP_E1_CII_16B`` (doc/API.md §3.3).
        :raises OutcomeUnknown: also when the platform accepts without giving a flow number.
        """
        answer = self._session.post(
            "/cpro/factures/v1/deposer/flux",
            {
                "fichierFlux": base64.b64encode(content).decode(),
                "nomFichier": file_name,
                "syntaxeFlux": syntax,
                "avecSignature": False,
            },
            once=True,
        )
        number = _text(answer.get("numeroFluxDepot"))
        if not number:
            raise OutcomeUnknown("accepted without a flow number")
        return FlowReceipt(number)

    def add_file(self, content: bytes, name: str) -> str:
        """Hand over a file for a later call to refer to (``ajouter/fichier``).

        Alone it changes nothing at Chorus Pro, hence the call is repeated when the way fails.

        :param content: the file's bytes, at most 10 MB (doc/API.md §5).
        :param name: with its extension, at most 50 characters.
        :return: the file's identifier (``pieceJointeId``).
        """
        answer = self._session.post(
            "/cpro/transverses/v1/ajouter/fichier",
            {
                "pieceJointeFichier": base64.b64encode(content).decode(),
                "pieceJointeNom": name,
                "pieceJointeTypeMime": mimetypes.guess_type(name)[0] or "application/octet-stream",
                "pieceJointeExtension": name.rpartition(".")[2].upper(),
            },
        )
        identifier = _text(answer.get("pieceJointeId"))
        if not identifier:
            raise TryLater("a file was taken without an identifier", code="unexpected_answer")
        return identifier

    def file_types(self) -> dict[str, str]:
        """The kinds of files that may go with an invoice (``recuperer/typespj``): label by code."""
        answer = self._session.post("/cpro/transverses/v1/recuperer/typespj", {"codeLangue": "FR", "typeObjet": "FACTURE"})
        return {
            _text(row.get("codeTypePieceJointe")): _text(row.get("libelleTypePieceJointe"))
            for row in _rows(answer.get("listeTypePieceJointe"))
        }

    def bank_accounts(self, structure: str) -> dict[str, str]:
        """The bank accounts that our structure declared (``recuperer/coordbanc/valides``): name by identifier."""
        answer = self._session.search("/cpro/transverses/v1/recuperer/coordbanc/valides", {"idStructure": int(structure)})
        return {
            _text(row.get("idCoordonneeBancaire")): _text(row.get("nomCoordonneeBancaire"))
            for row in _rows(answer.get("listeCoordonneeBancaire"))
        }

    def submit_invoice(
        self, body: Mapping[str, Any], main_file: AddedFile, other_files: Sequence[AddedFile] = ()
    ) -> SubmittedInvoice:
        """Deposit one invoice as its PDF and its data (``soumettre``); it is in Chorus Pro at once.

        :param body: what ``submission.to_submission`` makes.
        :param main_file: the PDF, by :meth:`add_file`; ``other_files``: the attachments, each with a kind.
        :raises OutcomeUnknown: also when the platform accepts without giving an identifier.
        """
        principal = {
            "pieceJointePrincipaleId": int(main_file.identifier),
            "pieceJointePrincipaleDesignation": main_file.label,
        }
        files: dict[str, Any] = {"pieceJointePrincipale": [principal] if MAIN_FILE_IN_A_LIST else principal}
        if other_files:
            files["pieceJointeComplementaire"] = [
                {
                    "pieceJointeComplementaireId": int(file.identifier),
                    "pieceJointeComplementaireDesignation": file.label[:FILE_LABEL],
                    "pieceJointeComplementaireType": file.kind,
                }
                for file in other_files
            ]
        answer = self._session.post("/cpro/factures/v1/soumettre", {**body, **files}, once=True)
        identifier = _text(answer.get("identifiantFactureCPP"))
        if not identifier:
            raise OutcomeUnknown("accepted without an identifier")
        return SubmittedInvoice(identifier, _text(answer.get("numeroFacture")), _text(answer.get("statutFacture")))

    def flow_report(self, flow_number: str) -> FlowReport:
        """What became of a flow (``consulterCRDetaille``)."""
        answer = self._session.post("/cpro/transverses/v1/consulterCRDetaille", {"numeroFluxDepot": flow_number})
        return FlowReport(
            state=_text(answer.get("etatCourantDepotFlux")),
            state_at=parse_instant(answer.get("dateHeureEtatCourantFlux")),
            file_name=_text(answer.get("nomFichier")),
            invoice_errors=tuple(
                InvoiceError(
                    number=_text(row.get("numeroDP")),
                    supplier=_text(row.get("identifiantFournisseur")),
                    recipient=_text(row.get("identifiantDestinataire")),
                    message=_text(row.get("libelleErreurDP")),
                )
                for row in _rows(answer.get("listeErreurDP"))
            ),
            technical_errors=tuple(
                TechnicalError(_text(row.get("codeErreur")), _text(row.get("libelleErreur")), _text(row.get("natureErreur")))
                for row in _rows(answer.get("listeErreurTechnique"))
            ),
        )

    # -- invoices ------------------------------------------------------------------------------------------------------

    def search_invoices(
        self,
        *,
        number: str | None = None,
        flow_number: str | None = None,
        supplier_structure: str | None = None,
        changed_from: datetime | None = None,
        changed_to: datetime | None = None,
        deposited_from: datetime | None = None,
        deposited_to: datetime | None = None,
    ) -> Iterator[FoundInvoice]:
        """Our invoices at Chorus Pro (``rechercher/fournisseur``), all pages, one call a page, as they are asked for.

        :param supplier_structure: Chorus Pro's identifier of our structure (``idStructureCPP``).
        :param changed_from, changed_to: aware date-times that bound the date of the current status.
        :param deposited_from, deposited_to: aware date-times that bound the deposit.
        """
        criteria = {
            "numeroFacture": number,
            "numeroFluxDepot": flow_number,
            "idFournisseur": int(supplier_structure) if supplier_structure else None,
            "periodeDateHeureEtatCourantDu": paris_text(changed_from),
            "periodeDateHeureEtatCourantAu": paris_text(changed_to),
            "periodeDateDepotDu": paris_text(deposited_from),
            "periodeDateDepotAu": paris_text(deposited_to),
        }
        found = search_all(
            self._session,
            "/cpro/factures/v1/rechercher/fournisseur",
            criteria,
            "rechercheFactureParFournisseur",
            "listeFactures",
            # oldest first, so that an invoice deposited meanwhile lands on the last page and moves no other one
            column="DateDepot",
            size=PAGE_SIZE,
            nbResultatsMaximum=MAXIMUM,
        )
        return map(_found_invoice, found)

    def invoice_history(self, identifier: str) -> History:
        """The current status of an invoice and all that led to it (``consulter/historique``), newest entry last."""
        answer = self._session.post(
            "/cpro/factures/v1/consulter/historique",
            {
                "idFacture": int(identifier),
                "paramRechercheHistoStatuts": {
                    "pageResultatDemandeeListeHistoStatut": 1,
                    "nbResultatsParPageListeHistoStatut": PAGE_SIZE,
                    "triSensListeHistoStatut": "Ascendant",
                    "triColonneListeHistoStatut": "HistoStatutDatePassage",
                },
            },
        )
        entries = [
            HistoryEntry(
                identifier=_text(row.get("histoStatutId")),
                status=_text(row.get("histoStatutCode")),
                at=parse_instant(row.get("histoStatutDatePassage")),
                comment=_text(row.get("histoStatutCommentaire")),
                author=" ".join(
                    filter(None, (_text(row.get("histoStatutUtilisateurPrenom")), _text(row.get("histoStatutUtilisateurNom"))))
                ),
            )
            for row in _rows((answer.get("historiquesDesStatuts") or {}).get("histoStatut"))
        ]
        return History(_text(answer.get("statutCourantCode")), tuple(entries))

    def own_structures(self) -> list[FoundStructure]:
        """The active structures for which the technical account may work on issued invoices (doc/API.md §2.C)."""
        answer = self._session.post("/cpro/transverses/v1/recuperer/structures/actives/fournisseur", {})
        return [
            FoundStructure(
                identifier=_text(row.get("idStructureCPP")),
                name=_text(row.get("designationStructure")),
                registry=_text(row.get("identifiant")),
                registry_type="SIRET",
                active=True,
            )
            for row in _rows(answer.get("listeStructures"))
        ]

    def sign_in(self) -> None:
        """Get a token from PISTE, when none is at hand: reaches the network and proves client identifier and secret."""
        self._session.sign_in()


def _found_invoice(row: dict[str, Any]) -> FoundInvoice:
    return FoundInvoice(
        identifier=_text(row.get("identifiantFactureCPP")),
        number=_text(row.get("numeroFacture")),
        flow_number=_text(row.get("numeroFluxDepot")),
        supplier=_text(row.get("codeFournisseur")),
        recipient=_text(row.get("codeDestinataire")),
        kind=_text(row.get("typeFacture")),
        status=_text(row.get("statut")),
        status_at=parse_instant(row.get("dateHeureEtatCourant")),
        comment=_text(row.get("commentaireEtatCourant")),
        deposited_at=parse_instant(row.get("dateDepot")),
        issue_date=_text(row.get("dateFacture"))[:10],
        total=_text(row.get("montantTTC")),
        rejection_treated=row.get("rejetTraite") is True,
    )
