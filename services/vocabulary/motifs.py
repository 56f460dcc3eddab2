"""The reasons ("motifs") a public body or a validator gives, each with its cause and remedy.

Sources: doc/API.md §3.7 and doc/RULES.md §4.5 (ordinary), doc/RULES.md §2.5 (works: ``recupererMotifsRefusFactureTravaux``),
doc/API.md §3.7 again for the rejections of the 2026 circuit (``REJ_…``). The supplier reads the reason in the comment of
the history (``histoStatutCommentaire``), as free text: ``recognise`` finds the known ones in it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ..text import Text, words
from .codes import Codes


@dataclass(frozen=True)
class Motif:
    """One reason. ``remedy``: what to settle or look up, whatever is then done with the invoice (see ``follow.advice``).
    ``field``: key in ``fields.FIELDS`` of what to change, ``None`` when no data is at fault. ``anew``: once it is settled, a new
    invoice takes the place of one that was turned down.
    """

    code: str
    label: Text
    cause: Text
    remedy: Text
    field: str | None = None
    works: bool = False
    anew: bool = True


_ASK = Text(
    "Read the comment; if it is not clear, call the public body.",
    "Lisez le commentaire ; s'il n'est pas clair, appelez l'entité publique.",
)
_AGREE = Text(
    "Settle the point with the public body before issuing anything new.",
    "Réglez ce point avec l'entité publique avant toute nouvelle émission.",
)
_NOTHING = Text(
    "Nothing to correct. If you expected a payment, call the public body.",
    "Rien à corriger. Si vous attendiez un paiement, appelez l'entité publique.",
)
_VALIDATOR_CAUSE = Text(
    "The validator named in the invoice is not the one of this market.",
    "Le valideur désigné dans la facture n'est pas celui de ce marché.",
)
_VALIDATOR_REMEDY = Text(
    "Correct the validator's SIRET on the market.",
    "Corrigez le SIRET du valideur sur le marché.",
)
_CHECK_ENGAGEMENT = Text(
    "Copy the engagement number from the purchase order and check it with the public body.",
    "Recopiez le numéro d'engagement du bon de commande et vérifiez-le auprès de l'entité publique.",
)
_DELIVERY_REMEDY = Text(
    "Complete the delivery, or agree with the public body on what it accepts.",
    "Achevez la livraison, ou convenez avec l'entité publique de ce qu'elle accepte.",
)

_TABLE: tuple[Motif, ...] = (
    # The reason of a suspension; its official label was not read [INF].
    Motif(
        "JUSTIF_ABS",
        Text("Supporting document missing", "Absence de pièce justificative"),
        Text(
            "The public body lacks a document needed for payment.",
            "Il manque à l'entité publique une pièce nécessaire au paiement.",
        ),
        Text(
            "Get the document that is asked for.",
            "Réunissez la pièce demandée.",
        ),
        "attachments",
    ),
    Motif(
        "SE_ERR",
        Text("Wrong service", "SE incorrect"),
        Text(
            "The service code is not the one that handles this order.",
            "Le code service n'est pas celui qui traite cette commande.",
        ),
        Text(
            "Look up the service named on the order.",
            "Retrouvez le service indiqué sur la commande.",
        ),
        "service_code",
    ),
    Motif(
        "EJ_ERR",
        Text("Engagement wrong or unknown", "EJ incorrect ou inexistant"),
        Text(
            "The engagement number does not exist at the public body.",
            "Le numéro d'engagement n'existe pas chez l'entité publique.",
        ),
        _CHECK_ENGAGEMENT,
        "engagement_number",
    ),
    Motif(
        "ERREUR_DONNEE_EJ",
        Text("Error in the engagement's data", "Erreur au niveau des données de l'engagement"),
        Text(
            "The engagement exists but its amount, lines or creditor do not fit the invoice.",
            "L'engagement existe, mais son montant, ses lignes ou son créancier ne correspondent pas à la facture.",
        ),
        _CHECK_ENGAGEMENT,
        "engagement_number",
    ),
    Motif(
        "CREANCIER_ERR",
        Text("Creditor unknown or not the engagement's", "Créancier inconnu ou différent de celui de l'EJ"),
        Text(
            "The engagement was made for another creditor, or for another of our establishments (SIRET).",
            "L'engagement a été pris au nom d'un autre créancier, ou d'un autre de nos établissements (SIRET).",
        ),
        Text(
            "Compare our SIRET with the order's; have the order corrected or invoice from the right establishment.",
            "Comparez notre SIRET à celui de la commande ; faites corriger la commande ou facturez depuis le bon établissement.",
        ),
        "supplier.siret",
    ),
    Motif(
        "COORD_BANC_ERR",
        Text("Wrong bank details", "Erreur de coordonnées bancaires"),
        Text(
            "The bank account of the invoice is not the one the public body knows.",
            "Le compte bancaire de la facture n'est pas celui que connaît l'entité publique.",
        ),
        Text(
            "Settle with the public body which account it is to pay, and have its bank details (RIB) at hand.",
            "Convenez avec l'entité publique du compte à payer, et munissez-vous de son RIB.",
        ),
        "iban",
    ),
    Motif(
        "MONTANT_ERR",
        Text("Wrong invoice amount", "Montant de la facture erroné"),
        Text(
            "The amount is not the one the public body accepts.",
            "Le montant n'est pas celui que l'entité publique admet.",
        ),
        Text("Agree on the amount with the public body.", "Convenez du montant avec l'entité publique."),
        "amounts",
    ),
    Motif(
        "TX_TVA_ERR",
        Text("Wrong VAT rate", "Taux de TVA erroné"),
        Text("A VAT rate does not fit the service.", "Un taux de TVA ne correspond pas à la prestation."),
        Text("Check the VAT rate of each line.", "Vérifiez le taux de TVA de chaque ligne."),
        "taxes",
    ),
    Motif(
        "DOUBLE_FACT",
        Text("Invoiced twice", "Double facturation"),
        Text(
            "The public body has already received an invoice for this service.",
            "L'entité publique a déjà reçu une facture pour cette prestation.",
        ),
        Text(
            "Look for the other invoice. If it really is a duplicate, cancel this one with a credit note.",
            "Recherchez l'autre facture. S'il s'agit bien d'un doublon, annulez celle-ci par un avoir.",
        ),
        "number",
        anew=False,
    ),
    Motif(
        "FACT_NON_CONFORME",
        Text("Invoice not in line with the order", "Facture non conforme à la commande"),
        Text(
            "Items, quantities or prices differ from the order.",
            "Des articles, quantités ou prix diffèrent de la commande.",
        ),
        Text("Compare items, quantities and prices with the order.", "Comparez articles, quantités et prix à la commande."),
        "lines",
    ),
    Motif(
        "LIVR_INCOMP",
        Text("Delivery incomplete or not made", "Livraison incomplète / non effectuée"),
        Text(
            "The public body has not certified the delivery or the service.",
            "L'entité publique n'a pas constaté la livraison ou le service fait.",
        ),
        _DELIVERY_REMEDY,
    ),
    Motif(
        "HONORER_LA_COMMANDE",
        Text("Order cannot be fulfilled", "Impossibilité d'honorer la commande"),
        Text("The order could not be delivered as agreed.", "La commande n'a pas pu être honorée comme convenu."),
        _DELIVERY_REMEDY,
    ),
    Motif(
        "MARCHE_TERM",
        Text("Market ended", "Marché terminé"),
        Text(
            "The market or its period is over for the public body.",
            "Le marché ou sa période est terminé pour l'entité publique.",
        ),
        Text(
            "Ask for the market or the order to invoice on.",
            "Demandez le marché ou la commande à facturer.",
        ),
        "market_number",
    ),
    Motif(
        "ST_CT_NON_DECLAR",
        Text("Subcontractor / co-contractor not declared", "Sous-traitant / cotraitant non déclaré"),
        Text(
            "The public body has not accepted this subcontractor or co-contractor on the market.",
            "L'entité publique n'a pas accepté ce sous-traitant ou cotraitant sur le marché.",
        ),
        Text(
            "Have the subcontractor (DC4 form) or co-contractor accepted by the public body.",
            "Faites accepter le sous-traitant (formulaire DC4) ou le cotraitant par l'entité publique.",
        ),
    ),
    Motif(
        "ERR_VALIDEUR",
        Text("Wrong validator", "Mauvais valideur"),
        _VALIDATOR_CAUSE,
        _VALIDATOR_REMEDY,
        "validator.siret",
    ),
    Motif(
        "AUT_MOTIF_ERR_VALIDEUR",
        Text("Reason other than “Wrong validator”", "Autre motif que « Erreur de valideur »"),
        Text(
            "The validator refuses for a reason of its own, given in the comment.",
            "Le valideur refuse pour une raison qui lui est propre, donnée en commentaire.",
        ),
        Text(
            "Read the comment and settle the point with the validator.",
            "Lisez le commentaire et réglez ce point avec le valideur.",
        ),
    ),
    Motif(
        "CONTACT_ACHTR",
        Text("Other: contact your buyer", "Autres : contacter votre acheteur"),
        Text("The public body wants to talk to you.", "L'entité publique souhaite vous parler."),
        Text("Call the buyer, then act as agreed.", "Appelez l'acheteur, puis faites comme convenu."),
    ),
    Motif(
        "RETRAIT_MAN_SERV",
        Text("Handled by hand by the services", "Retraitement manuel par les services"),
        Text(
            "The public body handles the invoice outside the usual circuit.",
            "L'entité publique traite la facture hors du circuit habituel.",
        ),
        _NOTHING,
        anew=False,
    ),
    Motif(
        "TRANSF_PMNT_REGIE",
        Text("Transferred for payment by an imprest office", "Transfert pour paiement en régie"),
        Text(
            "The invoice will be paid by the public body's imprest office, outside Chorus Pro.",
            "La facture sera payée par la régie de l'entité publique, hors Chorus Pro.",
        ),
        _NOTHING,
        anew=False,
    ),
    Motif(
        "SUPPR_COMP_AVOIR",
        Text("Removed to offset credit notes", "Suppression pour compensation d'avoirs"),
        Text(
            "The invoice was removed because credit notes offset it.",
            "La facture a été supprimée car des avoirs la compensent.",
        ),
        _NOTHING,
        anew=False,
    ),
    Motif(
        "SUPPR_MASSE",
        Text("Mass removal", "Suppression en masse"),
        Text(
            "The invoice was removed with many others by the public body or the platform.",
            "La facture a été supprimée avec de nombreuses autres par l'entité publique ou la plateforme.",
        ),
        _AGREE,
        anew=False,
    ),
    Motif(
        "AUTRE",
        Text("Other", "Autre"),
        Text("The reason is only in the comment.", "Le motif se trouve seulement dans le commentaire."),
        _ASK,
    ),
    # Works reasons: codes are official, labels [INF].
    Motif(
        "MAUVAIS_VALIDEUR",
        Text("Wrong validator (works)", "Mauvais valideur (travaux)"),
        _VALIDATOR_CAUSE,
        _VALIDATOR_REMEDY,
        "validator.siret",
        works=True,
    ),
    Motif(
        "MAUVAISE_MOE",
        Text("Wrong project manager (MOE)", "Mauvaise maîtrise d'œuvre (MOE)"),
        Text(
            "The project manager named is not the one of this market.",
            "La maîtrise d'œuvre désignée n'est pas celle de ce marché.",
        ),
        Text(
            "Check with the project owner who manages this project.",
            "Vérifiez auprès de la maîtrise d'ouvrage qui est maître d'œuvre de ce marché.",
        ),
        "moe.siret",
        works=True,
    ),
    Motif(
        "MAUVAISE_MOA",
        Text("Wrong project owner (MOA)", "Mauvaise maîtrise d'ouvrage (MOA)"),
        Text(
            "The project owner named is not the one of this market.",
            "La maîtrise d'ouvrage désignée n'est pas celle de ce marché.",
        ),
        Text(
            "Check on the contract who the project owner is.",
            "Vérifiez sur l'acte d'engagement qui est maître d'ouvrage.",
        ),
        "moa.siret",
        works=True,
    ),
    Motif(
        "REF_FAC_TRAVAUX",
        Text("Works document refused", "Facture de travaux refusée"),
        Text(
            "The project manager or owner refuses the document; its reason is in the comment.",
            "La maîtrise d'œuvre ou d'ouvrage refuse la pièce ; son motif est en commentaire.",
        ),
        Text(
            "Read the comment and agree on the correction.",
            "Lisez le commentaire et convenez de la correction.",
        ),
        works=True,
    ),
    # Rejections of the circuit of approved platforms (2026): codes are official, labels [INF].
    Motif(
        "REJ_ADR",
        Text("Rejected: addressing", "Rejet : adressage"),
        Text(
            "The public body's address (SIRET, service code) is wrong or unknown.",
            "L'adresse de l'entité publique (SIRET, code service) est erronée ou inconnue.",
        ),
        Text(
            "Look up the SIRET and the service code in the Chorus Pro directory.",
            "Retrouvez le SIRET et le code service dans l'annuaire Chorus Pro.",
        ),
        "recipient.siret",
    ),
    # What that circuit makes of several of the codes above: a wrong service, creditor or validator.
    Motif(
        "DEST_ERR",
        Text("Wrong recipient", "Erreur de destinataire"),
        Text("The invoice is not for this public body.", "La facture ne relève pas de cette entité publique."),
        Text(
            "Find out which public body or service it is for, and choose it when you replace the invoice.",
            "Cherchez à quelle entité publique ou à quel service elle revient, et choisissez-la en remplaçant la facture.",
        ),
        "recipient.siret",
    ),
    Motif(
        "REJ_COH",
        Text("Rejected: consistency", "Rejet : cohérence"),
        Text("Some data of the invoice contradict each other.", "Des données de la facture se contredisent."),
        Text(
            "Check totals, VAT and references.",
            "Vérifiez les totaux, la TVA et les références.",
        ),
        "amounts",
    ),
    Motif(
        "REJ_UNI",
        Text("Rejected: already exists", "Rejet : unicité"),
        Text(
            "An invoice of the same year, SIREN and number is already in Chorus Pro.",
            "Une facture de même année, même SIREN et même numéro est déjà dans Chorus Pro.",
        ),
        Text(
            "Look for it on Chorus Pro before anything else: it may be this very invoice.",
            "Recherchez-la d'abord sur Chorus Pro : il peut s'agir de cette facture même.",
        ),
        "number",
        anew=False,
    ),
)

MOTIFS: Mapping[str, Motif] = MappingProxyType({motif.code: motif for motif in _TABLE})
"""Every known reason by code."""

ABOUT_LINES = frozenset({"MONTANT_ERR", "TX_TVA_ERR", "FACT_NON_CONFORME", "LIVR_INCOMP", "HONORER_LA_COMMANDE", "REJ_COH"})
"""Codes of the reasons that a copy of the invoice would meet again: its lines are to be changed, not its references."""


def _unknown(code: str) -> Motif:
    raw = code.strip()
    label = Text(raw, raw) if raw else Text("No reason given", "Aucun motif indiqué")
    return MOTIFS.get(raw) or Motif(raw, label, MOTIFS["AUTRE"].cause, _ASK)


get = Codes(MOTIFS, _unknown).__getitem__
"""The reason of that code. Never raises: an unknown one is labelled with its code and says to read the comment."""


_IDENTIFIER = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)+")
_LONGEST_FIRST = sorted(_TABLE, key=lambda motif: -len(motif.label.fr))


def recognise(comment: str | None) -> list[Motif]:
    """The known reasons named in a free comment, by code or by French label, in the table's order; maybe none.

    "Autre" alone is an everyday word: it counts only at the head of a comment that names nothing else.
    """
    text = comment or ""
    if not text.strip():
        return []
    codes = set(_IDENTIFIER.findall(text)) & MOTIFS.keys()
    rest = f" {words(_IDENTIFIER.sub(' ', text))} "
    for motif in _LONGEST_FIRST:
        label = f" {words(motif.label.fr)} "
        if motif.code != "AUTRE" and label in rest:
            codes.add(motif.code)
            rest = rest.replace(label, "  ")
    if not codes and rest.startswith(" autre "):
        codes.add("AUTRE")
    return [motif for motif in _TABLE if motif.code in codes]
