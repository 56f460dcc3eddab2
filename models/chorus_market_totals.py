from odoo import api, fields, models

from .account_move_line_kind import KINDS

#: Posted customer documents: what the books say was invoiced.
_INVOICED = [("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund"))]


class ChorusMarket(models.Model):
    """What the books say of a market: computed from accounting entries, in the company's currency, never stored."""

    _inherit = "chorus.market"

    amount_initial = fields.Monetary("Initial amount without VAT", tracking=True)
    amount_amendments = fields.Monetary("Amount of the amendments", compute="_compute_amount_total")
    amount_total = fields.Monetary(
        "Amount without VAT", compute="_compute_amount_total", help="The initial amount and the amendments."
    )
    amount_works = fields.Monetary(
        "Done", compute="_compute_amounts", help="Work invoiced at the market's prices, without VAT, revision nor retention."
    )
    amount_left = fields.Monetary("Left to invoice", compute="_compute_amounts", help="Without VAT.")
    progress = fields.Float(compute="_compute_amounts", help="Done, in percent of the amount with amendments.")
    amount_revision = fields.Monetary("Price revision", compute="_compute_amounts")
    amount_retention = fields.Monetary("Retention", compute="_compute_amounts", help="Kept back on the invoices so far.")
    amount_advance = fields.Monetary("Advance not repaid yet", compute="_compute_amounts")
    amount_invoiced = fields.Monetary("Invoiced", compute="_compute_amounts", help="Invoices less credit notes, VAT included.")
    amount_suspended = fields.Monetary("Suspended or to complete", compute="_compute_amounts", help="VAT included.")
    amount_refused = fields.Monetary("Refused", compute="_compute_amounts", help="VAT included.")
    amount_paid = fields.Monetary("Paid", compute="_compute_amounts", help="VAT included.")
    amount_due = fields.Monetary("Due", compute="_compute_amounts", help="Invoiced and not paid, VAT included.")
    exceeded = fields.Boolean(compute="_compute_exceeded", help="More was invoiced than the market or an engagement allows.")

    @api.depends("amount_initial", "amendment_ids.amount")
    def _compute_amount_total(self):
        for market in self:
            market.amount_amendments = sum(market.amendment_ids.mapped("amount"))
            market.amount_total = market.amount_initial + market.amount_amendments

    @api.depends(
        "amount_total",
        "invoice_ids.state",
        "invoice_ids.amount_total_signed",
        "invoice_ids.amount_residual_signed",
        "invoice_ids.chorus_state",
        "invoice_ids.invoice_line_ids.balance",
        "invoice_ids.invoice_line_ids.chorus_line_kind",
    )
    def _compute_amounts(self):
        documents = _documents(self.env, "chorus_market_id", self.ids)
        kinds = self._chorus_by_kind()
        for market in self:
            totals, by_kind = documents.get(market.id, Totals()), kinds.get(market.id, {})
            market.amount_works = by_kind.get("works", 0)
            # nothing is left of an amount that nobody entered
            market.amount_left = market.amount_total - market.amount_works if market.amount_total else 0
            market.progress = 100 * market.amount_works / market.amount_total if market.amount_total else 0
            market.amount_revision = by_kind.get("revision", 0)
            market.amount_retention = -by_kind.get("retention", 0)
            market.amount_advance = by_kind.get("advance", 0) + by_kind.get("advance_repayment", 0)
            totals.put(market)
            market.amount_due = market.amount_invoiced - market.amount_paid

    @api.depends("amount_total", "amount_works", "engagement_ids.amount", "engagement_ids.amount_left")
    def _compute_exceeded(self):
        for market in self:
            compare = market.currency_id.compare_amounts
            market.exceeded = bool(market.amount_total and compare(market.amount_works, market.amount_total) > 0) or any(
                engagement.exceeded for engagement in market.engagement_ids
            )

    def _chorus_by_kind(self):
        """What was invoiced without VAT, by market and kind of line: ``{market id: {kind: amount}}``."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("move_id.chorus_market_id", "in", self.ids),
                ("move_id.move_type", "in", ("out_invoice", "out_refund")),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
            ],
            ["move_id.chorus_market_id", "chorus_line_kind"],
            ["balance:sum"],
        )
        found = {}
        for market, kind, balance in rows:
            amounts = found.setdefault(market.id, dict.fromkeys(KINDS, 0.0))
            amounts[kind or "works"] -= balance
        return found


class ChorusMarketEngagement(models.Model):
    _inherit = "chorus.market.engagement"

    invoice_ids = fields.One2many("account.move", "chorus_engagement_id", "Invoices", readonly=True)
    amount_invoiced = fields.Monetary("Invoiced", compute="_compute_amounts")
    amount_suspended = fields.Monetary("Suspended", compute="_compute_amounts")
    amount_refused = fields.Monetary("Refused", compute="_compute_amounts")
    amount_paid = fields.Monetary("Paid", compute="_compute_amounts")
    amount_left = fields.Monetary("Left", compute="_compute_amounts", help="Of the engagement, VAT included.")
    exceeded = fields.Boolean(compute="_compute_amounts")

    @api.depends(
        "amount",
        "invoice_ids.state",
        "invoice_ids.amount_total_signed",
        "invoice_ids.amount_residual_signed",
        "invoice_ids.chorus_state",
    )
    def _compute_amounts(self):
        documents = _documents(self.env, "chorus_engagement_id", self.ids)
        for engagement in self:
            documents.get(engagement.id, Totals()).put(engagement)
            engagement.amount_left = engagement.amount - engagement.amount_invoiced if engagement.amount else 0
            engagement.exceeded = bool(engagement.amount) and (
                engagement.currency_id.compare_amounts(engagement.amount_invoiced, engagement.amount) > 0
            )


class Totals:
    """The amounts of a set of documents, VAT included, credit notes deducted."""

    def __init__(self):
        self.invoiced = self.suspended = self.refused = self.paid = 0.0

    def add(self, state, total, residual):
        """Count documents in a Chorus Pro state: their total and what is not paid of it."""
        self.invoiced += total
        self.paid += total - residual
        if state == "to_complete":
            self.suspended += total
        elif state == "refused":
            self.refused += total

    def put(self, record):
        """Set the four amounts of a market or an engagement."""
        record.amount_invoiced = self.invoiced
        record.amount_suspended = self.suspended
        record.amount_refused = self.refused
        record.amount_paid = self.paid


def _documents(env, field, ids):
    """The ``Totals`` of the posted documents by what ``field`` gives: ``{id: Totals}``."""
    rows = env["account.move"]._read_group(
        [*_INVOICED, (field, "in", ids)],
        [field, "chorus_state"],
        ["amount_total_signed:sum", "amount_residual_signed:sum"],
    )
    found = {}
    for record, state, total, residual in rows:
        found.setdefault(record.id, Totals()).add(state, total, residual)
    return found
