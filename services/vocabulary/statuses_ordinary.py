"""Statuses of every invoice: ordinary, subcontracted (A9) or co-contracted (A12). Works: see ``statuses_works``.

Sources: codes, doc/API.md §3.5; meaning and what the supplier does, doc/RULES.md §3.3 and §4. ``[INF]`` marks what is deduced
from the name because nothing documents it; such a status is never terminal, so that no invoice is lost from sight.
Chorus Pro imposes no order between statuses (doc/RULES.md §4.1): "usually next" is a help for people, not a rule for code.
"""

from __future__ import annotations

from ..text import Text
from .actors import Actor
from .status import Status
from .support import asking

_ON_ITS_WAY = Text(
    "Nothing to do: Chorus Pro is passing it on to the public body.",
    "Rien à faire : Chorus Pro la transmet à l'entité publique.",
)
_IN_PROGRESS = Text(
    "Nothing to do: the public body is processing it. Payment comes next.",
    "Rien à faire : l'entité publique la traite. La mise en paiement vient ensuite.",
)
_VALIDATOR_SILENT = Text(
    "Nothing to do: without an answer within 15 days the request counts as accepted and goes on to the public body.",
    "Rien à faire : sans réponse sous 15 jours, la demande est réputée acceptée et poursuit vers l'entité publique.",
)
_VALIDATED = Text(
    "Nothing to do: the invoice goes on to the next validator or to the public body.",
    "Rien à faire : la facture poursuit vers le valideur suivant ou vers l'entité publique.",
)
_REFUSED_BY_VALIDATOR = Text("Read the reason and call the validator.", "Lisez le motif et appelez le valideur.")
_CHECK_RECIPIENT = asking(
    Text(
        "Check the public body's SIRET and service code in the Chorus Pro directory; if they are right, ask Chorus Pro's "
        "support why the invoice cannot be delivered.",
        "Vérifiez le SIRET et le code service de l'entité publique dans l'annuaire Chorus Pro ; s'ils sont justes, "
        "demandez au support Chorus Pro pourquoi la facture n'est pas acheminée.",
    )
)
_IF_STILL_DUE = Text(
    "It will not be paid: see with the public body why, and whether the amount is still due.",
    "Elle ne sera pas payée : voyez avec l'entité publique pourquoi, et si la somme reste due.",
)

