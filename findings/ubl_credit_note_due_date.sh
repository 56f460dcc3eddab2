#!/usr/bin/env bash
# A credit note's due date reaches the CII that factur-x writes and not its UBL, unless it says how nothing will be paid.
#
# Versions: factur-x 7.8.
# Input: the business terms of a credit note (381) with a due date (BT-9), written as CII and as UBL, without payment means and with code 1.
# The guess that is wrong: EN 16931 gives BT-9 to every document and binds it to no other term, so both syntaxes carry it. (UBL's CreditNote
#   has no DueDate of its own: the standard's binding puts BT-9 into PaymentMeans/PaymentDueDate.)
# Seen: without payment means (BT-81) UBL has no place left for the date and it is dropped without a word; CII has it. With BT-81 = 1,
#   "instrument not defined", both have it.
# What we do about it: every credit note says code 1, which promises no payment (CREDIT_NOTE_PAYMENT_MEANS in services/document/en16931.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8
cat >"$folder/try.py" <<'PYTHON'
import logging
from datetime import date

from facturx import generate_cii_xml, generate_ubl_xml

logging.disable(logging.CRITICAL)


def terms(means):
    return {
        "BT-1": "A-1", "BT-2": date(2026, 1, 5), "BT-3": "381", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
        "BG-3": [{"BT-25": "F-1", "BT-26": date(2025, 12, 31)}],
        "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR"},
        "BG-7": {"name": "Acheteur", "country_code": "FR"},
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20"}],
        "BG-25": [
            {
                "BT-126": "1", "BT-129": "1", "BT-130": "C62", "BT-131": "100.00", "BT-146": "100.00", "BT-151": "S",
                "BT-152": "20", "BT-153": "Chaise",
            }
        ],
        "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
        **({"BT-81": means} if means else {}),
    }


seen = {}
for means in ("", "1"):
    cii = generate_cii_xml(terms(means), level="en16931", check_schematron=None)
    ubl = generate_ubl_xml(terms(means), level="en16931", check_schematron=None)
    seen[means] = b"20260204" in cii, b"2026-02-04" in ubl
    print(f"payment means {means or 'none'}: due date in CII {seen[means][0]}, in UBL {seen[means][1]}")
assert seen == {"": (True, False), "1": (True, True)}, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
