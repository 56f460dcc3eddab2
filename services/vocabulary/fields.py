"""The data a person may have to change when Chorus Pro or a public body refuses an invoice."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ..text import Text

FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        "number": Text("Invoice number", "Numéro de facture"),
        "invoice_date": Text("Invoice date", "Date de facture"),
        "document_type": Text("Document type (invoice or credit note)", "Type de document (facture ou avoir)"),
        "original_number": Text("Number of the original invoice", "Numéro de la facture d'origine"),
        "framework": Text("Billing framework", "Cadre de facturation"),
        "currency": Text("Currency", "Devise"),
        "amounts": Text("Amounts", "Montants"),
        "lines": Text("Invoice lines", "Lignes de facture"),
        "taxes": Text("VAT rates and exemptions", "Taux et exonérations de TVA"),
        "payment_means": Text("Means of payment", "Mode de paiement"),
        "iban": Text("Bank account (IBAN)", "Compte bancaire (IBAN)"),
        "attachments": Text("Attachments", "Pièces jointes"),
        "service_code": Text("Service code", "Code service"),
        "engagement_number": Text("Engagement number", "Numéro d'engagement"),
        "market_number": Text("Market number", "Numéro de marché"),
        "validator.siret": Text("Validator's SIRET", "SIRET du valideur"),
        "moe.siret": Text("Project manager's SIRET (MOE)", "SIRET de la maîtrise d'œuvre (MOE)"),
        "moa.siret": Text("Project owner's SIRET (MOA)", "SIRET de la maîtrise d'ouvrage (MOA)"),
        "recipient.siret": Text("Public body's SIRET", "SIRET de l'entité publique"),
        "supplier.siret": Text("Our SIRET", "Notre SIRET"),
        "supplier.technical_password": Text("Technical account's password", "Mot de passe du compte technique"),
        "supplier.rights": Text("Our rights on Chorus Pro", "Nos habilitations sur Chorus Pro"),
        "supplier.name": Text("Our name", "Notre raison sociale"),
        "supplier.address": Text("Our address", "Notre adresse"),
        "supplier.vat": Text("Our VAT number", "Notre numéro de TVA"),
        "recipient.name": Text("Public body's name", "Nom de l'entité publique"),
        "recipient.address": Text("Public body's address", "Adresse de l'entité publique"),
        "recipient.vat": Text("Public body's VAT number", "Numéro de TVA de l'entité publique"),
        "period": Text("Service period", "Période de la prestation"),
        "notes": Text("Notes", "Notes"),
        "payments": Text("Payments received", "Règlements reçus"),
        "retention": Text("Retention of guarantee", "Retenue de garantie"),
    }
)
"""Each key that a message or a reason may point at, with its name for a person. A stable contract for the interface."""
