"""Numbers as people write them in a price schedule: ``1 234,50 €``, ``(12,00)``, ``1.234,5``."""

from __future__ import annotations

import re
from decimal import Decimal

from ..text import Text, fold

#: What stands in the place of a number without being one: the line is priced elsewhere, or not at all.
FOR_MEMORY = frozenset(
    {"pm", "p.m.", "p.m", "pour memoire", "memoire", "so", "s.o.", "s/o", "sans objet", "inclus", "compris", "incl", "incl.", "-"}
)
_AROUND = re.compile(r"€|eur(?:os?)?\b|\bh\.?t\.?(?!\w)|%", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u00a0\u202f\u2009']")
_PLAIN = re.compile(r"[+-]?\d*\.?\d+|[+-]?\d+\.")


class NotANumber(ValueError):
    """A cell that is no number. ``text``: what is wrong with it."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def is_for_memory(value: str | Decimal) -> bool:
    """Whether a cell says that there is nothing to count."""
    return isinstance(value, str) and fold(value) in FOR_MEMORY


def parse(value: str | Decimal) -> Decimal | None:
    """The number that a cell holds, ``None`` for an empty one.

    :raises NotANumber: when it holds something else, or what may be read in two ways.
    """
    if isinstance(value, Decimal):
        return value
    text = _BLANKS.sub("", _AROUND.sub("", value)).replace("−", "-").replace("–", "-")
    if not text:
        if value.strip():
            raise NotANumber(Text("no number", "pas un nombre"))
        return None
    if text.startswith("(") and text.endswith(")"):
        text = "-" + text[1:-1]
    commas, points = text.count(","), text.count(".")
    if commas and points:
        # the last mark is that of the decimals
        text = text.replace(".", "").replace(",", ".") if text.rfind(",") > text.rfind(".") else text.replace(",", "")
    elif commas == 1:
        text = text.replace(",", ".")
    elif commas > 1 or points > 1:
        text = text.replace(",", "").replace(".", "")
    elif re.fullmatch(r"[+-]?[1-9]\d{0,2}\.\d{3}", text):
        whole, decimals = text.replace(".", ""), text.replace(".", ",")
        raise NotANumber(
            Text(
                f"may be {whole} or {text}: write it without the point",
                f"peut être {whole} ou {decimals} : écrivez-le sans point",
            )
        )
    if not _PLAIN.fullmatch(text):
        raise NotANumber(Text("no number", "pas un nombre"))
    return Decimal(text.rstrip(".") if text.endswith(".") else text)
