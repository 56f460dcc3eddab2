"""The known messages of Chorus Pro, one entry each; the first whose pattern is found explains.

Adding one is adding a line of data: key, pattern, cause, remedy, field (which says where the button leads, unless
``place`` does), and its label to the tests. Patterns are searched in the folded text, so
they are in lower case without accents; they rest on the beginning of a message, as reports are cut at some 200
characters. Sources: doc/API.md §4 (labels seen), doc/RULES.md §5 (rules). ``[INF]``: wording not seen, deduced from the
names of the elements or from the rule.
"""

from __future__ import annotations

from ..text import Text
from .message import Kind, Message, resend
from .message_table_invoice import CONTENT, REFERENCES
from .motifs import MOTIFS
from .places import Place


def _motif(code: str, duplicate: bool = False) -> Message:
    """A rejection code of the 2026 circuit, explained as the reason of the same code."""
    motif = MOTIFS[code]
    return Message(code.lower(), rf"\b{code.lower()}\b", motif.cause, motif.remedy, motif.field, duplicate=duplicate)


_SUPPLIER_SET_UP = resend(
    "Check our 14-digit SIRET on the company; on the portal, check that our structure exists and is active.",
    "Vérifiez notre SIRET à 14 chiffres sur la société ; sur le portail, vérifiez que notre structure existe et est active.",
)

_ANSWERS: tuple[Message, ...] = (
    Message(
        "success",
        r"^(?:gcu_msg_01_000|tra_msg_00\.000|code par defaut)$",
        Text("Chorus Pro accepted the request.", "Chorus Pro a accepté la demande."),
        Text("Nothing to do.", "Rien à faire."),
        kind=Kind.SUCCESS,
    ),
    Message(
        "no_result",
        r"tra_msg_00\.015|gft_msg_01\.075|aucun resultat",
        Text("The search found nothing.", "La recherche n'a rien trouvé."),
        Text(
            "Nothing to correct; if something was expected, check the number and the dates.",
            "Rien à corriger ; si un résultat était attendu, vérifiez le numéro et les dates.",
        ),
        kind=Kind.EMPTY,
    ),
    Message(
        "invoice_unknown",
        r"gdp_msg_11\.008|demande de paiement n'existe pas",
        Text("Chorus Pro does not know this invoice.", "Chorus Pro ne connaît pas cette facture."),
        Text(
            "Refresh the invoice's status; check that it was deposited in this environment, by this company.",
            "Actualisez le statut de la facture ; vérifiez qu'elle a été déposée ici, par cette société.",
        ),
        place=Place.LOOKUP,
    ),
    # Seen by other software, in answer to consulterCRDetaille (codeRetour 20001).
    Message(
        "flow_unknown",
        r"poq_msg_01\.003|flux introuvable",
        Text("Chorus Pro does not know this flow number.", "Chorus Pro ne connaît pas ce numéro de flux."),
        Text(
            "Ask again in a few minutes; if it lasts, check that it was deposited in this environment, by this company.",
            "Interrogez de nouveau Chorus Pro dans quelques minutes ; si cela dure, vérifiez que le flux a été déposé dans cet "
            "environnement, par cette société.",
        ),
        place=Place.LOOKUP,
    ),
    Message(
        "rights_missing",
        r"gdp_msg_11\.005|habilitations? necessaires?|n'est pas habilite",
        Text(
            "The technical account has no right to do this for our structure.",
            "Le compte technique n'a pas l'habilitation requise pour notre structure.",
        ),
        Text(
            "On the portal, the main manager gives the technical account the space concerned (issued invoices, works).",
            "Sur le portail, le gestionnaire principal ouvre au compte technique l'espace concerné (factures émises, travaux).",
        ),
        "supplier.rights",
    ),
    Message(
        "not_suspended",
        r"gdp_msg_11\.033|n'est pas defini a \W*suspendue",
        Text(
            "The invoice is not suspended (any more): it cannot be completed.",
            "La facture n'est pas (ou plus) suspendue : elle ne peut pas être complétée.",
        ),
        Text("Refresh its status before doing anything else.", "Actualisez son statut avant toute autre action."),
        place=Place.LOOKUP,
    ),
    Message(
        "state_forbids",
        r"gdp_msg_11\.001|(?:statut|etat)\b.*ne (?:le |l')?(?:permet|autorise) pas",
        Text("The invoice's present status forbids this action.", "Le statut actuel de la facture interdit cette action."),
        Text("Refresh its status and do what it asks.", "Actualisez son statut et faites ce qu'il demande."),
        place=Place.LOOKUP,
    ),
    # [INF]: wording not seen.
    Message(
        "password_expired",
        r"mot de passe.*(?:expire|perime|renouvel)",
        Text("The technical account's password has expired.", "Le mot de passe du compte technique a expiré."),
        Text(
            "On the portal, the main manager resets it (technical account); then type it in the settings.",
            "Sur le portail, le gestionnaire principal le réinitialise (compte technique) ; saisissez-le ensuite dans "
            "les paramètres.",
        ),
        "supplier.technical_password",
    ),
)

