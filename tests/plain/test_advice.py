# ruff: noqa: E501 - sentences are whole
"""What is to be done about an invoice: state × what was done about it × who reads → sentence, button, colour, who acts."""

import itertools
from datetime import datetime

import pytest

from ...services.follow import advice, works_clock
from ...services.follow.advice import LABELS, Button, Case, Delay, Reader, advise
from ...services.vocabulary import MOTIFS, STATUSES, Actor, Group, states

SENDER = Reader(sends=True)
BILLER = Reader(sends=False, whom="Camille Martin")
AUDITOR = Reader(sends=False, bills=False, whom="Camille Martin")
READERS = {"sender": SENDER, "biller": BILLER, "auditor": AUDITOR}


def delay(status, framework, due, **more):
    known = works_clock.clock(status, framework, datetime(2026, 11, 5))
    return Delay(known.running, known.passed, known.days, due, "05/11/2026", asks=bool(known.reminder), **more)


MOE = delay("MISE_A_DISPOSITION_MOE", "A4", "12/11/2026")
OVER = delay("MISE_A_DISPOSITION_MOE", "A4", "12/11/2026", over=True)
TACIT = delay("A_VALIDER_1", "A9", "20/11/2026", over=True)

#: case → sentence and button of the sender, colour, who acts; then the sentence of the auditor.
TABLE = [
    (Case("to_send"), "Envoyez-la avec « Envoyer à Chorus Pro ».", Button.SEND, Group.MINE, Actor.SUPPLIER,
     "Demandez à Camille Martin de l'envoyer à Chorus Pro."),
    (Case("to_send", obstacles=True), "Corrigez d'abord ce que disent les bandeaux. Envoyez-la avec « Envoyer à Chorus Pro ».",
     Button.SEND, Group.MINE, Actor.SUPPLIER,
     "Corrigez d'abord ce que disent les bandeaux. Demandez à Camille Martin de l'envoyer à Chorus Pro."),
    (Case("to_send", planned="01/12/2026"), "Rien à faire : elle part d'elle-même à partir du 01/12/2026.", None, Group.MINE,
     Actor.PLATFORM, "Rien à faire : elle part d'elle-même à partir du 01/12/2026."),
    (Case("to_file", by_hand=True), "« Déposer sur le portail » prépare les valeurs et le PDF à y déposer.", Button.FILE, Group.MINE,
     Actor.SUPPLIER, "Demandez à Camille Martin de la déposer sur le portail Chorus Pro."),
    (Case("sending"), "Rien à faire : Odoo l'envoie, et réessaie de lui-même.", None, Group.THEIRS, Actor.PLATFORM,
     "Rien à faire : Odoo l'envoie, et réessaie de lui-même."),
    (Case("checking", doubt="by_hand"),
     "Déclarée déposée sur le portail : Odoo l'y recherche par son numéro, et poursuit dès qu'elle y apparaît. Si elle n'a "
     "finalement pas été déposée, « Elle n'a pas été déposée » permet de la déposer.", Button.NOT_FILED, Group.MINE, Actor.PLATFORM,
     "Déclarée déposée sur le portail : Odoo l'y recherche par son numéro, et poursuit dès qu'elle y apparaît. Si elle n'a "
     "finalement pas été déposée, prévenez Camille Martin."),
    (Case("checking", doubt="lost"),
     "Rien à faire : la réponse s'est perdue, Odoo vérifie dans Chorus Pro si elle est arrivée et n'envoie rien deux fois.",
     None, Group.MINE, Actor.PLATFORM,
     "Rien à faire : la réponse s'est perdue, Odoo vérifie dans Chorus Pro si elle est arrivée et n'envoie rien deux fois."),
    (Case("checking", doubt="decide"), "« Ouvrir le dépôt » montre ce qui a été trouvé et permet de trancher.", Button.DECIDE,
     Group.MINE, Actor.SUPPLIER, "Demandez à Camille Martin de comparer les deux et de trancher."),
    (Case("rejected"),
     "Corrigez d'abord ce que disent les bandeaux. Puis renvoyez-la avec « Renvoyer à Chorus Pro », sous le même numéro.",
     Button.SEND_AGAIN, Group.REFUSED, Actor.SUPPLIER,
     "Corrigez d'abord ce que disent les bandeaux. Demandez ensuite à Camille Martin de la renvoyer, sous le même numéro."),
    (Case("deposited", "DEPOSEE"), "Rien à faire : Chorus Pro la transmet à l'entité publique.", None, Group.THEIRS,
     Actor.PLATFORM, "Rien à faire : Chorus Pro la transmet à l'entité publique."),
    (Case("at_moe", "MISE_A_DISPOSITION_MOE", delay=MOE),
     "La maîtrise d'œuvre (MOE) a jusqu'au 12/11/2026 pour répondre.", None, Group.THEIRS, Actor.MOE,
     "La maîtrise d'œuvre (MOE) a jusqu'au 12/11/2026 pour répondre."),
    (Case("at_moe", "MISE_A_DISPOSITION_MOE", delay=OVER),
     "La maîtrise d'œuvre (MOE) n'a pas répondu dans les 7 jours (depuis le 05/11/2026) : relancez-la et alertez la maîtrise "
     "d'ouvrage. Le délai de paiement court depuis qu'elle a reçu la pièce.", None, Group.MINE, Actor.SUPPLIER,
     "La maîtrise d'œuvre (MOE) n'a pas répondu dans les 7 jours (depuis le 05/11/2026) : relancez-la et alertez la maîtrise "
     "d'ouvrage. Le délai de paiement court depuis qu'elle a reçu la pièce."),
    (Case("at_moe", "MISE_A_DISPOSITION_MOE", delay=OVER, seen_to=True),
     "Pas de réponse dans les 7 jours (depuis le 05/11/2026). Vous vous en êtes occupé : attendez la réponse.", None,
     Group.THEIRS, Actor.MOE,
     "Pas de réponse dans les 7 jours (depuis le 05/11/2026). Vous vous en êtes occupé : attendez la réponse."),
    (Case("validation", "A_VALIDER_1", delay=TACIT),
     "Le valideur n'a pas répondu dans les 15 jours (depuis le 05/11/2026) : la demande est réputée acceptée et poursuit vers "
     "l'entité publique.", None, Group.THEIRS, Actor.VALIDATOR,
     "Le valideur n'a pas répondu dans les 15 jours (depuis le 05/11/2026) : la demande est réputée acceptée et poursuit vers "
     "l'entité publique."),
    (Case("received", "MISE_A_DISPOSITION", expected="28/10/2026"),
     "Le paiement était attendu au plus tard le 28/10/2026 : relancez l'entité publique.", None, Group.MINE, Actor.SUPPLIER,
     "Le paiement était attendu au plus tard le 28/10/2026 : relancez l'entité publique."),
    (Case("received", "MISE_A_DISPOSITION", expected="28/10/2026", seen_to=True),
     "Le paiement était attendu au plus tard le 28/10/2026. Vous vous en êtes occupé : attendez la réponse de l'entité publique.",
     None, Group.THEIRS, Actor.RECIPIENT,
     "Le paiement était attendu au plus tard le 28/10/2026. Vous vous en êtes occupé : attendez la réponse de l'entité publique."),
    (Case("received", "MISE_A_DISPOSITION", paid=True), "Rien à faire : elle est payée dans vos comptes.", None, Group.THEIRS,
     Actor.NOBODY, "Rien à faire : elle est payée dans vos comptes."),
    (Case("to_complete", "SUSPENDUE"),
     "L'entité publique attend des pièces ou un commentaire. Envoyez les pièces ou un commentaire avec « Compléter » : la facture "
     "garde son numéro.", Button.COMPLETE, Group.MINE, Actor.SUPPLIER,
     "L'entité publique attend des pièces ou un commentaire. Demandez à Camille Martin d'envoyer les pièces ou un commentaire : la "
     "facture garde son numéro."),
    (Case("to_complete", "SUSPENDUE", motifs=("EJ_ERR",)),
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Envoyez les pièces ou un "
     "commentaire avec « Compléter » : la facture garde son numéro.", Button.COMPLETE, Group.MINE, Actor.SUPPLIER,
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Demandez à Camille Martin "
     "d'envoyer les pièces ou un commentaire : la facture garde son numéro."),
    (Case("to_complete", "SUSPENDUE", answer="waiting"),
     "Rien à faire : votre réponse n'est pas encore partie, Odoo réessaie de lui-même.", None, Group.MINE, Actor.PLATFORM,
     "Rien à faire : votre réponse n'est pas encore partie, Odoo réessaie de lui-même."),
    (Case("to_complete", "SUSPENDUE", answer="lost"),
     "Rien à faire : le sort de votre réponse n'est pas encore connu, Odoo le vérifie dans Chorus Pro.", None, Group.MINE,
     Actor.PLATFORM, "Rien à faire : le sort de votre réponse n'est pas encore connu, Odoo le vérifie dans Chorus Pro."),
    (Case("to_complete", "SUSPENDUE", answer="done"),
     "Rien à faire : Chorus Pro a votre réponse, le nouveau statut de la facture suit.", None, Group.MINE, Actor.PLATFORM,
     "Rien à faire : Chorus Pro a votre réponse, le nouveau statut de la facture suit."),
    (Case("completed", "COMPLETEE"), "Rien à faire : vos pièces ont été transmises, l'entité publique reprend le traitement.", None,
     Group.THEIRS, Actor.RECIPIENT, "Rien à faire : vos pièces ont été transmises, l'entité publique reprend le traitement."),
    (Case("to_recycle", "A_RECYCLER", motifs=("EJ_ERR",)),
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Corrigez le SIRET, le service "
     "ou le numéro d'engagement avec « Recycler » : la facture garde son numéro.", Button.RECYCLE, Group.MINE, Actor.SUPPLIER,
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Demandez à Camille Martin de "
     "corriger le SIRET, le service ou le numéro d'engagement : la facture garde son numéro."),
    (Case("refused", "REJETEE", motifs=("EJ_ERR",)),
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Remplacez-la avec « Avoir et "
     "nouvelle facture » : la nouvelle part sous un nouveau numéro.", Button.REISSUE, Group.REFUSED, Actor.SUPPLIER,
     "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique. Demandez à Camille Martin de "
     "la remplacer par un avoir et une nouvelle facture, sous un nouveau numéro."),
    (Case("refused", "REJETEE", motifs=("DOUBLE_FACT",)),
     "Recherchez l'autre facture. S'il s'agit bien d'un doublon, annulez celle-ci par un avoir.", None, Group.REFUSED,
     Actor.SUPPLIER, "Recherchez l'autre facture. S'il s'agit bien d'un doublon, annulez celle-ci par un avoir."),
    (Case("cancelled", "REJETEE", motifs=("EJ_ERR",), credited=True), "Rien à faire : un avoir l'a annulée depuis.", None,
     Group.DONE, Actor.NOBODY, "Rien à faire : un avoir l'a annulée depuis."),
    (Case("cancelled", "REJETEE", credited=True, replacement="FAC/2026/00012"),
     "Rien à faire : un avoir l'a annulée, et FAC/2026/00012 la remplace.", Button.OPEN_NEW, Group.DONE, Actor.NOBODY,
     "Rien à faire : un avoir l'a annulée, et FAC/2026/00012 la remplace."),
    (Case("declined", "REFUSEE_1", framework="A9"),
     "Lisez le motif et appelez le valideur. La demande d'un sous-traitant parvient tout de même à l'entité publique : ne "
     "la remplacez que si vous en êtes convenus. Remplacez-la avec « Avoir et nouvelle facture » : la nouvelle part sous un nouveau numéro.",
     Button.REISSUE, Group.REFUSED, Actor.SUPPLIER,
     "Lisez le motif et appelez le valideur. La demande d'un sous-traitant parvient tout de même à l'entité publique : ne "
     "la remplacez que si vous en êtes convenus. Demandez à Camille Martin de la remplacer par un avoir et une nouvelle facture, sous un "
     "nouveau numéro."),
    (Case("at_moa", "A_ASSOCIER_MOA"), "Rien à faire : la maîtrise d'ouvrage doit répondre par sa propre pièce.", None, Group.THEIRS,
     Actor.MOA, "Rien à faire : la maîtrise d'ouvrage doit répondre par sa propre pièce."),
    (Case("processing", "PRISE_EN_COMPTE_DESTINATAIRE"),
     "Rien à faire : l'entité publique la traite. La mise en paiement vient ensuite.", None, Group.THEIRS, Actor.RECIPIENT,
     "Rien à faire : l'entité publique la traite. La mise en paiement vient ensuite."),
    (Case("incomplete", "A_COMPLETER"), "Des pièces sont demandées : lisez le commentaire, puis ajoutez-les sur le portail.", None,
     Group.MINE, Actor.SUPPLIER, "Des pièces sont demandées : lisez le commentaire, puis ajoutez-les sur le portail."),
    (Case("to_handle", "BROUILLON"),
     "Enregistrée sur Chorus Pro mais pas envoyée : soumettez-la ou supprimez-la sur le portail.", None, Group.MINE, Actor.SUPPLIER,
     "Enregistrée sur Chorus Pro mais pas envoyée : soumettez-la ou supprimez-la sur le portail."),
    (Case("abandoned", "ABANDONNEE"),
     "Elle ne sera pas payée : voyez avec l'entité publique pourquoi, et si la somme reste due. Remplacez-la avec « Avoir et "
     "nouvelle facture » : la nouvelle part sous un nouveau numéro.", Button.REISSUE, Group.REFUSED, Actor.NOBODY,
     "Elle ne sera pas payée : voyez avec l'entité publique pourquoi, et si la somme reste due. Demandez à Camille Martin de la "
     "remplacer par un avoir et une nouvelle facture, sous un nouveau numéro."),
    (Case("paid", "MISE_EN_PAIEMENT"),
     "Le virement est ordonné : attendez-le sur votre compte bancaire sous quelques jours.", None, Group.DONE, Actor.NOBODY,
     "Le virement est ordonné : attendez-le sur votre compte bancaire sous quelques jours."),
]  # fmt: skip

