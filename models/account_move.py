from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from ..services.vocabulary import statuses

#: What an accountant needs to know, from the intent to the payment; those after "deposited" follow Chorus Pro's own status.
STATES = [
    ("to_send", "To send"),
    ("sending", "Sending"),
    ("checking", "Being checked"),
    ("rejected", "Not integrated, to correct"),
    ("deposited", "Deposited"),
    ("validation", "To be validated"),
    ("received", "Received"),
    ("processing", "In process"),
    ("to_complete", "To complete"),
    ("refused", "Refused"),
    ("paid", "Payment sent"),
    ("cancelled", "Cancelled"),
]
#: What was sent and Odoo lets change on a posted invoice: not while it is, or may be, at Chorus Pro.
SENT_FIELDS = {
    "name",
    "invoice_date_due",
    "partner_bank_id",
    "payment_reference",
    "delivery_date",
    "buyer_reference",
    "contract_reference",
    "purchase_order_reference",
    "chorus_market_id",
    "chorus_engagement_id",
    "chorus_framework",
    "chorus_original_number",
    "chorus_original_date",
    "chorus_already_paid",
    "chorus_situation",
    "chorus_period_start",
    "chorus_period_end",
}


class AccountMove(models.Model):
    _inherit = "account.move"

    chorus_market_id = fields.Many2one(
        "chorus.market",
        "Public market",
        copy=True,
        check_company=True,
        index="btree_not_null",
        tracking=True,
        domain="[('partner_id', '=', commercial_partner_id)]",
        help="Gives the invoice its service code, market number and engagement number.",
    )
    # EXTENDS 'l10n_fr_facturx_chorus_pro': given by the market, still free to change on the invoice
    buyer_reference = fields.Char(compute="_compute_buyer_reference", store=True, readonly=False)
    contract_reference = fields.Char(compute="_compute_contract_reference", store=True, readonly=False)
    purchase_order_reference = fields.Char(compute="_compute_purchase_order_reference", store=True, readonly=False)

    chorus_deposit_line_ids = fields.One2many("chorus.deposit.line", "move_id", "Deposits of this invoice", readonly=True)
    chorus_deposit_ids = fields.Many2many("chorus.deposit", compute="_compute_chorus_deposit_ids", string="Deposits")
    chorus_identifier = fields.Char(
        "Chorus Pro identifier", copy=False, readonly=True, index="btree_not_null", tracking=True, help="identifiantFactureCPP"
    )
    chorus_status = fields.Char("Chorus Pro status code", copy=False, readonly=True)
    chorus_status_label = fields.Char("Chorus Pro status", compute="_compute_chorus_status_texts")
    chorus_status_at = fields.Datetime("Status since", copy=False, readonly=True)
    chorus_status_comment = fields.Text("Comment of the public body", copy=False, readonly=True)
    chorus_advice = fields.Char("What to do", compute="_compute_chorus_status_texts")
    chorus_state = fields.Selection(
        # STATE DIAGRAM (computed: it follows the live deposit, then Chorus Pro's status)
        # * False     --[posted, for a Chorus Pro customer]--> to_send
        # * to_send, rejected --[deposit made]---------------> sending
        # * to_send   --[filed by hand on the portal]------> checking --[recognised by its number]--> deposited
        # * sending   --[answer lost]------------------------> checking --[settled]--> deposited, sending
        # * sending   --[flow number]------------------------> deposited
        # * sending, deposited --[refused, not integrated]---> rejected
        # * deposited --[status]-> validation, received, processing, to_complete, refused, paid, cancelled, in any order
        STATES,
        "Chorus Pro",
        compute="_compute_chorus_state",
        store=True,
        index="btree_not_null",
        tracking=True,
    )

    def _auto_init(self):
        # on installation no invoice has anything to do with Chorus Pro: empty columns spare computing them for all of them
        columns = {"chorus_state": "varchar", "chorus_motif": "varchar", "chorus_expected_date": "date"}
        for name, kind in {**columns, "chorus_payment_at": "timestamp"}.items():
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    # one method a field: Odoo leaves alone all fields of a method when one of them is given
    @api.depends("chorus_market_id")
    def _compute_buyer_reference(self):
        self._chorus_take_from_market("buyer_reference", "service_code")

    @api.depends("chorus_market_id")
    def _compute_contract_reference(self):
        self._chorus_take_from_market("contract_reference", "number")

    @api.depends("chorus_market_id")
    def _compute_purchase_order_reference(self):
        self._chorus_take_from_market("purchase_order_reference", "engagement_number")

    def _chorus_take_from_market(self, name, source):
        """Set a reference from the market; what was typed stays where the market has nothing to say."""
        for move in self:
            move[name] = move.chorus_market_id[source] or move[name]

    @api.depends("chorus_deposit_line_ids.deposit_id")
    def _compute_chorus_deposit_ids(self):
        for move in self:
            move.chorus_deposit_ids = move.chorus_deposit_line_ids.deposit_id.sorted("id", reverse=True)

    @api.depends("chorus_status")
    @api.depends_context("lang")
    def _compute_chorus_status_texts(self):
        for move in self:
            status = statuses.get(move.chorus_status) if move.chorus_status else None
            move.chorus_status_label = status and status.label.of(self.env.lang)
            move.chorus_advice = status and status.advice.of(self.env.lang)

    @api.depends(
        "state",
        "move_type",
        "invoice_date",
        "chorus_status",
        "reversed_entry_id.chorus_status",
        "chorus_market_id.transferred",
        "commercial_partner_id.invoice_sending_method",
        "company_id.chorus_environment",
        "company_id.chorus_start_date",
        "chorus_deposit_line_ids.live",
        "chorus_deposit_line_ids.outcome",
        "chorus_deposit_line_ids.deposit_id.state",
    )
    def _compute_chorus_state(self):
        for move in self:
            line = move._chorus_line()
            if not line:
                move.chorus_state = "to_send" if move._chorus_is_expected() else False
            elif not line.live:
                move.chorus_state = "rejected" if line.outcome == "refused" else move._chorus_is_expected() and "to_send"
            elif line.outcome == "pending" and line.deposit_id.state in ("ready", "sending"):
                move.chorus_state = "sending"
            elif line.outcome == "pending" and line.deposit_id.state in ("unknown", "by_hand"):
                move.chorus_state = "checking"
            else:
                move.chorus_state = statuses.get(move.chorus_status).state if move.chorus_status else "deposited"

    def _chorus_line(self):
        """This invoice's part in its live deposit, else in the last one; empty when it was never deposited."""
        self.ensure_one()
        lines = self.sudo().chorus_deposit_line_ids  # sudo: the state is everybody's, the deposits are not
        return (lines.filtered("live") or lines).sorted("id")[-1:]

    def _chorus_is_expected(self):
        """Whether this invoice is one to transfer: posted and destined to Chorus Pro."""
        return self.state == "posted" and self._chorus_is_destined()

    def _chorus_is_destined(self):
        """Whether this invoice is for a Chorus Pro customer, from the start date on, not opted out; posted or not yet."""
        self.ensure_one()
        company = self.company_id
        partner = self.commercial_partner_id.with_company(company)  # the method is set for each company apart
        start = company.chorus_start_date
        return (
            self.move_type in ("out_invoice", "out_refund")
            and bool(company.chorus_environment)
            and partner.invoice_sending_method == "chorus_pro"
            and (not self.chorus_market_id or self.chorus_market_id.transferred)
            and not (start and self.invoice_date and self.invoice_date < start)
            # the public body never owed an invoice refused or given up: its credit note stays in our books (DOMAIN §4.3)
            and statuses.get(self.reversed_entry_id.chorus_status).state not in ("refused", "cancelled")
        )

    def _chorus_is_live(self):
        """Whether this invoice is, or may be, at Chorus Pro."""
        self.ensure_one()
        return bool(self._chorus_line().filtered("live"))

    # -- what was sent stays as it was sent ----------------------------------------------------------------------------

    # EXTENDS 'account'
    @api.depends("chorus_state")
    def _compute_show_reset_to_draft_button(self):
        super()._compute_show_reset_to_draft_button()
        for move in self:
            if move.show_reset_to_draft_button and move._chorus_is_live():
                move.show_reset_to_draft_button = False

    # EXTENDS 'account'
    def button_draft(self):
        for move in self:
            if move._chorus_is_live():
                raise UserError(
                    self.env._(
                        "%s was sent to Chorus Pro: it can be neither changed nor cancelled. To correct it, make a credit note.",
                        move.name,
                    )
                )
        return super().button_draft()

    # EXTENDS 'account'
    def write(self, vals):
        changed = SENT_FIELDS.intersection(vals)
        if changed:
            for move in self:
                if move.state == "posted" and move._chorus_is_live() and move._chorus_would_change(vals, changed):
                    raise UserError(self.env._("%s was sent to Chorus Pro: what was sent can no longer be changed.", move.name))
        return super().write(vals)

    def _chorus_rerouted(self, service_code, engagement_number):
        """Chorus Pro took other references for an invoice that is there: they are the invoice's from now on."""
        self.ensure_one()
        values = {"buyer_reference": service_code, "purchase_order_reference": engagement_number}
        # past the guard of write(): what was sent is no longer what is at Chorus Pro
        models.Model.write(self, {name: value for name, value in values.items() if value})

    def _chorus_would_change(self, vals, names):
        """Whether writing ``vals`` changes one of these fields."""
        self.ensure_one()

        def cached(name, value):
            return self._fields[name].convert_to_cache(value, self) or None

        return any(cached(name, self[name]) != cached(name, vals[name]) for name in names)