_UNIQUENESS: tuple[Message, ...] = (
    _motif("REJ_UNI", duplicate=True),
    # [INF]: the exact wording is not public (doc/API.md §5). Matching too much is harmless, as the invoice found is
    # compared before anything is decided; an attachment that exists already is another matter.
    Message(
        "duplicate",
        r"^(?!.*pieces? jointes?).*(?:\bdoublon|\bunicite\b|n'est pas unique|existe deja"
        r"|deja (?:ete )?(?:existant|present|connu|depose|integre|enregistre|transmis|soumis|utilise|recu))",
        MOTIFS["REJ_UNI"].cause,
        MOTIFS["REJ_UNI"].remedy,
        "number",
        duplicate=True,
    ),
)

_PARTIES: tuple[Message, ...] = (
    Message(
        "validator",
        r"agentparty|valideur",
        Text(
            "The validator is missing or unknown to Chorus Pro.",
            "Le valideur est absent ou inconnu de Chorus Pro.",
        ),
        resend("Check the validator's SIRET on the market.", "Vérifiez le SIRET du valideur sur le marché."),
        "validator.siret",
    ),
    # [INF]: the parties of a works document (doc/RULES.md §2.5: MAUVAISE_MOE, MAUVAISE_MOA).
    *(
        Message(
            key,
            pattern,
            Text(
                f"The {party.en} is missing or is not the one of this market.",
                f"La {party.fr} manque ou n'est pas celle du marché.",
            ),
            resend(
                f"Check the SIRET of the {party.en} on the market.",
                f"Vérifiez sur le marché le SIRET de la {party.fr}.",
            ),
            f"{key}.siret",
        )
        for key, pattern, party in (
            ("moe", r"\bmoe\b|maitr(?:ise|e) d'oeuvre", Text("project manager (MOE)", "maîtrise d'œuvre (MOE)")),
            ("moa", r"\bmoa\b|maitr(?:ise|e) d'ouvrage", Text("project owner (MOA)", "maîtrise d'ouvrage (MOA)")),
        )
    ),
    Message(
        "supplier_service",
        r"structure (?:publique )?emettrice",
        Text(
            "Our own structure, or its service, is unknown or inactive on Chorus Pro.",
            "Notre propre structure, ou son service, est inconnue ou inactive sur Chorus Pro.",
        ),
        _SUPPLIER_SET_UP,
        "supplier.siret",
    ),
    Message(
        "supplier_unknown",
        r"(?:fournisseur|accountingsupplierparty|sellertradeparty)\b.*n'est pas reference",
        Text("Chorus Pro does not know our SIRET.", "Chorus Pro ne connaît pas notre SIRET."),
        _SUPPLIER_SET_UP,
        "supplier.siret",
    ),
    # The rest of this message is always cut; that it speaks of the structure's set-up is [INF].
    Message(
        "supplier_not_set_up",
        r"la structure\b.*(?:accountingsupplierparty|sellertradeparty|fournisseur)",
        Text(
            "Our structure is not set up on Chorus Pro to send invoices this way.",
            "Notre structure n'est pas paramétrée sur Chorus Pro pour émettre des factures de cette façon.",
        ),
        _SUPPLIER_SET_UP,
        "supplier.siret",
    ),
    # A SIREN instead of the full SIRET is rejected (doc/API.md §4), the label was not kept.
    Message(
        "supplier",
        r"(?:accountingsupplierparty|sellertradeparty)\.[\w.]*(?:identification|globalid|legalorganization|legalentity|\bid\b)"
        r"|(?:identifiant|siret|siren|code) (?:du |de l')?(?:fournisseur|emetteur)",
        Text(
            "Our identifier is not accepted: Chorus Pro wants the whole 14-digit SIRET.",
            "Notre identifiant n'est pas accepté : Chorus Pro exige le SIRET complet à 14 chiffres.",
        ),
        _SUPPLIER_SET_UP,
        "supplier.siret",
    ),
    Message(
        "recipient",
        r"(?:accountingcustomerparty|buyertradeparty)\.[\w.]*(?:identification|globalid|legalorganization|legalentity|\bid\b)"
        r"|(?:identifiant|siret|siren|code|structure) (?:publique )?(?:du )?(?:destinataire|debiteur|recipiendaire)"
        r"|\bdestinataire\b.*(?:introuvable|non trouve|inexistant|inconnu|inacti)",
        Text(
            "The public body's SIRET is wrong, unknown or inactive on Chorus Pro.",
            "Le SIRET de l'entité publique est erroné, inconnu ou inactif sur Chorus Pro.",
        ),
        resend(
            "Check the 14-digit SIRET in the Chorus Pro directory.",
            "Vérifiez le SIRET à 14 chiffres dans l'annuaire Chorus Pro.",
        ),
        "recipient.siret",
    ),
)

