"""The states of a deposited file ("flux"), and what each means for the deposit (doc/API.md §3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from ..text import Text, words
from .codes import Codes
from .support import asking


class Outcome(str, Enum):
    """What a flow's state means for its deposit; the value is stable and may be stored."""

    WAITING = "waiting"
    INTEGRATED = "integrated"
    PARTIAL = "partial"
    REJECTED = "rejected"
    INCIDENT = "incident"
    STUCK = "stuck"

    __str__ = str.__str__

    @property
    def advice(self) -> Text:
        """What the accountant should do or may expect."""
        return OUTCOMES[self]


OUTCOMES: Mapping[Outcome, Text] = MappingProxyType(
    {
        Outcome.WAITING: Text(
            "Nothing to do: Chorus Pro is processing the file.",
            "Rien à faire : Chorus Pro traite le fichier.",
        ),
        Outcome.INTEGRATED: Text(
            "Nothing to do: every invoice of the file is in Chorus Pro.",
            "Rien à faire : toutes les factures du fichier sont dans Chorus Pro.",
        ),
        Outcome.PARTIAL: Text(
            "Some invoices of the file were refused: correct those and send them again under the same number.",
            "Certaines factures du fichier ont été refusées : corrigez-les et renvoyez-les sous le même numéro.",
        ),
        Outcome.REJECTED: Text(
            "The file was refused, no invoice entered Chorus Pro: correct it and send it again under the same number.",
            "Le fichier a été refusé, aucune facture n'est entrée dans Chorus Pro : corrigez et renvoyez sous le même numéro.",
        ),
        Outcome.INCIDENT: Text(
            "Chorus Pro could not process the file: check that its invoices are not on the portal, then send it again.",
            "Chorus Pro n'a pas pu traiter le fichier : vérifiez que les factures ne sont pas sur le portail, puis renvoyez-le.",
        ),
        Outcome.STUCK: asking(
            Text(
                "The file is blocked until Chorus Pro's staff restart it: do not send it again; if it lasts, contact the "
                "support with the flow number.",
                "Le fichier est bloqué jusqu'à une reprise manuelle par Chorus Pro : ne le renvoyez pas ; si cela dure, "
                "contactez le support avec le numéro de flux.",
            )
        ),
    }
)


@dataclass(frozen=True)
class FlowState:
    """One state of a flow (``etatCourantDepotFlux``, ``etatCourantFlux``). ``terminal``: it will not change again."""

    code: str
    label: Text
    outcome: Outcome
    terminal: bool = False

    @property
    def advice(self) -> Text:
        """What the accountant should do or may expect."""
        return self.outcome.advice


_TABLE: tuple[FlowState, ...] = (
    FlowState(
        "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP",
        Text("Deposited, awaiting processing", "Déposé, en attente de traitement"),
        Outcome.WAITING,
    ),
    FlowState("IN_RECU", Text("Received by Chorus Pro", "Reçu par Chorus Pro"), Outcome.WAITING),
    FlowState(
        "IN_TRAITE_SE_CPP",
        Text("Arrived in the exchange system", "Arrivé dans le système d'échange"),
        Outcome.WAITING,
    ),
    FlowState("IN_EN_ATTENTE_TRAITEMENT_CPP", Text("Queued", "En liste d'attente"), Outcome.WAITING),
    FlowState("IN_EN_COURS_TRAITEMENT_CPP", Text("Being processed", "En cours de traitement"), Outcome.WAITING),
    FlowState(
        "IN_EN_ATTENTE_RETRAITEMENT_CPP",
        Text("Blocked, awaiting a manual restart", "Bloqué, en attente d'une reprise manuelle"),
        Outcome.STUCK,
    ),
    FlowState("IN_INTEGRE", Text("Integrated", "Intégré"), Outcome.INTEGRATED, terminal=True),
    FlowState(
        "IN_INTEGRE_PARTIEL",
        Text("Partly integrated", "Intégré partiellement"),
        Outcome.PARTIAL,
        terminal=True,
    ),
    FlowState("IN_REJETE", Text("Rejected", "Rejeté"), Outcome.REJECTED, terminal=True),
    FlowState(
        "IN_INCIDENTE",
        Text("Not processed (incident)", "Non traité (incident)"),
        Outcome.INCIDENT,
        terminal=True,
    ),
    # Third-party code resends these two; whether Chorus Pro restarts them itself is not documented, so they wait [INF].
    FlowState("IN_A_RELANCER", Text("To be restarted", "À relancer"), Outcome.STUCK),
    FlowState("IN_ERREUR_INTERNE", Text("Internal error", "Erreur interne"), Outcome.STUCK),
    # Receipts of the file made for the recipient, named in one third-party list only. [INF]: none ends a deposit.
    FlowState("QP_RECEVABLE", Text("Accepted (pivot receipt)", "Recevable (quittance pivot)"), Outcome.WAITING),
    FlowState(
        "QP_RECEVABLE_AVEC_ERREUR",
        Text("Accepted with errors (pivot receipt)", "Recevable avec erreur (quittance pivot)"),
        Outcome.STUCK,
    ),
    FlowState("QP_IRRECEVABLE", Text("Not accepted (pivot receipt)", "Irrecevable (quittance pivot)"), Outcome.STUCK),
)

FLOW_STATES: Mapping[str, FlowState] = MappingProxyType({state.code: state for state in _TABLE})
"""Every known state by code."""


# consulterCR prints labels where consulterCRDetaille gives codes (doc/API.md §6.9): "Intégré", "Rejeté" were read, the
# other labels follow the same wording [INF].
_BY_WORDS: dict[str, FlowState] = {
    **{words(state.label.fr): state for state in _TABLE},
    **{words(state.code.removeprefix("IN_")): state for state in _TABLE},
    **{words(state.code): state for state in _TABLE},
}


def _by_words(text: str) -> FlowState:
    label = Text(text, text) if text.strip() else Text("State not known yet", "État pas encore connu")
    return _BY_WORDS.get(words(text)) or FlowState(text, label, Outcome.WAITING)


get = Codes(FLOW_STATES, _by_words).__getitem__
"""The state of that code, or of that label as ``consulterCR`` prints it. Never raises: unknown means waiting."""
