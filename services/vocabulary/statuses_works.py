"""Statuses of the works circuit only (MOE, then MOA, then the public body's finance service).

Sources: codes, doc/API.md §3.6; meaning, doc/RULES.md §2.5, most of it deduced from the names. No transition graph is public:
only what a name proves to be over is terminal.
"""

from __future__ import annotations

from functools import partial

from ..text import Text
from .actors import Actor
from .status import Status

_Works = partial(Status, works=True)

_AT_MOE = Text(
    "Nothing to do: the project manager must answer with its own document.",
    "Rien à faire : la maîtrise d'œuvre doit répondre par sa propre pièce.",
)
_AT_MOA = Text(
    "Nothing to do: the project owner must answer with its own document.",
    "Rien à faire : la maîtrise d'ouvrage doit répondre par sa propre pièce.",
)
_NEW_DRAFT = Text(
    "The circuit has stopped. Read the reason, agree on the correction and file a new document under a new number.",
    "Le circuit est arrêté. Lisez le motif, convenez de la correction et déposez une nouvelle pièce sous un nouveau numéro.",
)
_WRONG_MOE = Text(
    "The project manager named is not the right one: correct it on the market, then on the document, on the portal.",
    "La maîtrise d'œuvre désignée n'est pas la bonne : corrigez-la sur le marché, puis sur la pièce, sur le portail.",
)
_WRONG_MOA = Text(
    "The project owner named is not the right one: correct it on the market, then on the document, on the portal.",
    "La maîtrise d'ouvrage désignée n'est pas la bonne : corrigez-la sur le marché, puis sur la pièce, sur le portail.",
)
_MOE_CORRECTS = Text(
    "The project manager must correct its own document: let it know, and check that the market's parties are right.",
    "La maîtrise d'œuvre doit corriger sa propre pièce : prévenez-la et vérifiez les intervenants du marché.",
)
_MOA_CORRECTS = Text(
    "The project owner must correct its own document: let it know, and check that the market's parties are right.",
    "La maîtrise d'ouvrage doit corriger sa propre pièce : prévenez-la et vérifiez les intervenants du marché.",
)

