"""The pages of the set-up: what the portals want picked and typed stands on the page of its step. Needs no database."""

import re

import pytest

from ...services.api.errors import FAILURES
from ...services.setup.links import LINKS
from ...services.setup.steps import STEPS, catalogue
from ...services.vocabulary import MESSAGES, STATUSES
from ...services.vocabulary.flows import OUTCOMES
from ...services.vocabulary.support import WAYS

#: What each step of doc/RULES.md §6 asks of a person, in the portals' words.
ASKED = {
    "company": ("SIRET", "qualification", "Nouvelle-Calédonie", "Polynésie", "particulier", "immatriculation"),
    "account": ("Créer un compte", "jamais celui du client", "captcha", "24 heures", "gestionnaire principal", "rattachement",
                "Notification Facturation", "second facteur"),
    "spaces": ("Mes structures", "crayon", "Ajouter des espaces", "tous les services", "Modification", "Factures émises",
               "Raccordement EDI et API", "Factures de travaux", "Factures à valider", "Suivi des flux", "Engagements",
               "reconnectez-vous"),
    "piste": ("12 caractères", "majuscule", "minuscule", "chiffre", "caractère spécial", "Activez"),
    "consents": ("Consentement CGU API", "page par page", "Factures", "FacturesTravaux", "Structures", "Transverses",
                 "Utilisateurs", "EngagementJuridique", "Valider mes choix CGU", "{catalogue}"),
    "application": ("Créer une application", "sandbox", "courriel", "SIRET", "responsable", "Appliquer les modifications",
                    "{siret}"),
    "oauth": ("Identifiants OAuth", "Client ID", "Consulter le secret", "Client Secret", "trois mois"),
    "technical": ("gestionnaire principal", "Compte technique", "Création d'un compte technique", "qu'une seule fois",
                  "Réinitialisation du mot de passe", "@cpro.fr", "@cpp2017.fr"),
    "connection": ("Gérer raccordement API", "Déclarer un raccordement PISTE", "structure", "{application}", "Type d'usage",
                   "Utilisateur d'une solution d'un éditeur", "Éditeur", "Solution", "contact technique", "Valider", "Actif"),
    "test": ("sans rien déposer",),
    "transfer": ("à partir de quelle date", "qui peut transférer", "gestionnaire principal", "par Chorus Pro", "marché",
                 "engagement"),
}  # fmt: skip


def shown(step):
    """All that the page of a step says in French."""
    copied = [f"{label.fr} {text}" for label, text in step.copied]
    return "\n".join([step.title.fr, *(action.fr for action in step.actions), *copied, step.gives.fr])


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_each_step_says_what_is_asked(step):
    text = shown(step)
    assert [words for words in ASKED[step.key] if words not in text] == []
    assert set(re.findall(r"\{\w+\}", text)) <= {"{siret}", "{application}", "{catalogue}"}


def test_each_link_of_the_chain_is_made_by_a_step():
    made = {link for step in STEPS if step.key != "test" for link in step.links}
    # the network is the server's; bank account and the account's state are looked at, nobody waits for them
    assert set(LINKS) - made == {"network", "bank_account", "account_state"}


def test_which_half_of_the_catalogue():
    assert [catalogue(name) for name in ("production", "qualification")] == ["PROD", "SANDBOX"]


def test_who_is_sent_to_the_support_reads_the_ways_to_it():
    advice = [
        *(failure.remedy for failure in FAILURES.values()),
        *(status.advice for status in STATUSES.values()),
        *(message.remedy for message in MESSAGES.values()),
        *OUTCOMES.values(),
    ]
    sent = [text for text in advice if "support" in text.en.replace(WAYS.en, "")]
    assert len(sent) > 3
    assert [text.en for text in sent if WAYS.en not in text.en or WAYS.fr not in text.fr] == []
