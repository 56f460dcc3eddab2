"""How long the party whose turn it is has to answer, and what its silence means (doc/RULES.md §2.2, §3.1)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from ..text import Text
from ..vocabulary import statuses
from ..vocabulary.actors import Actor

MOE_DAYS = 7
"""The project manager checks a monthly statement (CCAG-Travaux 12.2.2)."""
VALIDATOR_DAYS = 15
"""The main contractor or group leader accepts or refuses; silence accepts (CCP R.2193-12)."""
TACIT_DAYS = 10
"""The project owner notifies the general statement after a signed draft (A22); silence makes it final (CCAG-Travaux 12.4.4)."""

GENERAL_DAYS = 30
"""The project owner notifies the general statement after the draft of the final one was received (CCAG-Travaux 12.4.2)."""
SIGN_DAYS = 30
"""The firm signs the general statement, with or without reserves; silence accepts it (CCAG-Travaux 12.4.3)."""


class Clock(NamedTuple):
    """A delay that runs, or ran out.

    ``due`` is the moment after which silence counts. ``running`` and ``passed`` tell an accountant what goes on before and after,
    ``reminder`` what a person is asked to do then, ``""`` when silence helps us.
    """

    who: Actor
    days: int
    since: datetime
    due: datetime
    running: Text
    passed: Text
    reminder: Text | None

    def is_passed(self, now: datetime) -> bool:
        """Whether the delay is over."""
        return now > self.due


def clock(status_code: str, framework: str, since: datetime) -> Clock | None:
    """The delay that runs for a document in that status since that moment; None when none is known.

    :param framework: of the document that is alive now in the billing file.
    """
    who = statuses.get(status_code).who
    if framework == "A22" and who in (Actor.MOE, Actor.MOA):
        return Clock(who, TACIT_DAYS, since, since + timedelta(days=TACIT_DAYS), _TACIT, _TACIT_PASSED, _FILE_A23)
    if framework in ("A7", "A17") and who in (Actor.MOE, Actor.MOA):
        return Clock(who, GENERAL_DAYS, since, since + timedelta(days=GENERAL_DAYS), _GENERAL, _GENERAL_PASSED, _FILE_A22)
    if framework in ("A18", "A20") and who is Actor.SUPPLIER:
        return Clock(who, SIGN_DAYS, since, since + timedelta(days=SIGN_DAYS), _SIGN, _SIGN_PASSED, _FILE_A8)
    if who is Actor.MOE:
        return Clock(who, MOE_DAYS, since, since + timedelta(days=MOE_DAYS), _MOE, _MOE_PASSED, _REMIND_MOE)
    if who is Actor.VALIDATOR:
        return Clock(who, VALIDATOR_DAYS, since, since + timedelta(days=VALIDATOR_DAYS), _VALIDATOR, _VALIDATOR_PASSED, None)
    return None


_MOE = Text(
    "The project manager (MOE) has until {due} to answer.",
    "La maîtrise d'œuvre (MOE) a jusqu'au {due} pour répondre.",
)
_MOE_PASSED = Text(
    "The project manager (MOE) has not answered within 7 days (since {since}): remind it and warn the project owner. The payment "
    "period has been running since it received the document.",
    "La maîtrise d'œuvre (MOE) n'a pas répondu dans les 7 jours (depuis le {since}) : relancez-la et alertez la maîtrise "
    "d'ouvrage. Le délai de paiement court depuis qu'elle a reçu la pièce.",
)
_REMIND_MOE = Text(
    "Chorus Pro: the project manager (MOE) is late, remind it",
    "Chorus Pro : la MOE est en retard, relancez-la",
)
_VALIDATOR = Text(
    "The validator has until {due} to accept or refuse; after that the request counts as accepted.",
    "Le valideur a jusqu'au {due} pour accepter ou refuser ; passé ce délai, la demande est réputée acceptée.",
)
_VALIDATOR_PASSED = Text(
    "The validator has not answered within 15 days (since {since}): the request counts as accepted and goes on to the public "
    "body.",
    "Le valideur n'a pas répondu dans les 15 jours (depuis le {since}) : la demande est réputée acceptée et poursuit vers "
    "l'entité publique.",
)
_TACIT = Text(
    "The project owner has until {due} to notify the general statement.",
    "La maîtrise d'ouvrage a jusqu'au {due} pour notifier le décompte général.",
)
_TACIT_PASSED = Text(
    "10 days have passed without a general statement (since {since}): it became final. File it as A23.",
    "10 jours se sont écoulés sans décompte général (depuis le {since}) : il est devenu définitif. Déposez-le en A23.",
)
_FILE_A23 = Text(
    "Chorus Pro: file the tacit final general statement (A23)",
    "Chorus Pro : déposez le décompte général et définitif tacite (A23)",
)

_GENERAL = Text(
    "The project owner has until {due} to notify the general statement.",
    "La maîtrise d'ouvrage a jusqu'au {due} pour notifier le décompte général.",
)
_GENERAL_PASSED = Text(
    "30 days have passed without a general statement (since {since}): notify a signed draft of it (A22), final ten days later.",
    "30 jours se sont écoulés sans décompte général (depuis le {since}) : notifiez un projet de décompte général signé (A22),"
    " définitif dix jours plus tard.",
)
_FILE_A22 = Text(
    "Chorus Pro: the general statement has not come, notify a signed draft (A22)",
    "Chorus Pro : le décompte général n'est pas venu, notifiez un projet signé (A22)",
)
_SIGN = Text(
    "You have until {due} to sign the general statement (A8), with or without reserves; silence accepts it.",
    "Vous avez jusqu'au {due} pour signer le décompte général (A8), avec ou sans réserves ; votre silence vaut acceptation.",
)
_SIGN_PASSED = Text(
    "The 30 days to sign the general statement have passed (since {since}): it counts as accepted. File it as A8.",
    "Les 30 jours pour signer le décompte général sont passés (depuis le {since}) : il est réputé accepté. Déposez-le en A8.",
)
_FILE_A8 = Text(
    "Chorus Pro: the general statement was to be signed, file it (A8)",
    "Chorus Pro : le décompte général était à signer, déposez-le (A8)",
)


def reminders() -> tuple[Text, ...]:
    """What people may have been asked to do because of a delay."""
    return (_REMIND_MOE, _FILE_A22, _FILE_A23, _FILE_A8)
