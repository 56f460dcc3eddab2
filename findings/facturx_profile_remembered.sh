#!/usr/bin/env bash
# One invoice in the profile BASIC WL, and factur-x leaves the buyer's trading name out of all others of the same process.
#
# Versions: factur-x 7.8.
# Input: the business terms of an invoice whose buyer has a trading name (BT-45), written as EN 16931, as BASIC WL, as EN 16931 again.
# The guess that is wrong: equal terms at an equal level give equal files. Only BASIC WL is without BT-45 (Factur-X's own table of profiles).
# Seen: the first file has the name, the second has not, as it should; the third, of the same terms as the first, has lost it, and nothing is
#   said: the list of what BASIC WL leaves out belongs to the library's module, and each such file adds to it.
# What we do about it: one profile alone is written, EN 16931 (services/document/en16931.py); a worker that serves several must not write BASIC WL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8
cat >"$folder/try.py" <<'PYTHON'
import logging
from datetime import date

from facturx import generate_cii_xml

logging.disable(logging.CRITICAL)


def terms():
    return {
        "BT-1": "F-1", "BT-2": date(2026, 1, 5), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
        "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR"},
        "BG-7": {"name": "Commune", "biz_name": "Mairie annexe", "country_code": "FR"},
        "BG-23": [{"BT-116": "100.00", "BT-117": "20.00", "BT-118": "S", "BT-119": "20"}],
        "BG-25": [
            {
                "BT-126": "1", "BT-129": "1", "BT-130": "C62", "BT-131": "100.00", "BT-146": "100.00", "BT-151": "S",
                "BT-152": "20", "BT-153": "Chaise",
            }
        ],
        "BT-106": "100.00", "BT-109": "100.00", "BT-110": "20.00", "BT-112": "120.00", "BT-115": "120.00",
    }


seen = []
for level in ("en16931", "basicwl", "en16931"):
    seen.append(b"Mairie annexe" in generate_cii_xml(terms(), level=level, check_schematron=None))
    print(f"{level}: trading name {'written' if seen[-1] else 'left out'}")
assert seen == [True, False, False], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
