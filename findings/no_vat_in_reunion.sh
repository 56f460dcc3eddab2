#!/usr/bin/env bash
# sales-tax finds no tax on a sale within Réunion, Martinique or Guadeloupe, where French VAT is charged at 8.5 %.
#
# Versions: sales-tax 2.23.0 (npm), eu-vat-rates-data 2026.9.29 (PyPI, whose rates of France have 8.5, as a second source).
# Input: 100 sold within one territory, seller and buyer in it, told by the code that ISO 3166 gives it: FR, MC, GP, MQ, RE, GF.
# The guess that is wrong: a library that knows Monaco, which is no member state but has French VAT, knows where else that VAT holds: the CGI has
#   8.5 % in Guadeloupe, Martinique and Réunion (article 296), and none in Guyane (article 294).
# Seen: 120 in France and in Monaco; 100 in all others, of type "none", without an error, as for any code that it has no rate of. Guyane is right by
#   that. As FR each of the three would be charged 20 %.
# What we do about it: where French VAT is charged is a list of ours (services/vocabulary/territories.py), and a rate is that of the tax on the line.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check eu-vat-rates-data==2026.9.29
npm install --silent --no-audit --no-fund --prefix "$folder" sales-tax@2.23.0
"$folder/venv/bin/python" -c 'from eu_vat_rates_data import get_rate; assert 8.5 in get_rate("FR")["reduced"], "the second source has changed"'
cat >"$folder/try.js" <<'JAVASCRIPT'
const tax = require("sales-tax");
(async () => {
  for (const place of ["FR", "MC", "GP", "MQ", "RE", "GF"]) {
    tax.setTaxOriginCountry(place);
    const { type, total } = await tax.getAmountWithSalesTax(place, null, 100);
    console.log(place, type, total);
  }
})();
JAVASCRIPT
node "$folder/try.js" | tee "$folder/seen"
diff - "$folder/seen" <<'EXPECTED' || { echo "changed: look again"; exit 1; }
FR vat 120
MC vat 120
GP none 100
MQ none 100
RE none 100
GF none 100
EXPECTED
