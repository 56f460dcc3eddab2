"""Rules on the references that the public body asks for: service code, engagement number, market number."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..document.invoice import Invoice
from ..text import Text, cleaned, fold
from .rule import Check, Context, Level, Rule, Service, Values

FORBIDDEN_SERVICE = "FACTURES_PUBLIQUES"
"""The service of public structures that invoice each other (doc/RULES.md R-12)."""

SERVICE_LENGTH = 100
REFERENCE_LENGTH = 50


_SEPARATORS = re.compile(r"[,;]|\s(?:et|and|&)\s")
_TWO_LONG_NUMBERS = re.compile(r"\d{8,}[ /]+\d{8,}")

# What people type where a form wants something and they have nothing; letters and digits only, folded.
_FILLERS = frozenset(
    "neant aucun aucune na nc so sans sansobjet sansnumero sansengagement sansreference pasdenumero pasdengagement "
    "pasdereference none nil null non no rien vide inconnu inconnue ras tbd adefinir afournir avenir acompleter arenseigner "
    "nonrenseigne noncommunique nonapplicable nonconcerne nonrequis enattente encours".split()
)


def is_filler(text: str) -> bool:
    """Whether the text stands for "no number": ``néant``, ``/``, ``0``, ``xxx``…; not an empty one."""
    if not text.strip():
        return False
    letters = re.sub(r"[^a-z0-9]", "", fold(text))
    return not letters.strip("0") or set(letters) == {"x"} or letters in _FILLERS


def is_given(text: str) -> bool:
    """Whether the text may be a reference: neither empty nor a filler."""
    return bool(text.strip()) and not is_filler(text)


def looks_several(text: str) -> bool:
    """Whether the text seems to hold several numbers: ``1300012345, 1300012346``."""
    parts = [part for part in _SEPARATORS.split(text) if any(character.isdigit() for character in part)]
    return len(parts) > 1 or bool(_TWO_LONG_NUMBERS.search(text))


# What people write in front of the number that the public body gave.
_LABEL = re.compile(r"(?:bon de commande|commande|engagement|num[eé]ro|ej|bdc|bc|n[°º])(?:[ .:]+|(?<=[°º]))", re.IGNORECASE)
_DATE = re.compile(r"(?:19|20)\d{2}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[/.-]\d{1,2}[/.-]\d{1,2}")
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]*")
_FEWEST_DIGITS = 3


def engagement_in(text: str) -> str:
    """The engagement number that a customer's own reference seems to be, without words before it; ``""`` when it is none.

    One number without blanks and of three digits at least: no sentence, no date, not two numbers. What a public body calls its
    order is its engagement number, or stands in its place (doc/RULES.md §1.1).
    """
    given = cleaned(text)
    while label := _LABEL.match(given):
        given = cleaned(given[label.end() :])
    digits = sum(character.isdigit() for character in given)
    if not _NUMBER.fullmatch(given) or digits < _FEWEST_DIGITS or len(given) > REFERENCE_LENGTH:
        return ""
    return "" if _DATE.fullmatch(given) or is_filler(given) or looks_several(given) else given


def _chosen_service(invoice: Invoice, context: Context) -> Service | None:
    services = context.recipient.services or ()
    code = invoice.service_code.strip()
    return next((service for service in services if code and service.code.strip() == code), None)


def _service_asked(context: Context) -> bool:
    return context.recipient.service is True and context.recipient.either is not True


def _engagement_asked(invoice: Invoice, context: Context) -> bool:
    """By the structure, or by the service chosen."""
    if context.recipient.engagement is True and context.recipient.either is not True:
        return True
    service = _chosen_service(invoice, context)
    return service is not None and service.engagement_required is True


def _service_required(invoice: Invoice, context: Context) -> Values | None:
    if not _service_asked(context) or invoice.service_code.strip():
        return None
    choices = context.recipient.choices
    return {"remedy": _ASK_SERVICE if not choices else _CHOOSE_SERVICE if len(choices) > 1 else _only_service(choices[0])}


def _engagement_required(invoice: Invoice, context: Context) -> bool:
    asked = context.recipient.engagement is True and context.recipient.either is not True
    return asked and not invoice.engagement_number.strip()


def _either_required(invoice: Invoice, context: Context) -> bool:
    given = invoice.service_code.strip() or invoice.engagement_number.strip()
    return context.recipient.either is True and not given


def _one_is_given(invoice: Invoice) -> bool:
    return is_given(invoice.service_code) or is_given(invoice.engagement_number)


def _fillers(invoice: Invoice, context: Context) -> list[str]:
    """The fillers that stand where a number is required; a service that the body itself calls so is one."""
    texts = []
    either = context.recipient.either is True and not _one_is_given(invoice)
    if (_service_asked(context) or either) and is_filler(invoice.service_code) and context.recipient.services is None:
        texts.append(invoice.service_code.strip())
    if (_engagement_asked(invoice, context) or either) and is_filler(invoice.engagement_number):
        texts.append(invoice.engagement_number.strip())
    return texts


def _filler(invoice: Invoice, context: Context) -> Values:
    return {"texts": [f"“{text}”" for text in _fillers(invoice, context)]}


def _odd_filler(invoice: Invoice, context: Context) -> Values | None:
    """Fillers in the place of a number that nobody is known to require; None without any, or where it is required."""
    if _fillers(invoice, context):
        return None
    texts = [invoice.engagement_number, invoice.market_number]
    if context.recipient.services is None:
        texts.append(invoice.service_code)
    return {"texts": [f"“{text.strip()}”" for text in texts if is_filler(text)]}


def _several(invoice: Invoice, _context: Context) -> Values | None:
    text = invoice.engagement_number
    return {"text": text.strip()} if looks_several(text) else None


def _order_reference(invoice: Invoice, context: Context) -> Values | None:
    """The customer's own reference may be the engagement, which nobody has said; not asked where none is wanted."""
    text = context.order_reference.strip()
    wanted = context.recipient.engagement is not False or context.recipient.either is True
    asked = wanted and not is_given(invoice.engagement_number) and not invoice.is_credit_note
    plausible = any(character.isdigit() for character in text) and text != invoice.market_number.strip()
    return {"text": text} if asked and plausible and not looks_several(text) else None


