from datetime import datetime, time, timedelta
from itertools import chain

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.api.json_values import UnreadableRow
from ...services.clock import UTC
from ...services.follow.timeline import SAME_STEP, Step, leaves_open, merged
from ...services.vocabulary import states, statuses
from .. import timing, transactions
from ..core import other_channels

#: Up to so many invoices are looked for by their numbers, more by the period of their deposits: a page holds hundreds.
ASKED_ONE_BY_ONE = 10


#: How long before its date an invoice may have been entered on the portal.
ENTERED_BEFORE = timedelta(days=31)


class ChorusAnswers(models.AbstractModel):
    """What comes back from Chorus Pro about an invoice, and what one can do about it: a mix-in of ``account.move``.

    Start at ``_chorus_apply_found``, which takes over a status, ``_chorus_write_history``, which takes over the whole time line,
    and ``action_chorus_why``.
    """

    _name = "chorus.answers"
    _description = "What Chorus Pro answers about an invoice"

    # -- statuses ------------------------------------------------------------------------------------------------------

    def _chorus_apply_found(self, row):
        """Take over what Chorus Pro says of this invoice now.

        :param row: a ``services.api.answers.FoundInvoice``.
        """
        self.ensure_one()
        values = self._chorus_found_values(row)
        moved = "chorus_status" in values or "chorus_status_at" in values
        if values:
            self._chorus_set_status(values)
        if moved:
            self._chorus_tell([Step(row.status, row.status_at, row.comment, history=False)])
            self._chorus_want_history()

    def _chorus_found_values(self, row):
        """What is new in what Chorus Pro says of this invoice, as values of its fields."""
        values = {"chorus_identifier": row.identifier}
        comment = self._chorus_their_comment(row.status, row.comment)
        known = self.chorus_status_at
        # the same status since another moment: what came between passed unseen
        again = bool(known and row.status_at) and row.status_at - known.replace(tzinfo=UTC) > SAME_STEP
        if row.status != self.chorus_status or comment != (self.chorus_status_comment or "") or again:
            values |= {
                "chorus_status": row.status,
                "chorus_status_at": row.status_at and row.status_at.replace(tzinfo=None),
                "chorus_status_comment": comment or False,
            }
        return {name: value for name, value in values.items() if self[name] != value}

    def _chorus_their_comment(self, status, comment):
        """That comment on a step at Chorus Pro, when it is not our own: what we wrote stands in the history as our step."""
        if not comment or status == "COMPLETEE" or comment in self.sudo().chorus_action_ids.mapped("comment"):  # sudo: compared
            return ""
        return comment

    def _chorus_note(self, **values):
        """Write what concerns Chorus Pro alone on these invoices; Odoo need look at nothing of the books for it."""
        if self:
            # sudo: what the platform says and our own bookkeeping, which nobody writes by hand, whoever has it read
            facts = self.sudo().with_context(skip_invoice_sync=True, skip_is_manually_modified=True, check_move_validity=False)
            facts.write(values)

    def _chorus_set_status(self, values):
        """Write what Chorus Pro says of this invoice, and call whom it concerns: the one way that its status comes in."""
        self.ensure_one()
        self._chorus_note(**values)
        if not values.keys().isdisjoint(("chorus_status", "chorus_status_at", "chorus_status_comment")):
            self._chorus_call_people()

    def action_chorus_refresh(self):
        """Ask Chorus Pro about these invoices now."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        deposits = self.mapped(lambda move: move._chorus_line().deposit_id)
        return deposits._chorus_ask(self)

    def _chorus_shown_status(self):
        """Chorus Pro's status, before there is one our own state, in words; False for an invoice that does not concern it."""
        self.ensure_one()
        states = dict(self._fields["chorus_state"]._description_selection(self.env))
        return self.chorus_status_label or states.get(self.chorus_state, False)

    def _chorus_dealt_with(self):
        """Whether this refused invoice was cancelled by a credit note."""
        self.ensure_one()
        return self.payment_state == "reversed"

    # -- the time line -------------------------------------------------------------------------------------------------

    def _chorus_steps(self):
        """The time line as ``services.follow.timeline.Step`` s, oldest first."""
        entries = self.sudo().chorus_entry_ids  # sudo: delays are everybody's who sees the invoice
        return [_step(entry) for entry in entries.sorted(lambda entry: entry.at or entry.create_date)]

    def _chorus_tell(self, steps):
        """Add to this invoice's time line what Chorus Pro told, each step once.

        :param steps: ``services.follow.timeline.Step`` s.
        """
        self.ensure_one()
        entries = self.env["chorus.status.entry"].sudo()  # sudo: written by what the platform says, read by users
        known = {_step(entry): entry for entry in entries.search([("move_id", "=", self.id)])}
        line = merged((*known, *steps))
        places = {(step.status, step.at): entry for step, entry in known.items()}
        kept = {(step.status, step.at) for step in line}
        entries.union(*(entry for place, entry in places.items() if place not in kept)).unlink()
        for step in line:
            values = {"comment": step.comment or False, "author": step.author or False, "from_history": step.history}
            entry = places.get((step.status, step.at))
            if not entry:
                at = step.at and step.at.replace(tzinfo=None)
                entries.create({"move_id": self.id, "status": step.status, "at": at, **values})
            elif _step(entry) != step:
                entry.write(values)

    def _chorus_rank(self, told):
        """Keep the order of the history's entries: by date, then by Chorus Pro's number of each."""

        def place(entry):
            return entry.at, int(entry.identifier) if entry.identifier.isdigit() else 0

        ranks = {}
        for entry in sorted((entry for entry in told if entry.at), key=place):
            ranks.setdefault((entry.status, entry.at.replace(tzinfo=None, microsecond=0)), len(ranks) + 1)
        for entry in self.env["chorus.status.entry"].sudo().search([("move_id", "=", self.id)]):  # sudo: see _chorus_tell
            rank = ranks.get((entry.status, entry.at))
            if rank and entry.rank != rank:
                entry.rank = rank

    def _chorus_with_history(self):
        """Those of these invoices whose history at Chorus Pro is their own."""
        return self

    def _chorus_want_history(self):
        """Have the history read: at once where a reason stands in it; where steps may have gone unseen that matter, some hours
        later, one call for many changes. For the others, which are most, what the searches showed is the time line."""
        self.ensure_one()
        now = fields.Datetime.now()
        if statuses.get(self.chorus_status).needs_reason:
            due = now
        elif self._chorus_seen_late() or leaves_open(self._chorus_steps()):
            due = now + timedelta(seconds=timing.HISTORY_AFTER)
        else:
            return
        line = self._chorus_line()
        if not line.history_due or line.history_due > due:
            line.history_due = due

    def _chorus_seen_late(self):
        """Whether the status of the moment was seen so long after it began, or after the last reading, that others may have gone
        unseen before it."""
        self.ensure_one()
        limit = fields.Datetime.now() - timedelta(seconds=timing.SEEN_LATE)
        read = timing.credible(self.company_id._chorus_connection().last_poll)
        return not read or read < limit or bool(self.chorus_status_at and self.chorus_status_at < limit)

    def _chorus_history_owed(self):
        """Of these invoices, those whose history is to be read for a person who asks: it is due, or this one alone was asked
        about and its time line is not all from there."""
        owed = self.filtered(lambda move: move._chorus_line().history_due)
        if len(self) == 1 and not all(self.sudo().chorus_entry_ids.mapped("from_history")):  # sudo: see _chorus_steps
            return self
        return owed

    def _chorus_note_history(self, due):
        """Note when the history of these invoices is to be read; False when it is known."""
        for move in self:
            move._chorus_line().history_due = due

    @api.model
    def _chorus_untold(self, company):
        """Invoices of a company's present environment whose history is to be read now."""
        now = fields.Datetime.now()
        lines = self.env["chorus.deposit.line"].sudo()  # sudo: crons serve all companies
        due = lines.search(
            [
                ("company_id", "=", company.id),
                "|",
                ("history_due", "<=", now),
                # no wait of ours is so long: a clock was ahead
                ("history_due", ">", now + timedelta(seconds=timing.HISTORY_AFTER + timing.OVERLAP)),
                ("live", "=", True),
                ("move_id.chorus_identifier", "!=", False),
                ("deposit_id.environment", "=", company.chorus_environment),
            ],
            order="history_due, move_id",
            limit=timing.HISTORIES,
        )
        return due.move_id

    def _chorus_write_history(self, identifier, history):
        """Take over a ``services.answers.History``: the time line, and the status of the moment with its reason.

        :param identifier: the one it was asked for; an invoice that was deposited again meanwhile is left alone.
        """
        self.ensure_one()
        if self.chorus_identifier != identifier:
            return
        odd = [UnreadableRow(f"{self.name}, {row.name}", row.reason) for row in history.unreadable]
        self.env["chorus.connection"]._of(self.company_id)._note_unreadable(odd)
        self._chorus_tell(Step(entry.status, entry.at, entry.comment, entry.author) for entry in history.entries)
        self._chorus_rank(history.entries)
        self.sudo().chorus_action_ids._chorus_set_right(identifier, history)  # sudo: the platform's word, whoever has it read
        status = history.status or self.chorus_status
        told = [entry for entry in history.entries if entry.status == status and entry.at]
        last = max(told, key=lambda entry: entry.at, default=None)
        at = last and last.at.replace(tzinfo=None)
        if status != self.chorus_status and at and self.chorus_status_at and at < self.chorus_status_at:
            # read before the change that another run has written meanwhile: it is read again, after those that wait
            self._chorus_note_history(fields.Datetime.now() + timedelta(seconds=timing.RETRY[1]))
            return
        self._chorus_note_history(False)
        comment = self._chorus_their_comment(status, last.comment) if last else ""
        values = {}
        if status != self.chorus_status:
            values |= {"chorus_status": status, "chorus_status_at": at, "chorus_status_comment": comment or False}
        elif comment and comment != self.chorus_status_comment:
            values["chorus_status_comment"] = comment
        self._chorus_set_status(values)

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

    def action_chorus_attach(self):
        """Choose several files at once that are to go with an invoice."""
        self.ensure_one()
        self.check_access("write")
        return self._chorus_wizard("chorus.attach", self.env._("Files for Chorus Pro: %s", self.name))

    def action_chorus_recycle(self):
        """Correct the routing of an invoice to be re-routed."""
        return self._chorus_answer("recycle", self.env._("Re-route %s", self.name))

    def action_chorus_validator(self):
        """Name the right validator of an invoice."""
        return self._chorus_answer("validator", self.env._("Validator of %s", self.name))

    def action_chorus_reissue(self):
        """Replace a refused invoice by a credit note and a new invoice."""
        self.env["res.users"]._chorus_check_transfer()
        self._chorus_check_possible("reissue")
        return self._chorus_wizard("chorus.reissue", self.env._("Replace %s", self.name))

    def _chorus_answer(self, kind, title):
        self.env["res.users"]._chorus_check_transfer()
        self._chorus_check_possible(kind)
        return self._chorus_wizard("chorus.action.wizard", title, kind=kind)

    def _chorus_check_possible(self, kind):
        self.ensure_one()
        self.check_access("write")
        if kind not in self._chorus_possible():
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
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")
        found, missing = self.browse(), []
        for company, moves in self.filtered(lambda move: move._chorus_may_be_elsewhere()).grouped("company_id").items():
            structure = company.chorus_structure_id or None
            numbers = [move._chorus_number() for move in moves]
            # many are picked out of all that was deposited since the oldest could have been
            since = datetime.combine(min(moves.mapped("invoice_date")), time.min, UTC) - ENTERED_BEFORE
            asked = [{"deposited_from": since}] if len(numbers) > ASKED_ONE_BY_ONE else [{"number": number} for number in numbers]
            transactions.commit(self.env)
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
        taken = (
            self.state == "posted" and other_channels.holds(self) and self._chorus_is_destined() and not self._chorus_is_live()
        )
        return self.chorus_state in states.TO_LEAVE or taken

    def _chorus_recognise(self, rows):
        """Follow those of these invoices that Chorus Pro holds without a deposit of ours: same number, recipient, day, amount.

        :param rows: ``services.api.answers.FoundInvoice`` s of their company.
        :return: the invoices that were recognised.
        """
        known, followed = self.browse(), set()
        # what is there under a number that another invoice has is that one, as like as two may be; asked once, since each that is
        # followed from now on would have it asked of all the others anew. sudo: of another company perhaps
        free = self.filtered(lambda move: not move.sudo().chorus_number_taken_by)
        by_number = free.grouped(lambda move: move._chorus_number())
        for row in rows:
            for move in by_number.get(row.number, ()):
                siren, place = move.company_id._chorus_siret()[:9], move._chorus_number_place()
                if row.supplier[:9] != siren or place in followed or not move.try_lock_for_update(allow_referencing=True):
                    continue
                if move._chorus_may_be_elsewhere() and move._chorus_likeness()._chorus_same_as(row):
                    move._chorus_adopt_elsewhere(row)
                    followed.add(place)
                    known |= move
        return known

    def _chorus_adopt_elsewhere(self, row, quiet=False):
        """Record that this invoice is at Chorus Pro though we did not deposit it: it is followed like the others, never sent.

        :param quiet: see ``_chorus_follow_elsewhere``.
        """
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
        self.invalidate_model(["chorus_number_taken_by"], flush=False)
        self._chorus_follow_elsewhere(row, quiet)
        return deposit

    def _chorus_follow_elsewhere(self, row, quiet=False):
        """Follow this invoice from what Chorus Pro shows of it; it was not we who deposited it.

        :param quiet: of long ago: nobody is called for it, and how it came there is not asked.
        """
        self.ensure_one()
        self._chorus_mark_sent()
        if quiet:
            self._chorus_note(**self._chorus_found_values(row))
            self._chorus_tell([Step(row.status, row.status_at, row.comment, history=False)])
        else:
            self._chorus_apply_found(row)
        self._chorus_note_history(not quiet and fields.Datetime.now())
        self._message_log(
            body=self.env._("Chorus Pro: found there, deposited elsewhere. It is followed from now on, nothing is sent.")
        )


def _step(entry):
    """A ``chorus.status.entry`` as the time line knows it."""
    at = entry.at and entry.at.replace(tzinfo=UTC)
    return Step(entry.status, at or None, entry.comment or "", entry.author or "", entry.from_history)