ORDINARY: tuple[Status, ...] = (
    Status(
        "BROUILLON",
        Text("Draft", "Brouillon"),
        "to_handle",
        Actor.SUPPLIER,
        Text(
            "Saved at Chorus Pro but not sent: submit it or delete it there.",
            "Enregistrée sur Chorus Pro mais pas envoyée : soumettez-la ou supprimez-la sur le portail.",
        ),
        activity=True,
    ),
    Status(
        "INTERPRETEE_OCR",
        Text("Read by optical recognition", "Interprétée (OCR)"),
        "to_handle",
        Actor.SUPPLIER,
        Text(
            "The PDF was read but the invoice is not sent: check the data and submit it.",
            "Le PDF a été lu mais la facture n'est pas envoyée : vérifiez les données et soumettez-la.",
        ),
        activity=True,
    ),
    Status("DEPOSEE", Text("Deposited", "Déposée"), "deposited", Actor.PLATFORM, _ON_ITS_WAY),
    Status(
        "EN_COURS_ACHEMINEMENT",
        Text("On its way to the recipient", "En cours d'acheminement vers le destinataire"),
        "deposited",
        Actor.PLATFORM,
        _ON_ITS_WAY,
    ),
    # [INF]: an internal step of the file made for the recipient (the "pivot").
    Status(
        "EN_COURS_TRAITEMENT_PIVOT_S",
        Text("Being converted for the recipient", "En cours de traitement (flux pivot)"),
        "deposited",
        Actor.PLATFORM,
        _ON_ITS_WAY,
    ),
    # [INF]: a technical value; the true status is expected to follow.
    Status(
        "TECHNIQUE_INCONNU",
        Text("Unknown technical status", "Statut technique inconnu"),
        "deposited",
        Actor.PLATFORM,
        Text(
            "Nothing to do for now: Chorus Pro gives no usable status. If it lasts, look at the invoice on the portal.",
            "Rien à faire pour l'instant : Chorus Pro n'indique aucun statut exploitable. Si cela dure, consultez la "
            "facture sur le portail.",
        ),
    ),
    Status(
        "MISE_A_DISPOSITION",
        Text("Made available to the recipient", "Mise à disposition du destinataire"),
        "received",
        Actor.RECIPIENT,
        Text(
            "Nothing to do: the public body has received the invoice; the payment period is running.",
            "Rien à faire : l'entité publique a reçu la facture ; le délai de paiement court.",
        ),
    ),
    # Also set automatically on a credit note linked to a rejected invoice (doc/API.md §3.5).
    Status(
        "PRISE_EN_COMPTE_DESTINATAIRE",
        Text("Taken into account by the recipient", "Prise en compte par le destinataire"),
        "processing",
        Actor.RECIPIENT,
        _IN_PROGRESS,
    ),
    Status(
        "COMPLETEE",
        Text("Completed", "Complétée"),
        "completed",
        Actor.RECIPIENT,
        Text(
            "Nothing to do: your documents were sent, the public body resumes its work.",
            "Rien à faire : vos pièces ont été transmises, l'entité publique reprend le traitement.",
        ),
    ),
    Status("SERVICE_FAIT", Text("Service certified", "Service fait"), "processing", Actor.RECIPIENT, _IN_PROGRESS),
    Status("MANDATEE", Text("Payment order issued", "Mandatée"), "processing", Actor.RECIPIENT, _IN_PROGRESS),
    Status(
        "MISE_A_DISPOSITION_COMPTABLE",
        Text("Made available to the public accountant", "Mise à disposition du comptable"),
        "processing",
        Actor.RECIPIENT,
        _IN_PROGRESS,
    ),
    # Not terminal: payment follows, except at bodies that never report it (statutMiseEnPaiementNestPasRemonte).
    Status(
        "COMPTABILISEE",
        Text("Booked by the public accountant", "Comptabilisée"),
        "processing",
        Actor.RECIPIENT,
        Text(
            "Nothing to do: payment comes next. Some public bodies never report it: watch your bank account.",
            "Rien à faire : la mise en paiement vient ensuite. Certaines entités ne la signalent jamais : surveillez "
            "votre compte bancaire.",
        ),
    ),
    # Terminal [INF]: last step of the normal path (doc/RULES.md §4.1); the transfer has left.
    Status(
        "MISE_EN_PAIEMENT",
        Text("Payment sent", "Mise en paiement"),
        "paid",
        Actor.NOBODY,
        Text(
            "The transfer has been ordered: expect it on your bank account within a few days.",
            "Le virement est ordonné : attendez-le sur votre compte bancaire sous quelques jours.",
        ),
        terminal=True,
    ),
    Status(
        "SUSPENDUE",
        Text("Suspended", "Suspendue"),
        "to_complete",
        Actor.SUPPLIER,
        Text(
            "The public body waits for documents or a comment.",
            "L'entité publique attend des pièces ou un commentaire.",
        ),
        needs_reason=True,
        activity=True,
        actions=("complete",),
    ),
    Status(
        "A_RECYCLER",
        Text("To be re-routed", "À recycler"),
        "to_recycle",
        Actor.SUPPLIER,
        Text(
            "It did not reach the right service.",
            "Elle n'est pas parvenue au bon service.",
        ),
        needs_reason=True,
        activity=True,
        actions=("recycle",),
    ),
    # Terminal (doc/API.md §3.5): a new invoice with a new number follows; acknowledging (traiterRejet) leaves the status
    # [INF]. Since recycling is being withdrawn it also stands for "wrong routing" (doc/RULES.md §4.4).
    Status(
        "REJETEE",
        Text("Rejected by the recipient", "Rejetée par le destinataire"),
        "refused",
        Actor.SUPPLIER,
        Text(
            "Read the reason: it will not be paid.",
            "Lisez le motif : elle ne sera pas payée.",
        ),
        terminal=True,
        needs_reason=True,
        activity=True,
        actions=("reissue",),
    ),
    # [INF]: failed Chorus Pro's own checks. Not terminal: the meaning is not documented.
    Status(
        "NON_CONFORME",
        Text("Not compliant", "Non conforme"),
        "refused",
        Actor.SUPPLIER,
        Text(
            "Chorus Pro's checks failed. Read the report, correct the invoice and deposit it again.",
            "Les contrôles de Chorus Pro ont échoué. Lisez le compte rendu, corrigez la facture et redéposez-la.",
        ),
        needs_reason=True,
        activity=True,
    ),
    # [INF] both: delivery to the recipient failed ("PD" and "EA" are not documented).
    Status(
        "ERREUR_DESTINATAIRE_PD",
        Text("Recipient error (PD)", "Erreur sur le destinataire (PD)"),
        "to_handle",
        Actor.SUPPLIER,
        _CHECK_RECIPIENT,
        needs_reason=True,
        activity=True,
    ),
    Status(
        "ERREUR_DESTINATAIRE_EA",
        Text("Recipient error (EA)", "Erreur sur le destinataire (EA)"),
        "to_handle",
        Actor.SUPPLIER,
        _CHECK_RECIPIENT,
        needs_reason=True,
        activity=True,
    ),
    # Terminal: given up or deleted, the document no longer takes part in anything (doc/API.md §3.5).
    Status(
        "ABANDONNEE",
        Text("Abandoned", "Abandonnée"),
        "abandoned",
        Actor.NOBODY,
        _IF_STILL_DUE,
        terminal=True,
        needs_reason=True,
        activity=True,
        actions=("reissue",),
    ),
    Status(
        "SUPPRIMEE",
        Text("Deleted", "Supprimée"),
        "abandoned",
        Actor.NOBODY,
        _IF_STILL_DUE,
        terminal=True,
        activity=True,
        actions=("reissue",),
    ),
    Status(
        "A_VALIDER_1",
        Text("To be validated (1st validator)", "À valider (1er valideur)"),
        "validation",
        Actor.VALIDATOR,
        Text(
            "Nothing to do: the main contractor or group leader has 15 days to validate it.",
            "Rien à faire : le titulaire ou le mandataire a 15 jours pour la valider.",
        ),
    ),
    Status(
        "A_VALIDER_2",
        Text("To be validated (2nd validator)", "À valider (2d valideur)"),
        "validation",
        Actor.VALIDATOR,
        Text(
            "Nothing to do: the second validator (group leader) is to validate it.",
            "Rien à faire : le second valideur (mandataire) doit la valider.",
        ),
    ),
    Status(
        "VALIDEE_1",
        Text("Validated (1st validator)", "Validée (1er valideur)"),
        "deposited",
        Actor.PLATFORM,
        _VALIDATED,
    ),
    Status(
        "VALIDEE_2",
        Text("Validated (2nd validator)", "Validée (2d valideur)"),
        "deposited",
        Actor.PLATFORM,
        _VALIDATED,
    ),
    Status(
        "ABSENCE_VALIDATION_1_HORS_DELAI",
        Text("Not validated in time (1st validator)", "Absence de validation dans le délai (1er valideur)"),
        "deposited",
        Actor.PLATFORM,
        _VALIDATOR_SILENT,
    ),
    Status(
        "ABSENCE_VALIDATION_2_HORS_DELAI",
        Text("Not validated in time (2nd validator)", "Absence de validation dans le délai (2d valideur)"),
        "deposited",
        Actor.PLATFORM,
        _VALIDATOR_SILENT,
    ),
    # Not terminal: under A9 the request still goes to the public body (doc/RULES.md §3.3, code 206).
    Status(
        "REFUSEE_1",
        Text("Refused (1st validator)", "Refusée (1er valideur)"),
        "declined",
        Actor.SUPPLIER,
        _REFUSED_BY_VALIDATOR,
        needs_reason=True,
        activity=True,
        actions=("reissue",),
    ),
    Status(
        "REFUSEE_2",
        Text("Refused (2nd validator)", "Refusée (2d valideur)"),
        "declined",
        Actor.SUPPLIER,
        _REFUSED_BY_VALIDATOR,
        needs_reason=True,
        activity=True,
        actions=("reissue",),
    ),
    Status(
        "ERREUR_FOURNISSEUR_SUR_VALIDEUR",
        Text("Wrong validator named by the supplier", "Erreur du fournisseur sur le valideur"),
        "to_handle",
        Actor.SUPPLIER,
        Text(
            "The validator you named is not the right one.",
            "Le valideur que vous avez désigné n'est pas le bon.",
        ),
        needs_reason=True,
        activity=True,
        actions=("validator",),
    ),
    # Listed among those a supplier handles (doc/API.md §3.5), though the second validator is named by the first [INF].
    Status(
        "ERREUR_COTRAITANT_SUR_VALIDEUR",
        Text("Wrong validator named by the co-contractor", "Erreur du cotraitant sur le valideur"),
        "to_handle",
        Actor.SUPPLIER,
        Text(
            "The second validator is not the right one: agree on it with your co-contractor.",
            "Le second valideur n'est pas le bon : convenez-en avec votre cotraitant.",
        ),
        needs_reason=True,
        activity=True,
        actions=("validator",),
    ),
)