ANSWERS = ("", "waiting", "lost", "refused", "done")


def every_case():
    """Each status in its state, and each state before, with all that may have been done about it."""
    for state in ("to_send", "to_file", "sending", "checking", "rejected"):
        for obstacles, planned, doubt in itertools.product((False, True), ("", "01/12/2026"), ("", "lost", "by_hand", "decide")):
            yield Case(state, obstacles=obstacles, planned=planned, doubt=doubt, by_hand=state == "to_file")
    for status in STATUSES.values():
        if status.needs_reason:
            for code, answer in itertools.product(MOTIFS, ANSWERS if status.actions else ("",)):
                yield Case(status.state, status.code, motifs=(code,), answer=answer)
        for answer, running, expected, seen_to, paid, framework in itertools.product(
            ANSWERS if status.actions else ("",),
            (None, MOE, OVER),
            ("", "28/10/2026"),
            (False, True),
            (False, True),
            ("A1", "A9"),
        ):
            yield Case(status.state, status.code, framework, answer=answer, delay=running, expected=expected,
                       seen_to=seen_to, paid=paid)  # fmt: skip
        if status.state in states.TURNED_DOWN:
            for number, drafted in (("", False), ("FAC/2", False), ("/", True)):
                yield Case("cancelled", status.code, credited=True, replacement=number, drafted=drafted)