WORKS: tuple[Status, ...] = (
    _Works("A_VALIDER_MOE", Text("To be validated by the MOE", "À valider par la MOE"), "at_moe", Actor.MOE, _AT_MOE),
    _Works(
        "A_ASSOCIER_MOE",
        Text("To be associated by the MOE", "À associer par la MOE"),
        "at_moe",
        Actor.MOE,
        _AT_MOE,
    ),
    _Works(
        "MISE_A_DISPOSITION_MOE",
        Text("Made available to the MOE", "Mise à disposition de la MOE"),
        "at_moe",
        Actor.MOE,
        _AT_MOE,
    ),
    _Works(
        "PRISE_EN_COMPTE_MOE",
        Text("Taken into account by the MOE", "Prise en compte par la MOE"),
        "at_moe",
        Actor.MOE,
        _AT_MOE,
    ),
    # The MOE's regulatory delay has passed; who then acts is the MOA's to say [INF], so a person must ask.
    _Works(
        "ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE",
        Text("Not validated by the MOE in the legal time", "Absence de validation de la MOE dans le délai réglementaire"),
        "at_moe",
        Actor.MOA,
        Text(
            "The project manager did not answer in time: remind it and warn the project owner. The payment period has "
            "been running since it received the document.",
            "La maîtrise d'œuvre n'a pas répondu à temps : relancez-la et alertez la maîtrise d'ouvrage. Le délai de "
            "paiement court depuis qu'elle a reçu la pièce.",
        ),
        activity=True,
    ),
    _Works(
        "A_ASSOCIER_MOA",
        Text("To be associated by the MOA", "À associer par la MOA"),
        "at_moa",
        Actor.MOA,
        _AT_MOA,
    ),
    _Works(
        "MISE_A_DISPOSITION_MOA",
        Text("Made available to the MOA", "Mise à disposition de la MOA"),
        "at_moa",
        Actor.MOA,
        _AT_MOA,
    ),
    _Works(
        "PRISE_EN_COMPTE_MOA",
        Text("Taken into account by the MOA", "Prise en compte par la MOA"),
        "at_moa",
        Actor.MOA,
        _AT_MOA,
    ),
    _Works("TRANSMISE_MOA", Text("Passed on to the MOA", "Transmise à la MOA"), "at_moa", Actor.MOA, _AT_MOA),
    # Not terminal: the next party may ask for this document to be re-routed (demander/recyclage, doc/RULES.md §2.7).
    _Works(
        "ASSOCIEE",
        Text("Associated with the next document", "Associée à la pièce suivante"),
        "processing",
        Actor.NOBODY,
        Text(
            "Nothing to do on this document: the next one has been filed. Follow that one in the same billing file.",
            "Rien à faire sur cette pièce : la suivante est déposée. Suivez-la dans le même dossier de facturation.",
        ),
    ),
    _Works(
        "A_ASSOCIER_FOURNISSEUR",
        Text("To be associated by the supplier", "À associer par le fournisseur"),
        "to_handle",
        Actor.SUPPLIER,
        Text(
            "The next document is ours to file.",
            "La pièce suivante est à déposer par nous.",
        ),
        activity=True,
    ),
    _Works(
        "A_COMPLETER",
        Text("To be completed", "À compléter"),
        "incomplete",
        Actor.SUPPLIER,
        Text(
            "Documents are asked for: read the comment, then add them on the portal.",
            "Des pièces sont demandées : lisez le commentaire, puis ajoutez-les sur le portail.",
        ),
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "EN_ATTENTE_RECYCLAGE_FOURNISSEUR",
        Text("Waiting to be re-routed by the supplier", "En attente de recyclage par le fournisseur"),
        "to_recycle",
        Actor.SUPPLIER,
        Text(
            "Correct the recipient's SIRET, the service code or the engagement number on the portal.",
            "Corrigez le SIRET du destinataire, le code service ou le numéro d'engagement sur le portail.",
        ),
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "ERREUR_FOURNISSEUR_SUR_MOE",
        Text("Wrong MOE named by the supplier", "Erreur du fournisseur sur la MOE"),
        "to_handle",
        Actor.SUPPLIER,
        _WRONG_MOE,
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "ERREUR_FOURNISSEUR_SUR_MOA",
        Text("Wrong MOA named by the supplier", "Erreur du fournisseur sur la MOA"),
        "to_handle",
        Actor.SUPPLIER,
        _WRONG_MOA,
        needs_reason=True,
        activity=True,
    ),
    # [INF] both: who named the wrong party is not said; re-routing accepts "Erreur MOA" from a supplier (doc/RULES.md §2.7),
    # so the supplier is asked to look rather than left waiting for nobody.
    _Works(
        "ERREUR_DE_MOE",
        Text("Wrong MOE", "Erreur de MOE"),
        "to_handle",
        Actor.SUPPLIER,
        _WRONG_MOE,
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "ERREUR_DE_MOA",
        Text("Wrong MOA", "Erreur de MOA"),
        "to_handle",
        Actor.SUPPLIER,
        _WRONG_MOA,
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "ERREUR_MOE_SUR_MOA",
        Text("Wrong MOA named by the MOE", "Erreur de la MOE sur la MOA"),
        "at_moe",
        Actor.MOE,
        _MOE_CORRECTS,
        needs_reason=True,
    ),
    _Works(
        "ERREUR_MOE_SUR_FOURNISSEUR",
        Text("Wrong supplier named by the MOE", "Erreur de la MOE sur le fournisseur"),
        "at_moe",
        Actor.MOE,
        _MOE_CORRECTS,
        needs_reason=True,
    ),
    _Works(
        "ERREUR_MOA_SUR_FOURNISSEUR",
        Text("Wrong supplier named by the MOA", "Erreur de la MOA sur le fournisseur"),
        "at_moa",
        Actor.MOA,
        _MOA_CORRECTS,
        needs_reason=True,
    ),
    # Not terminal [INF]: DUPLIQUE_APRES_REFUS shows that a refused document may still change status.
    _Works(
        "REFUSEE_MOE",
        Text("Refused by the MOE", "Refusée par la MOE"),
        "declined",
        Actor.SUPPLIER,
        _NEW_DRAFT,
        needs_reason=True,
        activity=True,
    ),
    _Works(
        "REFUSEE_MOA",
        Text("Refused by the MOA", "Refusée par la MOA"),
        "declined",
        Actor.SUPPLIER,
        _NEW_DRAFT,
        needs_reason=True,
        activity=True,
    ),
    # The supplier refused the document addressed to it: its author makes the next one [INF].
    _Works(
        "REFUSEE_FOURNISSEUR",
        Text("Refused by the supplier", "Refusée par le fournisseur"),
        "declined",
        Actor.MOA,
        Text(
            "You refused this document: expect a corrected one from the project owner.",
            "Vous avez refusé cette pièce : attendez-en une version corrigée de la maîtrise d'ouvrage.",
        ),
    ),
    # Not terminal [INF]: the name does not say whether it marks the refused document or its living copy.
    _Works(
        "DUPLIQUE_APRES_REFUS",
        Text("Duplicated after a refusal", "Dupliquée après refus"),
        "cancelled",
        Actor.NOBODY,
        Text(
            "Nothing to do on this document: follow the copy made after the refusal.",
            "Rien à faire sur cette pièce : suivez la copie faite après le refus.",
        ),
    ),
    # Terminal: the A22 document takes its place for good (doc/RULES.md §2.3).
    _Works(
        "REMPLACEE_PAR_A22",
        Text("Replaced by an A22 document", "Remplacée par une pièce A22"),
        "cancelled",
        Actor.NOBODY,
        Text(
            "Nothing to do on this document: follow the signed draft general statement (A22) that replaces it.",
            "Rien à faire sur cette pièce : suivez le projet de décompte général signé (A22) qui la remplace.",
        ),
        terminal=True,
    ),
)
