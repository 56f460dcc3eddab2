#!/usr/bin/env bash
# Of five libraries that check a SIRET one alone takes both of La Poste's: its seat's and those of its post offices.
#
# Versions: python-stdnum 2.2, eu-einvoice 1.0.0 (PyPI); siret 1.0.1, vat-siren-siret 1.2.1, @form-validation/validator-siret 2.4.0 (npm).
# Input: 35600000000048, the seat of La Poste, whose digits add up by Luhn; 35600000049837, an office of it, whose digits do not, but add up to 45.
# The guess that is wrong: a SIRET is 14 digits with Luhn's check digit. INSEE excepts the offices of La Poste: their digits
#   add up to a multiple of five. The seat keeps Luhn's, and its sum, 26, is no such multiple.
# Seen: the three of npm refuse the offices; eu-einvoice knows the exception, applies it to the seat too and refuses that; stdnum takes both.
# What we do about it: either rule will do for La Poste (can_exist in services/siret.py); stdnum knows it from 1.18 on and Odoo pins 1.17 for
#   Python 3.10, so it is written there.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-stdnum==2.2 eu-einvoice==1.0.0
npm install --silent --no-audit --no-fund --prefix "$folder" siret@1.0.1 vat-siren-siret@1.2.1 @form-validation/validator-siret@2.4.0
cat >"$folder/try.py" <<'PYTHON'
from eu_einvoice.identifiers import check_siret
from stdnum.fr import siret

for number in ("35600000000048", "35600000049837"):
    print(f"stdnum {number} {str(siret.is_valid(number)).lower()}")
    print(f"eu-einvoice {number} {str(check_siret(number) is None).lower()}")
PYTHON
cat >"$folder/try.js" <<'JAVASCRIPT'
const { siret: form } = require("@form-validation/validator-siret");
const checks = {
  siret: require("siret").isSIRET,
  "vat-siren-siret": require("vat-siren-siret").isSIRET,
  "form-validation": (value) => form().validate({ value, options: {} }).valid,
};
for (const number of ["35600000000048", "35600000049837"])
  for (const [name, check] of Object.entries(checks)) console.log(name, number, Boolean(check(number)));
JAVASCRIPT
{ "$folder/venv/bin/python" "$folder/try.py"; node "$folder/try.js"; } | LC_ALL=C sort | tee "$folder/seen"
diff - "$folder/seen" <<'EXPECTED' || { echo "changed: look again"; exit 1; }
eu-einvoice 35600000000048 false
eu-einvoice 35600000049837 true
form-validation 35600000000048 true
form-validation 35600000049837 false
siret 35600000000048 true
siret 35600000049837 false
stdnum 35600000000048 true
stdnum 35600000049837 true
vat-siren-siret 35600000000048 true
vat-siren-siret 35600000049837 false
EXPECTED
