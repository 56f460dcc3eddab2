#!/usr/bin/env bash
# A bank statement in Pacific francs, 250 000 F received, is read by python-cfonb as one of nothing: 0.0000000025.
#
# Versions: python-cfonb 2.13; odoo-addon-account-statement-import-fr-cfonb 19.0.1.0.0.2 (OCA's reader, run without Odoo, for the proof that the
#   input is valid).
# Input: a statement of account in CFONB's 120 columns with an opening balance of 100 000, one transfer of 250 000 and a closing balance of 350 000,
#   once in euros with two decimals, once in XPF with none, as the field "number of decimals" of each line says.
# The guess that is wrong: that field tells where the decimals begin, and ISO 4217 gives XPF none, so both files give the same three numbers.
# Seen: in euros they are right. With none, all digits are put behind the decimal point, without an error, and the balances still add up; OCA's
#   reader takes both files right.
# What we do about it: no statement is read by us. Who sells to public bodies of New Caledonia or French Polynesia, whom Chorus Pro knows by RIDET and
#   TAHITI numbers, is paid in these francs: look here when nothing matches.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps python-cfonb==2.13 \
  odoo-addon-account-statement-import-fr-cfonb==19.0.1.0.0.2
cat >"$folder/try.py" <<'PYTHON'
import sys
from decimal import Decimal
from importlib.metadata import files
from io import StringIO
from types import ModuleType, SimpleNamespace

from cfonb import StatementReader


def statement(currency, decimals):
    def amount(units):
        digits = f"{units * 10**decimals:014d}"
        return digits[:-1] + "{ABCDEFGHI"[int(digits[-1])]

    account = f"12345    00001{currency}{decimals} 00000012345"
    lines = (
        f"01{account}  030226{'':50}{amount(100000)}{'':16}",
        f"04{account}05040226  040226{'VIREMENT TRESOR PUBLIC F-1':31}  0000000  {amount(250000)}{'':16}",
        f"07{account}  040226{'':50}{amount(350000)}{'':16}",
    )
    assert {len(line) for line in lines} == {120}
    return "\n".join(lines) + "\n"


def of_cfonb(text):
    (read,) = StatementReader().parse(StringIO(text))
    return read.header.prev_amount, read.lines[0].amount, read.footer.next_amount


def of_oca(text):
    """The wizard's reader alone: of Odoo it needs a base class and how a date is written."""
    for name, stand_in in {
        "odoo": {},
        "odoo.api": {"model": lambda method: method},
        "odoo.fields": {"Date": SimpleNamespace(to_string=str)},
        "odoo.models": {"TransientModel": object},
        "odoo.exceptions": {"UserError": ValueError},
    }.items():
        sys.modules[name] = module = ModuleType(name)
        vars(module).update(stand_in)
        setattr(sys.modules["odoo"], name.rpartition(".")[2], module)
    (path,) = (file.locate() for file in files("odoo-addon-account-statement-import-fr-cfonb") if file.match("wizard/account_statement_import.py"))
    names = {"__name__": "wizard"}
    exec(path.read_text("utf-8"), names)
    ((_, _, (read,)),) = names["AccountStatementImport"]()._parse_file(text.encode("latin1"))
    return read["balance_start"], read["transactions"][0]["amount"], read["balance_end_real"]


RIGHT = (100000, 250000, 350000)
TINY = tuple(Decimal(units).scaleb(-14) for units in RIGHT)
for currency, decimals, expected in (("EUR", 2, RIGHT), ("XPF", 0, TINY)):
    text = statement(currency, decimals)
    seen, other = of_cfonb(text), of_oca(text)
    print(f"{currency}: python-cfonb {', '.join(f'{one:f}' for one in seen)}; OCA {', '.join(f'{one:.0f}' for one in other)}")
    assert other == RIGHT, "the input is not valid"
    assert seen == expected, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
