#!/usr/bin/env bash
# fast-formula-parser rounds up what needs no rounding: ROUNDUP(1, 3) is 1.001, and a market is revised though no index has moved.
#
# Versions: fast-formula-parser 1.0.19, hyperformula 3.5.0 (npm); formulas 1.3.4 (PyPI).
# Input: the formula of a revision of prices as a spreadsheet has it, ROUNDUP(0.15+0.85*I/I0,3), with the index of the month equal to the initial one,
#   124.3, and a little higher, 125; and ROUNDUP(C,3) for the 401 coefficients of three decimals from 0.900 to 1.300.
# The guess that is wrong: a coefficient is rounded to the thousandth above (CCAG-Travaux 2009, article 10.4), and OpenFormula (OpenDocument 1.2)
#   has ROUNDUP round away from zero to so many decimals: what has no more decimals stays.
# Seen: the other two give 1 and 1.005 and leave the 401 as they are. fast-formula-parser gives 1.005 too, but 1.001 for the index that did not move,
#   and raises 258 of the 401 by a thousandth: a thousand euros on a million. CEILING(C,0.001) there still raises 58.
# What we do about it: coefficients are computed as fractions and rounded once (Formula in services/works/revision.py); no formula of a file is run.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check formulas==1.3.4
npm install --silent --no-audit --no-fund --prefix "$folder" fast-formula-parser@1.0.19 hyperformula@3.5.0
cat >"$folder/try.js" <<'JAVASCRIPT'
const FormulaParser = require("fast-formula-parser");
const { HyperFormula } = require("hyperformula");

const parser = new FormulaParser();
const sheet = HyperFormula.buildFromArray([[]], { licenseKey: "gpl-v3" });
const engines = {
  "fast-formula-parser": (formula) => parser.parse(formula, { sheet: 1, row: 1, col: 1 }),
  hyperformula: (formula) => sheet.calculateFormula(`=${formula}`, 0),
};
const thousandths = Array.from({ length: 401 }, (_, more) => (900 + more) / 1000);
for (const [name, value] of Object.entries(engines)) {
  const more = (rounding) => thousandths.filter((one) => value(rounding(one)) > one).length;
  console.log(name, "unmoved", value("ROUNDUP(0.15+0.85*124.3/124.3,3)"));
  console.log(name, "moved", value("ROUNDUP(0.15+0.85*125/124.3,3)"));
  console.log(name, "raised by ROUNDUP", more((one) => `ROUNDUP(${one},3)`));
  console.log(name, "raised by CEILING", more((one) => `CEILING(${one},0.001)`));
}
JAVASCRIPT
cat >"$folder/try.py" <<'PYTHON'
import formulas

revision = formulas.Parser().ast("=ROUNDUP(0.15+0.85*A1/B1,3)")[1].compile()
rounding = formulas.Parser().ast("=ROUNDUP(A1,3)")[1].compile()
print("formulas unmoved", f"{float(revision(124.3, 124.3)):g}")
print("formulas moved", f"{float(revision(125, 124.3)):g}")
print("formulas raised by ROUNDUP", sum(float(rounding(one / 1000)) > one / 1000 for one in range(900, 1301)))
PYTHON
{ node "$folder/try.js"; "$folder/venv/bin/python" "$folder/try.py"; } | tee "$folder/seen"
diff - "$folder/seen" <<'EXPECTED' || { echo "changed: look again"; exit 1; }
fast-formula-parser unmoved 1.001
fast-formula-parser moved 1.005
fast-formula-parser raised by ROUNDUP 258
fast-formula-parser raised by CEILING 58
hyperformula unmoved 1
hyperformula moved 1.005
hyperformula raised by ROUNDUP 0
hyperformula raised by CEILING 0
formulas unmoved 1
formulas moved 1.005
formulas raised by ROUNDUP 0
EXPECTED
