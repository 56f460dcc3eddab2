#!/usr/bin/env bash
# factur-x writes a quantity given as a float with six digits: 123456.78 m3 of water become 123457, without a word.
#
# Versions: factur-x 7.8.
# Input: the business terms of an EN 16931 invoice with one line, whose quantity (BT-129) is 123456.78 or 1234567, as a float and as a text.
# The guess that is wrong: the library takes floats, and EN 16931's type for a quantity sets no limit to its decimals, so all digits arrive.
# Seen: a float is cut to six significant digits and the file passes the library's own check by the XSD; from a million up it is written with
#   an exponent, which that check refuses. A text arrives as it is. Nothing in the rules compares quantity, price and amount of a line.
# What we do about it: whatever is a number is handed over as a text made of a Decimal (services/document/en16931.py, doc/RULES.md §9.1).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8
cat >"$folder/try.py" <<'PYTHON'
import logging
import re
from datetime import date

from facturx import generate_cii_xml

logging.disable(logging.CRITICAL)


def terms(quantity):
    price = "0.00081" if float(quantity) < 1000000 else "0.000081"
    return {
        "BT-1": "F-1", "BT-2": date(2026, 1, 5), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
        "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR"},
        "BG-7": {"name": "Acheteur", "country_code": "FR"},
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20"}],
        "BG-25": [
            {
                "BT-126": "1", "BT-129": quantity, "BT-130": "MTQ", "BT-131": "100.00", "BT-146": price, "BT-151": "S",
                "BT-152": "20", "BT-153": "Eau",
            }
        ],
        "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
    }


seen = []
for quantity in (123456.78, 1234567.0, "123456.78", "1234567"):
    xml = generate_cii_xml(terms(quantity), level="en16931", check_xsd=False, check_schematron=None)
    written = re.search(rb"BilledQuantity[^>]*>([^<]*)<", xml)[1].decode()
    try:
        generate_cii_xml(terms(quantity), level="en16931", check_xsd=True, check_schematron=None)
        fits = True
    except Exception:  # the library has no class of its own
        fits = False
    print(f"{quantity!r}: written as {written}, {'valid' if fits else 'refused'} by the XSD")
    seen.append((written, fits))
assert seen == [("123457", True), ("1.23457e+06", False), ("123456.78", True), ("1234567", True)], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