CASES = list(every_case())


@pytest.mark.parametrize(("case", "sentence", "button", "group", "who", "asked"), TABLE, ids=lambda value: str(value)[:60])
def test_the_table(case, sentence, button, group, who, asked):
    told = advise(case, SENDER)
    assert told.sentence.fr == sentence
    assert (told.button, told.group, told.who) == (button, group, who)
    for reader in (BILLER, AUDITOR):
        other = advise(case, reader)
        assert other.sentence.fr == asked
        assert (other.button, other.group, other.who) == (button if reader.has(button) else None, group, who)


@pytest.mark.parametrize("reader", READERS.values(), ids=READERS)
def test_no_sentence_names_a_button_that_its_reader_lacks(reader):
    for case in CASES:
        told = advise(case, reader)
        for button, label in LABELS.items():
            for text, name, marks in ((told.sentence.en, label.en, "“{}”"), (told.sentence.fr, label.fr, "« {} »")):
                if marks.format(name) in text:
                    assert reader.has(button), (case, text)
        if told.button:
            assert reader.has(told.button)


def test_whoever_lacks_the_button_is_told_whom_to_ask():
    for case in CASES:
        told = advise(case, SENDER)
        if told.button and told.button not in (Button.OPEN_NEW, Button.NEXT):
            assert "Camille Martin" in advise(case, BILLER).sentence.fr, case
            assert "une personne autorisée" in advise(case, Reader(sends=False)).sentence.fr, case


