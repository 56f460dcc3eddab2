from dataclasses import replace
from decimal import Decimal

from odoo import fields, models
from odoo.tools import html2plaintext

from ...services import rules
from ...services.clock import UTC, paris_day
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
    Party,
    Payment,
    Totals,
    Vat,
    VatCategory,
    VatDue,
    VatSubtotal,
)
from ...services.vocabulary import exemptions


class ChorusDocument(models.AbstractModel):
    """Reads an invoice into the plain document that rules and formats know: a mix-in of ``account.move``."""

    _name = "chorus.document"
    _description = "Invoice as Chorus Pro needs it"

    def _chorus_findings(self):
        """What is wrong with this invoice for Chorus Pro, all at once; see ``services/rules``."""
        self.ensure_one()
        return rules.check(self._chorus_document(), self._chorus_rules_context())

    def _chorus_rules_context(self):
        """What the rules may know besides the document."""
        self.ensure_one()
        return rules.Context(
            production=self.company_id.chorus_environment == "production",
            supplier=self.company_id._chorus_connection().structure_state or "",
            today=paris_day(fields.Datetime.now().replace(tzinfo=UTC)),
            file_format=self._chorus_format()[0],
            recipient=self._chorus_requirements(),
        )

    def _chorus_document(self):
        """This invoice or credit note as a ``services.document.invoice.Invoice``, with the amounts of the books."""
        self.ensure_one()
        base_lines, _tax_lines = self._get_rounded_base_and_tax_lines()
        self._chorus_prepare(base_lines)
        begun = self._chorus_begun_lines()
        products = [line for line in base_lines if not line["special_type"] and line["record"] not in begun]
        rounding = sum((self._chorus_net(line) for line in base_lines if line["special_type"] == "cash_rounding"), ZERO)
        adjustments = [line for line in base_lines if line["special_type"] not in (False, None, "cash_rounding")]
        texts, leading = self._chorus_texts()
        lines = tuple(self._chorus_document_line(line, texts.get(line["record"].id, ("", ""))) for line in products)
        allowances, charges = self._chorus_adjustments(adjustments)
        levied_back, levied_on = self._chorus_levies(products)
        allowances, charges = allowances + levied_back, charges + levied_on
        levied = sum((levy.amount for levy in levied_on), ZERO) - sum((levy.amount for levy in levied_back), ZERO)
        tax_basis = self._chorus_money(self.amount_untaxed) - rounding + levied
        tax = self._chorus_money(self.amount_tax) - levied
        paid = self._chorus_is_paid()
        payable = tax_basis + tax + rounding
        foreign = self.currency_id != self.company_currency_id
        company, customer = self.company_id, self.commercial_partner_id
        return Invoice(
            number=self._chorus_number(),
            issue_date=self.invoice_date or None,
            due_date=self.invoice_date_due or None,
            framework="A2" if paid else "A1",
            kind=Kind.CREDIT_NOTE if self.move_type == "out_refund" else Kind.INVOICE,
            currency=self.currency_id.name,
            supplier=self._chorus_party(company.partner_id, self._chorus_seller_contact()),
            recipient=self._chorus_party(customer, Contact()),
            service_code=self.buyer_reference or "",
            market_number=self.contract_reference or "",
            engagement_number=self.purchase_order_reference or "",
            original=self._chorus_original(),
            payment=self._chorus_payment(),
            delivery_date=self.delivery_date or None,
            delivery_address=(
                self._chorus_address(self.partner_shipping_id)
                if self.partner_shipping_id and self.partner_shipping_id != customer
                else None
            ),
            lines=lines,
            allowances=allowances,
            charges=charges,
            vat_breakdown=self._chorus_vat_breakdown([*products, *adjustments], lines, allowances, charges),
            vat_due=self._chorus_vat_due(),
            vat_currency=self.company_currency_id.name if foreign else "",
            tax_in_vat_currency=self._chorus_money(abs(self.amount_tax_signed), self.company_currency_id) if foreign else None,
            totals=Totals(
                lines=sum((line.net_amount for line in lines), ZERO),
                allowances=sum((item.amount for item in allowances), ZERO),
                charges=sum((item.amount for item in charges), ZERO),
                tax_basis=tax_basis,
                tax=tax,
                grand_total=tax_basis + tax,
                rounding=rounding,
                prepaid=payable if paid else ZERO,
                payable=ZERO if paid else payable,
            ),
            notes=self._chorus_notes(leading),
            attachments=self._chorus_attachments(),
        )

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
        """The total with VAT as the document has it, and Chorus Pro shows it (BT-112); a cash rounding comes after (BT-114)."""
        self.ensure_one()
        return float(self._chorus_document().totals.grand_total) if self.invoice_cash_rounding_id else self.amount_total

    def _chorus_money(self, amount, currency=None):
        """An amount of the books, already rounded there, as an exact Decimal."""
        return Decimal(f"{amount:.{(currency or self.currency_id).decimal_places}f}")

    def _chorus_prepare(self, base_lines):
        """Find out once what many lines have in common: how their tax is called, and their unit."""
        edi = self.env["account.edi.common"]
        vats, units = {}, {}
        for base_line in base_lines:
            tax, unit = self._chorus_line_tax(base_line), base_line["record"].product_uom_id
            if tax not in vats:
                vats[tax] = self._chorus_vat(tax)
            if unit not in units:
                units[unit] = edi._get_uom_unece_code(unit) if unit else "C62"
            base_line["chorus_vat"], base_line["chorus_unit"] = vats[tax], units[unit]

    def _chorus_net(self, base_line):
        details = base_line["tax_details"]
        return self._chorus_money(details["total_excluded_currency"] + details["delta_total_excluded_currency"])

    def _chorus_texts(self):
        """What is written among the lines: sections belong to the lines below them, notes to the line above.

        :return: tuple of a dict, from a line's id to what stands before and after it, and of the notes before any line.
        """
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

    def _chorus_levies(self, base_lines):
        """Taxes that are not VAT (eco-contribution) as discounts and charges: EN 16931 knows no other tax than VAT (BG-21)."""
        amounts = {}
        for base_line in base_lines:
            vat = base_line["chorus_vat"]
            for tax_data in base_line["tax_details"]["taxes_data"]:
                tax = tax_data["tax"]
                if tax.amount_type != "percent":
                    amount = self._chorus_money(tax_data["tax_amount_currency"])
                    amounts[tax, vat] = amounts.get((tax, vat), ZERO) + amount
        levies = [(amount, AllowanceCharge(abs(amount), vat, tax.name)) for (tax, vat), amount in amounts.items()]
        return tuple(levy for amount, levy in levies if amount < 0), tuple(levy for amount, levy in levies if amount > 0)

    def _chorus_adjustments(self, base_lines):
        """Lines that Odoo adds on its own (early payment discount) as discounts and charges on the whole document."""
        allowances, charges = [], []
        for base_line in base_lines:
            net = self._chorus_net(base_line)
            vat = base_line["chorus_vat"]
            if vat.category is VatCategory.EXEMPT and not vat.reason:
                # Odoo gives the discount back there, for it lowers the VAT alone until it is taken
                vat = replace(vat, reason="Escompte conditionnel, déduit de la seule assiette de la TVA")
            reason = base_line["record"].name or self.env._("Early payment discount")
            (allowances if net < 0 else charges).append(AllowanceCharge(amount=abs(net), vat=vat, reason=reason))
        return tuple(allowances), tuple(charges)

    # -- taxes ---------------------------------------------------------------------------------------------------------

    def _chorus_line_tax(self, base_line):
        """The VAT of a line: its percentage tax; empty when there is none."""
        taxes = [tax_data["tax"] for tax_data in base_line["tax_details"]["taxes_data"]]
        return next((tax for tax in taxes if tax.amount_type == "percent"), self.env["account.tax"])

    def _chorus_vat(self, tax):
        """How EN 16931 names a tax; Odoo's own choice of category and reason, completed by the tax's legal note."""
        if not tax:
            # forgotten, most likely: without a reason the rules ask for one
            return Vat(VatCategory.EXEMPT)
        # the document is French, whatever the user's language
        edi = self.env["account.edi.common"].with_context(lang="fr_FR")
        customer, supplier = self.commercial_partner_id, self.company_id.partner_id
        code = edi._get_tax_category_code(customer, supplier, tax)
        # categories of other countries (Canary Islands) say no more here than their rate does
        usual = VatCategory.STANDARD if tax.amount else VatCategory.EXEMPT
        category = next((category for category in VatCategory if category.value == code), usual)
        if category is VatCategory.STANDARD:
            return Vat(category, Decimal(str(tax.amount)).normalize() + ZERO)
        reason = edi._get_tax_exemption_reason(customer, supplier, tax)
        note = html2plaintext(tax.invoice_legal_notes or "").strip()
        reason_code = reason["tax_exemption_reason_code"] or exemptions.code_in(note)
        words = note or exemptions.REASONS.get(reason_code) or reason["tax_exemption_reason"] or ""
        return Vat(category, ZERO, words, reason_code)

    def _chorus_vat_breakdown(self, base_lines, lines, allowances, charges):
        """What each VAT category and rate amounts to: the VAT as the books rounded it, on what the lines add up to.

        The books round a base once for all its lines, the standard wants the sum of the rounded lines (EN 16931 BR-S-08).
        """
        account_tax = self.env["account.tax"]
        reasons, bases = {}, {}
        for part, sign in (
            *((line, 1) for line in lines),
            *((item, -1) for item in allowances),
            *((item, 1) for item in charges),
        ):
            key = part.vat.category.value, str(part.vat.rate)
            amount = part.net_amount if isinstance(part, Line) else part.amount
            bases[key] = bases.get(key, ZERO) + sign * amount

        def group(base_line, tax_data):
            if tax_data and tax_data["tax"].amount_type != "percent":
                return None
            vat = base_line["chorus_vat"]
            reasons.setdefault((vat.category, vat.rate), vat)
            return vat.category.value, str(vat.rate)

        details = account_tax._aggregate_base_lines_tax_details(base_lines, group)
        values = account_tax._aggregate_base_lines_aggregated_values(details)
        return tuple(
            VatSubtotal(
                reasons[VatCategory(key[0]), Decimal(key[1])],
                bases.get(key, ZERO),
                self._chorus_money(amounts["tax_amount_currency"]),
            )
            for key, amounts in values.items()
            if key
        )

    def _chorus_vat_due(self):
        """VAT on debits or on receipts, when all taxes of the invoice say the same (BT-8)."""
        exigibilities = {tax.tax_exigibility for tax in self.invoice_line_ids.tax_ids if tax.amount}
        return {
            frozenset({"on_payment"}): VatDue.PAYMENT,
            frozenset({"on_invoice"}): VatDue.INVOICE,
        }.get(frozenset(exigibilities))

    # -- parties, payment, references ----------------------------------------------------------------------------------

    def _chorus_party(self, partner, contact):
        vat = partner.vat or ""
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

    def _chorus_seller_contact(self):
        company, person = self.company_id, self.invoice_user_id
        return Contact(
            name=person.name or company.name,
            phone=person.phone or company.phone or "",
            email=person.email or company.email or "",
        )

    def _chorus_payment(self):
        """How the invoice is paid: by transfer to its bank account, else the journal's (BT-81, BT-84)."""
        bank = self.env["res.partner.bank"]
        if self.move_type == "out_invoice":
            bank = self.partner_bank_id or self.journal_id.bank_account_id
        return Payment(
            # a purchasing card is how public bodies pay at once; it needs no account of ours
            means="48" if self._chorus_is_paid() else "30",
            iban=bank.acc_number or "",
            bic=bank.bank_bic or "",
            account_holder=bank.acc_holder_name or "",
            terms=html2plaintext(self.invoice_payment_term_id.note or "").strip() or self.invoice_payment_term_id.name or "",
            reference=self.payment_reference or "",
        )

    def _chorus_notes(self, leading):
        """The document's notes: those written among the lines before any of them, then the one at its end."""
        notes = tuple(Note(text, specific=True) for text in leading)
        text = html2plaintext(self.narration or "").strip()
        if not text:
            return notes
        printed_on_all = html2plaintext(self.company_id.invoice_terms or "").strip()
        return (*notes, Note(text, specific=text != printed_on_all))


def _price(price):
    """A unit price as Chorus Pro takes it, with at most six decimals (DOMAIN R-26)."""
    return price.quantize(Decimal("0.000001")).normalize() + ZERO
