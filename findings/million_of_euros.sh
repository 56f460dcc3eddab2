#!/usr/bin/env bash
# num2words spells a market's amount "un million euros" and nothing at all "zéro euros", which no French deed says.
#
# Versions: num2words 0.5.14.
# Input: amounts in euros as an engagement (acte d'engagement) has them in words: 1 000 000, 2 000 000, 1 200 000, 80, 80 000 000, 0.
# The guess that is wrong: its French knows the finer rules, the s of quatre-vingts and cents before millions and not before mille, so it knows these
#   too: million is a noun and takes "de" before another one when nothing follows it (so the dictionary of the Académie française), and
#   the plural begins at two.
# Seen: "un million euros", "deux millions euros", "quatre-vingts millions euros", "zéro euros"; 1 200 000 and 80 are right.
# What we do about it: no amount is spelt by us. Odoo does it for cheques and templates, with this library's numerals and the currency's name
#   behind, with the same result: read such a text before it is signed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check num2words==0.5.14
cat >"$folder/try.py" <<'PYTHON'
from decimal import Decimal

from num2words import num2words

EXPECTED = {
    "1000000.00": ("un million euros", "un million d'euros"),
    "2000000.00": ("deux millions euros", "deux millions d'euros"),
    "80000000.00": ("quatre-vingts millions euros", "quatre-vingts millions d'euros"),
    "1200000.00": ("un million deux cent mille euros", "un million deux cent mille euros"),
    "80.00": ("quatre-vingts euros", "quatre-vingts euros"),
    "0.00": ("zéro euros", "zéro euro"),
}
for amount, (theirs, french) in EXPECTED.items():
    seen = num2words(Decimal(amount), lang="fr", to="currency", currency="EUR").removesuffix(" et zéro centimes")
    print(f"{amount}: {seen}{'' if seen == french else f'; in French {french}'}")
    assert seen == theirs, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
