from decimal import Decimal

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date

from ..services.clock import paris_today
from ..services.follow import delays


class AccountMove(models.Model):
    _inherit = "account.move"

    chorus_expected_date = fields.Date(
        "Payment expected by",
        compute="_compute_chorus_expected_date",
        store=True,
        help="The last day for the public body to pay in time.",
    )
    chorus_payment_at = fields.Datetime(
        "Payment announced on",
        compute="_compute_chorus_payment_at",
        store=True,
        help="When Chorus Pro announced the transfer (MISE_EN_PAIEMENT). For information: the bank tells when it is there.",
    )
    chorus_days_late = fields.Integer("Days late", compute="_compute_chorus_late")
    chorus_late_interest = fields.Monetary(
        "Interest for late payment", compute="_compute_chorus_late", currency_field="company_currency_id",
        help="For information: ECB rate of the company's settings and 8 points, on what is left to pay.",
    )  # fmt: skip
    chorus_late_fee = fields.Monetary(
        "Lump sum for recovery", compute="_compute_chorus_late", currency_field="company_currency_id"
    )

    @api.depends(
        "chorus_entry_ids.status",
        "chorus_entry_ids.at",
        "delivery_date",
        "commercial_partner_id.chorus_body_kind",
        "chorus_state",
    )
    def _compute_chorus_expected_date(self):
        for move in self:
            expected = move.chorus_state and move.move_type == "out_invoice" and move.chorus_entry_ids
            days = delays.DAYS[move.commercial_partner_id.chorus_body_kind or "authority"]
            gone = move.chorus_state in ("refused", "cancelled")
            steps = move._chorus_steps() if expected and not gone else ()
            move.chorus_expected_date = delays.expected_day(steps, days, move.delivery_date)

    @api.depends("chorus_entry_ids.status", "chorus_entry_ids.at")
    def _compute_chorus_payment_at(self):
        for move in self:
            steps = move.chorus_entry_ids.filtered(lambda entry: entry.status == "MISE_EN_PAIEMENT" and entry.at)
            move.chorus_payment_at = steps.sorted("at")[-1:].at

    @api.depends("chorus_expected_date", "payment_state", "amount_residual_signed", "chorus_state", "company_id.chorus_ecb_rate")
    def _compute_chorus_late(self):
        today = paris_today()
        for move in self:
            late = move._chorus_is_late()
            move.chorus_days_late = late and (today - move.chorus_expected_date).days
            amount = Decimal(str(move.amount_residual_signed)) if late else Decimal(0)
            rate = Decimal(str(move.company_id.chorus_ecb_rate))
            move.chorus_late_interest = float(delays.late_interest(amount, move.chorus_days_late, rate))
            move.chorus_late_fee = float(delays.LUMP_SUM) if late else 0.0

    @api.model
    def _chorus_late_domain(self):
        """Invoices that the public body should have paid by now, and of which it announced no payment."""
        return Domain(
            [
                ("state", "=", "posted"),
                ("chorus_expected_date", "<", paris_today()),
                ("payment_state", "in", ("not_paid", "partial")),
                ("chorus_state", "in", ("deposited", "validation", "received", "processing")),
            ]
        )

    def _chorus_is_late(self):
        self.ensure_one()
        return bool(self.chorus_expected_date) and bool(self.filtered_domain(self._chorus_late_domain()))

    def _chorus_late_text(self):
        """Since when it is late and what it is worth, in the record's language."""
        self.ensure_one()
        return self.env._(
            "The public body should have paid by %(day)s. For information, it owes %(interest)s of interest up to today and a"
            " lump sum of %(fee)s (R. 2192-31, D. 2192-35).",
            day=format_date(self.env, self.chorus_expected_date),
            interest=format_amount(self.env, self.chorus_late_interest, self.company_currency_id),
            fee=format_amount(self.env, self.chorus_late_fee, self.company_currency_id),
        )

    def _chorus_steps(self):
        """The time line as ``services.follow.timeline.Step`` s, oldest first."""
        entries = self.sudo().chorus_entry_ids  # sudo: delays are everybody's who sees the invoice
        return [entry._chorus_step() for entry in entries.sorted(lambda entry: entry.at or entry.create_date)]


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    chorus_payment_at = fields.Datetime(related="move_id.chorus_payment_at", string="Payment announced by Chorus Pro")


class ResPartner(models.Model):
    _inherit = "res.partner"

    chorus_body_kind = fields.Selection(
        [
            ("authority", "State or local authority (30 days)"),
            ("hospital", "Public hospital (50 days)"),
            ("enterprise", "Public enterprise (60 days)"),
        ],
        "Kind of public body",
        help="Decides how many days it has to pay from the reception of an invoice; empty: 30 days.",
    )