def _order_references(invoice: Invoice, context: Context) -> Values | None:
    text = context.order_reference.strip()
    asked = context.recipient.engagement is not False and not is_given(invoice.engagement_number)
    return {"text": text} if asked and not invoice.is_credit_note and looks_several(text) else None


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
    return None if _engagement_required(invoice, context) else {"service": service.code}


def _too_long(limit: int, text: Callable[[Invoice], str]) -> Check:
    return lambda invoice, _context: {"length": len(text(invoice))} if len(text(invoice)) > limit else None


_ASK_SERVICE = Text(
    "Ask the public body for the code of the service that receives your invoices, and enter it on the invoice.",
    "Demandez à l'entité publique le code du service qui reçoit vos factures, et saisissez-le sur la facture.",
)
_CHOOSE_SERVICE = Text(
    "Choose on the invoice which of its services receives it: the order names it.",
    "Choisissez sur la facture celui de ses services qui la reçoit : le bon de commande le nomme.",
)


def _only_service(code: str) -> Text:
    return Text(
        f"Choose “{code}” on the invoice: it is its only one.", f"Choisissez « {code} » sur la facture : il n'en a pas d'autre."
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
        Text("{remedy}", "{remedy}"),
        "doc/RULES.md R-08",
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
        "doc/RULES.md R-09",
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
        "doc/RULES.md R-10",
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
        "doc/RULES.md R-11",
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
        "doc/RULES.md R-11",
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
        "doc/RULES.md R-11",
        _service_engagement,
    ),
    Rule(
        "R-09.filler",
        Level.BLOCK,
        "engagement_number",
        Text(
            "{texts} is no number, and this customer requires one.",
            "{texts} n'est pas un numéro, et ce client en exige un.",
        ),
        Text(
            "Look for the number on the order or ask the public body for it, and enter it on the invoice.",
            "Cherchez le numéro sur le bon de commande ou demandez-le à l'entité publique, et saisissez-le sur la facture.",
        ),
        "doc/RULES.md R-08 to R-11; the public body refuses what it cannot find",
        _filler,
    ),
    Rule(
        "R-14.filler",
        Level.WARN,
        "engagement_number",
        Text(
            "{texts} stands where a number should: it is sent as it is.",
            "{texts} tient la place d'un numéro : c'est envoyé tel quel.",
        ),
        Text(
            "Enter the number that the public body gave, or leave it empty.",
            "Saisissez le numéro donné par l'entité publique, ou laissez vide.",
        ),
        "doc/RULES.md §1.1",
        _odd_filler,
    ),
    Rule(
        "R-14.several",
        Level.WARN,
        "engagement_number",
        Text(
            "The engagement number, “{text}”, seems to hold several: a document has one.",
            "Le numéro d'engagement, « {text} », semble en contenir plusieurs : un document n'en a qu'un.",
        ),
        Text(
            "Make one invoice for each engagement, or keep the number under which the public body expects this one.",
            "Faites une facture par engagement, ou gardez le numéro sous lequel l'entité publique attend celle-ci.",
        ),
        "EN 16931 BT-13 (0..1)",
        _several,
    ),
    Rule(
        "R-09.order",
        Level.WARN,
        "engagement_number",
        Text(
            "The customer's reference on this invoice is “{text}”, and it has no engagement number.",
            "La référence du client sur cette facture est « {text} », et elle n'a pas de numéro d'engagement.",
        ),
        Text(
            "Is it that? If so, enter it as the engagement number: the customer's reference itself is not sent.",
            "Est-ce lui ? Si oui, saisissez-la comme numéro d'engagement : la référence du client n'est pas envoyée elle-même.",
        ),
        "doc/RULES.md §1.1 (EJ, the order's number)",
        _order_reference,
    ),
    Rule(
        "R-09.orders",
        Level.WARN,
        "engagement_number",
        Text(
            "The customer's references on this invoice, “{text}”, are of several orders, and it has no engagement number.",
            "Les références du client sur cette facture, « {text} », sont celles de plusieurs commandes, et elle n'a pas de"
            " numéro d'engagement.",
        ),
        Text(
            "An invoice carries one engagement number: invoice each order apart, or enter the number that holds for both.",
            "Une facture porte un seul numéro d'engagement : facturez chaque commande à part, ou saisissez celui qui vaut pour"
            " toutes.",
        ),
        "doc/RULES.md §1.1; EN 16931 BT-13 (0..1)",
        _order_references,
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
        "doc/RULES.md R-12",
        lambda invoice, _context: invoice.service_code.strip() == FORBIDDEN_SERVICE,
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
            "doc/RULES.md R-14, §1.1",
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
