#!/usr/bin/env bash
# A price shown in euros in an ODS schedule is read by pyexcel-ods3 as the text "12.5 EUR", the one shown as a plain number as a number.
#
# Versions: pyexcel-ods3 0.6.1, python-calamine 0.9.1, odfpy 1.4.1 (writes the file).
# Input: a schedule of prices (DPGF) in ODS with one line: quantity 3 as a number, unit price 12.5 as a currency (what a French office program shows
#   as "12,50 €"), VAT 0.055 as a percentage.
# The guess that is wrong: OpenDocument 1.2 keeps the number of a cell in office:value whether its office:value-type is float, percentage or
#   currency, so all three come as numbers.
# Seen: quantity and rate come as numbers, the price as a text with a decimal point, which is neither what is shown nor a number; a price of nought
#   is "0 EUR", which counts as something. python-calamine gives three numbers.
# What we do about it: XLSX and CSV alone are taken (services/works/grid.py); a text with "EUR" or "€" around a number is read as that number
#   (services/works/numbers.py), so a column that went through such a tool is read right.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pyexcel-ods3==0.6.1 python-calamine==0.9.1 odfpy==1.4.1
cat >"$folder/try.py" <<'PYTHON'
import sys

from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P
from pyexcel_ods3 import get_data
from python_calamine import load_workbook

path = f"{sys.argv[1]}/dpgf.ods"
document, table = OpenDocumentSpreadsheet(), Table(name="DPGF")
for quantity, price, shown in ((3, 12.5, "12,50 €"), (3, 0, "0,00 €")):
    row = TableRow()
    for text, attributes in (
        ("2.1.1", {"valuetype": "string"}),
        (str(quantity), {"valuetype": "float", "value": quantity}),
        (shown, {"valuetype": "currency", "currency": "EUR", "value": price}),
        ("5,5 %", {"valuetype": "percentage", "value": 0.055}),
    ):
        cell = TableCell(**attributes)
        cell.addElement(P(text=text))
        row.addElement(cell)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save(path)
seen = {
    "pyexcel-ods3": get_data(path)["DPGF"],
    "python-calamine": load_workbook(path).get_sheet_by_index(0).to_python(),
}
for reader, rows in seen.items():
    print(f"{reader}: {rows}")
assert seen["pyexcel-ods3"] == [["2.1.1", 3, "12.5 EUR", 0.055], ["2.1.1", 3, "0 EUR", 0.055]], "changed: look again"
assert seen["python-calamine"] == [["2.1.1", 3, 12.5, 0.055], ["2.1.1", 3, 0, 0.055]], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder"
