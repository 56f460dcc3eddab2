#!/usr/bin/env bash
# In an ODS schedule tablib and fast-ods read amounts in the wrong columns: cells that the format writes once for several go missing.
#
# Versions: tablib 3.10.0, fast-ods 0.3.2, python-calamine 0.9.1 (a third reader, for the proof that the input is valid), odfpy 1.4.1 (writes the file).
# Input: a schedule of prices (DPGF) in ODS of five columns, number, what, unit, quantity, price: a line of 4 at 4, the two equal cells written as one
#   with number-columns-repeated="2"; a line of 16 after two empty cells, written so too; a line whose text is merged over three columns, the
#   two behind it written as one covered-table-cell.
# The guess that is wrong: OpenDocument 1.2 lets equal neighbours be written once, empty and covered ones too, and office programs do, so a reader
#   counts each as often as it says and a line keeps its five columns.
# Seen: tablib reads 4 without a price, and takes 16 for the unit: a repeated cell counts once, an empty one not at all. Beside the merged text both
#   have quantity and price two columns too far left. Nothing is said. python-calamine has all five columns.
# What we do about it: XLSX and CSV alone are taken (services/works/grid.py); a schedule in ODS is saved as XLSX by the office program that made it.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check "tablib[ods]==3.10.0" fast-ods==0.3.2 python-calamine==0.9.1 odfpy==1.4.1
cat >"$folder/try.py" <<'PYTHON'
import sys

import tablib
from fast_ods import ODSParser
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from python_calamine import CalamineWorkbook

path = sys.argv[1]


def cell(value, **more):
    if value is None:
        return TableCell(**more)
    one = TableCell(valuetype="string", **more) if isinstance(value, str) else TableCell(valuetype="float", value=value, **more)
    one.addElement(P(text=str(value)))
    return one


LINES = (
    [cell(title) for title in ("N°", "Désignation", "Unité", "Quantité", "Prix")],
    [cell("1"), cell("Porte"), cell("U"), cell(4, numbercolumnsrepeated=2)],
    [cell("2"), cell("Acompte"), cell(None, numbercolumnsrepeated=2), cell(16)],
    [cell("Option", numbercolumnsspanned=3, numberrowsspanned=1), CoveredTableCell(numbercolumnsrepeated=2), cell(1), cell(50)],
)
document, table = OpenDocumentSpreadsheet(), Table(name="DPGF")
for line in LINES:
    row = TableRow()
    for one in line:
        row.addElement(one)
    table.addElement(row)
document.spreadsheet.addElement(table)
document.save(path)


def of_tablib():
    with open(path, "rb") as file:
        return [list(line) for line in tablib.Dataset().load(file, "ods")]


readers = {
    "python-calamine": lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()[1:],
    "tablib": of_tablib,
    "fast-ods": lambda: [list(line) for line in ODSParser().parse(path, convert_values=True)][1:],
}
seen = {name: read() for name, read in readers.items()}
for name, lines in seen.items():
    print(f"{name}: {lines}")
right = [["1", "Porte", "U", 4, 4], ["2", "Acompte", "", "", 16], ["Option", "", "", 1, 50]]
assert seen["python-calamine"] == right, "the input is not valid"
assert seen["tablib"] == [["1", "Porte", "U", 4, ""], ["2", "Acompte", 16, "", ""], ["Option", 1, 50, "", ""]], "changed: look again"
assert seen["fast-ods"] == [["1", "Porte", "U", 4, 4], ["2", "Acompte", None, None, 16], ["Option", 1, 50]], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder/schedule.ods"
