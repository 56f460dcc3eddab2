from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.sql import column_exists, create_column

from ...services.vocabulary import states, statuses
from ...services.vocabulary.places import Place
from . import other_channels

#: Invoices told one by one in a notification.
TOLD = 5

#: What changes what is said of an invoice.
TOLD_OF = ("state", "partner_id", "partner_bank_id", "buyer_reference", "contract_reference", "purchase_order_reference",
           "chorus_original_number", "chorus_original_date", "chorus_already_paid", "company_id.chorus_format",
           "commercial_partner_id.vat")  # fmt: skip


class AccountMove(models.Model):
    """A customer invoice or credit note: whether it is for Chorus Pro, and what is said of it before it leaves.

    What it says is read by ``chorus.document`` and ``chorus.settlement``, what is to be mended told by ``chorus.notice``; how it
    leaves and what comes back is in ``exchange``.
    """

    _name = "account.move"
    _inherit = ["account.move", "chorus.offers", "chorus.states", "chorus.document", "chorus.settlement", "chorus.notice"]

    chorus_original_number = fields.Char(
        "Original invoice",
        compute="_compute_chorus_original_number",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Number of the invoice that this credit note corrects, as it was sent to the public body.",
    )
    chorus_original_date = fields.Date(
        "Date of the original invoice",
        compute="_compute_chorus_original_date",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
    )
    chorus_already_paid = fields.Boolean(
        "Already paid",
        copy=False,
        tracking=True,
        help="Billing framework A2: the public body has paid it, by purchasing card for instance. Nothing is left to pay.",
    )

    def _auto_init(self):
        # on installation the credit notes of the past are left alone: empty columns spare computing them for all
        for name, kind in (("chorus_original_number", "varchar"), ("chorus_original_date", "date")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    # -- whether it is for Chorus Pro ----------------------------------------------------------------------------------

    def _chorus_is_expected(self):
        """Whether this invoice is one to transfer: posted, destined to Chorus Pro, and not with another channel."""
        return self.state == "posted" and self._chorus_is_destined() and not other_channels.holds(self)

    def _chorus_is_claimed(self):
        """Whether this invoice is for Chorus Pro, or may be there: no other channel is to send it."""
        return self._chorus_is_destined() or self._chorus_is_live()

    def _chorus_is_chosen(self):
        """Whether Chorus Pro is the sending method of its customer, in its company: the method is set for each company apart."""
        return self.commercial_partner_id.with_company(self.company_id).invoice_sending_method == "chorus_pro"

    def _chorus_is_destined(self):
        """Whether this invoice is for a Chorus Pro customer, from the start date on, not opted out; posted or not yet."""
        self.ensure_one()
        company = self.company_id
        start = company.chorus_start_date
        return (
            self.move_type in ("out_invoice", "out_refund")
            and bool(company.chorus_environment)
            and self._chorus_is_chosen()
            and not (start and self.invoice_date and self.invoice_date < start)
            # the public body never owed an invoice refused or given up: its credit note stays in our books (doc/RULES.md §4.3)
            and statuses.get(self.reversed_entry_id.chorus_status).state not in states.GONE
        )

    # -- the invoice that a credit note corrects -----------------------------------------------------------------------

    # EXTENDS 'account'
    @api.depends(lambda self: [*TOLD_OF, *other_channels.move_fields(self)])
    def _compute_alerts(self):
        super()._compute_alerts()

    # the original's own fields are left out on purpose: what was suggested and perhaps corrected stays
    @api.depends("reversed_entry_id")
    def _compute_chorus_original_number(self):
        for move in self:
            original = move._chorus_reversed()
            move.chorus_original_number = original._chorus_number() if original else move.chorus_original_number

    @api.depends("reversed_entry_id")
    def _compute_chorus_original_date(self):
        for move in self:
            move.chorus_original_date = move._chorus_reversed().invoice_date or move.chorus_original_date

    def _chorus_reversed(self):
        """The customer invoice that this credit note reverses, if it was made from one."""
        return self.reversed_entry_id if self.move_type == "out_refund" else self.browse()

    # -- what is said of it --------------------------------------------------------------------------------------------

    # EXTENDS 'account'
    def _get_alerts(self):
        alerts = super()._get_alerts()
        alerts.update(self._chorus_alerts())
        return alerts

    # -- several at once -----------------------------------------------------------------------------------------------

    def action_chorus_send_selected(self):
        """Send the invoices selected in a list; when something is to be said of some of them, say it first."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")
        if len(self) == 1:
            return self.action_chorus_send()
        notices = {move: move._chorus_notices() for move in self}
        if not any(notices.values()):
            return self.action_chorus_send()
        return self.env["chorus.send.wizard"]._chorus_open(notices)

    def action_chorus_send_mended(self):
        """Send those selected in the list where they are mended, or all of it: what is ready leaves, the others say why not."""
        moves = self or self.browse(self.env.context.get("chorus_mend_ids", ()))
        self.env["res.users"]._chorus_check_transfer()
        moves.check_access("write")
        waiting = moves.filtered(lambda move: move.chorus_state in ("to_send", "rejected"))
        if not waiting:
            raise UserError(self.env._("All of them have left already."))
        answer = waiting.action_chorus_send()
        listed = self.browse(self.env.context.get("chorus_mend_ids", ())) or moves
        if not any(move.chorus_state in ("to_send", "rejected") for move in listed) and "params" in answer:
            # nothing is left to send: the list stays, without its button
            action = {"action": listed._chorus_mend_action(done=True)}
            answer["params"]["next"] = {"type": "ir.actions.client", "tag": "chorus_reopen", "params": action}
        return answer

    def _chorus_mend_action(self, done=False):
        """The list where several invoices are mended, with what each requires and what is wrong with it.

        :param done: all of them have left.
        """
        rows, cards = (self.env.ref(f"l10n_fr_chorus_pro.view_move_{kind}_chorus_mend") for kind in ("list", "kanban"))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("To mend"),
            "res_model": self._name,
            "views": [(rows.id, "list"), (cards.id, "kanban"), (False, "form")],
            "mobile_view_mode": "kanban",
            "domain": [("id", "in", self.ids)],
            "context": {"chorus_mend_ids": self.ids, "chorus_mend_done": done},
        }

    def _chorus_review_action(self):
        """The action that does so, for links."""
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_send_invoices")
        context = {"active_model": self._name, "active_ids": self.ids, "active_id": self[:1].id}
        return {"type": "ir.actions.server", "id": action.id, "context": context}

    # EXTENDS 'account'
    def action_validate_moves_with_confirmation(self):
        drafts = self.filtered(lambda move: move.state == "draft" and move._chorus_is_destined())
        return super().action_validate_moves_with_confirmation() or drafts._chorus_posted_notification()

    def _chorus_posted_notification(self):
        """Tell which of the invoices just posted are not ready for Chorus Pro; False when all are. Posting is never prevented."""
        # what a person files on the portal is ready for that
        unready = self.filtered(
            lambda move: (
                move.state == "posted"
                and any(notice.blocks and notice.place is not Place.BY_HAND for notice in move._chorus_notices())
            )
        )
        if not unready:
            return False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Posted, but not ready for Chorus Pro"),
                "type": "warning",
                # what is wrong with a single one stands on its form
                "sticky": len(unready) > 1,
                "message": (
                    "\n\n".join(move._chorus_refusal_text(move._chorus_obstacles()) for move in unready)
                    if len(unready) <= TOLD
                    else self.env._("%s: select them in the list and send them to see what to mend.", unready._chorus_names())
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
