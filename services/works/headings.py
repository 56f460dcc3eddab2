"""Which column of a grid is which: by its heading or, where there is none, by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from ..text import words
from .grid import Sheet, Value
from .numbers import NotANumber, parse


class Column(str, Enum):
    """What a column of a price schedule holds."""

    CODE = "code"
    NAME = "name"
    UNIT = "unit"
    QUANTITY = "quantity"
    PRICE = "price"
    AMOUNT = "amount"
    VAT = "vat"
    LOT = "lot"

    __str__ = str.__str__


#: Folded headings, the first that fits counts. Prices that are spelled out are no column of ours.
_HEADINGS: tuple[tuple[Column | None, re.Pattern[str]], ...] = (
    (None, re.compile(r"lettres|observation|remarque|commentaire|\bttc\b|montant de la tva|montant tva|marque|delai")),
    (Column.VAT, re.compile(r"^(?:taux )?(?:de )?(?:la )?tva\b|^vat")),
    (Column.LOT, re.compile(r"^(?:n |no |numero )?(?:de |du )?lot$")),
    (Column.UNIT, re.compile(r"^(?:u|un|unites?|unit)$|^unite\b|^u d ?oeuvre")),
    (Column.AMOUNT, re.compile(r"\btotal\b|\btotaux\b|\bmontants?\b|^p ?t\b|^somme|^amount")),
    (Column.QUANTITY, re.compile(r"^q$|^qu?tes?\b|^quant\b|^quantites?\b|^nombre\b|^qt\b|^quantity")),
    (Column.PRICE, re.compile(
        r"^p ?u\b|\bunitaires?\b|^prix$|^prix h ?t\b|^prix en euros|^prix en chiffres|^tarif|^unit price|^price")),
    (Column.NAME, re.compile(
        r"designation|^libelle|^description|^intitule|nature des|^prestations?\b|^ouvrages?\b|^objet|^nom\b|^texte|^travaux"
        r"|^name")),
    (Column.CODE, re.compile(
        r"^(?:n|no|num|numero|code|ref|reference|art|article|articles|poste|postes|item|repere|rep|id|index|prix n|prix no)\b")),
)  # fmt: skip
_NUMBERS = (Column.PRICE, Column.QUANTITY, Column.AMOUNT)
#: A heading stands in one of the first rows; above it are titles.
_LOOKED_AT = 60
_UNITS = frozenset(
    "u ml m m2 m3 m² m³ h forfait ft fft f ens ensemble kg t jour jours j sac l km ha u. ml. heure heures mois semaine pce lot"
    .split()
)  # fmt: skip


@dataclass(frozen=True)
class Headings:
    """Where the table starts, counted from 0, and which column is which."""

    first: int
    columns: Mapping[Column, int]


def heading(text: Value) -> Column | None:
    """What a heading says of its column."""
    folded = words(str(text))
    return next((column for column, pattern in _HEADINGS if pattern.search(folded)), None) if folded else None


def of_row(row: Sequence[Value]) -> dict[Column, int]:
    """The columns that a row names: the first that fits of each kind."""
    found: dict[Column, int] = {}
    for place, cell in enumerate(row):
        column = heading(cell) if isinstance(cell, str) and len(cell) <= 60 else None
        if column:
            found.setdefault(column, place)
    return found


def find(sheet: Sheet) -> Headings | None:
    """The headings of a sheet, in one row or in two that belong together; by the contents where there are none."""
    rows = sheet.rows[:_LOOKED_AT]
    best: Headings | None = None
    for place, row in enumerate(rows):
        for height in (1, 2):
            if place + height > len(rows):
                continue
            columns = of_row(row if height == 1 else _joined(row, rows[place + 1]))
            better = best is None or len(columns) > len(best.columns)
            if Column.NAME in columns and any(column in columns for column in _NUMBERS) and better:
                best = Headings(place + height, columns)
    return best or _by_contents(sheet)


def _joined(upper: Sequence[Value], lower: Sequence[Value]) -> list[str]:
    """Two rows of headings as one: a title that spans several columns stands in the first of them."""
    found, above = [], ""
    for place in range(max(len(upper), len(lower))):
        top = upper[place] if place < len(upper) else ""
        bottom = lower[place] if place < len(lower) else ""
        if isinstance(top, Decimal) or isinstance(bottom, Decimal):
            return []
        # a title reaches over the columns that have a heading of their own below
        above = top or (above if bottom else "")
        found.append(f"{above} {bottom}".strip())
    return found


def _by_contents(sheet: Sheet) -> Headings | None:
    width = max((len(row) for row in sheet.rows), default=0)
    columns = [[row[place] for row in sheet.rows if place < len(row) and row[place] != ""] for place in range(width)]
    numeric = [place for place, cells in enumerate(columns) if len(cells) > 1 and _share(cells, _is_number) > 0.7]
    texts = [place for place, cells in enumerate(columns) if cells and place not in numeric]
    units = [place for place in texts if _share(columns[place], lambda cell: str(cell).lower() in _UNITS) > 0.6]
    names = [place for place in texts if place not in units]
    if not names or len(numeric) < 2:
        return None
    name = max(names, key=lambda place: sum(len(str(cell)) for cell in columns[place]) / len(columns[place]))
    found = {Column.NAME: name}
    # codes such as 1.2 may be numbers, and stand before the name
    before = [place for place in (*texts, *numeric) if place < name and place not in units]
    after = [place for place in numeric if place > name][:3]
    if len(after) < 2:
        return None
    found |= dict(zip((Column.QUANTITY, Column.PRICE, Column.AMOUNT), after, strict=False))
    if before:
        found[Column.CODE] = max(before)
    if units:
        found[Column.UNIT] = units[0]
    return Headings(0, found)


def _share(cells: Sequence[Value], told: Callable[[Value], bool]) -> float:
    return sum(told(cell) for cell in cells) / len(cells)


def _is_number(cell: Value) -> bool:
    try:
        return parse(cell) is not None
    except NotANumber:
        return False
