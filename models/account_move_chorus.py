import re

from odoo import api, models
from odoo.exceptions import AccessError, UserError

from ..services.document import archive
from ..services.document.en16931 import DocumentError
from ..services.follow.timeline import Step
from .account_move_format import PRINTED_AT_ONCE

#: Up to so many invoices go in a file each; more share flows.
SENT_ONE_BY_ONE = 10
#: Deposits made while the user waits; more are left to the cron, which starts at once.
SENT_AT_ONCE = 10


class AccountMove(models.Model):
    _inherit = "account.move"

    # -- what may be done now ------------------------------------------------------------------------------------------

    @api.model
    def _chorus_check_user(self):
        """:raises AccessError: for a user who may not transfer invoices."""
        if not self.env.su and not self.env.user._chorus_may_transfer():
            raise AccessError(self.env.user._chorus_no_right())

    # -- sending -------------------------------------------------------------------------------------------------------

    def action_chorus_send(self):
        """Send these invoices to Chorus Pro: the button of the form and the action of the list.

        What can be sent is recorded and committed, then sent; the rest is reported with its reasons and stays as it was.

        :raises UserError: when nothing can be sent.
        """
        self._chorus_check_user()
        self.check_access("write")
        refused = {}
        ready = self.browse()
        for move in self:
            obstacles = move._chorus_obstacles()
            if obstacles:
                refused[move] = obstacles
            else:
                ready |= move
        if not ready:
            raise self._chorus_refusal(refused)
        printing = ready.filtered(lambda move: move._chorus_must_print())
        if len(printing) > PRINTED_AT_ONCE:
            printing._chorus_leave_to_odoo()
            ready -= printing
        else:
            printing = self.browse()
        deposits = ready._chorus_enqueue(refused)
        ready = ready.filtered(lambda move: move not in refused)
        for move in ready.filtered(lambda move: not move._chorus_is_live()):
            # somebody else was at it; the others go their way
            refused[move] = [self.env._("It is being worked on by somebody else. Try again in a moment.")]
            ready -= move
        if not deposits and not ready and not printing:
            raise UserError("\n\n".join(move._chorus_refusal_text(why) for move, why in refused.items()))
        deposits._chorus_commit()
        if len(deposits) <= SENT_AT_ONCE:
            deposits._chorus_send()
        return ready._chorus_notification(refused, printing)

    def _chorus_refusal_text(self, reasons):
        self.ensure_one()
        return "\n".join([self.display_name, *(f"• {reason}" for reason in reasons)])

    def _chorus_enqueue(self, unmade=None, printed=None):
        """Record the intent to send these invoices, bytes included: ``ready`` deposits. Nothing leaves.

        A few go one by one; many share flows, where the format is known to allow it, so that two hundred take two calls.

        An invoice that somebody else is at is left out.

        :param dict unmade: takes the invoices whose file cannot be made, each with its reasons; without it the first raises.
        :param dict printed: PDF by invoice, of those that were printed already.
        :raises DocumentError: when a file cannot be made; ``_chorus_obstacles`` tells before.
        """
        deposits, printed = self.env["chorus.deposit"], printed or {}
        for (_company, (_chosen, form)), moves in self.grouped(lambda move: (move.company_id, move._chorus_format())).items():
            files = []
            for move in moves:
                try:
                    if move._chorus_claim():
                        files.append((move, move._chorus_file(printed.get(move))))
                except DocumentError as error:
                    if unmade is None:
                        raise
                    unmade[move] = error.problems
            if len(files) <= SENT_ONE_BY_ONE or not form.shares_flows:
                for move, file in files:
                    deposits |= deposits._chorus_make_one(move, file, form.code)
                continue
            for part in archive.split(len(file.content) for _move, file in files):
                packed = archive.pack((file.name, file.content) for _move, file in files[part])
                together = self.browse(move.id for move, _file in files[part])
                name = f"{files[part][0][1].name.removesuffix(form.suffix)}_{len(together)}.tar.gz"
                deposits |= deposits._chorus_make(together, packed, name, form.code)
        if deposits:
            deposits._chorus_trigger("deposit")
        return deposits

    def _chorus_claim(self):
        """Take an invoice for sending: lock it, check again, forget what was known of a former, refused deposit.

        :return: False when somebody else is at it, or sent it meanwhile.
        """
        self.ensure_one()
        if not self.try_lock_for_update(allow_referencing=True):
            return False
        if self._chorus_is_live():
            return False
        self.write(
            {"chorus_identifier": False, "chorus_status": False, "chorus_status_at": False, "chorus_status_comment": False}
        )
        return True

    def _chorus_forget_test(self, deposit):
        """What a test deposit told of these invoices is no longer theirs; it stands in their history."""
        known = ("identifier", "status", "status_at", "status_comment", "dossier", "piece", "waiting_since")
        self.write({f"chorus_{name}": False for name in known})
        for move in self:
            move._message_log(body=self.env._("Chorus Pro: the deposit %s was a test, it holds the invoice no more.",
                                              deposit.file_name))  # fmt: skip

    def _chorus_file_name(self):
        """The number with what a file name takes; the id keeps apart numbers that would look alike."""
        self.ensure_one()
        _chosen, form = self._chorus_format()
        return f"{re.sub('[^0-9A-Za-z-]+', '_', self._chorus_number())}_{self.id}{form.suffix}"

    def _chorus_number(self):
        """The number under which Chorus Pro knows this invoice."""
        self.ensure_one()
        return self.name or ""

    def _chorus_line_values(self):
        """What a deposit remembers of this invoice: enough to recognise it at Chorus Pro."""
        self.ensure_one()
        return {
            "move_id": self.id,
            "number": self._chorus_number(),
            "recipient": "".join((self.commercial_partner_id.company_registry or "").split()),
            "issue_date": self.invoice_date,
            "total": self._chorus_grand_total(),
            "currency_id": self.currency_id.id,
        }

    def _chorus_notification(self, refused, printing):
        """Tell the user what became of a sending: of each invoice when it is not well, of their number when all is.

        :param dict refused: the reasons of those that did not leave. :param printing: those left to Odoo's own job.
        """
        sent = self.filtered(lambda move: move.chorus_state == "deposited")
        waiting = self.filtered(lambda move: move.chorus_state == "sending")
        troubled = self - sent - waiting
        parts = []
        if sent:
            parts.append(self.env._("Deposited at Chorus Pro: %s.", sent._chorus_names()))
        if waiting:
            errors = waiting._chorus_line_errors()
            parts.append(self.env._("Waiting to be sent: %s.", waiting._chorus_names()))
            parts += errors
        if printing:
            parts.append(self.env._("%s invoices are being printed and sent in the background.", len(printing)))
        parts += [f"{move.name}: {text}" for move in troubled for text in move._chorus_line_errors()]
        parts += [move._chorus_refusal_text(why) for move, why in refused.items()]
        well = not troubled and not refused and len(parts) - bool(printing) <= 1
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "type": "warning" if not well else "info" if printing else "success",
                "sticky": not well,
                "message": "\n".join(parts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _chorus_names(self):
        """The numbers of a few invoices, how many they are when they are more."""
        return ", ".join(self.mapped("name")) if len(self) <= 5 else self.env._("%s invoices", len(self))

    # -- what comes back -----------------------------------------------------------------------------------------------

    def _chorus_apply_found(self, row):
        """Take over what Chorus Pro says of this invoice now.

        :param row: a ``services.api.answers.FoundInvoice``.
        """
        self.ensure_one()
        values = {"chorus_identifier": row.identifier}
        if row.status != self.chorus_status or row.comment != (self.chorus_status_comment or ""):
            values |= {
                "chorus_status": row.status,
                "chorus_status_at": row.status_at and row.status_at.replace(tzinfo=None),
                "chorus_status_comment": row.comment or False,
            }
        values = {name: value for name, value in values.items() if self[name] != value}
        if values:
            self.sudo().write(values)  # sudo: read from the platform by a cron or for a user who may transfer
        if "chorus_status" in values or "chorus_status_at" in values:
            self._chorus_tell([Step(row.status, row.status_at, row.comment, history=False)])
            self._chorus_want_history()

    def action_chorus_refresh(self):
        """Ask Chorus Pro about these invoices now."""
        self._chorus_check_user()
        self.check_access("read")
        deposits = self.mapped(lambda move: move._chorus_line().deposit_id)
        return deposits.action_refresh()
