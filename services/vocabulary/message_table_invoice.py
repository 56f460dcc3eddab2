"""The known messages about what the invoice carries: references, number, payment, lines, taxes, amounts.

How to read and add an entry: see ``message_table``, which joins these with the others. Codes such as G1.05 are the rules
of AIFE's EDI annex (doc/RULES.md §5), should a message name one [INF].
"""

from __future__ import annotations

from ..text import Text
from .message import Message, resend
from .places import Place

_DIRECTORY = resend(
    "Refresh the public body's services from the directory and choose an active one.",
    "Actualisez les services de l'entité publique depuis l'annuaire et choisissez un service actif.",
)
REFERENCES: tuple[Message, ...] = (
    # [INF]: bodies with gestionNumeroEJOuCodeService want one of the two (doc/RULES.md R-10). A message cut before it names the
    # element says "engagement juridique" for either.
    Message(
        "service_or_engagement_missing",
        r"engagement\b.*\bou\b.*\bservice|service\b.*\bou\b.*\bengagement|buyerreference\b.*\bou\b.*orderreference"
        r"|engagement juridique \((?!.*(?:buyerr|buyero|\border))[^)]*$",
        Text(
            "This public body wants a service code or an engagement number.",
            "Cette entité publique exige un code service ou un numéro d'engagement.",
        ),
        resend("Fill in one of them from the purchase order.", "Renseignez l'un des deux d'après le bon de commande."),
        "service_code",
    ),
    # doc/RULES.md R-12, wording not seen [INF].
    Message(
        "service_reserved",
        r"factures_publiques",
        Text(
            "The service FACTURES_PUBLIQUES is reserved to invoices between public bodies.",
            "Le service FACTURES_PUBLIQUES est réservé aux factures entre entités publiques.",
        ),
        resend("Choose another service.", "Choisissez un autre service."),
        "service_code",
    ),
    # Misleading: the message speaks of "engagement juridique", but BuyerReference (BT-10) is the service code.
    Message(
        "service_missing",
        r"(?:buyerreference|code service|service executant)\b.*obligatoire",
        Text(
            "This public body requires a service code (Chorus Pro's message may call it “engagement juridique”).",
            "Cette entité publique exige un code service (le message de Chorus Pro le nomme parfois « engagement juridique »).",
        ),
        resend(
            "Fill in the service code given on the purchase order.",
            "Renseignez le code service indiqué sur le bon de commande.",
        ),
        "service_code",
    ),
    Message(
        "service_wrong",
        r"buyerr(?:eference|\w*$)|code service(?!.*\bemettrice)|service executant|n'utilise pas le service"
        r"|accountingcustomerparty\.(?:party\.)?(?:accounting)?contact",
        Text(
            "The service code is missing, unknown or inactive at this public body.",
            "Le code service est absent, inconnu ou inactif chez cette entité publique.",
        ),
        _DIRECTORY,
        "service_code",
    ),
    Message(
        "engagement_missing",
        r"(?:buyerorderreferenceddocument|orderreference|engagement|bon de commande)\b.*obligatoire",
        Text(
            "This public body, or this service, requires an engagement number.",
            "Cette entité publique, ou ce service, exige un numéro d'engagement.",
        ),
        resend(
            "Fill in the engagement number given on the purchase order.",
            "Renseignez le numéro d'engagement indiqué sur le bon de commande.",
        ),
        "engagement_number",
    ),
    Message(
        "engagement_wrong",
        r"buyerorderreferenceddocument|orderreference|buyero\w*$|numeros? d'engagement|bon de commande"
        r"|engagement\b.*(?:inconnu|n'existe pas|incorrect|invalide|errone)",
        Text("The engagement number is not accepted.", "Le numéro d'engagement n'est pas accepté."),
        resend(
            "Copy it again from the purchase order (50 characters at most).",
            "Recopiez-le depuis le bon de commande (50 caractères au plus).",
        ),
        "engagement_number",
    ),
    Message(
        "market",
        r"contractreferenceddocument|contractdocumentreference|numero (?:de|du) marche",
        Text("The market number is not accepted.", "Le numéro de marché n'est pas accepté."),
        resend(
            "Copy it again from the contract (50 characters at most).",
            "Recopiez-le depuis le contrat (50 caractères au plus).",
        ),
        "market_number",
    ),
    Message(
        "original_invoice",
        r"invoicereferenceddocument|billingreference|facture d'origine|facture origine|\bg1\.3[12]\b",
        Text(
            "A credit note must give the number of the invoice it corrects.",
            "Un avoir doit indiquer le numéro de la facture qu'il corrige.",
        ),
        resend("Fill in the original invoice's number.", "Renseignez le numéro de la facture d'origine."),
        "original_number",
    ),
    Message(
        "framework",
        r"businessprocessspecifieddocumentcontextparameter|factureextension|profileid|\bcadre de facturation",
        Text(
            "The billing framework (A1, A2, A9…) is missing or not accepted.",
            "Le cadre de facturation (A1, A2, A9…) est absent ou n'est pas accepté.",
        ),
        resend("Choose the framework that fits the document.", "Choisissez le cadre qui correspond au document."),
        "framework",
    ),
    Message(
        "number_too_long",
        r"(?:exchangeddocument\.id|identifiant de la facture|numero de (?:la )?facture)\b.*(?:depass|\d+ caracteres)",
        Text(
            "The invoice number is too long: Chorus Pro takes 20 characters at most.",
            "Le numéro de facture est trop long : Chorus Pro accepte 20 caractères au plus.",
        ),
        Text(
            "Give this invoice a shorter number if it was not sent otherwise, then send it again; shorten the journal's "
            "numbering.",
            "Donnez à cette facture un numéro plus court si elle n'a pas été envoyée autrement, puis renvoyez-la ; raccourcissez "
            "la numérotation du journal.",
        ),
        "number",
    ),
    Message(
        "number",
        r"exchangeddocument\.id\b|identifiant de la facture|numero de (?:la )?facture|\bg1\.0[56]\b|\bg1\.42\b",
        Text(
            "The invoice number is not accepted: letters, digits, spaces and - + _ / only.",
            "Le numéro de facture n'est pas accepté : lettres, chiffres, espaces et - + _ / seulement.",
        ),
        Text("Correct the number, then send it again.", "Corrigez le numéro, puis renvoyez-la."),
        "number",
    ),
)

