"""Our files read back by software of others, each into the same plain facts, which must be those of the document."""

from __future__ import annotations

import base64
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from . import needs

Facts = dict[str, Any]
NEEDED = "NOT JUDGED: what others read in our files"

AMOUNTS = ("lines", "allowances", "charges", "tax_basis", "tax", "grand_total", "prepaid", "rounding", "payable")
"""The totals that EN 16931 has, by our names."""


def facts(document: Any, ubl: bool = False) -> Facts:
    """What any reader must find in a file of this document, attachments in it.

    :param document: a ``services.document.invoice.Invoice``.
    :param ubl: the file is UBL, which has a place of its own for some facts.
    """
    supplier, recipient, payment = document.supplier, document.recipient, document.payment
    transfer = "" if document.is_credit_note else payment.iban
    return _plain(
        {
            "number": document.number,
            "kind": document.kind.value,
            "issued": document.issue_date,
            "due": document.due_date,
            "currency": document.currency,
            "framework": document.framework,
            "service": document.service_code,
            "market": document.market_number,
            "engagement": document.engagement_number,
            "original": document.original and document.original.number,
            "seller": (supplier.name, supplier.identifier),
            "seller's VAT number": "" if _out_of_scope(document) else supplier.vat,
            "buyer": (recipient.name, recipient.identifier),
            "payee": document.payee and document.payee.name,
            "delivered": document.delivery_date,
            "means": "1" if document.is_credit_note else payment.means,
            "iban": transfer,
            "reference": "" if document.is_credit_note else payment.reference,
            "terms": payment.all_terms,
            "notes": tuple(_text(note.text) for note in document.notes if _text(note.text)),
            "totals": {name: getattr(document.totals, name) for name in AMOUNTS},
            "tax in euros": document.tax_in_vat_currency if document.vat_currency not in ("", document.currency) else None,
            "VAT": sorted((one.vat.category.value, _rate(one.vat), one.base, one.tax) for one in document.vat_breakdown),
            "allowances": sorted((item.amount, item.vat.category.value, _text(item.reason)) for item in document.allowances),
            "charges": sorted((item.amount, item.vat.category.value, _text(item.reason)) for item in document.charges),
            "lines": [
                (_line_name(line), abs(line.quantity), line.unit, abs(line.net_price), line.net_amount, line.vat.category.value,
                 _rate(line.vat), _text(line.item_code))
                for line in document.lines
            ],
            "attachments": [(file.name, file.content) for file in document.attachments],
        }
    )  # fmt: skip


def _out_of_scope(document: Any) -> bool:
    return any(category.value == "O" for category in document.vat_categories)


def _rate(vat: Any) -> Decimal:
    return Decimal(vat.rate)


def _line_name(line: Any) -> str:
    return _text(line.name) or _text(line.description).partition("\n")[0].strip()


def _text(text: str | None) -> str:
    """A text as XML can carry it."""
    return "".join(letter for letter in text or "" if letter in "\t\n" or ord(letter) >= 32).strip()


def _plain(facts: Facts) -> Facts:
    """The facts that are known, each in one notation."""

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(one) for one in value]
        if isinstance(value, Decimal):
            return format(value.normalize() + 0, "f")
        if isinstance(value, str):
            return _text(value)
        return value.isoformat() if hasattr(value, "isoformat") else value

    found = {key: plain(value) for key, value in facts.items()}
    return {key: value for key, value in found.items() if value not in (None, "", [], {}, ["", ""])}


def _number(value: Any) -> Decimal:
    return Decimal(str(value or 0))


def eu_einvoice(xml: bytes) -> Facts:
    """What the package ``eu-einvoice`` reads in a CII or a UBL.

    :raises unittest.SkipTest: where it is not installed.
    """
    parse = needs.package("eu_einvoice.parse", NEEDED)
    read, _notes = parse.parse_bytes(xml)
    payment, seller, buyer = (read.get(key, {}) for key in ("payment", "seller", "buyer"))
    names = (
        *("line_total", "allowance_total", "charge_total", "tax_exclusive", "tax_total", "tax_inclusive"),
        *("prepaid", "rounding", "payable"),
    )
    return _plain(
        {
            "number": read["number"],
            "kind": read["type"],
            "issued": read["issue_date"],
            "due": read.get("due_date"),
            "currency": read["currency"],
            "framework": read.get("process_id"),
            "service": read.get("buyer_reference"),
            "market": read.get("contract_reference"),
            "engagement": read.get("order_reference"),
            "original": next((one["number"] for one in read.get("preceding_invoices", ())), None),
            "seller": (seller["name"], seller["ids"][0]["id"]),
            "seller's VAT number": seller.get("vat_id"),
            "buyer": (buyer["name"], buyer["ids"][0]["id"]),
            "payee": read.get("payee", {}).get("name"),
            "delivered": read.get("delivery", {}).get("date"),
            "means": payment.get("means_code"),
            "iban": next((one.get("iban") for one in payment.get("credit_transfers", ())), None),
            "reference": payment.get("remittance_info"),
            "terms": payment.get("terms"),
            "notes": [note["text"] if isinstance(note, dict) else note for note in read.get("notes", ())],
            "totals": {ours: _number(read["totals"].get(theirs)) for ours, theirs in zip(AMOUNTS, names, strict=True)},
            "tax in euros": _maybe(read.get("tax_total_in_tax_currency")),
            "VAT": _vat(read["vat_breakdown"]),
            "allowances": sorted(map(_adjustment, read.get("allowances", ()))),
            "charges": sorted(map(_adjustment, read.get("charges", ()))),
            "lines": [
                (line["name"], abs(_number(line["quantity"])), line["unit"], _number(line["price"]), _number(line["net_amount"]),
                 line["vat_category"], _number(line.get("vat_rate")), line.get("seller_item_id", ""))
                for line in read["lines"]
            ],
            "attachments": [
                (file["filename"], base64.b64decode(file["content_b64"])) for file in read.get("attachments", ())
                if "filename" in file
            ],
        }
    )  # fmt: skip