_GENERAL: tuple[Message, ...] = (
    _motif("REJ_ADR"),
    _motif("REJ_COH"),
    # The rules of public invoices on the circuit of approved platforms (doc/RULES.md R-27).
    Message(
        "rej_cont_b2g",
        r"\brej_cont_b2g\b",
        Text(
            "A datum is longer than public invoices allow, or is missing.",
            "Une donnée dépasse la longueur admise pour les factures publiques, ou manque.",
        ),
        resend("Shorten the texts of the invoice.", "Raccourcissez les textes de la facture."),
        "lines",
    ),
    Message(
        "file_format",
        r"err_xsd|\bxsd\b|\bcvc-|\birrecevabilite\b|pu etre analysee|\barchive\b"
        r"|schema xml|\bfichier n'est pas\b|\bxml\b.*(?:invalide|mal forme)"
        r"|format\b.*(?:invalide|non conforme|incorrect)",
        Text("The file does not have the declared format.", "Le fichier ne respecte pas le format déclaré."),
        Text(
            "The invoice's data are probably not at fault: try another format in the settings and report the message.",
            "Les données de la facture ne sont sans doute pas en cause : essayez un autre format dans les paramètres "
            "et signalez le message.",
        ),
        place=Place.SETTINGS,
    ),
    # Seen by other software, in French of theirs: all that is told of amounts and references that disagree.
    Message(
        "consistency",
        r"controles? de coherence",
        MOTIFS["REJ_COH"].cause,
        MOTIFS["REJ_COH"].remedy,
        "amounts",
    ),
    Message(
        "element_missing",
        r"\best obligatoire",
        Text(
            "A mandatory element is missing from the file; Chorus Pro's message names it.",
            "Un élément obligatoire manque dans le fichier ; le message de Chorus Pro le nomme.",
        ),
        resend("Fill in what the message names.", "Renseignez ce que le message nomme."),
        place=Place.DRAFT,
    ),
)

# From the most specific to the most general: an element's name is a better witness than the words around it.
TABLE: tuple[Message, ...] = (*_ANSWERS, *_UNIQUENESS, *REFERENCES, *CONTENT, *_PARTIES, *_GENERAL)
