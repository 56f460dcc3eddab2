from datetime import datetime, time, timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..services.clock import UTC

#: Up to so many invoices are looked for by their numbers, more by the period of their deposits: a page holds hundreds.
ASKED_ONE_BY_ONE = 10
#: How long before its date an invoice may have been entered on the portal.
ENTERED_BEFORE = timedelta(days=31)


class AccountMove(models.Model):
    _inherit = "account.move"

    chorus_action_ids = fields.One2many("chorus.action", "move_id", "Answers to Chorus Pro", readonly=True)
    chorus_replaces_id = fields.Many2one(
        "account.move", "Replaces", copy=False, readonly=True, check_company=True, index="btree_not_null",
        help="The invoice refused by the public body that this one replaces under a new number.",
    )  # fmt: skip
    chorus_replaced_by_ids = fields.One2many("account.move", "chorus_replaces_id", "Replaced by", readonly=True)

    # EXTENDS 'account'
    @api.depends("chorus_replaces_id", "chorus_replaced_by_ids")
    def _compute_duplicated_ref_ids(self):
        super()._compute_duplicated_ref_ids()
        for move in self:
            # they are alike on purpose
            move.duplicated_ref_ids -= move.chorus_replaces_id | move.chorus_replaced_by_ids

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_chorus_why(self):
        """Tell why the invoice came back, and what to do."""
        self.ensure_one()
        self.check_access("read")
        return self._chorus_why_action()

    def _chorus_why_action(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Why?"),
            "res_model": "chorus.why",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_move_id": self.id},
        }

    def action_chorus_complete(self):
        """Add documents or a comment to a suspended invoice."""
        return self._chorus_answer("complete", self.env._("Complete %s", self.name))

    def action_chorus_recycle(self):
        """Correct the routing of an invoice to be re-routed."""
        return self._chorus_answer("recycle", self.env._("Re-route %s", self.name))

    def action_chorus_validator(self):
        """Name the right validator of an invoice."""
        return self._chorus_answer("validator", self.env._("Validator of %s", self.name))

    def action_chorus_reissue(self):
        """Replace a refused invoice by a credit note and a new invoice."""
        self._chorus_check_user()
        self._chorus_check_possible("reissue")
        return self._chorus_wizard("chorus.reissue", self.env._("Replace %s", self.name))

    def _chorus_answer(self, kind, title):
        self._chorus_check_user()
        self._chorus_check_possible(kind)
        return self._chorus_wizard("chorus.action.wizard", title, kind=kind)

    def _chorus_check_possible(self, kind):
        self.ensure_one()
        self.check_access("write")
        if not self[f"chorus_can_{kind}"]:
            raise UserError(self.env._("%s is no longer in a state where this can be done.", self.name))

    def _chorus_wizard(self, model, title, **values):
        wizard = self.env[model].create({"move_id": self.id, **values})
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": model,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # -- deposited elsewhere -------------------------------------------------------------------------------------------

    def action_chorus_find(self):
        """Look for these invoices at Chorus Pro, where somebody may have entered them by hand; what is found is followed.

        :raises UserError: naming what was not found; nothing is sent in any case.
        """
        self._chorus_check_user()
        self.check_access("write")
        found, missing = self.browse(), []
        for company, moves in self.filtered(lambda move: move._chorus_may_be_elsewhere()).grouped("company_id").items():
            structure = company.chorus_structure_id or None
            numbers = [move._chorus_number() for move in moves]
            # many are picked out of all that was deposited since the oldest could have been
            since = datetime.combine(min(moves.mapped("invoice_date")), time.min, UTC) - ENTERED_BEFORE
            asked = [{"deposited_from": since}] if len(numbers) > ASKED_ONE_BY_ONE else [{"number": number} for number in numbers]
            self.env["chorus.deposit"]._chorus_commit()
            with company._chorus_client_for_user() as client:
                rows = list(chain(*(client.search_invoices(supplier_structure=structure, **criteria) for criteria in asked)))
            known = moves._chorus_recognise(rows)
            found |= known
            for move in moves - known:
                missing.append(self.env._("%s is not at Chorus Pro, or with another recipient, date or amount.", move.name))
        if not found:
            raise UserError("\n".join(missing) or self.env._("Only invoices that wait to be sent can be looked for."))
        message = [self.env._("Found at Chorus Pro, followed from now on: %s.", found._chorus_names()), *missing]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "type": "warning" if missing else "success",
                "message": "\n".join(message),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _chorus_may_be_elsewhere(self):
        self.ensure_one()
        return self.chorus_state in ("to_send", "rejected")

    def _chorus_recognise(self, rows):
        """Follow those of these invoices that Chorus Pro holds without a deposit of ours: same number, recipient, day, amount.

        :param rows: ``services.api.answers.FoundInvoice`` s of their company.
        :return: the invoices that were recognised.
        """
        known = self.browse()
        by_number = self.grouped(lambda move: move._chorus_number())
        for row in rows:
            for move in by_number.get(row.number, ()):
                siren = "".join((move.company_id.company_registry or "").split())[:9]
                if row.supplier[:9] != siren or not move.try_lock_for_update(allow_referencing=True):
                    continue
                if not move._chorus_may_be_elsewhere():
                    continue
                line = self.env["chorus.deposit.line"].sudo().new(move._chorus_line_values())  # sudo: only compared, see below
                if line._chorus_same_as(row):
                    move._chorus_adopt_elsewhere(row)
                    known |= move
        return known

    def _chorus_adopt_elsewhere(self, row):
        """Record that this invoice is at Chorus Pro though we did not deposit it: it is followed like the others, never sent."""
        self.ensure_one()
        at = row.deposited_at.astimezone(UTC).replace(tzinfo=None) if row.deposited_at else fields.Datetime.now()
        deposit = self.env["chorus.deposit"].sudo().create(  # sudo: users read deposits only; who may ask is checked above
            {
                "company_id": self.company_id.id,
                "environment": self.company_id.chorus_environment,
                "state": "integrated",
                "elsewhere": True,
                "syntax": self.env._("Deposited elsewhere"),
                "file_name": self._chorus_number(),
                "user_id": self.env.user.id,
                "deposited_at": at,
                "report": row.flow_number and self.env._("Flow number given by Chorus Pro: %s", row.flow_number),
                "line_ids": [fields.Command.create({**self._chorus_line_values(), "outcome": "integrated"})],
            }
        )  # fmt: skip
        self.invalidate_recordset(["chorus_deposit_line_ids"])
        self._chorus_apply_found(row)
        self.sudo().chorus_history_due = fields.Datetime.now()  # sudo: bookkeeping
        self._message_log(
            body=self.env._("Chorus Pro: found there, deposited elsewhere. It is followed from now on, nothing is sent.")
        )
        return deposit

    # -- alerts --------------------------------------------------------------------------------------------------------

    # EXTENDS 'account'
    @api.depends("chorus_action_ids.state", "chorus_action_ids.error_code", "chorus_status_comment", "chorus_expected_date",
                 "payment_state", "chorus_replaced_by_ids", "chorus_payment_at")  # fmt: skip
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS 'l10n_fr_chorus_pro'
    def _chorus_alerts(self):
        alerts = super()._chorus_alerts()
        if "chorus_status" in alerts and self.chorus_status_comment:
            alerts["chorus_status"]["message"] = self.env._("Chorus Pro: %s", self._chorus_why_text())
            # the client drops what a server call returns: the dialog is opened as an action
            alerts["chorus_status"] |= {"action_text": self.env._("Why?"), "action": self._chorus_why_action()}
        if "chorus_status" in alerts and self._chorus_dealt_with():
            new = self.chorus_replaced_by_ids
            alerts["chorus_status"] = {
                "level": "info",
                "message": self.env._("Chorus Pro: refused, and cancelled by a credit note since."),
            }
            if new:
                link = {"action_text": self.env._("Open %s", new[0].display_name), "action": new[0]._get_records_action()}
                alerts["chorus_status"] |= link
        action = self.sudo().chorus_action_ids[:1]  # sudo: what became of an answer is for whoever sees the invoice
        if action.state in ("ready", "sending", "unknown") or (action.state == "refused" and self[f"chorus_can_{action.kind}"]):
            alerts["chorus_action"] = {
                "level": "danger" if action.state == "refused" else "warning",
                "message": action._chorus_notification()["params"]["message"],
            }
        if self._chorus_is_late():
            alerts["chorus_late"] = {"level": "warning", "message": self._chorus_late_text()}
        if self.chorus_payment_at and self.payment_state in ("not_paid", "partial"):
            alerts["chorus_payment"] = {
                "level": "info",
                "message": self.env._(
                    "Chorus Pro announced the transfer on %s: expect it on your bank account. Nothing is registered before.",
                    format_date(self.env, fields.Datetime.context_timestamp(self, self.chorus_payment_at).date()),
                ),
            }
        return alerts

    # EXTENDS 'l10n_fr_chorus_pro'
    def _chorus_connection_alert(self):
        alerts = super()._chorus_connection_alert()
        followed = self.chorus_state in ("deposited", "validation", "received", "processing", "to_complete")
        silence = followed and not alerts and self.company_id._chorus_silence_text()
        if silence:
            alerts = {"chorus_silence": {"level": "warning", "message": self.env._("Chorus Pro: %s", silence)}}
        return alerts
