from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError
from ..services.clock import UTC
from ..services.follow.timeline import Step, merged
from ..services.vocabulary import motifs, statuses
from . import timing


class ChorusStatusEntry(models.Model):
    """One step in an invoice's life at Chorus Pro: the time line is made of them. See ``services.timeline``."""

    _name = "chorus.status.entry"
    _description = "Step in an invoice's life at Chorus Pro"
    _check_company_auto = True
    _order = "at, rank, id"
    _rec_name = "status"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    status = fields.Char("Code", required=True, readonly=True)
    label = fields.Char("Status", compute="_compute_texts")
    state = fields.Selection(selection="_selection_state", compute="_compute_texts")
    at = fields.Datetime("Date", readonly=True)
    author = fields.Char(readonly=True, help="Who acted at Chorus Pro; empty for the platform itself.")
    comment = fields.Text(readonly=True)
    rank = fields.Integer(readonly=True, help="Its place in the history: many steps may bear the same second.")
    from_history = fields.Boolean(readonly=True, help="Told by the history of the invoice; else seen by a search.")

    _step_unique = models.Constraint("UNIQUE (move_id, status, at)", "This step is in the time line already.")

    @api.model
    def _selection_state(self):
        return self.env["account.move"]._fields["chorus_state"]._description_selection(self.env)

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_texts(self):
        for entry in self:
            status = statuses.get(entry.status)
            entry.label = status.label.of(self.env.lang)
            entry.state = status.state

    def _chorus_step(self):
        self.ensure_one()
        at = self.at and self.at.replace(tzinfo=UTC)
        return Step(self.status, at or None, self.comment or "", self.author or "", self.from_history)


class AccountMove(models.Model):
    _inherit = "account.move"

    chorus_entry_ids = fields.One2many("chorus.status.entry", "move_id", "Time line", readonly=True)
    chorus_history_due = fields.Datetime(
        copy=False, readonly=True, index="btree_not_null", help="When the history of its statuses is to be read; empty: known."
    )
    chorus_motif = fields.Char(
        "Reason code", compute="_compute_chorus_motif", store=True, help="Chorus Pro's code of the reason, found in the comment."
    )
    chorus_motif_label = fields.Char("Reason", compute="_compute_chorus_motif_label")

    chorus_can_complete = fields.Boolean(compute="_compute_chorus_can")
    chorus_can_recycle = fields.Boolean(compute="_compute_chorus_can")
    chorus_can_validator = fields.Boolean(compute="_compute_chorus_can")
    chorus_can_reissue = fields.Boolean(compute="_compute_chorus_can")

    @api.depends("chorus_status", "chorus_status_comment")
    def _compute_chorus_motif(self):
        for move in self:
            known = motifs.recognise(move.chorus_status_comment) if move.chorus_status_comment else []
            told = bool(known) and statuses.get(move.chorus_status).needs_reason
            move.chorus_motif = known[0].code if told else False

    @api.depends("chorus_motif")
    @api.depends_context("lang")
    def _compute_chorus_motif_label(self):
        for move in self:
            move.chorus_motif_label = move.chorus_motif and motifs.get(move.chorus_motif).label.of(self.env.lang)

    @api.depends("chorus_state", "chorus_status")
    def _compute_chorus_can(self):
        for move in self:
            status = statuses.get(move.chorus_status) if move.chorus_status else None
            # the live deposit decides: a status of the past opens nothing
            possible = status.actions if status and move.chorus_state == status.state else ()
            for action in statuses.ACTIONS:
                move[f"chorus_can_{action}"] = action in possible

    # -- the time line -------------------------------------------------------------------------------------------------

    def _chorus_tell(self, steps):
        """Add to this invoice's time line what Chorus Pro told, each step once.

        :param steps: ``services.follow.timeline.Step`` s.
        """
        self.ensure_one()
        entries = self.env["chorus.status.entry"].sudo()  # sudo: written by what the platform says, read by users
        known = {entry._chorus_step(): entry for entry in entries.search([("move_id", "=", self.id)])}
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
            elif entry._chorus_step() != step:
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

    def _chorus_want_history(self):
        """Have the history read: soon where a reason stands in it, else some hours later, one call for many changes."""
        self.ensure_one()
        now = fields.Datetime.now()
        soon = statuses.get(self.chorus_status).needs_reason
        due = now if soon else now + timedelta(seconds=timing.HISTORY_AFTER)
        if not self.chorus_history_due or self.chorus_history_due > due:
            self.sudo().chorus_history_due = due  # sudo: see _chorus_apply_found

    @api.model
    def _chorus_untold(self, company):
        """Invoices of a company's present environment whose history is to be read now."""
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("chorus_history_due", "<=", fields.Datetime.now()),
                ("chorus_identifier", "!=", False),
                (
                    "chorus_deposit_line_ids",
                    "any",
                    [("live", "=", True), ("deposit_id.environment", "=", company.chorus_environment)],
                ),
            ],
            order="chorus_history_due, id",
            limit=timing.HISTORIES,
        )

    def _chorus_write_history(self, identifier, history):
        """Take over a ``services.answers.History``: the time line, and the status of the moment with its reason.

        :param identifier: the one it was asked for; an invoice that was deposited again meanwhile is left alone.
        """
        self.ensure_one()
        if self.chorus_identifier != identifier:
            return
        self._chorus_tell(Step(entry.status, entry.at, entry.comment, entry.author) for entry in history.entries)
        self._chorus_rank(history.entries)
        status = history.status or self.chorus_status
        told = [entry for entry in history.entries if entry.status == status and entry.at]
        last = max(told, key=lambda entry: entry.at, default=None)
        at = last and last.at.replace(tzinfo=None)
        if status != self.chorus_status and at and self.chorus_status_at and at < self.chorus_status_at:
            # read before the change that another run has written meanwhile: it is read again, after those that wait
            self.sudo().chorus_history_due = fields.Datetime.now() + timedelta(seconds=timing.RETRY[1])  # sudo: bookkeeping
            return
        values = {"chorus_history_due": False}
        if status != self.chorus_status:
            values |= {"chorus_status": status, "chorus_status_at": at, "chorus_status_comment": (last and last.comment) or False}
        elif last and last.comment and last.comment != self.chorus_status_comment:
            values["chorus_status_comment"] = last.comment
        self.sudo().write(values)  # sudo: see _chorus_apply_found


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    @api.model
    def _chorus_read_histories(self, moves, client):
        """Read the histories of these invoices, one call and one commit each."""
        for move in moves:
            identifier = move.chorus_identifier
            if not identifier:
                continue
            self._chorus_commit()
            try:
                history = client.invoice_history(identifier)
            except ChorusError as error:
                connection = self.env["chorus.connection"]._of(move.company_id)
                stop = connection._note_failure(error)
                # the status itself is known: another time will do
                later = fields.Datetime.now() + timedelta(seconds=timing.BACKOFF[-1])
                move.sudo().chorus_history_due = later  # sudo: bookkeeping
                self._chorus_commit()
                if stop:
                    return
                continue
            self._chorus_firmly(move._chorus_write_history, identifier, history)