def _maybe(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _vat(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return sorted((row["category"], _number(row.get("rate")), _number(row["taxable"]), _number(row["tax"])) for row in rows)


def _adjustment(item: dict[str, Any]) -> tuple[Any, ...]:
    return _number(item["amount"]), item["vat_category"], item["reason"]


def drafthorse(xml: bytes) -> Facts:
    """What the package ``drafthorse`` reads in a CII; it knows no UBL. An element that it does not know is an error.

    :raises unittest.SkipTest: where it is not installed.
    """
    read = needs.package("drafthorse.models.document", NEEDED).Document.parse(xml)
    trade, settlement = read.trade, read.trade.settlement
    agreement, summary = trade.agreement, settlement.monetary_summation
    means = next(iter(settlement.payment_means.children), None)
    terms = next(iter(settlement.terms.children), None)
    adjustments = settlement.allowance_charge.children
    # its field for the VAT in the document's currency stays empty: the one for other currencies has them all
    taxes = {currency: _number(amount) for amount, currency in summary.tax_total_other_currency.children}
    own = settlement.currency_code._text
    return _plain(
        {
            "number": read.header.id._text,
            "kind": read.header.type_code._text,
            "issued": read.header.issue_date_time._value,
            "due": terms and terms.due._value,
            "currency": own,
            "framework": read.context.business_parameter.id._text,
            "service": agreement.buyer_reference._text,
            "market": agreement.contract.issuer_assigned_id._text,
            "engagement": agreement.buyer_order.issuer_assigned_id._text,
            "original": settlement.invoice_referenced_document.issuer_assigned_id._text,
            "seller": (agreement.seller.name._text, _global_id(agreement.seller)),
            "seller's VAT number": next(
                (one.id._text for one in agreement.seller.tax_registrations.children if one.id._scheme_id == "VA"), None
            ),
            "buyer": (agreement.buyer.name._text, _global_id(agreement.buyer)),
            "payee": settlement.payee.name._text,
            "delivered": trade.delivery.event.occurrence._value,
            "means": means and means.type_code._text,
            "iban": means and means.payee_account.iban._text,
            "reference": settlement.payment_reference._text,
            "terms": terms and terms.description._text,
            "notes": [note.content._text for note in read.header.notes.children],
            "totals": {
                "lines": _number(summary.line_total._value),
                "allowances": _number(summary.allowance_total._value),
                "charges": _number(summary.charge_total._value),
                "tax_basis": _number(summary.tax_basis_total._amount),
                "tax": taxes[own],
                "grand_total": _number(summary.grand_total._amount),
                "prepaid": _number(summary.prepaid_total._value),
                "rounding": _number(summary.rounding_amount._value),
                "payable": _number(summary.due_amount._value),
            },
            "tax in euros": next((amount for currency, amount in taxes.items() if currency != own), None),
            "VAT": sorted(
                (tax.category_code._text, _number(tax.rate_applicable_percent._value), _number(tax.basis_amount._value),
                 _number(tax.calculated_amount._value))
                for tax in settlement.trade_tax.children
            ),
            "allowances": sorted(_their(item) for item in adjustments if not item.indicator._value),
            "charges": sorted(_their(item) for item in adjustments if item.indicator._value),
            "lines": [
                (line.product.name._text, abs(line.delivery.billed_quantity._amount), line.delivery.billed_quantity._unit_code,
                 _number(line.agreement.net.amount._value), _number(line.settlement.monetary_summation.total_amount._value),
                 line.settlement.trade_tax.category_code._text,
                 _number(line.settlement.trade_tax.rate_applicable_percent._value), line.product.seller_assigned_id._text)
                for line in trade.items.children
            ],
            "attachments": [
                (file.attached_object._filename, base64.b64decode(file.attached_object._text))
                for file in agreement.additional_references.children
            ],
        }
    )  # fmt: skip


def _global_id(party: Any) -> str:
    return next((text for _scheme, text in party.global_id.children), "")


def _their(item: Any) -> tuple[Any, ...]:
    (tax,) = item.trade_tax.children
    return _number(item.actual_amount._value), tax.category_code._text, item.reason._text


READERS: dict[str, tuple[Callable[[bytes], Facts], ...]] = {"cii": (drafthorse, eu_einvoice), "ubl": (eu_einvoice,)}
"""Who reads which syntax."""
