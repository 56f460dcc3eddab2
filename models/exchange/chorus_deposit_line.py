from decimal import Decimal, InvalidOperation

from odoo import api, fields, models

from ...services.api.errors import OutcomeUnknown

#: Lines that Chorus Pro took in from a file of ours, hence in a flow.
CAME_AS_FILE = [
    ("outcome", "=", "integrated"),
    ("deposit_id.uploads", ">", 0),
    ("deposit_id.data_sha256", "=", False),
    ("deposit_id.elsewhere", "=", False),
]


class ChorusDepositLine(models.Model):
    """One invoice in a deposited file, as it was sent, and what Chorus Pro made of it."""

    _name = "chorus.deposit.line"
    _inherit = ["chorus.evidence"]
    _description = "Invoice in a Chorus Pro deposit"
    _check_company_auto = True
    _rec_name = "number"

    deposit_id = fields.Many2one("chorus.deposit", required=True, readonly=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="deposit_id.company_id", store=True, index=True)
    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="restrict", check_company=True
    )
    number = fields.Char(required=True, readonly=True, index=True)
    #: Where that number serves once, as one text: see ``_chorus_number_place``.
    number_place = fields.Char(readonly=True, export_string_translation=False)
    recipient = fields.Char("Recipient's SIRET", readonly=True)
    issue_date = fields.Date("Invoice date", readonly=True)
    total = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    outcome = fields.Selection(
        # pending --[report]--> integrated | refused ; a refused invoice never entered Chorus Pro and may be sent again
        [("pending", "Waiting"), ("integrated", "In Chorus Pro"), ("refused", "Not integrated")],
        required=True,
        default="pending",
        readonly=True,
    )
    message = fields.Text("Message of Chorus Pro", readonly=True)
    live = fields.Boolean(
        compute="_compute_live", store=True, help="This invoice is, or may be, at Chorus Pro: it must not be sent again."
    )

    history_due = fields.Datetime(
        readonly=True, index="btree_not_null", help="When the history of its statuses is to be read; empty: known."
    )
    #: What people were called for: kind → ``reason``, the event as one text, and ``user``, the id of who was called.
    called = fields.Json(readonly=True, export_string_translation=False)

    _one_live_deposit = models.UniqueIndex(
        "(move_id) WHERE live", "This invoice is being sent, or was sent, to Chorus Pro already."
    )
    #: Two people may send one number at one moment, of two journals or of two companies with one SIREN: neither sees the other's
    #: intent before it is committed. Later the check tells (R-06).
    _one_pending_number = models.UniqueIndex(
        "(number_place) WHERE live AND outcome = 'pending'",
        "Another invoice with the number of this one, or of one selected with it, is being sent to Chorus Pro at this very"
        " moment. Nothing left. Try again in a moment: you are told then which invoice has the number.",
    )

    @api.depends("outcome", "deposit_id.state", "deposit_id.released")
    def _compute_live(self):
        for line in self:
            line.live = not line.deposit_id.released and (
                line.outcome == "integrated"
                or (line.outcome == "pending" and line.deposit_id.state not in ("rejected", "cancelled"))
            )

    def _chorus_integrated(self):
        """Chorus Pro holds this invoice, whether or not the report of its flow was read; the last one settles the deposit."""
        self.ensure_one()
        if self.outcome == "integrated":
            return
        self.write({"outcome": "integrated", "message": False})
        deposit = self.deposit_id
        if deposit.state == "deposited" and all(line.outcome == "integrated" for line in deposit.line_ids):
            deposit._chorus_conclude("integrated")

    def _chorus_take_row(self, row):
        """Take over what a search shows of this invoice, where the row is about it; see ``_chorus_write_statuses``."""
        self.ensure_one()
        deposit, move = self.deposit_id, self.move_id
        known = bool(move.chorus_identifier) and move.chorus_identifier == row.identifier
        of_the_flow = bool(row.flow_number) and row.number == self.number and row.flow_number == deposit.flow_number
        siren = (deposit.supplier or self.company_id._chorus_siret())[:9]
        same = row.supplier[:9] == siren and self._chorus_same_as(row)
        if same and deposit.state == "ready":
            # it is there before it leaves: looked up first, as after a lost answer
            deposit._chorus_mark_unknown(OutcomeUnknown("there already"))
        elif known or of_the_flow or (same and deposit.state != "sending"):
            if row.number != self.number:
                # it was given another number, or told wrongly
                self.number = row.number
            if deposit.state == "deposited" and deposit.line_ids == self:
                deposit._chorus_take_flow(row.flow_number)
            self._chorus_integrated()
            move._chorus_apply_found(row)

    def _chorus_is_in_other_flow(self, row):
        """Whether a row shows this invoice, integrated from a file of ours, in another flow than the deposit knows of."""
        self.ensure_one()
        other = bool(row.flow_number) and row.flow_number != self.deposit_id.flow_number
        return other and bool(self.filtered_domain(CAME_AS_FILE)) and self._chorus_same_as(row)

    def _chorus_same_as(self, row):
        """Whether an invoice found at Chorus Pro is this one: same number, recipient, day and amount."""
        self.ensure_one()
        try:
            total = Decimal(row.total)
        except InvalidOperation:
            return False
        # Chorus Pro may show a credit note with a minus sign, Odoo never does
        same_total = self.currency_id.compare_amounts(abs(float(total)), abs(self.total)) == 0
        return (
            row.number == self.number
            and row.recipient == self.recipient
            and row.issue_date == fields.Date.to_string(self.issue_date)
            and same_total
        )

    def _chorus_both(self, row):
        """Ours and the found one, side by side, for a person to compare."""
        self.ensure_one()
        return self.env._(
            "Chorus Pro: %(number)s, %(date)s, %(recipient)s, %(total)s. Odoo: %(our_date)s, %(our_recipient)s, %(our_total)s.",
            number=row.number,
            date=row.issue_date,
            recipient=row.recipient,
            total=row.total,
            our_date=fields.Date.to_string(self.issue_date),
            our_recipient=self.recipient,
            our_total=self.total,
        )

    # EXTENDS 'l10n_fr_chorus_pro'
    def write(self, vals):
        result = super().write(vals)
        if "outcome" in vals:
            self.move_id._chorus_mark_sent()
            self.move_id._chorus_call_people()
        return result
