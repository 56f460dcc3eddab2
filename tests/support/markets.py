"""What the tests of markets share."""

from datetime import date

from odoo import Command, fields

from ..common import ChorusCommon


class MarketCommon(ChorusCommon):
    """A works market of the town, with its MOE and MOA."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moe = cls.party("Cabinet Moreau architectes", "90000000200015")
        cls.market = cls.works_market()

    @classmethod
    def party(cls, name, siret):
        return cls.env["res.partner"].create({"name": name, "is_company": True, "company_registry": siret})

    @classmethod
    def works_market(cls, **values):
        return cls.env["chorus.market"].create(
            {
                "number": "2026-TVX-0001",
                "name": "Réfection de la toiture",
                "partner_id": cls.town.id,
                "company_id": cls.company.id,
                "works": True,
                "date_notified": date(2026, 1, 1),
                "amount_initial": 100000,
                "engagement_ids": [
                    Command.create({"number": "EJ-1", "amount": 60000}),
                    Command.create({"number": "EJ-2", "amount": 60000}),
                ],
                "party_ids": [
                    Command.create({"role": "moe", "partner_id": cls.moe.id}),
                    Command.create({"role": "moa", "partner_id": cls.town.id}),
                ],
                **values,
            }
        )

    def situation(self, lines, post=True, **values):
        """A statement of the market with (kind, price, taxed) lines."""
        taxes = self.tax()
        return self.invoice(
            self.market.partner_id,
            post=post,
            chorus_market_id=self.market.id,
            invoice_line_ids=[
                Command.create(
                    {
                        "name": kind,
                        "quantity": 1,
                        "price_unit": price,
                        "chorus_line_kind": kind,
                        "tax_ids": [Command.set(taxes.ids if taxed else [])],
                    }
                )
                for kind, price, taxed in lines
            ],
            **values,
        )

    def tax(self):
        """The VAT of services at 20 %: works are services."""
        return (
            self.env["account.tax"]
            .search(
                [
                    ("type_tax_use", "=", "sale"),
                    ("amount", "=", 20),
                    ("tax_scope", "=", "service"),
                    ("company_id", "=", self.company.id),
                ]
            )
            .filtered(lambda tax: not tax.price_include)[:1]
        )

    def credit(self, move, part=None):
        """A posted credit note of an invoice, whole or of its first line's ``part``."""
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"journal_id": move.journal_id.id, "date": move.invoice_date})
        )
        refund = self.env["account.move"].browse(wizard.refund_moves()["res_id"])
        if part is not None:
            refund.invoice_line_ids[1:].unlink()
            refund.invoice_line_ids.price_unit = part
        refund.action_post()
        return refund

    def pay(self, move, amount=None):
        """Register a payment of a posted invoice, whole or in part."""
        values = {"amount": amount} if amount is not None else {}
        self.env["account.payment.register"].with_context(active_model="account.move", active_ids=move.ids).create(
            {"payment_date": fields.Date.today(), **values}
        )._create_payments()
