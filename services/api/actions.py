"""What a supplier does about an invoice that is at Chorus Pro already. The API's French names stay here (doc/API.md §2.A).

Each of these calls changes the invoice: it is made once, and after a lost answer the state at Chorus Pro tells what became of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .answers import AddedFile
from .errors import OutcomeUnknown
from .json_values import Fields, Unreadable, digits, understood
from .session import PisteSession

#: Longest comment (doc/API.md §2.H).
COMMENT_LENGTH = 2000
#: The kind of a file that is not the invoice itself, in all formats of the platform (``TypePJ``); ``typespj`` lists others.
FILE_TYPE = "02"


class InvoiceActions:
    """The part of :class:`.client.ChorusClient` that acts on deposited invoices."""

    _session: PisteSession

    def complete_invoice(self, identifier: str, files: Iterable[AddedFile], comment: str) -> None:
        """Add documents and a comment to a suspended invoice, which goes back to the recipient (``completer``).

        :param identifier: ``identifiantFactureCPP``.
        :raises Refused: also when the invoice is not suspended any more (20002, GDP_MSG_11.033).
        """
        body: dict[str, Any] = {"identifiantFactureCPP": int(identifier)}
        pieces = [
            {
                "pieceJointeComplementaireId": int(file.identifier),
                "pieceJointeComplementaireType": file.kind or FILE_TYPE,
                "pieceJointeComplementaireDesignation": file.label[:100],
            }
            for file in files
        ]
        if pieces:
            body["pieceJointeComplementaire"] = pieces
        if comment:
            body["commentaire"] = comment[:COMMENT_LENGTH]
        answer = self._session.post_once("/cpro/factures/v1/completer", body)
        _check(answer, "identifiantFactureCPP", identifier)

    def reroute_invoice(self, identifier: str, *, recipient: str, service: str, engagement: str, comment: str) -> None:
        """Correct the routing of an invoice to be re-routed, which goes to its recipient again (``recycler``).

        :param recipient: SIRET of the public body.
        :param service: its service code, may be empty.
        :param engagement: the engagement number, may be empty.
        """
        body: dict[str, Any] = {
            "identifiantFactureCPP": int(identifier),
            "destinataire": {"codeDestinataire": recipient, **({"codeServiceExecutant": service} if service else {})},
        }
        if engagement:
            body["reference"] = {"numeroBonCommande": engagement}
        if comment:
            body["commentaire"] = comment[:COMMENT_LENGTH]
        answer = self._session.post_once("/cpro/factures/v1/recycler", body)
        _check(answer, "identifiantFactureCPP", identifier)

    def acknowledge_rejection(self, identifier: str) -> None:
        """Tell Chorus Pro that a rejection was dealt with (``traiterRejet``); the status stays."""
        self._session.post_once(
            "/cpro/factures/v1/traiterRejet", {"listeDemandePaiement": [{"idDemandePaiement": int(identifier)}]}
        )

    def correct_validator(self, identifier: str, structure: str, siret: str) -> None:
        """Name another validator (``corriger/valideur/facture``).

        :param structure: the validator's ``idStructureCPP``.
        :param siret: the validator's SIRET.
        """
        answer = self._session.post_once(
            "/cpro/factures/v1/corriger/valideur/facture",
            {
                "idFacture": int(identifier),
                "idStructure": int(structure),
                "typeIdentifiantStructure": "SIRET",
                "identifiantStructure": siret,
            },
        )
        _check(answer, "idFacture", identifier)


def _check(answer: Mapping[str, Any], field: str, identifier: str) -> None:
    """An answer speaks of the invoice that it was asked about, where it says of which.

    :raises OutcomeUnknown: when it speaks of another one.
    """
    with understood(OutcomeUnknown):
        if Fields(answer)(field, digits) not in ("", identifier):
            raise Unreadable(answer[field], field)