def test_nothing_asks_for_what_was_done():
    for case in CASES:
        told = advise(case, SENDER)
        answered = case.answer in ("waiting", "lost", "done")
        # the next document of a billing file is filed whatever was paid
        goes_on = case.status == "A_ASSOCIER_FOURNISSEUR" or (case.state in states.WAITING and case.framework in ("A7", "A22"))
        paid = case.paid and not goes_on and case.state in (*states.WAITING, *states.RETURNED)
        settled = (case.credited and not case.drafted) or paid
        if settled or (answered and case.state not in states.WAITING):
            assert told.sentence.fr.startswith("Rien à faire"), case
            assert told.button in (None, Button.OPEN_NEW), case


def test_no_advice_hedges_where_odoo_knows():
    for case in CASES:
        text = advise(case, SENDER).sentence
        assert not ("même numéro" in text.fr and "nouveau numéro" in text.fr), case
        assert not ("garde son numéro" in text.fr and "nouveau numéro" in text.fr), case
        assert not ("Rien à faire" in text.fr and " avec « " in text.fr), case
        assert "(A9)" not in text.fr, case
        assert "{" not in text.fr + text.en, case
        assert text.en.endswith("."), case
        assert text.fr.endswith("."), case


def test_the_colour_is_that_of_the_state_unless_a_delay_is_over():
    for case in CASES:
        told = advise(case, SENDER)
        assert told.group == advise(case, AUDITOR).group
        if told.group is not states.group(case.state):
            assert (states.group(case.state), told.group, told.who) == (Group.THEIRS, Group.MINE, Actor.SUPPLIER), case


def test_a_button_says_what_it_does_about_this_invoice():
    case = Case("cancelled", "REJETEE", credited=True, replacement="FAC/7")
    assert advice.label(Button.OPEN_NEW, case).fr == "Ouvrir FAC/7"
    assert advice.label(Button.COMPLETE, case).fr == "Compléter"


def test_the_table_has_every_state():
    assert {row[0].state for row in TABLE} == set(states.STATES)
