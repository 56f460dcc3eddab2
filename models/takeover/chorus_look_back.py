from collections import Counter, defaultdict
from datetime import datetime, time, timedelta
from itertools import islice

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.api.errors import ChorusError
from ...services.clock import PARIS, paris_today
from ...services.vocabulary import statuses
from .. import timing, transactions

#: Sentences kept on what was not taken over, and numbers named in one of them.
TOLD, NAMED = 500, 50


class ChorusLookBack(models.Model):
    """What was filed at Chorus Pro before this add-on was there, by whatever means: found by search, and followed from then on.

    Chorus Pro is asked for all that was deposited, a month a call, by a scheduled job that goes on where it was; an invoice of
    ours with the same number, recipient, day and amount is taken as deposited elsewhere. Nothing is sent, and nothing is marked
    on anybody's word. Start at ``action_begin`` and ``_cron_look_back``.
    """

    _name = "chorus.look.back"
    _inherit = ["chorus.errors", "chorus.evidence", "chorus.told"]
    _description = "Taking over what was filed before"
    _rec_name = "company_id"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        # idle --[begin]--> running --[the last month is read]--> done ; running --[stop]--> idle ; done --[begin]--> running
        [("idle", "Not running"), ("running", "Running"), ("done", "Finished")],
        required=True,
        default="idle",
        readonly=True,
    )
    date_from = fields.Date("Deposited from", help="Chorus Pro opened on 1 January 2017.")
    date_to = fields.Date("Deposited until", readonly=True)
    reached = fields.Date("Read before", readonly=True, help="All that was deposited before this day has been read.")
    progress = fields.Float(compute="_compute_progress")
    seen_count = fields.Integer("Invoices read", readonly=True)
    found_count = fields.Integer("Taken over", readonly=True)
    known_count = fields.Integer("Followed before", readonly=True)
    left = fields.Text("Not taken over, and why", readonly=True)

    _one_each = models.Constraint("UNIQUE(company_id, environment)", "A company looks back once for each environment.")

    @api.depends("reached", "date_from", "date_to", "state")
    def _compute_progress(self):
        for record in self:
            record.progress = 100.0 if record.state == "done" else 0.0
            if record.state != "done" and record.reached and record.date_from and record.date_to:
                whole = (record.date_to - record.date_from).days + 1
                record.progress = 100.0 * (record.reached - record.date_from).days / whole

    # EXTENDS 'l10n_fr_chorus_pro'
    @api.model
    def _chorus_is_told(self, name):
        # also what is not computed: a person chooses the first day, and nothing else
        return super()._chorus_is_told(name) or (name in self._fields and self._fields[name].readonly)

    # EXTENDS 'l10n_fr_chorus_pro'
    def write(self, vals):
        if "date_from" in vals and not self.env.su and self.filtered(lambda record: record.state == "running"):
            raise UserError(self.env._("Stop it before you choose another day."))
        result = super().write(vals)
        if "date_from" in vals:
            # sudo: what was read from another day on does not count
            self.sudo().filtered("reached").write({"reached": False})
        return result

    # -- the buttons ---------------------------------------------------------------------------------------------------

    @api.model
    def _open(self):
        """The record of the present company and its environment, made when there is none.

        :raises UserError: for a company that has no environment yet.
        """
        self.env["res.users"]._chorus_check_manager()
        company = self.env.company
        place = company.chorus_environment
        if not place:
            raise UserError(self.env._("Connect %s to Chorus Pro first: go through the guided set-up.", company.name))
        known = self.search([("company_id", "=", company.id), ("environment", "=", place)])
        if known:
            return known
        first = self.env["account.move"].sudo().search(  # sudo: a day, shown to administrators, who need not be accountants
            [("company_id", "=", company.id), ("move_type", "in", ("out_invoice", "out_refund")), ("state", "=", "posted")],
            order="invoice_date",
            limit=1,
        )  # fmt: skip
        # sudo: nobody makes one by hand
        return self.sudo().create(
            {"company_id": company.id, "environment": place, "date_from": first.invoice_date or paris_today(), "state": "idle"}
        ).sudo(False)  # fmt: skip

    def action_begin(self):
        """Have the job read what was deposited, from where it was stopped or from the first day.

        :raises UserError: without a day, for one to come, in another environment than the company's, or for a missing setting.
        """
        self.ensure_one()
        self.env["res.users"]._chorus_check_manager()
        self.check_access("write")
        today = paris_today()
        if not self.date_from or self.date_from > today:
            raise UserError(self.env._("Say from which day on it is to be read, today or before."))
        if self.environment != self.company_id.chorus_environment:
            raise UserError(self.env._("%s works in another environment of Chorus Pro now.", self.company_id.name))
        if self.company_id._chorus_missing_settings():
            raise UserError(self.env._("Connect %s to Chorus Pro first: go through the guided set-up.", self.company_id.name))
        record = self.sudo()  # sudo: its progress is a fact, which users only read
        values = {"state": "running", "date_to": today, "error_code": False, "error_detail": False}
        if self.state == "done" or not self.reached:
            values |= {"reached": self.date_from, "seen_count": 0, "found_count": 0, "known_count": 0, "left": False}
        record.write(values)
        transactions.trigger(self.env, "look_back")

    def action_stop(self):
        """Read no further; what was taken over stays, and another beginning goes on from there."""
        self.ensure_one()
        self.env["res.users"]._chorus_check_manager()
        self.check_access("write")
        if self.state == "running":
            self.sudo().state = "idle"  # sudo: see action_begin

    def action_view_invoices(self):
        """The invoices of this company that are followed without having been sent from here."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Deposited elsewhere"),
            "res_model": "account.move",
            "views": [(False, "list"), (False, "form")],
            "domain": [("company_id", "=", self.company_id.id), ("chorus_deposit_line_ids.deposit_id.elsewhere", "=", True)],
            "context": {"create": False},
        }

    # -- the job -------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_look_back(self):
        """Go on for each company that looks back, a month after the other."""
        running = self.sudo().search([("state", "=", "running")])  # sudo: crons serve all companies
        by_company = running.grouped("company_id")
        for company, _left in transactions.turns(self.env, running.company_id):
            for record in transactions.in_company_lang(by_company[company], company):
                # what breaks is told, and the other companies have their turn
                error = transactions.run_and_survive(record, "_go_on")
                if error:
                    transactions.retry_and_commit(self.env, record._note_broken, error)

    def _go_on(self):
        """Read month after month, as long as the job has time and Chorus Pro answers."""
        self.ensure_one()
        company = self.company_id
        if self.environment != company.chorus_environment:
            return
        connection = self.env["chorus.connection"]._of(company)
        way_in = connection._way_in()
        if not way_in:
            transactions.trigger(self.env, "look_back", connection._seconds_held())
            return
        with company._chorus_client(way_in=way_in) as client:
            while self.state == "running":
                if not transactions.seconds_left(self.env):
                    transactions.trigger(self.env, "look_back", 0)
                    return
                try:
                    self._read_month(client)
                except ChorusError as error:
                    transactions.retry_and_commit(self.env, self._note_failure, connection, error)
                    return

    def _note_failure(self, connection, error):
        """Tell what keeps it, and when it goes on."""
        connection._note_failure(error)
        self.write({"error_code": error.code, "error_detail": error.detail})
        transactions.trigger(self.env, "look_back", timing.step(timing.RETRY[-1:], 0, error))

    def _note_broken(self, error):
        """Tell that something of ours broke; the month is read again later."""
        self.write({"error_code": "internal", "error_detail": type(error).__name__})
        transactions.trigger(self.env, "look_back", timing.RETRY[-1])

    def _read_month(self, client):
        """Ask for what was deposited in the month after ``reached``, and take over what is ours.

        :raises ChorusError: when it could not be read.
        """
        first = self.reached
        after = min(fields.Date.add(first, months=1), self.date_to + timedelta(days=1))
        transactions.commit(self.env)
        unreadable = []
        rows = list(
            client.search_invoices(
                supplier_structure=self.company_id.chorus_structure_id or None,
                deposited_from=datetime.combine(first, time.min, PARIS),
                deposited_to=datetime.combine(after, time.min, PARIS),
                unreadable=unreadable,
            )
        )
        transactions.retry_and_commit(self.env, self._take_month, first, after, rows, unreadable)

    def _take_month(self, first, after, rows, unreadable):
        """Take over what was found, and note how far it is read; nothing when somebody else did meanwhile.

        :param rows: ``services.api.answers.FoundInvoice`` s. :param unreadable: ``UnreadableRow`` s.
        """
        self.lock_for_update()
        self.invalidate_recordset()
        if self.state != "running" or self.reached != first:
            return
        # the present one of several with one number: the earlier ones were refused
        rows = sorted(rows, key=lambda row: row.deposited_at.timestamp() if row.deposited_at else 0, reverse=True)
        taken, known, left = self._take_rows(rows)
        left += [self.env._("Could not be read: %s.", row) for row in unreadable]
        kept = [*(self.left or "").splitlines(), *left]
        over = after > self.date_to
        self.write(
            {
                "reached": after,
                "state": "done" if over else "running",
                "seen_count": self.seen_count + len(rows),
                "found_count": self.found_count + taken,
                "known_count": self.known_count + known,
                "left": "\n".join(kept[:TOLD]) or False,
                "error_code": False,
                "error_detail": False,
            }
        )
        self.env["chorus.connection"]._of(self.company_id)._note_success()

    def _take_rows(self, rows):
        """Take over those of these rows that are invoices of this company and not followed yet.

        :raises LockError: while somebody else has one of them in hand; none is passed over.
        :return: how many were taken, how many were followed before, and sentences on those left.
        """
        company = self.company_id
        siren = company._chorus_siret()[:9]
        moves = self.env["account.move"].search(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("name", "in", list({row.number for row in rows})),
            ]
        )
        not_posted = moves.filtered(lambda move: move.state != "posted")
        states, unsettled = dict(moves._fields["state"]._description_selection(self.env)), not_posted.grouped("name")
        moves -= not_posted
        by_number, alone, left, taken, known = moves.grouped(lambda move: move._chorus_number()), defaultdict(list), [], 0, 0
        of_sisters, theirs = self._of_sisters(rows), Counter()
        for row in rows:
            own = by_number.get(row.number)
            if not own and row.number in unsettled and row.supplier[:9] == siren:
                state = states[unsettled[row.number][0].state]
                left.append(self.env._("%(number)s: at Chorus Pro, but “%(state)s” in Odoo.", number=row.number, state=state))
                continue
            month = row.deposited_at and row.deposited_at.astimezone(PARIS).strftime("%m/%Y")
            if row in of_sisters:
                theirs[month] += 1
                continue
            if not own or row.supplier[:9] != siren:
                alone[month].append(row.number)
                continue
            if any(move._chorus_is_live() for move in own):
                known += 1
                continue
            lines = {move: move._chorus_likeness() for move in own}
            # it is one of those that bear its number, as like as two may be
            move = next((move for move, line in lines.items() if line._chorus_same_as(row)), None)
            if not move:
                left += [f"{row.number}: {line._chorus_both(row)}" for line in lines.values()]
                continue
            move.lock_for_update(allow_referencing=True)
            move.invalidate_recordset(["chorus_deposit_line_ids"])
            if move._chorus_is_live():
                known += 1
                continue
            move._chorus_adopt_elsewhere(row, quiet=self._is_over(move, row))
            taken += 1
        for month, numbers in alone.items():
            names = ", ".join(islice(numbers, NAMED))
            more = "…" if len(numbers) > NAMED else ""
            left.append(self.env._("%(month)s: %(count)s not in Odoo: %(names)s", month=month or "?", count=len(numbers),
                                   names=names + more))  # fmt: skip
        for month, count in theirs.items():
            left.append(
                self.env._("%(month)s: %(count)s of another company with the same SIREN", month=month or "?", count=count)
            )
        return taken, known, left

    def _of_sisters(self, rows):
        """Those of these rows that are invoices of another company with this one's SIREN.

        Where no structure is chosen, Chorus Pro shows them too. Whoever reads this record may not see that company: its invoices
        are counted, not named.
        """
        siren = self.company_id._chorus_siret()[:9]
        companies = self.env["res.company"].sudo().search([("id", "!=", self.company_id.id)])  # sudo: see above
        sisters = companies.filtered(lambda company: siren and company._chorus_siret()[:9] == siren)
        if not sisters:
            return set()
        posted = [
            ("company_id", "in", sisters.ids),
            ("move_type", "in", ("out_invoice", "out_refund")),
            ("state", "=", "posted"),
            ("name", "in", list({row.number for row in rows})),
        ]
        moves = self.env["account.move"].sudo().search(posted)  # sudo: see above
        by_number = moves.grouped(lambda move: move._chorus_number())

        def is_theirs(row):
            return any(move._chorus_likeness()._chorus_same_as(row) for move in by_number.get(row.number, ()))

        return {row for row in rows if row.supplier[:9] == siren and is_theirs(row)}

    @staticmethod
    def _is_over(move, row):
        """Whether nobody needs to be called for an invoice of long ago: its way is at its end, or its money came."""
        return statuses.get(row.status).terminal or move.payment_state in ("in_payment", "paid", "reversed")
