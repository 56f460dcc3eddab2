"""What a rule is, what it may know, and what it says: the shapes that the tables of ``rules_*`` fill."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum

from ..document.formats import CII, Format
from ..document.invoice import Invoice
from ..text import Text, listing
from ..vocabulary.places import PLACES, Place


class Level(str, Enum):
    """How grave a finding is: ``block`` would be refused by Chorus Pro or by the standard, ``warn`` deserves a look."""

    BLOCK = "block"
    WARN = "warn"

    __str__ = str.__str__


@dataclass(frozen=True)
class Service:
    """An executing service of a public body; ``None`` is "not known"."""

    code: str
    active: bool | None = None
    engagement_required: bool | None = None
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Requirements:
    """What is known of what the recipient asks for (doc/RULES.md R-08 to R-13); ``None`` is "not known" and gives no finding.

    :param service: a service code is required. :param engagement: an engagement number is required.
    :param either: one of the two is enough; it then prevails over both.
    :param moa_only: the structure receives works documents only, as project owner.
    :param services: its services, all of them.
    :param choices: where no service was chosen, the codes of some of those that may be; empty where none is known.
    """

    active: bool | None = None
    service: bool | None = None
    engagement: bool | None = None
    either: bool | None = None
    moa_only: bool | None = None
    services: tuple[Service, ...] | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """What a rule may know besides the document.

    :param today: the calendar day in Europe/Paris.
    :param supplier: what Chorus Pro said last of our own structure: ``active``, ``inactive``, ``absent``, ``""`` when not known.
    :param form: the format in which the document leaves; some limits are a format's own.
    :param production: false in qualification and with the simulator, whose SIRETs are fictitious.
    :param paid_since: paid after the document's date, thus not in it; in the document's currency.
    :param order_reference: what the books have as the customer's own reference, of which nobody said what it is.
    :param taken_by: which other document of the same SIREN and year has this number at Chorus Pro, or whose it is; ``""`` when
        none is known to.
    """

    today: date
    production: bool = True
    supplier: str = ""
    recipient: Requirements = field(default_factory=Requirements)
    form: Format = CII
    taken_by: str | Text = ""
    paid_since: Decimal = Decimal(0)
    order_reference: str = ""


@dataclass(frozen=True)
class Finding:
    """Something wrong with the document.

    :param code: the rule's stable code, ``R-04.length``: the rule of doc/RULES.md §5 or of EN 16931, a dot, and what of it.
    :param field: key of what the user changes; those of ``vocabulary.fields`` where it has one.
    :param message: what is wrong. :param remedy: what to do. Both are whole sentences.
    :param place: what the button beside the remedy opens, ``None`` when there is nothing to open.
    :param asks: a person must look first: an automatic transfer waits.
    :param of_file, at_posting, unexplained: see :class:`Rule`.
    :param at_once: worth telling of a draft of which no line was entered yet.
    """

    code: str
    level: Level
    field: str
    message: Text
    remedy: Text
    source: str
    place: Place | None = None
    asks: bool = False
    of_file: bool = False
    at_posting: bool = False
    unexplained: bool = False
    at_once: bool = False

    @property
    def blocks(self) -> bool:
        """The document must not be sent as it is."""
        return self.level is Level.BLOCK


Values = Mapping[str, object]
"""What fills the ``{placeholders}`` of a rule's texts; a :class:`Text` is put in its own language, a list is listed."""

Check = Callable[[Invoice, Context], "Values | bool | None"]
"""Looks at the document: whether the rule is broken, with what fills its texts; an empty list of what is wrong means that
nothing is. Must not raise, whatever the document."""


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    :param lenient: outside production it only warns.
    :param numbers: it calculates, thus is asked only when every number is one that can be calculated with (R-26).
    :param place: where it is mended, when that is not where its field is.
    :param asks: a warning that a person must see before the document leaves by itself.
    :param of_file: only a file of data must have it; the portal asks a person who files the PDF nothing of the kind.
    :param at_posting: posting settles it by itself, thus no matter for a draft.
    :param unexplained: no VAT is charged, and nothing says why.
    """

    code: str
    level: Level
    field: str
    message: Text
    remedy: Text
    source: str
    check: Check
    lenient: bool = False
    numbers: bool = False
    place: Place | None = None
    asks: bool = False
    of_file: bool = False
    at_posting: bool = False
    unexplained: bool = False

    def finding(self, values: Values, context: Context) -> Finding:
        """What is said of a document that breaks the rule, its texts filled in."""
        level = Level.WARN if self.lenient and not context.production else self.level
        message, remedy = _filled(self.message, values), _filled(self.remedy, values)
        place = self.place or PLACES.get(self.field)
        flags = {"asks": self.asks, "of_file": self.of_file, "at_posting": self.at_posting, "unexplained": self.unexplained}
        return Finding(self.code, level, self.field, message, remedy, self.source, place, **flags)


def ask(rules: Iterable[Rule], document: Invoice, context: Context) -> list[Finding]:
    """What these rules have against a document, each asked once, in their order."""
    findings = []
    for rule in rules:
        told = rule.check(document, context)
        if not told:
            continue
        values = told if isinstance(told, Mapping) else {}
        if [] not in values.values():
            findings.append(rule.finding(values, context))
    return findings


def _filled(text: Text, values: Values) -> Text:
    return Text(*(template.format(**_in(lang, values)) for lang, template in (("en", text.en), ("fr", text.fr))))


def _in(lang: str, values: Values) -> dict[str, object]:
    texts = {name: listing(value) if isinstance(value, list) else value for name, value in values.items()}
    return {name: value.of(lang) if isinstance(value, Text) else value for name, value in texts.items()}
