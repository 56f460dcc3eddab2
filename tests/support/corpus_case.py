"""The corpus: invoices described in ``corpus/*.json``, each named for what it exercises, made in Odoo and written in each format.

A description has ``about``, ``lines`` (Odoo's own names; ``taxes`` by name), and what differs from an ordinary invoice: values of
the ``move``, ``taxes`` of its own, the ``company`` or the ``partner``… ``totals`` are those that must come out, typed by hand;
``says`` is what the files must say, by EN 16931's term (``+30`` is a day, counted from the invoice's), ``tells`` words that a
term must hold, ``data`` what goes with the PDF. ``paid`` is how much of the total was paid by the invoice's date.
``formats`` are those in which it can be written, where not all.
"""

import base64
import contextlib
import json
from datetime import timedelta
from typing import NamedTuple

from odoo import Command, fields

from ..common import ChorusCommon
from . import printed
from .places import TESTS

FOLDER = TESTS / "corpus"
FORMATS = ("cii", "ubl", "facturx", "pdf")
#: With what a file of its kind begins.
MARKS = {
    "pdf": b"%PDF-1.4\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "jpg": b"\xff\xd8\xff\xe0",
    "xlsx": b"PK\x03\x04",
    "ods": b"PK\x03\x04",
}


class Case(NamedTuple):
    """One invoice of the corpus: its description, the record, its plain document, what stops it, its file in each format."""

    name: str
    data: dict
    move: object
    document: object
    blocking: list
    files: dict


