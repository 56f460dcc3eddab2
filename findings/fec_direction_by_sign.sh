#!/usr/bin/env bash
# fec-parser reads a FEC whose directions are +1 and -1 as one in which nothing was ever booked, and finds no error in it.
#
# Versions: fec-parser 1.0.1.
# Input: the entry of one sale in the three forms that the tax office's own tester of such files takes: Debit and Credit; Montant with Sens D or C;
#   Montant with Sens +1 or -1.
# The guess that is wrong: whoever reads the columns Montant and Sens, which may stand for Debit and Credit, reads each of their forms or refuses it.
# Seen: the first two give 120 to the debit of 411000 and 100 and 20 to the credit of 706000 and 445710. The third is read without an error, and each
#   amount is nought: the file balances, at zero.
# What we do about it: no FEC is read or written by us (Odoo writes it, with Debit and Credit). Whoever compares sales with what Chorus Pro paid by way
#   of such a tool should look at the totals first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check fec-parser==1.0.1
cat >"$folder/try.py" <<'PYTHON'
from fec_parser.parser import FECParser

HEAD = (
    "JournalCode|JournalLib|EcritureNum|EcritureDate|CompteNum|CompteLib|CompAuxNum|CompAuxLib|PieceRef|PieceDate|EcritureLib|{}"
    "|EcritureLet|DateLet|ValidDate|Montantdevise|Idevise"
)
ROW = "VE|Ventes|1|20260105|{}|{}|||F-1|20260105|Facture F-1|{}|||20260105||"
ACCOUNTS = (("411000", "Clients"), ("706000", "Prestations"), ("445710", "TVA"))
FORMS = {
    "Debit|Credit": ("120,00|0,00", "0,00|100,00", "0,00|20,00"),
    "Montant|Sens, D or C": ("120,00|D", "100,00|C", "20,00|C"),
    "Montant|Sens, +1 or -1": ("120,00|+1", "100,00|-1", "20,00|-1"),
}
seen = []
for name, amounts in FORMS.items():
    lines = [HEAD.format(name.partition(",")[0])]
    lines += [ROW.format(*account, amount) for account, amount in zip(ACCOUNTS, amounts, strict=True)]
    parser = FECParser.from_txt("\r\n".join(lines) + "\r\n")
    seen.append([(int(entry.debit), int(entry.credit)) for entry in parser.get_ecritures()])
    print(f"{name}: debit and credit {seen[-1]}, errors {parser.errors}")
    assert parser.errors == [], "changed: look again"
right = [(120, 0), (0, 100), (0, 20)]
assert seen == [right, right, [(0, 0)] * 3], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
