import functools
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import email_split, ormcache

from ...services import rules
from ...services.clock import UTC, paris_day
from ...services.document import taxation
from ...services.document.invoice import (
    ZERO,
    Address,
    AllowanceCharge,
    Contact,
    IdentifierType,
    Invoice,
    Kind,
    Line,
    Note,
    OriginalInvoice,
    Party,
    Totals,
    Vat,
    VatCategory,
    VatDue,
    VatSubtotal,
)
from ...services.document.taxation import BookTax, Rounded, TaxKind, outside_the_base, settle
from ...services.document.terms import says_retention
from ...services.rules.override import may_be_overridden
from ...services.text import cleaned
from ...services.vocabulary import units
from .chorus_settlement import plain

#: What Odoo's own lines for an early payment are called in the document.
EARLY_PAYMENT = "Escompte pour paiement anticipé"
CONDITIONAL_DISCOUNT = "Escompte conditionnel, déduit de la seule assiette de la TVA"


class Levies(NamedTuple):
    """What taxes that are not VAT make of a document; ``levied`` is what the charges exceed the allowances by.

    ``reasons``: each thing withheld, by its name, and how much.
    """

    allowances: tuple[AllowanceCharge, ...]
    charges: tuple[AllowanceCharge, ...]
    levied: Decimal
    withheld: Decimal
    reasons: tuple[tuple[str, Decimal], ...]