class CorpusCase(ChorusCommon):
    """Makes the whole corpus once, for all tests of the class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with cls.company._chorus_client() as client:
            cls.company.chorus_structure_id = client.find_structures(cls.company.company_registry)[0].identifier
        with printed.by_wkhtmltopdf(cls.env) if printed.wkhtmltopdf_runs() else contextlib.nullcontext() as cls.print_env:
            cls.cases = [cls.make(path) for path in sorted(FOLDER.glob("*.json"))]

    @classmethod
    def make(cls, path):
        """One invoice of the corpus, in all formats; the company is as before afterwards."""
        data = json.loads(path.read_text("utf-8"))
        with cls.settings(data):
            move = cls.build(path.stem, data)
            document, files = move._chorus_document(), {}
            blocking = [finding for finding in move._chorus_findings(document) if finding.blocks]
            pdf = move.with_env(cls.print_env)._chorus_print() if cls.print_env else printed.pdf()
            for form in data.get("formats", FORMATS):
                cls.company.chorus_format = form
                files[form] = move._chorus_file(move._chorus_format(), document, pdf)
            return Case(path.stem, data, move, document, blocking, files)

    @classmethod
    @contextlib.contextmanager
    def settings(cls, data):
        """The company as the description wants it, for a while."""
        company = cls.company
        wanted = data.get("company", {})
        former = {name: company[name] for name in wanted}
        precisions = cls.env["decimal.precision"].search([("name", "in", list(data.get("precision", {})))])
        digits = {precision: precision.digits for precision in precisions}
        company.write(wanted)
        for precision in precisions:
            precision.digits = data["precision"][precision.name]
        try:
            yield
        finally:
            company.write({**former, "chorus_format": "cii"})
            for precision, former_digits in digits.items():
                precision.digits = former_digits

    @classmethod
    def build(cls, name, data):
        env, company = cls.env, cls.company
        for tax in data.get("taxes", []):
            cls.tax(name, tax)
        partner = cls.customer(name, data)
        values = {
            "move_type": data.get("type", "out_invoice"),
            "partner_id": partner.id,
            "invoice_date": fields.Date.today() + timedelta(data.get("dated", 0)),
            "company_id": company.id,
            "invoice_line_ids": [Command.create(cls.line(name, line)) for line in data["lines"]],
            **cls.conditions(data, partner),
            **cls.circumstances(data),
            **data.get("move", {}),
        }
        move = env["account.move"].with_company(company).create(values)
        for file, kind in data.get("attachments", []):
            content = base64.b64encode(MARKS.get(file.rpartition(".")[2], b"") + f"{file} of {name}".encode())
            env["chorus.attachment"].create({"move_id": move.id, "name": file, "kind": kind, "file": content})
        move.action_post()
        for payment in data.get("payments", ()):
            cls.pay(move, **payment)
        if "credited" in data:
            cls.credit(move, data["credited"])
        if data.get("pay"):
            env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
                {}
            )._create_payments()
            assert move.payment_state in ("paid", "in_payment"), move.payment_state
        return cls.reverse(move, data["reverse"]) if data.get("reverse") else move

    @classmethod
    def tax(cls, name, tax):
        """A tax of the description; those of a group come before it."""
        env, company = cls.env, cls.company
        parts = env["account.tax"].search([("name", "in", [f"{part} {name}" for part in tax.get("parts", ())])])
        values = {
            "type_tax_use": "sale",
            "amount_type": "percent",
            "company_id": company.id,
            "country_id": env.ref("base.fr").id,
            "tax_group_id": env["account.tax.group"].search([("company_id", "=", company.id)], limit=1).id,
            **{key: value for key, value in tax.items() if key != "parts"},
            "name": f"{tax['name']} {name}",
        }
        return env["account.tax"].create({**values, **({"children_tax_ids": [Command.set(parts.ids)]} if parts else {})})

    @classmethod
    def customer(cls, name, data):
        """A customer of this invoice's own: what hangs on it, such as a place of delivery, is no other invoice's."""
        wanted = dict(data.get("partner", {}))
        partner = cls.ministry if wanted.pop("body", "") == "ministry" else cls.town
        if country := wanted.pop("country", None):
            wanted["country_id"] = cls.env.ref(country).id
        values = {"name": partner.name, "company_registry": partner.company_registry, "invoice_sending_method": "chorus_pro"}
        return partner.copy({**values, **({"lang": "fr_FR"} if cls.french() else {}), **wanted})

    @classmethod
    def french(cls):
        """Whether this database has French, in which public bodies are written to."""
        return "fr_FR" in dict(cls.env["res.lang"].get_installed())

    @classmethod
    def line(cls, name, line):
        values = {key: value for key, value in line.items() if key not in ("taxes", "uom", "product", "code", "type")}
        if "display_type" in line:
            return values
        if "product" in line:
            product = cls.env["product.product"].create(
                {"name": line["product"], "default_code": line.get("code"), "type": line.get("type", "consu")}
            )
            values["product_id"] = product.id
        if "uom" in line:
            values["product_uom_id"] = cls.env.ref(line["uom"]).id
        names = [*line["taxes"], *(f"{tax} {name}" for tax in line["taxes"])]
        taxes = cls.env["account.tax"].with_context(active_test=False)
        found = taxes.search([("type_tax_use", "=", "sale"), ("company_id", "=", cls.company.id), ("name", "in", names)])
        assert len(found) == len(line["taxes"]), (name, line["taxes"], found.mapped("name"))
        return {**values, "tax_ids": [Command.set(found.ids)]}

    @classmethod
    def conditions(cls, data, partner):
        """Currency, bank account, terms of payment, rounding, delivery."""
        env, company, values = cls.env, cls.company, {}
        if "currency" in data:
            code, rate = data["currency"]
            currency = env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
            currency.active = True
            currency.rate_ids.filtered(lambda known: known.company_id == company).unlink()
            env["res.currency.rate"].create(
                {"currency_id": currency.id, "name": "2020-01-01", "company_rate": rate, "company_id": company.id}
            )
            values["currency_id"] = currency.id
        if "bank" in data:
            values["partner_bank_id"] = env["res.partner.bank"].create(
                {"acc_number": data["bank"], "partner_id": company.partner_id.id, "allow_out_payment": True}
            ).id  # fmt: skip
        if "cash_rounding" in data:
            account = cls.company_data["default_account_revenue"]
            values["invoice_cash_rounding_id"] = env["account.cash.rounding"].create(
                {"name": "0,05", "rounding": 0.05, "strategy": data["cash_rounding"], "rounding_method": "HALF-UP",
                 "profit_account_id": account.id, "loss_account_id": account.id}
            ).id  # fmt: skip
        terms = {}
        if "early_payment" in data:
            terms = {"early_discount": True, "discount_percentage": 2, "discount_days": 10,
                     "early_pay_discount_computation": data["early_payment"]}  # fmt: skip
        kinds = {
            "instalments": [("percent", 40, "days_after", 0), ("percent", 60, "days_after", 30)],
            "end_of_month": [("percent", 100, "days_after_end_of_month", 30)],
        }
        rows = data.get("instalments") or kinds.get(
            data.get("payment_term"), [("percent", 100, "days_after", 30)] if terms else []
        )
        if rows:
            values["invoice_payment_term_id"] = env["account.payment.term"].create(
                {"name": "Conditions", "company_id": company.id, **terms, "line_ids": [
                    Command.create({"value": value, "value_amount": amount, "delay_type": kind, "nb_days": days})
                    for value, amount, kind, days in rows
                ]}
            ).id  # fmt: skip
        if "delivered_to" in data:
            values["partner_shipping_id"] = env["res.partner"].create(
                {"is_company": True, "country_id": env.ref("base.fr").id, **data["delivered_to"]}
            ).id  # fmt: skip
        if "delivery" in data:
            place = {"type": "delivery", "parent_id": partner.id, "country_id": env.ref("base.fr").id, **data["delivery"]}
            values["partner_shipping_id"] = env["res.partner"].create(place).id
        return values

    @classmethod
    def circumstances(cls, data):
        """Fiscal position, payment method, factor, who made it."""
        env, company, values = cls.env, cls.company, {}
        if "position" in data:
            values["fiscal_position_id"] = env["account.fiscal.position"].create(
                {"name": "Position", "company_id": company.id, "note": data["position"]}
            ).id  # fmt: skip
        if "method" in data:
            values["preferred_payment_method_line_id"] = cls.method(*data["method"]).id
        if "factor" in data:
            factor = env["res.partner"].create({"is_company": True, **data["factor"]})
            owner = factor if data.get("factor_owns") else company.partner_id
            bank = {"acc_number": data["factor_account"], "partner_id": owner.id, "allow_out_payment": True}
            values["partner_bank_id"] = env["res.partner.bank"].create({**bank, "acc_holder_name": factor.name}).id
        if "made_by" in data:
            values["invoice_user_id"] = env.ref(data["made_by"]).id
        return values

    @classmethod
    def method(cls, kind, called):
        """A way of being paid: a method so called, of a journal of that type."""
        journals = cls.env["account.journal"]
        journal = journals.search([("type", "=", kind), ("company_id", "=", cls.company.id)], limit=1) or journals.create(
            {"name": called, "type": kind, "code": kind[:3].upper() + "9", "company_id": cls.company.id}
        )
        line = journal.inbound_payment_method_line_ids[:1].copy({"name": called})
        line.payment_account_id = journal.default_account_id
        return line

    @classmethod
    def pay(cls, move, amount, days=0, method=None):
        """A payment so many days from the invoice's: an entry of the bank that is matched, or one by a payment method."""
        day = move.invoice_date + timedelta(days)
        if method:
            line = cls.method(*method)
            cls.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
                {"payment_date": day, "amount": amount, "journal_id": line.journal_id.id, "payment_method_line_id": line.id}
            )._create_payments()
            return
        bank = cls.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", cls.company.id)], limit=1)
        due = move.line_ids.filtered(lambda line: line.display_type == "payment_term")[:1]
        currency = {"currency_id": move.currency_id.id}
        balance = move.currency_id._convert(amount, cls.company.currency_id, cls.company, day)
        partner = move.commercial_partner_id.id
        entry = cls.env["account.move"].create({"move_type": "entry", "date": day, "journal_id": bank.id, "line_ids": [
            Command.create({"account_id": bank.default_account_id.id, "amount_currency": amount, "debit": balance, **currency}),
            Command.create({"account_id": due.account_id.id, "partner_id": partner, "amount_currency": -amount,
                            "credit": balance, **currency}),
        ]})  # fmt: skip
        entry.action_post()
        move.js_assign_outstanding_line(entry.line_ids.filtered(lambda line: line.account_id == due.account_id).id)

    @classmethod
    def credit(cls, move, price):
        """A credit note of our own that settles a part of the invoice and goes to Chorus Pro itself."""
        credit_note = move._reverse_moves([{"invoice_date": move.invoice_date}])
        credit_note.invoice_line_ids.write({"quantity": 1, "price_unit": price})
        credit_note.action_post()
        due = credit_note.line_ids.filtered(lambda line: line.display_type == "payment_term")
        move.js_assign_outstanding_line(due.id)

    @classmethod
    def reverse(cls, move, how):
        credit_note = move._reverse_moves([{"invoice_date": move.invoice_date}], cancel=how == "reconcile")
        if how == "part":
            credit_note.invoice_line_ids.quantity = 3
        if credit_note.state == "draft":
            credit_note.action_post()
        return credit_note
