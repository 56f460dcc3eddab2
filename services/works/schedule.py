"""A price schedule as buyers publish it (DPGF, BPU, DQE): its chapters and lines, and what is wrong with single cells.

Titles above the table, repeated headings, empty rows, sub-totals and the foot are passed over; the total that the file prints is
compared with ours. Nothing is guessed of a number: what cannot be read is named by its cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from ..text import Text, fold, number
from .grid import UNCOMPUTED, Sheet, Value
from .headings import Column, Headings, find, of_row
from .money import CENT, HUNDRED, ZERO
from .numbers import NotANumber, is_for_memory, parse
from .progress import Item

_TOTAL = re.compile(
    r"^(?:sous[ -]?tota(?:l|ux)|s/?[ -]?total|total|totaux|a reporter|report\b|montant (?:total|h\.?t|ttc|de la tva|tva)|"
    r"t\.?v\.?a\b|net a payer|recapitul|ensemble des lots|soit\b)"
)
#: The foot's amount without VAT, by which the whole file is checked.
_GRAND = re.compile(
    r"^(?:montant )?total (?:general )?h\.?t|^total general|^montant (?:total )?h\.?t|^total (?:du marche|de l'offre)"
)
#: A row of words that goes on with the line above, and is no chapter.
_GOES_ON = re.compile(r"^[-•*–(…]|^[a-zà-ÿ]")
_LUMP = "Ft"


@dataclass(frozen=True)
class Row:
    """A chapter, or a line of the schedule. ``vat``: in percent, ``None`` where the file does not say."""

    chapter: bool
    code: str
    name: str
    unit: str = ""
    quantity: Decimal = ZERO
    price: Decimal = ZERO
    vat: Decimal | None = None
    lot: str = ""
    where: str = ""

    @property
    def amount(self) -> Decimal:
        """Of a line, without VAT."""
        return Item(self.quantity, self.price).amount


class Remark(NamedTuple):
    """What is wrong, or odd, with one cell. ``blocks``: its line cannot be taken over."""

    where: str
    value: str
    message: Text
    blocks: bool


@dataclass
class Preview:
    """What a file holds. ``printed``: the total without VAT that the file itself prints, ``None`` where it prints none."""

    rows: list[Row] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    headings: dict[str, dict[Column, str]] = field(default_factory=dict)
    printed: Decimal | None = None

    @property
    def lines(self) -> list[Row]:
        """The lines without the chapters."""
        return [row for row in self.rows if not row.chapter]

    @property
    def total(self) -> Decimal:
        """Of the lines, without VAT."""
        return sum((row.amount for row in self.lines), ZERO)

    @property
    def bad(self) -> list[Remark]:
        """The cells because of which a line cannot be taken over."""
        return [remark for remark in self.remarks if remark.blocks]


def read(sheets: Iterable[Sheet]) -> Preview:
    """What the sheets of a file hold: those that are tables of prices or, where there is none, of amounts."""
    found = [(sheet, headings) for sheet in sheets if (headings := find(sheet))]
    priced = [(sheet, headings) for sheet, headings in found if {Column.PRICE, Column.QUANTITY} & set(headings.columns)]
    preview = Preview()
    chosen = priced or found
    for sheet, headings in chosen:
        preview.headings[sheet.name] = {column: sheet.where(0, place)[:-1] for column, place in headings.columns.items()}
        _Reader(sheet, headings, preview, sheet.name if len(chosen) > 1 else "").read_rows()
    if not chosen:
        preview.remarks.append(
            Remark("", "", Text(
                "No table was found. Name its columns in one row: Code, Designation, Unit, Quantity, Unit price.",
                "Aucun tableau trouvé. Nommez ses colonnes sur une ligne : N°, Désignation, Unité, Quantité, Prix unitaire."),
                blocks=True))  # fmt: skip
    elif not preview.lines and not preview.bad:
        preview.remarks.append(Remark("", "", Text("The table has no line.", "Le tableau n'a aucune ligne."), blocks=True))
    if len(chosen) == 1 and preview.printed is not None and not preview.bad and abs(preview.printed - preview.total) > CENT:
        ours, theirs = number(preview.total), number(preview.printed)
        preview.remarks.append(
            Remark("", theirs.fr, Text(
                f"The file prints a total of {theirs.en}, its lines make {ours.en}.",
                f"Le fichier affiche un total de {theirs.fr}, ses lignes font {ours.fr}."), blocks=False))  # fmt: skip
    return preview


class _Reader:
    """Reads one sheet into a preview."""

    def __init__(self, sheet: Sheet, headings: Headings, preview: Preview, lot: str) -> None:
        self.sheet, self.columns, self.preview, self.lot = sheet, headings.columns, preview, lot
        self.first = headings.first
        self.after_line = False

    def read_rows(self) -> None:
        for place in range(self.first, len(self.sheet.rows)):
            self._row(place, self.sheet.rows[place])

    def _cell(self, row: Sequence[Value], column: Column) -> Value:
        place = self.columns.get(column)
        return row[place] if place is not None and place < len(row) else ""

    def _text(self, row: Sequence[Value], column: Column) -> str:
        value = self._cell(row, column)
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return "" if value == UNCOMPUTED else value.strip()

    def _row(self, place: int, row: Sequence[Value]) -> None:
        code, name, unit = (self._text(row, column) for column in (Column.CODE, Column.NAME, Column.UNIT))
        cells = {column: self._cell(row, column) for column in (Column.QUANTITY, Column.PRICE, Column.AMOUNT)}
        label = next((cell for cell in row if isinstance(cell, str) and cell and cell != UNCOMPUTED), "")
        if not any(cell != "" for cell in row) or len(of_row(row)) >= 3:
            return
        if not unit and cells[Column.PRICE] in ("", UNCOMPUTED) and _TOTAL.search(fold(name or label)):
            self._note_total(place, name or label, row)
            return
        told = [column for column in (Column.QUANTITY, Column.PRICE) if cells[column] != ""]
        if not told and not unit:
            self._words_or_lump_sum(place, code, name or label, row)
        elif is_for_memory(unit) or any(is_for_memory(cells[column]) for column in told):
            which = next((column for column in told if is_for_memory(cells[column])), Column.UNIT)
            self._remark(place, which, self._text(row, which), _FOR_MEMORY, blocks=False)
        elif not name and not code:
            self._remark(place, Column.NAME, "", Text("a line without a designation", "une ligne sans désignation"))
        else:
            self._line(place, row, code, name, unit)

    def _words_or_lump_sum(self, place: int, code: str, name: str, row: Sequence[Value]) -> None:
        amount = self._cell(row, Column.AMOUNT)
        if not name:
            return
        if amount not in ("", UNCOMPUTED) and not is_for_memory(amount) and not self._has_lines(place, code):
            price = self._number(place, row, Column.AMOUNT)
            if price:
                self._add(
                    Row(False, code, name, _LUMP, Decimal(1), price, self._vat(place, row), self._lot(row), self._where(place))
                )
            return
        last = self.preview.rows[-1] if self.preview.rows else None
        if self.after_line and not code and last and _GOES_ON.search(name):
            self.preview.rows[-1] = Row(**{**vars(last), "name": f"{last.name} {name}"})
            return
        if is_for_memory(amount):
            self._remark(place, Column.AMOUNT, str(amount), _FOR_MEMORY, blocks=False)
            return
        self.preview.rows.append(Row(True, code, name, lot=self._lot(row), where=self._where(place)))
        self.after_line = False

    def _has_lines(self, place: int, code: str) -> bool:
        """Whether the rows below belong to this one: a chapter may print its sub-total beside its title."""
        for row in self.sheet.rows[place + 1 :]:
            if any(cell != "" for cell in row):
                below = self._text(row, Column.CODE)
                if code and below:
                    return below.startswith(code.rstrip(".") + ".")
                # without codes a row that has a unit or a price is a line, and this one was none
                priced = [Column.UNIT, Column.PRICE, Column.QUANTITY]
                return any(column in self.columns for column in priced) and any(self._text(row, column) for column in priced)
        return False

    def _line(self, place: int, row: Sequence[Value], code: str, name: str, unit: str) -> None:
        before = len(self.preview.bad)
        quantity = self._number(place, row, Column.QUANTITY)
        price = self._number(place, row, Column.PRICE)
        printed = self._number(place, row, Column.AMOUNT, quietly=True)
        vat = self._vat(place, row)
        if quantity is None and Column.QUANTITY in self.columns and len(self.preview.bad) == before:
            if fold(unit).rstrip(".") in ("ft", "fft", "forfait", "f", "ens", "ensemble"):
                quantity = Decimal(1)
            else:
                self._remark(place, Column.QUANTITY, "", Text("no quantity", "pas de quantité"))
        if price is None and len(self.preview.bad) == before:
            if printed is not None and quantity:
                price = printed / quantity
                if price * quantity != printed or -price.as_tuple().exponent > 6:
                    price = price.quantize(Decimal("0.000001"))
            else:
                self._remark(place, Column.PRICE, "", Text("no unit price", "pas de prix unitaire"))
        if len(self.preview.bad) > before:
            return
        line = Row(False, code, name or code, unit, quantity or ZERO, price or ZERO, vat, self._lot(row), self._where(place))
        self._add(line)
        if printed is not None and quantity and abs(line.amount - printed) > CENT:
            ours, theirs = number(line.amount), number(printed)
            message = Text(f"the quantity and the price make {ours.en}", f"la quantité et le prix font {ours.fr}")
            self._remark(place, Column.AMOUNT, theirs.fr, message, blocks=False)

    def _add(self, line: Row) -> None:
        self.preview.rows.append(line)
        self.after_line = True

    def _number(self, place: int, row: Sequence[Value], column: Column, *, quietly: bool = False) -> Decimal | None:
        value = self._cell(row, column)
        if value == UNCOMPUTED:
            if not quietly:
                self._remark(place, column, "", _UNCOMPUTED)
            return None
        try:
            return parse(value)
        except NotANumber as error:
            if not quietly or not is_for_memory(value):
                self._remark(place, column, str(value), error.text, blocks=not quietly)
            return None

    def _vat(self, place: int, row: Sequence[Value]) -> Decimal | None:
        rate = self._number(place, row, Column.VAT)
        if rate is None:
            return None
        # 20 % is 0.2 in a cell that is shown as a percentage
        if ZERO < rate < 1:
            rate *= HUNDRED
        if not ZERO <= rate < HUNDRED:
            self._remark(place, Column.VAT, self._text(row, Column.VAT), Text("no rate of VAT", "pas un taux de TVA"))
        return rate.normalize() if rate else ZERO

    def _lot(self, row: Sequence[Value]) -> str:
        return self._text(row, Column.LOT) or self.lot

    def _where(self, place: int) -> str:
        return self.sheet.where(place, self.columns[Column.NAME])

    def _remark(self, place: int, column: Column, value: str, message: Text, *, blocks: bool = True) -> None:
        where = self.sheet.where(place, self.columns.get(column, self.columns[Column.NAME]))
        self.preview.remarks.append(Remark(where, value, message, blocks))

    def _note_total(self, place: int, label: str, row: Sequence[Value]) -> None:
        self.after_line = False
        if not _GRAND.search(fold(label)):
            return
        numbers = [value for cell in row if (value := _amount(cell)) is not None]
        if numbers:
            self.preview.printed = numbers[-1]


def _amount(cell: Value) -> Decimal | None:
    try:
        return parse(cell) if cell != UNCOMPUTED else None
    except NotANumber:
        return None


_UNCOMPUTED = Text(
    "a formula that was never computed: open the file in a spreadsheet and save it",
    "une formule jamais calculée : ouvrez le fichier dans un tableur et enregistrez-le",
)
_FOR_MEMORY = Text("for memory: the line is left out", "pour mémoire : la ligne est laissée de côté")
