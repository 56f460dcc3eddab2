"""Where a person mends something: what the button beside a remedy opens or does."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from ..text import Text


class Place(str, Enum):
    """One way to mend; the interface knows how to go there."""

    NUMBER = "number"
    REFERENCES = "references"
    ORIGINAL = "original"
    DRAFT = "draft"
    TAXES = "taxes"
    ATTACHMENTS = "attachments"
    BANK = "bank"
    RECIPIENT = "recipient"
    SUPPLIER = "supplier"
    MARKET = "market"
    EARLIER = "earlier"
    SETTINGS = "settings"
    LOOKUP = "lookup"
    PORTAL = "portal"
    BY_HAND = "by_hand"
    CREDIT = "credit"
    REMAKE = "remake"

    __str__ = str.__str__


LABELS: Mapping[Place, Text] = MappingProxyType(
    {
        Place.NUMBER: Text("Change the number", "Changer le numéro"),
        Place.REFERENCES: Text("Complete the references", "Compléter les références"),
        Place.ORIGINAL: Text("Name the original invoice", "Indiquer la facture d'origine"),
        Place.DRAFT: Text("Reset to draft", "Remettre en brouillon"),
        Place.TAXES: Text("Open the taxes", "Ouvrir les taxes"),
        Place.ATTACHMENTS: Text("Sort out the attachments", "Revoir les pièces jointes"),
        Place.BANK: Text("Choose the bank account", "Choisir le compte bancaire"),
        Place.RECIPIENT: Text("Open the customer", "Ouvrir la fiche du client"),
        Place.SUPPLIER: Text("Open our company", "Ouvrir la fiche de notre société"),
        Place.MARKET: Text("Open the market", "Ouvrir le marché"),
        Place.EARLIER: Text("See what is not filed", "Voir ce qui n'est pas déposé"),
        Place.SETTINGS: Text("Open the guided set-up", "Ouvrir la mise en service"),
        Place.LOOKUP: Text("Ask Chorus Pro", "Interroger Chorus Pro"),
        Place.PORTAL: Text("Open the Chorus Pro portal", "Ouvrir le portail Chorus Pro"),
        Place.BY_HAND: Text("File on the portal", "Déposer sur le portail"),
        Place.CREDIT: Text("Prepare the credit note", "Préparer l'avoir"),
        Place.REMAKE: Text("Make the lines anew", "Refaire les lignes"),
    }
)
"""What the button says."""

PLACES: Mapping[str, Place] = MappingProxyType(
    {
        "number": Place.NUMBER,
        "invoice_date": Place.DRAFT,
        "document_type": Place.DRAFT,
        "original_number": Place.ORIGINAL,
        "framework": Place.DRAFT,
        "currency": Place.DRAFT,
        "amounts": Place.DRAFT,
        "lines": Place.DRAFT,
        "taxes": Place.DRAFT,
        "period": Place.DRAFT,
        "payment_means": Place.DRAFT,
        "iban": Place.BANK,
        "attachments": Place.ATTACHMENTS,
        "service_code": Place.REFERENCES,
        "engagement_number": Place.REFERENCES,
        "market_number": Place.REFERENCES,
        "validator.siret": Place.MARKET,
        "moe.siret": Place.MARKET,
        "moa.siret": Place.MARKET,
        "recipient.siret": Place.RECIPIENT,
        "recipient.name": Place.RECIPIENT,
        "recipient.address": Place.RECIPIENT,
        "recipient.vat": Place.RECIPIENT,
        "supplier.siret": Place.SUPPLIER,
        "supplier.name": Place.SUPPLIER,
        "supplier.address": Place.SUPPLIER,
        "supplier.vat": Place.SUPPLIER,
        "supplier.technical_password": Place.SETTINGS,
        "supplier.rights": Place.PORTAL,
    }
)
"""Where each datum of ``fields.FIELDS`` is mended, unless a rule or a message says otherwise.

Notes, payments and what is retained need no button.
"""

FAILURES: Mapping[str, Place] = MappingProxyType(
    {
        "credentials": Place.SETTINGS,
        "technical_account": Place.SETTINGS,
        "not_configured": Place.SETTINGS,
        "secret_unreadable": Place.SETTINGS,
        "connection": Place.PORTAL,
        "right": Place.PORTAL,
        "space": Place.PORTAL,
        "account_state": Place.PORTAL,
        "found_different": Place.PORTAL,
        "file_too_large": Place.ATTACHMENTS,
        "document": Place.DRAFT,
    }
)
"""Where the failures of ``errors.FAILURES`` are mended, those that can be."""
