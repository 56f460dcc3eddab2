import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import split_every

from ..services.api.errors import failure
from ..services.document.archive import MAX_FILES

_logger = logging.getLogger(__name__)


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_auto_transfer = fields.Boolean(
        "Transfer by itself after posting",
        copy=False,
        help="Invoices to transfer are sent without a click, once the delay is over. One that is on hold, or that Chorus Pro"
        " would refuse, waits for a person.",
    )
    chorus_auto_delay = fields.Integer(
        "Hours between posting and transfer", default=24, copy=False, help="Time to look at an invoice again and to hold it."
    )


class AccountMove(models.Model):
    """Transfer without a click: an option of the company, with a delay, and a hold on the invoice."""

    _inherit = "account.move"

    chorus_hold = fields.Boolean(
        "Hold back from Chorus Pro",
        copy=False,
        tracking=True,
        help="Is not transferred by itself; the button still sends it.",
    )
    chorus_auto_at = fields.Datetime(
        "Transferred by itself from", copy=False, readonly=True, index="btree_not_null", help="Empty: only by a click."
    )

    # EXTENDS 'account'
    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._chorus_plan()
        return posted

    # EXTENDS 'account'
    def button_draft(self):
        result = super().button_draft()
        planned = self.filtered("chorus_auto_at")
        if planned:
            planned.chorus_auto_at = False
        return result

    def _chorus_plan(self):
        """Plan the transfer of invoices just posted, where their company wants it. The scope is that of ``chorus_state``."""
        for company, moves in self.filtered(lambda move: move.chorus_state == "to_send").grouped("company_id").items():
            if company.chorus_auto_transfer:
                delay = timedelta(hours=max(0, company.chorus_auto_delay))
                moves.chorus_auto_at = fields.Datetime.now() + delay
                self.env["chorus.deposit"]._chorus_trigger("deposit", delay.total_seconds())

    @api.model
    def _chorus_transfer_due(self, company):
        """Record the intent to send the invoices whose delay is over, a few at a time; for the cron, which sends next.

        What was planned under former settings follows the present ones. An invoice that cannot go is told to a person, once.
        Half of the cron's time that is left is used, for the other companies want some; what remains comes in another run.

        :return: whether any was seen to.
        """
        if not company.chorus_auto_transfer:
            return False
        progress = self.env["ir.cron"]._commit_progress
        left = progress()
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("chorus_state", "=", "to_send"),
                ("chorus_hold", "=", False),
                ("chorus_auto_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        printed = due.filtered(lambda move: move._chorus_must_print())
        for part in [*split_every(MAX_FILES, (due - printed).ids, self.browse), *printed]:
            part._chorus_transfer_guarded()
            if progress(len(part)) <= left / 2:
                self.env["chorus.deposit"]._chorus_trigger("deposit")
                break
        return not all(due.mapped("chorus_auto_at"))

    def _chorus_transfer_guarded(self):
        """Record and commit the intent to send these; one that breaks is told to a person and does not stop the others."""
        firmly = self.env["chorus.deposit"]._chorus_firmly
        try:
            firmly(self._chorus_transfer)
        except Exception:
            if self._can_commit():
                self.env.cr.rollback()
            if len(self) > 1:
                # which one it was shows alone
                for move in self:
                    move._chorus_transfer_guarded()
                return
            _logger.exception("Chorus Pro: invoice %s broke", self.id)
            texts = failure("internal")
            firmly(self._chorus_leave_to_person, [texts.cause.of(self.env.lang), self.env._("Send it by the button.")])

    def _chorus_transfer(self):
        """Record the intent to send those of these invoices that can go; say of the others why not."""
        unmade = {move: obstacles for move in self if (obstacles := move._chorus_obstacles())}
        ready = self.filtered(lambda move: move not in unmade)
        ready._chorus_enqueue(unmade)
        for move, reasons in unmade.items():
            move._chorus_leave_to_person(reasons)
        ready.filtered(lambda move: move._chorus_is_live()).chorus_auto_at = False

    def _chorus_leave_to_person(self, reasons):
        """This invoice is not transferred by itself: say so to who made it, with the reasons."""
        self.ensure_one()
        self.chorus_auto_at = False
        user = self.invoice_user_id or self.create_uid
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Not transferred to Chorus Pro by itself"),
            note="\n".join(reasons),
            user_id=user.id if user.active else self.env.user.id,
        )
        _logger.info("Chorus Pro: invoice %s is not transferred by itself", self.id)