class ChorusDocument(models.AbstractModel):
    """Reads an invoice into the plain document that rules and formats know: a mix-in of ``account.move``."""

    _name = "chorus.document"
    _description = "Invoice as Chorus Pro needs it"

    def _chorus_findings(self, document=None, form=None):
        """What is wrong with this invoice for Chorus Pro, all at once; see ``services/rules``.

        :param document: what it says, where that was read already. :param form: its ``Format`` likewise.
        """
        self.ensure_one()
        context = self._chorus_rules_context(form or self._chorus_format())
        findings = rules.check(document or self._chorus_document(), context, self.env["chorus.hooks"]._rules())
        if not any(may_be_overridden(finding) for finding in findings):
            return findings
        answered = self.env["chorus.override"]._codes(self)
        # what somebody answers for is told, and no longer blocks
        return [
            replace(finding, level=rules.Level.WARN) if finding.code in answered and may_be_overridden(finding) else finding
            for finding in findings
        ]

    def _chorus_rules_context(self, form):
        """What the rules may know besides the document, which goes in that ``Format``."""
        self.ensure_one()
        return rules.Context(
            production=self.company_id.chorus_environment == "production",
            supplier=self.company_id._chorus_connection().structure_state or "",
            today=paris_day(fields.Datetime.now().replace(tzinfo=UTC)),
            form=form,
            recipient=self._chorus_requirements(),
            paid_since=sum((paid.amount for paid in self._chorus_payments() if not paid.before), ZERO),
            order_reference=self._chorus_order_reference(),
            taken_by=self._chorus_taken_by(),
        )

    def _chorus_taken_by(self):
        """Which other invoice of our SIREN has this number at Chorus Pro, as far as the user may know; "" where none does."""
        return ""

    def _chorus_read_ahead(self):
        """Read of all these invoices at once what is read of each when it is made into a document.

        Odoo's own code asks for it by the lines of one invoice, which then brings nothing of the others along.
        """
        # with our own address, which is asked for too
        (self.commercial_partner_id | self.partner_id | self.company_id.partner_id).mapped("name")
        for name in ("tax_ids", "tax_tag_ids", "product_id", "product_uom_id"):
            self.line_ids.mapped(name)

    def _chorus_document(self):
        """This invoice or credit note as a ``services.document.invoice.Invoice``, with the amounts of the books.

        Its texts are those of the customer's language where that is French, else French ones, whoever asks.
        """
        self.ensure_one()
        self = self.with_context(lang=self._chorus_language())
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        self._chorus_prepare(base_lines)
        begun = {line.id for line in self._chorus_begun_lines()}
        products, retained, penalties = [], [], []
        for line in base_lines:
            if line["special_type"] or line["record"].id in begun:
                continue
            # a retention keeps back a guarantee, a penalty indemnifies, both without VAT: they lower neither the price nor its
            # VAT, but what is paid now
            lowers = not line["chorus_vat"].rate and self._chorus_net(line) < 0
            if lowers and self._chorus_says_retention(line["record"]):
                retained.append(line)
            elif lowers and self._chorus_says_penalty(line["record"]):
                penalties.append(line)
            else:
                products.append(line)
        rounding = sum((self._chorus_net(line) for line in base_lines if line["special_type"] == "cash_rounding"), ZERO)
        adjustments = [line for line in base_lines if line["special_type"] not in (False, None, "cash_rounding")]
        self._chorus_settle([*products, *retained, *penalties, *adjustments])
        texts, leading = self._chorus_texts()
        lines = tuple([self._chorus_document_line(line, texts.get(line["record"].id, ("", ""))) for line in products])
        allowances, charges = self._chorus_adjustments(adjustments)
        levies = self._chorus_levies([*products, *adjustments])
        allowances, charges = allowances + levies.allowances, charges + levies.charges
        kept_back = -sum((self._chorus_net(line) for line in retained), ZERO)
        deducted = -sum((self._chorus_net(line) for line in penalties), ZERO)
        untaxed, taxes = self._chorus_book_totals(base_lines)
        tax_basis = untaxed - rounding + levies.levied + kept_back + deducted
        tax = taxes - levies.levied + levies.withheld
        payments = self._chorus_payments()
        owed = tax_basis + tax + rounding
        prepaid = levies.withheld + sum((paid.amount for paid in payments if paid.before), ZERO)
        settled = self._chorus_is_paid() or (prepaid > levies.withheld and owed <= prepaid)
        prepaid = owed if settled else prepaid
        foreign = self.currency_id != self.company_currency_id
        company, customer = self.company_id, self.commercial_partner_id
        notes = self._chorus_notes(leading)
        paying = self._chorus_paying(settled, payments, prepaid - levies.withheld, levies, retained, penalties, notes)
        return Invoice(
            number=self._chorus_number(),
            issue_date=self.invoice_date or None,
            due_date=paying.due,
            framework="A2" if settled else "A1",
            kind=Kind.CREDIT_NOTE if self.move_type == "out_refund" else Kind.INVOICE,
            currency=self.currency_id.name,
            supplier=self._chorus_party(company.partner_id, self._chorus_seller_contact(), company._chorus_vat_number()),
            recipient=self._chorus_party(customer, Contact()),
            service_code=cleaned(self.buyer_reference),
            market_number=cleaned(self.contract_reference),
            engagement_number=cleaned(self.purchase_order_reference),
            original=self._chorus_original(),
            payment=paying.payment,
            payee=paying.payee,
            delivery_date=self.delivery_date or None,
            **self._chorus_delivery(),
            lines=lines,
            allowances=allowances,
            charges=charges,
            vat_breakdown=self._chorus_vat_breakdown([*products, *adjustments], lines, allowances, charges),
            vat_due=self._chorus_vat_due(products),
            vat_currency=self.company_currency_id.name if foreign else "",
            tax_in_vat_currency=self._chorus_company_vat([*products, *adjustments]) if foreign else None,
            totals=Totals(
                lines=sum((line.net_amount for line in lines), ZERO),
                allowances=sum((item.amount for item in allowances), ZERO),
                charges=sum((item.amount for item in charges), ZERO),
                tax_basis=tax_basis,
                tax=tax,
                grand_total=tax_basis + tax,
                rounding=rounding,
                prepaid=prepaid,
                payable=owed - prepaid,
            ),
            retained=kept_back,
            deducted=deducted,
            notes=notes + paying.mention,
            attachments=self._chorus_attachments(),
        )

    def _chorus_number(self):
        """The number under which Chorus Pro knows this invoice."""
        self.ensure_one()
        return self.name or ""

    def _chorus_original(self):
        number = (self.chorus_original_number or "").strip()
        if self.move_type != "out_refund" or not number:
            return None
        return OriginalInvoice(number, self.chorus_original_date or None)

    def _chorus_is_paid(self):
        """Whether the invoice is one that the public body has paid (framework A2)."""
        self.ensure_one()
        return self.move_type == "out_invoice" and self.chorus_already_paid

    def _chorus_language(self):
        """The customer's language where it is French, else the French of this database; ``None`` without any."""
        installed = [code for code, _name in self.env["res.lang"].get_installed() if code.startswith("fr")]
        spoken = self.partner_id.lang or self.commercial_partner_id.lang
        return next((code for code in (spoken, "fr_FR", *installed) if code in installed), None)

    def _chorus_begun_lines(self):
        """The lines of a draft in which nothing is entered yet: nothing is to be said of them; once posted they count."""
        self.ensure_one()
        if self.state != "draft":
            return self.env["account.move.line"]
        return self.invoice_line_ids.filtered(
            lambda line: (
                line.display_type == "product"
                and not line.product_id
                and not (line.name or "").strip()
                and line.currency_id.is_zero(line.price_unit)
            )
        )

    # -- amounts -------------------------------------------------------------------------------------------------------

    def _chorus_grand_total(self):
        """The total with VAT as the document has it, and Chorus Pro shows it (BT-112).

        It is the books' own but where they take off what the document tells apart: a cash rounding (BT-114), what is withheld
        (BT-113), a retention.
        """
        self.ensure_one()
        apart = (
            self.invoice_cash_rounding_id
            or any(tax.amount < 0 for tax in self.line_ids.tax_line_id)
            or any(
                self._chorus_says_retention(line) or self._chorus_says_penalty(line)
                for line in self.invoice_line_ids
                if line.price_subtotal < 0
            )
        )
        return float(self._chorus_document().totals.grand_total) if apart else self.amount_total

    def _chorus_money(self, amount, currency=None):
        """An amount of the books, already rounded there, as an exact Decimal."""
        return Decimal(f"{amount:.{(currency or self.currency_id).decimal_places}f}")

    def _chorus_book_totals(self, base_lines):
        """The total without taxes and that of all taxes: by the books, or while it is typed by its lines, as those follow."""
        if self.id:
            return self._chorus_money(self.amount_untaxed), self._chorus_money(self.amount_tax)
        return (
            sum((self._chorus_net(line) for line in base_lines), ZERO),
            sum(
                (
                    self._chorus_money(tax_data["tax_amount_currency"])
                    for line in base_lines
                    for tax_data in line["tax_details"]["taxes_data"]
                ),
                ZERO,
            ),
        )

    def _chorus_prepare(self, base_lines):
        """Find out once what many lines have in common: which tax is the VAT and how it is called, and the unit."""
        vats, codes = {}, {}
        place = self._chorus_place()
        abroad = place.may_be_left
        for base_line in base_lines:
            taxes_data = base_line["tax_details"]["taxes_data"]
            # what is sold matters where goods may leave the country only
            goods = {"consu": True, "service": False}.get(base_line["record"].product_id.type) if abroad else None
            key = tuple([tax_data["tax"].id for tax_data in taxes_data]), goods
            if key not in vats:
                taxes = self.env["account.tax"].union(*(tax_data["tax"] for tax_data in taxes_data))
                vats[key] = self._chorus_vat(taxes, goods, place)
            unit = base_line["record"].product_uom_id.id
            if unit not in codes:
                codes[unit] = self._chorus_unit_code(unit) if unit else units.PIECE
            tax, base_line["chorus_vat"] = vats[key]
            base_line["chorus_tax"], base_line["chorus_unit"] = tax, codes[unit]
            # a tax that is charged and taken back at once stands there twice
            base_line["chorus_vat_data"] = [tax_data for tax_data in taxes_data if tax_data["tax"].id == tax.id]

    @api.model
    @ormcache("unit")
    def _chorus_unit_code(self, unit):
        """The code of a unit of measure, as Odoo knows it by its external identifier.

        :param unit: its id.
        """
        uom = self.env["uom.uom"].browse(unit)
        return units.known(self.env["account.edi.common"]._get_uom_unece_code(uom))

    def _chorus_net(self, base_line):
        """The amount of a line without VAT: the one settled on for the document, else that of its journal item."""
        if "chorus_net" in base_line:
            return base_line["chorus_net"]
        details = base_line["tax_details"]
        return self._chorus_money(details["total_excluded_currency"] + details["delta_total_excluded_currency"])

    def _chorus_settle(self, base_lines):
        """Settle the amount of each line, so that those of a VAT add up to its base as it is printed, and all to the total.

        The books add up too, but give the cents of a global rounding to the largest lines, whatever their VAT.
        """
        by_tax, currency = {}, self.currency_id
        for base_line in base_lines:
            by_tax.setdefault(base_line["chorus_tax"].id, []).append(base_line)
        groups = [
            ([self._chorus_rounded(line, currency) for line in lines], self._chorus_base(lines)) for lines in by_tax.values()
        ]
        total = sum((self._chorus_net(line) for line in base_lines), ZERO)
        unit = Decimal(1).scaleb(-currency.decimal_places)
        for lines, amounts in zip(by_tax.values(), settle(groups, total, unit), strict=True):
            for line, amount in zip(lines, amounts, strict=True):
                line["chorus_net"] = amount

    def _chorus_rounded(self, base_line, currency):
        details = base_line["tax_details"]
        exact = Decimal(f"{details['raw_total_excluded_currency']:.8f}")  # what is beyond is noise of floats
        return Rounded(exact, self._chorus_money(details["total_excluded_currency"], currency))

    def _chorus_base(self, base_lines):
        """What these lines put into the base of their VAT, as the books have rounded it; without VAT, rounded as a whole."""
        tax = base_lines[0]["chorus_tax"]
        if not tax:
            exact = sum(line["tax_details"]["raw_total_excluded_currency"] for line in base_lines)
            return self._chorus_money(self.currency_id.round(exact))
        base = 0.0
        for line in base_lines:
            taxes_data = line["tax_details"]["taxes_data"]
            base += line["chorus_vat_data"][0]["base_amount_currency"]
            if len(taxes_data) > 1:
                # other taxes may be in the base (eco-contribution); they are stated apart
                base -= sum(data["tax_amount_currency"] for data in taxes_data if tax in data["taxes"])
        return self._chorus_money(base)

    def _chorus_texts(self):
        """What is written among the lines: sections belong to the lines below them, notes to the line above.

        :return: tuple of a dict, from a line's id to what stands before and after it, and of the notes before any line.
        """
        if all(line.display_type == "product" for line in self.invoice_line_ids):
            return {}, []
        before, last, texts, leading = {}, None, {}, []
        for line in self.invoice_line_ids.sorted():
            name = (line.name or "").strip()
            if line.display_type == "line_section":
                before = {"line_section": name}
            elif line.display_type == "line_subsection":
                before = {**before, "line_subsection": name}
            elif line.display_type == "line_note" and last is None:
                leading.append(name)
            elif line.display_type == "line_note":
                texts[last] = texts[last][0], "\n".join(filter(None, (texts[last][1], name)))
            elif line.display_type == "product":
                last = line.id
                texts[last] = " – ".join(filter(None, before.values())), ""
        return texts, [name for name in leading if name]

    def _chorus_document_line(self, base_line, around):
        record, net = base_line["record"], self._chorus_net(base_line)
        quantity = Decimal(str(base_line["quantity"]))
        price = Decimal(str(base_line["price_unit"]))
        discount = Decimal(str(base_line["discount"]))
        gross = None
        if any(tax_data["price_include"] for tax_data in base_line["tax_details"]["taxes_data"]):
            # the price holds the tax: the price without it is what the books make of it
            net_price = _price(net / quantity) if quantity else ZERO
        else:
            net_price = _price(price * (100 - discount) / 100)
            gross = _price(price) if discount > 0 else None
        if net_price < 0:
            # a deduction is a negative quantity at a positive price (EN 16931 BR-27)
            quantity, net_price, gross = -quantity, -net_price, -gross if gross is not None else None
        name, _break, description = (record.name or record.product_id.display_name or "").strip().partition("\n")
        return Line(
            name=name,
            description="\n".join(filter(None, (around[0], description.strip(), around[1]))),
            item_code=record.product_id.default_code or "",
            quantity=quantity,
            unit=base_line["chorus_unit"],
            net_price=net_price,
            gross_price=gross,
            net_amount=net,
            vat=base_line["chorus_vat"],
        )

    def _chorus_says_retention(self, line):
        """Whether an invoice line that lowers the total is called a retention."""
        return says_retention(line.name)

    def _chorus_says_penalty(self, line):
        """Whether an invoice line that lowers the total is a penalty for delay; its words alone do not tell it."""
        return False

    def _chorus_levies(self, base_lines):
        """Taxes that are not VAT: EN 16931 knows no other, they are charges and discounts (BG-20, BG-21), or withheld (BT-113).

        What the VAT is charged on bears that VAT; what it is not charged on has a category of its own, so that the VAT's base
        stays as it is. What the customer keeps back to pay it to others counts as paid.

        :return: a ``Levies``.
        """
        amounts, withheld = {}, {}
        for base_line in base_lines:
            vat, vat_tax = base_line["chorus_vat"], base_line["chorus_tax"]
            taxes_data = base_line["tax_details"]["taxes_data"]
            if len(taxes_data) == len(base_line["chorus_vat_data"]):
                continue
            for tax_data in taxes_data:
                tax = tax_data["tax"]
                if tax == vat_tax:
                    continue
                amount = self._chorus_money(tax_data["tax_amount_currency"])
                inside = bool(vat_tax) and vat_tax in tax_data["taxes"]
                if not inside and tax.amount < 0:
                    withheld[tax] = withheld.get(tax, ZERO) - amount
                    continue
                key = tax, vat if inside or not vat_tax else outside_the_base(self._chorus_book_tax(tax), vat)
                amounts[key] = amounts.get(key, ZERO) + amount
        items = [(amount, AllowanceCharge(abs(amount), vat, tax.name)) for (tax, vat), amount in amounts.items()]
        return Levies(
            allowances=tuple(item for amount, item in items if amount < 0),
            charges=tuple(item for amount, item in items if amount > 0),
            levied=sum((amount for amount, _item in items), ZERO),
            withheld=sum(withheld.values(), ZERO),
            reasons=tuple((tax.name, amount) for tax, amount in withheld.items() if amount),
        )

    def _chorus_adjustments(self, base_lines):
        """Lines that Odoo adds on its own (early payment discount) as discounts and charges on the whole document.

        Their label is Odoo's in the language of who posted: the document says it in French.
        """
        allowances, charges = [], []
        for base_line in base_lines:
            net = self._chorus_net(base_line)
            vat = base_line["chorus_vat"]
            if not base_line["chorus_tax"]:
                # Odoo gives the discount back there, for it lowers the VAT alone until it is taken
                vat = Vat(VatCategory.EXEMPT, reason=CONDITIONAL_DISCOUNT)
            (allowances if net < 0 else charges).append(AllowanceCharge(amount=abs(net), vat=vat, reason=EARLY_PAYMENT))
        return tuple(allowances), tuple(charges)

    # -- taxes ---------------------------------------------------------------------------------------------------------

    def _chorus_place(self):
        """Where the sale is made, and what the fiscal position says of all of it."""
        company, customer = self.company_id, self.commercial_partner_id
        return taxation.Place(
            origin=company.partner_id.country_id.code or company.country_code or "",
            destination=self.partner_shipping_id.country_id.code or customer.country_id.code or "",
            note=plain(self.fiscal_position_id.note or "").strip(),
        )

    def _chorus_book_tax(self, tax):
        """A tax as ``services.document.taxation`` takes it."""
        return BookTax(
            name=tax.name or "",
            rate=Decimal(str(tax.amount)),
            kind=TaxKind(tax.amount_type),
            label=tax.invoice_label or "",
            note=plain(tax.invoice_legal_notes or "").strip(),
            category=tax.ubl_cii_tax_category_code or "",
            reason_code=tax.ubl_cii_tax_exemption_reason_code or "",
            goods={"consu": True, "service": False}.get(tax.tax_scope),
            reversed=tax.has_negative_factor,
        )

    def _chorus_vat(self, taxes, goods=None, place=None):
        """Which of a line's taxes is its VAT, and how EN 16931 names it; see ``services.document.taxation``.

        :param taxes: those of the line, flat, in the order in which they are reckoned.
        :return: tuple of a tax, empty when there is no VAT among them, and of a ``Vat``.
        """
        booked = [self._chorus_book_tax(tax) for tax in taxes]
        chosen, several = taxation.choose_vat(booked)
        rate = ZERO
        if chosen and chosen.kind is TaxKind.DIVISION and chosen.rate < 100:
            rate = (chosen.rate / (100 - chosen.rate) * 100).quantize(Decimal("0.01"))
        vat = taxation.vat_of(chosen, place or self._chorus_place(), goods=goods, several=several, rate=rate)
        return next((tax for tax, book in zip(taxes, booked, strict=True) if book is chosen), taxes.browse()), vat

    def _chorus_vat_breakdown(self, base_lines, lines, allowances, charges):
        """What each VAT category and rate amounts to: the VAT as the books rounded it, on what the lines add up to.

        The books round a base once for all its lines, the standard wants the sum of the rounded lines (EN 16931 BR-S-08).
        """
        first, bases, taxes, currency = {}, {}, {}, self.currency_id
        for part, sign in (
            *((line, 1) for line in lines),
            *((item, -1) for item in allowances),
            *((item, 1) for item in charges),
        ):
            key = part.vat.category, part.vat.rate
            first.setdefault(key, part.vat)
            amount = part.net_amount if isinstance(part, Line) else part.amount
            bases[key] = bases.get(key, ZERO) + sign * amount
        for base_line in base_lines:
            key = base_line["chorus_vat"].category, base_line["chorus_vat"].rate
            for tax_data in base_line["chorus_vat_data"]:
                taxes[key] = taxes.get(key, ZERO) + self._chorus_money(tax_data["tax_amount_currency"], currency)
        return tuple(VatSubtotal(vat, bases[key], taxes.get(key, ZERO)) for key, vat in first.items())

    def _chorus_company_vat(self, base_lines):
        """The VAT, and no other tax, in the company's currency (BT-111)."""
        currency = self.company_currency_id
        return sum(
            (
                self._chorus_money(tax_data["tax_amount"], currency)
                for base_line in base_lines
                for tax_data in base_line["chorus_vat_data"]
            ),
            ZERO,
        )

    def _chorus_vat_due(self, base_lines):
        """VAT on debits or on receipts, when all VATs of the invoice say the same (BT-8)."""
        taxes = {line["chorus_tax"].id: line["chorus_tax"] for line in base_lines if line["chorus_vat"].rate}
        exigibilities = {tax.tax_exigibility for tax in taxes.values()}
        return {
            frozenset({"on_payment"}): VatDue.PAYMENT,
            frozenset({"on_invoice"}): VatDue.INVOICE,
        }.get(frozenset(exigibilities))

    # -- parties, payment, references ----------------------------------------------------------------------------------

    def _chorus_party(self, partner, contact, vat=None):
        vat = (partner.vat or "") if vat is None else vat
        return Party(
            name=partner.name or "",
            identifier=partner.company_registry or "",
            identifier_type=IdentifierType(partner.chorus_identifier_type or IdentifierType.SIRET),
            vat=vat if len(vat) > 2 else "",
            address=self._chorus_address(partner),
            contact=contact,
        )

    def _chorus_address(self, partner):
        return Address(
            street=partner.street or "",
            street2=partner.street2 or "",
            postcode=partner.zip or "",
            city=partner.city or "",
            country=partner.country_id.code or "",
        )

    def _chorus_delivery(self):
        """Where it was delivered, when that is a place of its own (BT-70, BG-15); its country may be that of who owns it."""
        place, customer = self.partner_shipping_id, self.commercial_partner_id
        if not place or place == customer:
            return {}
        address = self._chorus_address(place)
        owners = (place.parent_id, place.commercial_partner_id, customer, self.company_id.partner_id)
        country = address.country or next((owner.country_id.code for owner in owners if owner.country_id), "")
        return {
            "delivery_name": place.name or place.parent_id.name or "",
            "delivery_address": replace(address, country=country or ""),
        }

    def _chorus_seller_contact(self):
        """Whom to call: who made the invoice, else the company itself where that was a job, the public or a customer."""
        # sudo: a job's user, or one of another company, is nobody whom the user may read
        company, person = self.company_id, self.invoice_user_id.sudo()
        if not person or person.id == SUPERUSER_ID or person.share:
            person = person.browse()
        return Contact(
            name=person.name or company.name,
            phone=person.phone or company.phone or "",
            email=_first_address(person.email or company.email or ""),
        )

    def _chorus_notes(self, leading):
        """The document's notes: those written among the lines before any of them, then the one at its end."""
        notes = tuple(Note(text, specific=True) for text in leading)
        text = plain(self.narration or "").strip()
        if not text:
            return notes
        printed_on_all = plain(self.company_id.invoice_terms or "").strip()
        return (*notes, Note(text, specific=text != printed_on_all))


@functools.lru_cache(maxsize=128)
def _first_address(email):
    """The first address of what is entered as one; the same few stand on all invoices."""
    return next(iter(email_split(email)), "")


def _price(price):
    """A unit price as Chorus Pro takes it, with at most six decimals (doc/RULES.md R-26)."""
    return price.quantize(Decimal("0.000001")).normalize() + ZERO
