"""A price schedule written as a spreadsheet: what is exported can be imported again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from .schedule import Row

HEADINGS = ("N°", "Désignation", "Unité", "Quantité", "Prix unitaire HT", "Montant HT", "TVA %", "Lot")
_WIDTHS = (10, 60, 8, 12, 16, 16, 8, 14)
_NUMBERS = {"D": "#,##0.###", "E": "#,##0.00####", "F": "#,##0.00", "G": "0.##"}
_RISKY = ("=", "+", "@", "\t", "\r")


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_RISKY) else text


def xlsx(rows: Iterable[Row], title: str) -> bytes:
    """The schedule as an XLSX file. ``title``: of the market, above the table."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sheet = book.active
    sheet.title = "DPGF"
    bold = Font(bold=True)
    sheet.append([_safe(title)])
    sheet.append([])
    sheet.append(list(HEADINGS))
    for column, width in zip("ABCDEFGH", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
        sheet[f"{column}3"].font = bold
    sheet["A1"].font = bold
    first = sheet.max_row + 1
    for row in rows:
        sheet.append(_cells(row))
        last = sheet.max_row
        if row.chapter:
            sheet[f"A{last}"].font = sheet[f"B{last}"].font = bold
        for column, shown in _NUMBERS.items():
            sheet[f"{column}{last}"].number_format = shown
    last = sheet.max_row
    sheet.append([None, "Total HT", None, None, None, f"=SUM(F{first}:F{last})" if last >= first else 0])
    sheet[f"B{last + 1}"].font = sheet[f"F{last + 1}"].font = bold
    sheet[f"F{last + 1}"].number_format = _NUMBERS["F"]
    sheet.freeze_panes = "A4"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cells(row: Row) -> list[str | Decimal | None]:
    if row.chapter:
        return [_safe(row.code), _safe(row.name), None, None, None, None, None, _safe(row.lot) or None]
    return [
        _safe(row.code), _safe(row.name), row.unit, row.quantity, row.price, row.amount, row.vat, _safe(row.lot) or None,
    ]  # fmt: skip


def text(rows: Iterable[Row]) -> bytes:
    """The schedule as a CSV file that a French spreadsheet opens: semicolons, decimal commas, UTF-8 with its mark."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for row in rows:
        writer.writerow([_french(cell) for cell in _cells(row)])
    return stream.getvalue().encode("utf-8-sig")


def _french(cell: str | Decimal | None) -> str:
    if cell is None:
        return ""
    return f"{cell:f}".replace(".", ",") if isinstance(cell, Decimal) else cell
