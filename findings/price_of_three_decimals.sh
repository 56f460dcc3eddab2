#!/usr/bin/env bash
# price-parser reads the French unit price "0,125 €" as 125 euros, and "12,500 €" as twelve thousand five hundred.
#
# Versions: price-parser 0.5.1.
# Input: prices as a French schedule of unit prices (BPU) writes them: decimal comma, blanks between thousands, two to four decimals.
# The guess that is wrong: the currency and the comma tell the notation (France knows the comma for decimals alone), and a whole part of 0 leaves
#   no other reading.
# Seen: two and four decimals are read right; with three the comma is taken for a mark of thousands, also after a 0 and after a blank that marks
#   thousands already. With decimal_separator="," all are right.
# What we do about it: a lone comma is the decimals' mark whatever follows it, and what can be read in two ways is asked about (parse in
#   services/works/numbers.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
cat >"$folder/try.py" <<'PYTHON'
from price_parser import parse_price

seen = {}
for text in ("1 234,56 €", "0,1255 €", "0,125 €", "12,500 €", "1 234,567 €"):
    seen[text] = str(parse_price(text).amount), str(parse_price(text, decimal_separator=",").amount)
    print(f"{text}: {seen[text][0]}; when told of the comma {seen[text][1]}")
expected = {
    "1 234,56 €": ("1234.56", "1234.56"), "0,1255 €": ("0.1255", "0.1255"), "0,125 €": ("125", "0.125"),
    "12,500 €": ("12500", "12.500"), "1 234,567 €": ("1234567", "1234.567"),
}
assert seen == expected, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