CONTENT: tuple[Message, ...] = (
    Message(
        "iban",
        r"\biban|financialaccount|coordonnees? bancaires?|\bg1\.1[6-9]\b",
        Text(
            "The bank account is missing or is not a valid IBAN.",
            "Le compte bancaire est absent ou n'est pas un IBAN valide.",
        ),
        resend(
            "Put a valid IBAN on the invoice or its journal; to submit a PDF it must also be declared on the portal.",
            "Renseignez un IBAN valide sur la facture ou son journal ; pour soumettre un PDF, déclarez-le aussi sur le portail.",
        ),
        "iban",
    ),
    Message(
        "payment_means_missing",
        r"paymentmeans\b.*obligatoire|mode de (?:paiement|reglement)\b.*obligatoire",
        Text("The file gives no means of payment.", "Le fichier n'indique aucun mode de paiement."),
        resend(
            "Odoo asks for a transfer: choose the bank account on the invoice.",
            "Odoo demande un virement : choisissez le compte bancaire sur la facture.",
        ),
        "payment_means",
        place=Place.BANK,
    ),
    Message(
        "payment_means",
        r"paymentmeans|mode de (?:paiement|reglement)|\bs2\.05\b",
        Text("The means of payment is not accepted.", "Le mode de paiement n'est pas accepté."),
        resend("Choose a valid bank account on the invoice.", "Choisissez un compte bancaire valide sur la facture."),
        "payment_means",
        place=Place.BANK,
    ),
    Message(
        "discount",
        r"grosspriceproducttradeprice|appliedtradeallow|allowancecharge",
        Text(
            "A line's discount is not written as Chorus Pro wants it.",
            "La remise d'une ligne n'est pas écrite comme Chorus Pro l'attend.",
        ),
        resend(
            "Write the line with its net price instead of a discount.",
            "Saisissez la ligne avec son prix net au lieu d'une remise.",
        ),
        "lines",
    ),
    Message(
        "taxes",
        r"applicabletradetax|taxsubtotal|taxcategory|(?:taux|regime|montant|motif|recapitulatif)\b.*\btva\b|\bexoneration|\bg2\.13\b",
        Text("A VAT rate or exemption is not accepted.", "Un taux ou une exonération de TVA n'est pas accepté."),
        resend(
            "Check the taxes of the lines and the reason of any exemption.",
            "Vérifiez les taxes des lignes et le motif d'une éventuelle exonération.",
        ),
        "taxes",
    ),
    Message(
        "file_too_large",
        r"gdp_msg_11\.022|trop (?:volumineux|grand|lourd)|taille\b.*(?:depass|maxim)|depass\w*\b.*(?:taille|\bmo\b)",
        Text("The file or an attachment is too large.", "Le fichier ou une pièce jointe est trop volumineux."),
        Text(
            "Keep each attachment under 10 MB: compress the PDF or split it, then send again.",
            "Limitez chaque pièce jointe à 10 Mo : compressez le PDF ou découpez-le, puis renvoyez.",
        ),
        "attachments",
    ),
    Message(
        "attachments",
        r"pieces? jointes?|additionaldocumentreference|additionalreferenceddocument|binaryobject",
        Text("An attachment is not accepted.", "Une pièce jointe n'est pas acceptée."),
        resend(
            "Check its name (50 characters), its type and that it is not empty.",
            "Vérifiez son nom (50 caractères), son type et qu'elle n'est pas vide.",
        ),
        "attachments",
    ),
    Message(
        "amounts",
        r"monetarysummation|monetarytotal|\bmontants?\b|\btotal\b|\btotaux\b|\bbr-co-1[0-7]\b",
        Text("An amount is missing or the amounts do not agree.", "Un montant manque ou les montants ne concordent pas."),
        resend("Check lines, discounts, VAT and total.", "Vérifiez les lignes, les remises, la TVA et le total."),
        "amounts",
    ),
    Message(
        "invoice_date",
        r"issuedate|date d'emission|date de (?:la )?facture|\bg1\.(?:07|09|36)\b",
        Text(
            "The invoice date is missing, malformed or in the future.",
            "La date de facture est absente, mal formée ou postérieure à aujourd'hui.",
        ),
        resend("Correct the date.", "Corrigez la date."),
        "invoice_date",
    ),
    Message(
        "document_type",
        r"exchangeddocument\.typecode|invoicetypecode|type de facture",
        Text(
            "The document type is not accepted: invoice or credit note only.",
            "Le type de document n'est pas accepté : facture ou avoir seulement.",
        ),
        resend("Issue it as an invoice or a credit note.", "Émettez-le comme facture ou comme avoir."),
        "document_type",
    ),
    Message(
        "currency",
        r"currencycode|\bdevise",
        Text("The currency is not accepted.", "La devise n'est pas acceptée."),
        resend("Invoice in euros, or check the currency.", "Facturez en euros, ou vérifiez la devise."),
        "currency",
    ),
)
