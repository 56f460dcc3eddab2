"""Chorus Pro's operations, one method each. The API's French names stay in this file (doc/API.md §2)."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..clock import paris_text
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
from .errors import OutcomeUnknown, Refused
from .json_values import (
    Fields,
    Unreadable,
    UnreadableRow,
    amount,
    day,
    digits,
    flag,
    name,
    past,
    read_rows,
    record,
    rows,
    text,
    understood,
)
from .lists import ListsClient
from .session import MAXIMUM, PisteSession, search_all
from .upload import Base64
from .verdict import says_nothing
from .works import WorksClient

#: Invoices asked for in one page of a search; no maximum is documented, others ask 1,000 to 10,000 (doc/API.md §5).
PAGE_SIZE = 500
#: How ``soumettre`` takes the PDF: the Swagger has an object, the requests known to have succeeded a list (doc/API.md §2.0).
MAIN_FILE_IN_A_LIST = True
#: Characters that the label of an attachment may have (doc/API.md §2.H).
FILE_LABEL = 100


class ChorusClient(InvoiceActions, DirectoryClient, ListsClient, WorksClient):
    """Calls Chorus Pro over a session.

    Every method raises :class:`~.errors.ChorusError`; what was sent is never repeated by the client itself when it may have
    arrived.
    """

    def __init__(self, session: PisteSession) -> None:
        self._session = session
        #: Requests made so far, under ``""``, and the failed ones under their failure's code.
        self.tally: Mapping[str, int] = session.tally
        #: The login of the technical account that calls.
        self.account = session.account

    def must_leave_within(self, seconds: float) -> None:
        """Let no call done once begin later than so many seconds from now, see :class:`~.session.PisteSession`."""
        self._session.must_leave_within(seconds)

    # -- deposits ------------------------------------------------------------------------------------------------------

    def deposit_flow(self, content: bytes, file_name: str, syntax: str) -> FlowReceipt:
        """Deposit a file (``deposer/flux``). The answer is a receipt, not an integration.

        :param content: the file's bytes, at most 30 MB (doc/API.md §5).
        :param file_name: with its extension.
        :param syntax: a ``syntaxeFlux`` such as ``IN_DP_E1_CII_16B`` (doc/API.md §3.3).
        :raises OutcomeUnknown: also when the platform accepts without giving a flow number.
        """
        answer = self._session.post_once(
            "/cpro/factures/v1/deposer/flux",
            {
                "fichierFlux": Base64(content),
                "nomFichier": file_name,
                "syntaxeFlux": syntax,
                "avecSignature": False,
            },
        )
        with understood(OutcomeUnknown):
            return FlowReceipt(Fields(answer).need("numeroFluxDepot", name))

    def add_file(self, content: bytes, file_name: str) -> str:
        """Hand over a file for a later call to refer to (``ajouter/fichier``).

        Alone it changes nothing at Chorus Pro, hence the call is repeated when the way fails.

        :param content: the file's bytes, at most 10 MB (doc/API.md §5).
        :param file_name: with its extension, at most 50 characters.
        :return: the file's identifier (``pieceJointeId``).
        """
        answer = self._session.post(
            "/cpro/transverses/v1/ajouter/fichier",
            {
                "pieceJointeFichier": Base64(content),
                "pieceJointeNom": file_name,
                "pieceJointeTypeMime": mimetypes.guess_type(file_name)[0] or "application/octet-stream",
                "pieceJointeExtension": file_name.rpartition(".")[2].upper(),
            },
        )
        with understood():
            return Fields(answer).need("pieceJointeId", digits)

    def file_types(self) -> dict[str, str]:
        """The kinds of files that may go with an invoice (``recuperer/typespj``): label by code."""
        answer = self._session.post("/cpro/transverses/v1/recuperer/typespj", {"codeLangue": "FR", "typeObjet": "FACTURE"})
        with understood():
            kinds = [Fields(row) for row in Fields(answer)("listeTypePieceJointe", rows)]
            return {kind.need("codeTypePieceJointe", name): kind("libelleTypePieceJointe", text) for kind in kinds}

    def bank_accounts(self, structure: str) -> dict[str, str]:
        """The bank accounts that our structure declared (``recuperer/coordbanc/valides``): name by identifier."""
        found = self._session.search(
            "/cpro/transverses/v1/recuperer/coordbanc/valides", {"idStructure": int(structure)}, "listeCoordonneeBancaire"
        )
        with understood():
            accounts = [Fields(row) for row in found.rows]
            return {account.need("idCoordonneeBancaire", digits): account("nomCoordonneeBancaire", text) for account in accounts}

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
        answer = self._session.post_once("/cpro/factures/v1/soumettre", {**body, **files})
        with understood(OutcomeUnknown):
            taken = Fields(answer)
            return SubmittedInvoice(
                taken.need("identifiantFactureCPP", digits), taken("numeroFacture", name), taken("statutFacture", name)
            )

    def flow_report(self, flow_number: str) -> FlowReport:
        """What became of a flow (``consulterCRDetaille``).

        :raises Refused: ``flow_unknown`` where the platform knows no flow of ours with that number.
        """
        try:
            answer = self._session.post("/cpro/transverses/v1/consulterCRDetaille", {"numeroFluxDepot": flow_number})
        except Refused as error:
            if not says_nothing(error):
                raise
            raise Refused(error.detail, code="flow_unknown") from error
        unreadable: list[UnreadableRow] = []
        with understood():
            report = Fields(answer)
            return FlowReport(
                state=report.need("etatCourantDepotFlux", name),
                state_at=report("dateHeureEtatCourantFlux", past),
                file_name=report("nomFichier", text),
                invoice_errors=tuple(read_rows(report("listeErreurDP", rows), _invoice_error, "numeroDP", unreadable)),
                technical_errors=tuple(
                    read_rows(report("listeErreurTechnique", rows), _technical_error, "codeErreur", unreadable)
                ),
                unreadable=tuple(unreadable),
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
        unreadable: list[UnreadableRow] | None = None,
    ) -> Iterator[FoundInvoice]:
        """Our invoices at Chorus Pro (``rechercher/fournisseur``), all pages, one call a page, as they are asked for.

        :param supplier_structure: Chorus Pro's identifier of our structure (``idStructureCPP``).
        :param changed_from, changed_to: aware date-times that bound the date of the current status.
        :param deposited_from, deposited_to: aware date-times that bound the deposit.
        :param unreadable: takes the rows that cannot be read. Without it they are an error, as is any sign that a row is
            missing: what is not shown is then not there.
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
        return search_all(
            self._session,
            "/cpro/factures/v1/rechercher/fournisseur",
            criteria,
            "rechercheFactureParFournisseur",
            "listeFactures",
            _found_invoice,
            named="numeroFacture",
            # oldest first, so that an invoice deposited meanwhile lands on the last page and moves no other one
            column="DateDepot",
            size=PAGE_SIZE,
            whole=unreadable is None,
            unreadable=unreadable,
            nbResultatsMaximum=MAXIMUM,
        )

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
        unreadable: list[UnreadableRow] = []
        with understood():
            history = Fields(answer)
            if history("idFacture", digits) not in ("", identifier):
                raise Unreadable(answer["idFacture"], "idFacture")
            steps = history("historiquesDesStatuts", record).get("histoStatut")
            entries = tuple(read_rows(rows(steps), _history_entry, "histoStatutCode", unreadable))
            if not entries and not unreadable:
                # whatever is there was deposited once
                raise Unreadable(steps, "histoStatut")
            return History(history.need("statutCourantCode", name), entries, tuple(unreadable))

    def own_structures(self) -> list[FoundStructure]:
        """The active structures for which the technical account may work on issued invoices (doc/API.md §2.C)."""
        answer = self._session.post("/cpro/transverses/v1/recuperer/structures/actives/fournisseur", {})
        with understood():
            return [_own_structure(Fields(row)) for row in Fields(answer)("listeStructures", rows)]

    def sign_in(self) -> None:
        """Get a token from PISTE, when none is at hand: reaches the network and proves client identifier and secret."""
        self._session.sign_in()


