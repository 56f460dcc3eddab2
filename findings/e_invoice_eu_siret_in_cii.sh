#!/usr/bin/env bash
# From one French invoice @e-invoice-eu/core writes a right UBL, and a CII without the supplier's SIRET, with the payee's as a creditor's number.
#
# Versions: @e-invoice-eu/core 2.3.4 (npm).
# Input: an invoice in the library's own form (UBL's as JSON), valid by its own check: supplier, buyer and payee, a factor, each with a SIRET under
#   ISO 6523's 0009 (BT-29, BT-46, BT-60).
# The guess that is wrong: EN 16931's binding has one place for each in either syntax, in CII GlobalID with its schemeID, so both files name them.
# Seen: in UBL all three stand with 0009. In CII the supplier's is gone, buyer's and payee's have no scheme any more, and the payee's stands a second
#   time as CreditorReferenceID, where BT-90 belongs, the bank's number of who debits. Chorus Pro knows each of them by that number.
# What we do about it: it is no reader or writer of ours. Whoever deposits such a CII must put the SIRETs back; SIRETs are tested at their place in
#   each syntax by readers of others (tests/support/readers.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --silent --no-audit --no-fund --prefix "$folder" @e-invoice-eu/core@2.3.4
cat >"$folder/try.mjs" <<'JAVASCRIPT'
import { InvoiceService } from "@e-invoice-eu/core";

const SUPPLIER = "40483304800022", BUYER = "21750001600019", PAYEE = "73282932000074";
const siret = (number) => ({ "cbc:ID": number, "cbc:ID@schemeID": "0009" });
const party = (number, name) => ({
  "cbc:EndpointID": number, "cbc:EndpointID@schemeID": "0009",
  "cac:PostalAddress": { "cac:Country": { "cbc:IdentificationCode": "FR" } },
  "cac:PartyLegalEntity": { "cbc:RegistrationName": name },
});
const euros = (values) =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => [[`cbc:${key}`, value], [`cbc:${key}@currencyID`, "EUR"]]));
const vat = { "cbc:ID": "S", "cbc:Percent": "20", "cac:TaxScheme": { "cbc:ID": "VAT" } };
const invoice = {
  "ubl:Invoice": {
    "cbc:CustomizationID": "urn:cen.eu:en16931:2017", "cbc:ProfileID": "A1", "cbc:ID": "F-1", "cbc:IssueDate": "2026-01-05",
    "cbc:DueDate": "2026-02-04", "cbc:InvoiceTypeCode": "380", "cbc:DocumentCurrencyCode": "EUR", "cbc:BuyerReference": "SERVICE",
    "cac:AccountingSupplierParty": {
      "cac:Party": {
        ...party(SUPPLIER, "Vendeur"), "cac:PartyIdentification": [siret(SUPPLIER)],
        "cac:PartyTaxScheme": [{ "cbc:CompanyID": "FR83404833048", "cac:TaxScheme": { "cbc:ID": "VAT" } }],
      },
    },
    "cac:AccountingCustomerParty": { "cac:Party": { ...party(BUYER, "Commune"), "cac:PartyIdentification": siret(BUYER) } },
    "cac:PayeeParty": { "cac:PartyIdentification": siret(PAYEE), "cac:PartyName": { "cbc:Name": "Affactureur" } },
    "cac:Delivery": { "cbc:ActualDeliveryDate": "2026-01-04" },
    "cac:PaymentMeans": [{ "cbc:PaymentMeansCode": "30", "cac:PayeeFinancialAccount": { "cbc:ID": "FR1420041010050500013M02606" } }],
    "cac:TaxTotal": [
      {
        ...euros({ TaxAmount: "20.00" }),
        "cac:TaxSubtotal": [{ ...euros({ TaxableAmount: "100.00", TaxAmount: "20.00" }), "cac:TaxCategory": vat }],
      },
    ],
    "cac:LegalMonetaryTotal": euros({
      LineExtensionAmount: "100.00", TaxExclusiveAmount: "100.00", TaxInclusiveAmount: "120.00", PayableAmount: "120.00",
    }),
    "cac:InvoiceLine": [
      {
        "cbc:ID": "1", "cbc:InvoicedQuantity": "1", "cbc:InvoicedQuantity@unitCode": "C62", ...euros({ LineExtensionAmount: "100.00" }),
        "cac:Item": { "cbc:Name": "Chaise", "cac:ClassifiedTaxCategory": vat }, "cac:Price": euros({ PriceAmount: "100.00" }),
      },
    ],
  },
};
const seen = {};
for (const format of ["UBL", "CII"]) {
  const xml = await new InvoiceService(console).generate(structuredClone(invoice), { format, lang: "fr" });
  seen[format] = {};
  for (const [who, number] of Object.entries({ SUPPLIER, BUYER, PAYEE })) {
    // the electronic addresses repeat the numbers and are no identifiers
    const places = [...xml.matchAll(new RegExp(`<(?:cbc|ram):(\\w+)([^>]*)>${number}<`, "g"))].map((found) => found[1] + found[2]);
    seen[format][who] = places.filter((place) => !/^(EndpointID|URIID)/.test(place)).join(", ");
    console.log(`${format}, ${who}: ${seen[format][who] || "nowhere"}`);
  }
}
const named = 'ID schemeID="0009"';
const expected = {
  UBL: { SUPPLIER: named, BUYER: named, PAYEE: named },
  CII: { SUPPLIER: "", BUYER: "ID", PAYEE: "CreditorReferenceID, ID" },
};
if (JSON.stringify(seen) !== JSON.stringify(expected)) throw new Error("changed: look again");
JAVASCRIPT
node "$folder/try.mjs"
