"""Files of a spreadsheet as plain grids: XLSX, CSV, and what was copied from one.

A number of an XLSX is a ``Decimal``, all else a text; an empty cell is ``""``, a formula that no program has computed is
:data:`UNCOMPUTED`. Nothing is executed and nothing outside of the file is read.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ..text import Text

if TYPE_CHECKING:
    from openpyxl import Workbook

MOST_ROWS = 20000
MOST_COLUMNS = 60
MOST_BYTES = 20 * 1024 * 1024
_UNPACKED = 200 * 1024 * 1024
UNCOMPUTED = "=?"
"""A formula without a value: the file was written by a program that computes nothing."""
_SEPARATORS = ";\t|,"

Value = str | Decimal


class GridError(Exception):
    """The file cannot be read. ``text``: why, and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Sheet:
    """A sheet: its name, ``""`` where there is only one that has none, and its rows."""

    name: str
    rows: Sequence[Sequence[Value]]

    def where(self, row: int, column: int) -> str:
        """The name of a cell as spreadsheets write it, from its place counted from 0: ``Lot 1!B12``."""
        return f"{self.name}!{_letters(column)}{row + 1}" if self.name else f"{_letters(column)}{row + 1}"


def _letters(column: int) -> str:
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found


def read(content: bytes) -> list[Sheet]:
    """The sheets of an XLSX or CSV file, told apart by what it holds.

    :raises GridError: when it is neither, too large, or damaged.
    """
    if len(content) > MOST_BYTES:
        raise GridError(Text("The file is larger than 20 MB.", "Le fichier dépasse 20 Mo."))
    if content[:2] == b"PK":
        return _workbook(content)
    if content[:4] == b"\xd0\xcf\x11\xe0":
        raise GridError(
            Text(
                "This is a file of the old Excel (.xls): save it as .xlsx first.",
                "C'est un fichier de l'ancien Excel (.xls) : enregistrez-le d'abord en .xlsx.",
            )
        )
    return [Sheet("", text_rows(_decoded(content)))]


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", "replace")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    if "\x00" in text:
        raise GridError(Text("The file is neither an XLSX nor a CSV file.", "Le fichier n'est ni un XLSX, ni un CSV."))
    return text


def text_rows(text: str) -> list[list[Value]]:
    """The rows of a CSV file, or of cells that were copied from a spreadsheet; the separator is the one seen most."""
    head = "\n".join(text.splitlines()[:50])
    # a comma stands in numbers too: it separates only where nothing else does
    separator = max(_SEPARATORS[:3], key=head.count)
    if not head.count(separator):
        separator = ","
    rows: list[list[Value]] = []
    try:
        for row in csv.reader(io.StringIO(text), delimiter=separator):
            rows.append([cell.strip() for cell in row[:MOST_COLUMNS]])
            if len(rows) > MOST_ROWS:
                raise GridError(_TOO_LONG)
    except csv.Error as error:
        raise GridError(Text(f"The file cannot be read ({error}).", f"Le fichier est illisible ({error}).")) from error
    return rows


_TOO_LONG = Text(f"The file has more than {MOST_ROWS} rows.", f"Le fichier a plus de {MOST_ROWS} lignes.")


def _workbook(content: bytes) -> list[Sheet]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > _UNPACKED:
            raise GridError(Text("The file is too large once unpacked.", "Le fichier est trop grand une fois décompressé."))
        values, formulas = _loaded(content, values=True), _loaded(content, values=False)
        # an empty sheet of charts has no rows
        return [
            _sheet(sheet.title, sheet, formulas[sheet.title]) for sheet in values.worksheets if sheet.sheet_state == "visible"
        ]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, EOFError, TypeError, AttributeError) as error:
        raise GridError(
            Text(
                "The file is no readable XLSX file: open it, save it anew, and try again.",
                "Le fichier n'est pas un XLSX lisible : ouvrez-le, enregistrez-le de nouveau et réessayez.",
            )
        ) from error


def _loaded(content: bytes, *, values: bool) -> Workbook:
    # loading takes time, and nothing but an import of a schedule needs it
    from openpyxl import load_workbook

    return load_workbook(io.BytesIO(content), read_only=True, data_only=values)


def _sheet(name: str, values: Any, formulas: Any) -> Sheet:
    rows: list[list[Value]] = []
    limits = {"max_col": MOST_COLUMNS, "values_only": True}
    for row, written in zip(values.iter_rows(**limits), formulas.iter_rows(**limits), strict=False):
        rows.append([_value(cell, formula) for cell, formula in zip(row, written, strict=False)])
        if len(rows) > MOST_ROWS:
            raise GridError(_TOO_LONG)
    return Sheet(name, rows)


def _value(cell: Any, formula: Any) -> Value:
    if cell is None:
        return UNCOMPUTED if isinstance(formula, str) and formula.startswith("=") else ""
    if isinstance(cell, bool):
        return ""
    if isinstance(cell, (int, float)):
        # 0.1 + 0.2 of a spreadsheet is 0.30000000000000004
        return Decimal(repr(round(cell, 9) if isinstance(cell, float) else cell))
    if isinstance(cell, date):
        return cell.isoformat()
    return re.sub(r"\s+", " ", str(cell)).strip()
