"""Rules on the references that the public body asks for: service code, engagement number, market number."""

from __future__ import annotations

from collections.abc import Callable

from ..document.invoice import Invoice
from ..text import Text
from .rule import Check, Context, Level, Rule, Service, Values, when

FORBIDDEN_SERVICE = "FACTURES_PUBLIQUES"
"""The service of public structures that invoice each other (DOMAIN R-12)."""

SERVICE_LENGTH = 100
REFERENCE_LENGTH = 50


def _chosen_service(invoice: Invoice, context: Context) -> Service | None:
    services = context.recipient.services or ()
    code = invoice.service_code.strip()
    return next((service for service in services if code and service.code.strip() == code), None)


def _service_required(invoice: Invoice, context: Context) -> Values | None:
    asked = context.recipient.service is True and context.recipient.either is not True
    return when(asked and not invoice.service_code.strip())


def _engagement_required(invoice: Invoice, context: Context) -> Values | None:
    asked = context.recipient.engagement is True and context.recipient.either is not True
    return when(asked and not invoice.engagement_number.strip())


def _either_required(invoice: Invoice, context: Context) -> Values | None:
    given = invoice.service_code.strip() or invoice.engagement_number.strip()
    return when(context.recipient.either is True and not given)


def _service_unknown(invoice: Invoice, context: Context) -> Values | None:
    code = invoice.service_code.strip()
    if not code or context.recipient.services is None or code == FORBIDDEN_SERVICE:
        return None
    return None if _chosen_service(invoice, context) else {"service": code}


def _service_inactive(invoice: Invoice, context: Context) -> Values | None:
    service = _chosen_service(invoice, context)
    if service is None:
        return None
    too_early = service.valid_from is not None and context.today < service.valid_from
    too_late = service.valid_until is not None and context.today > service.valid_until
    return {"service": service.code} if service.active is False or too_early or too_late else None


def _service_engagement(invoice: Invoice, context: Context) -> Values | None:
    service = _chosen_service(invoice, context)
    if service is None or service.engagement_required is not True or invoice.engagement_number.strip():
        return None
    # Already said of the whole structure
    return None if _engagement_required(invoice, context) is not None else {"service": service.code}


def _too_long(limit: int, text: Callable[[Invoice], str]) -> Check:
    return lambda invoice, _context: {"length": len(text(invoice))} if len(text(invoice)) > limit else None


_ASK_SERVICE = Text(
    "Ask the public body for the code of the service that receives your invoices, and enter it on the invoice.",
    "Demandez à l'entité publique le code du service qui reçoit vos factures, et saisissez-le sur la facture.",
)
_ASK_ENGAGEMENT = Text(
    "Look for the engagement number on the order or ask the public body for it, and enter it on the invoice.",
    "Cherchez le numéro d'engagement sur le bon de commande ou demandez-le à l'entité publique, et saisissez-le sur la facture.",
)

REFERENCE_RULES: tuple[Rule, ...] = (
    Rule(
        "R-08.service",
        Level.BLOCK,
        "service_code",
        Text("The service code is missing: this customer requires it.", "Le code service manque : ce client l'exige."),
        _ASK_SERVICE,
        "DOMAIN R-08",
        _service_required,
    ),
    Rule(
        "R-09.engagement",
        Level.BLOCK,
        "engagement_number",
        Text(
            "The engagement number is missing: this customer requires it.",
            "Le numéro d'engagement manque : ce client l'exige.",
        ),
        _ASK_ENGAGEMENT,
        "DOMAIN R-09",
        _engagement_required,
    ),
    Rule(
        "R-10.either",
        Level.BLOCK,
        "engagement_number",
        Text(
            "This customer requires an engagement number or a service code, and the invoice has neither.",
            "Ce client exige un numéro d'engagement ou un code service, et la facture n'a ni l'un ni l'autre.",
        ),
        Text(
            "Enter on the invoice the engagement number of the order, else the code of the service that receives it.",
            "Saisissez sur la facture le numéro d'engagement de la commande, à défaut le code du service qui la reçoit.",
        ),
        "DOMAIN R-10",
        _either_required,
    ),
    Rule(
        "R-11.unknown",
        Level.BLOCK,
        "service_code",
        Text(
            "The service code “{service}” is not one of this customer's services.",
            "Le code service « {service} » n'est pas un service de ce client.",
        ),
        Text(
            "Choose one of the customer's services; if it is new, update the customer from Chorus Pro first.",
            "Choisissez un des services du client ; s'il est récent, actualisez d'abord le client depuis Chorus Pro.",
        ),
        "DOMAIN R-11",
        _service_unknown,
    ),
    Rule(
        "R-11.inactive",
        Level.BLOCK,
        "service_code",
        Text("The service “{service}” is no longer active.", "Le service « {service} » n'est pas actif."),
        Text(
            "Ask the public body which service replaces it, and choose that one.",
            "Demandez à l'entité publique quel service le remplace, et choisissez celui-là.",
        ),
        "DOMAIN R-11",
        _service_inactive,
    ),
    Rule(
        "R-11.engagement",
        Level.BLOCK,
        "engagement_number",
        Text(
            "The engagement number is missing: the service “{service}” requires it.",
            "Le numéro d'engagement manque : le service « {service} » l'exige.",
        ),
        _ASK_ENGAGEMENT,
        "DOMAIN R-11",
        _service_engagement,
    ),
    Rule(
        "R-12.public",
        Level.BLOCK,
        "service_code",
        Text(
            f"The service {FORBIDDEN_SERVICE} is for public structures that invoice each other.",
            f"Le service {FORBIDDEN_SERVICE} est réservé aux structures publiques qui se facturent entre elles.",
        ),
        _ASK_SERVICE,
        "DOMAIN R-12",
        lambda invoice, _context: when(invoice.service_code.strip() == FORBIDDEN_SERVICE),
    ),
    *(
        Rule(
            f"R-14.{field.partition('_')[0]}",
            Level.BLOCK,
            field,
            Text(
                f"The {name.en} has {{length}} characters; Chorus Pro takes {limit} at most.",
                f"Le {name.fr} comporte {{length}} caractères ; Chorus Pro en accepte {limit} au plus.",
            ),
            Text(
                "Enter it as the public body gave it, with nothing added.",
                "Saisissez-le tel que l'entité publique l'a donné, sans rien ajouter.",
            ),
            "DOMAIN R-14, §1.1",
            _too_long(limit, text),
        )
        for field, name, limit, text in (
            ("service_code", Text("service code", "code service"), SERVICE_LENGTH, lambda i: i.service_code),
            ("market_number", Text("market number", "numéro de marché"), REFERENCE_LENGTH, lambda i: i.market_number),
            (
                "engagement_number",
                Text("engagement number", "numéro d'engagement"),
                REFERENCE_LENGTH,
                lambda i: i.engagement_number,
            ),
        )
    ),
)