def _own_structure(row: Fields) -> FoundStructure:
    return FoundStructure(
        identifier=row.need("idStructureCPP", digits),
        name=row("designationStructure", text),
        registry=row("identifiant", name),
        registry_type="SIRET",
        active=True,
    )


def _invoice_error(row: Fields) -> InvoiceError:
    return InvoiceError(
        number=row("numeroDP", name),
        supplier=row("identifiantFournisseur", name),
        recipient=row("identifiantDestinataire", name),
        message=row("libelleErreurDP", text),
    )


def _technical_error(row: Fields) -> TechnicalError:
    return TechnicalError(row("codeErreur", name), row("libelleErreur", text), row("natureErreur", name))


def _history_entry(row: Fields) -> HistoryEntry:
    names = (row("histoStatutUtilisateurPrenom", text), row("histoStatutUtilisateurNom", text))
    return HistoryEntry(
        identifier=row("histoStatutId", digits),
        status=row.need("histoStatutCode", name),
        at=row("histoStatutDatePassage", past),
        comment=row("histoStatutCommentaire", text),
        author=" ".join(filter(None, names)),
    )


def _found_invoice(row: Fields) -> FoundInvoice:
    return FoundInvoice(
        identifier=row.need("identifiantFactureCPP", digits),
        number=row.need("numeroFacture", name),
        flow_number=row("numeroFluxDepot", name),
        supplier=row("codeFournisseur", name),
        recipient=row("codeDestinataire", name),
        kind=row("typeFacture", name),
        status=row.need("statut", name),
        status_at=row("dateHeureEtatCourant", past),
        comment=row("commentaireEtatCourant", text),
        deposited_at=row("dateDepot", past),
        issue_date=row("dateFacture", day),
        total=row("montantTTC", amount),
        rejection_treated=row("rejetTraite", flag),
    )
