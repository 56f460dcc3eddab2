import logging
from datetime import timedelta

from odoo import api, fields, models

from ...services.api import recipients as directory
from ...services.api.errors import ChorusError, NotAllowed, Refused, failure
from .. import timing, transactions

_logger = logging.getLogger(__name__)


#: Structures named in the result of an ambiguous question.
NAMED = 5


class ChorusLookup(models.Model):
    """A question to Chorus Pro's directory about one customer, and its answer: the queue of the scheduled job.

    One row for each customer and company; a new question about the same customer takes the row again.
    """

    _name = "chorus.lookup"
    _inherit = ["chorus.question"]
    _description = "Question to the directory of Chorus Pro"
    _order = "state, partner_id"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        "res.partner", "Customer", required=True, readonly=True, index=True, check_company=True, ondelete="cascade"
    )
    state = fields.Selection(
        # STATE DIAGRAM
        # * (new), any state --[asked]------------------> waiting, missing when there is nothing to ask by
        # * waiting --[one active structure]------------> found
        # * waiting --[one structure, not active]-------> inactive
        # * waiting --[several, or not surely the one]--> ambiguous
        # * waiting --[none]----------------------------> unknown
        # * waiting --[refused by Chorus Pro]-----------> failed
        # * waiting --[not reached, not allowed]--------> waiting, asked again at next_try
        [
            ("waiting", "Waiting"),
            ("found", "Found"),
            ("inactive", "No longer active"),
            ("ambiguous", "Several: choose"),
            ("unknown", "Not found"),
            ("missing", "SIRET or town missing"),
            ("failed", "Refused by Chorus Pro"),
        ],
        required=True,
        readonly=True,
        index=True,
        default="waiting",
    )
    question = fields.Char("Looked for", readonly=True)
    # names of what was found, or the platform's own words: the same in every language
    detail = fields.Char(readonly=True, export_string_translation=False)
    result = fields.Char(compute="_compute_result", help="What was found, or why not.")
    user_id = fields.Many2one("res.users", "Asked by", readonly=True)
    chorus_may_flag = fields.Boolean("Public body, not invoiced through Chorus Pro yet", related="partner_id.chorus_may_flag")
    chorus_needs = fields.Char(related="partner_id.chorus_needs")

    _partner_unique = models.Constraint("UNIQUE (company_id, partner_id)", "There is one question for each customer.")

    @api.depends("state", "detail", "error_code")
    @api.depends_context("lang")
    def _compute_result(self):
        for row in self:
            row.result = row.detail
            if row.error_code:
                row.result = failure(row.error_code).cause.of(self.env.lang)
            elif row.state == "unknown":
                row.result = self.env._("No structure of Chorus Pro's directory")
            elif row.state == "found" and not row.detail:
                row.result = self.env._("Known already")

    # -- asking --------------------------------------------------------------------------------------------------------

    @api.model
    def _ask(self, partners, company, again=False):
        """Put questions about these customers to the scheduled job. No call is made here.

        What was answered is not asked again: a body that was read, nor, within a day, the very same question.

        :param again: a person asks, who may have an unhappy answer of yesterday asked again.
        :return: the rows about these customers, whatever their state.
        """
        if not partners or not company.chorus_environment:
            return self.browse()
        # sudo: the queue belongs to the scheduled job; who may ask is decided by the callers
        rows = self.sudo().search([("company_id", "=", company.id), ("partner_id", "in", partners.ids)])
        known = {row.partner_id: row for row in rows}
        new = []
        for partner in partners:
            values = self._ask_values(partner, company)
            row = known.get(partner)
            if not row:
                if values["state"] == "waiting" and partner._chorus_is_fresh(company.chorus_environment, timing.FRESH_DAYS):
                    values |= {"state": "found", "answered_at": fields.Datetime.now()}
                new.append({**values, "company_id": company.id, "partner_id": partner.id})
            elif row._is_due_again(values, again):
                row.write(values)
        rows |= self._create_where_missing(new)
        if rows.filtered(lambda row: row.state == "waiting"):
            transactions.trigger(self.env, "directory")
        return rows.sudo(False)

    @api.model
    def _ask_values(self, partner, company):
        question = partner._chorus_question()
        return {
            "environment": company.chorus_environment,
            "state": "waiting" if question.can_be_asked else "missing",
            "question": question.key,
            "detail": False,
            "error_code": False,
            "user_id": self.env.uid,
            "attempts": 0,
            "next_try": False,
        }

    def _is_due_again(self, values, again):
        """Whether a question that was put before is to be put again."""
        self.ensure_one()
        if self.question != values["question"] or self.environment != values["environment"]:
            return True
        if self.state in ("waiting", "missing"):
            return False
        if self.state == "found":
            return not self.partner_id._chorus_is_fresh(values["environment"], timing.FRESH_DAYS)
        days = timing.ANSWER_DAYS if again else timing.FRESH_DAYS
        return not self.answered_at or self.answered_at < fields.Datetime.now() - timedelta(days=days)

    @api.model
    def _ask_now(self, call):
        """Call Chorus Pro while the user waits: one try, a short time-out.

        :param call: a function of the client.
        :raises UserError: with cause and remedy, when Chorus Pro cannot be asked.
        """
        with self.env.company._chorus_client_for_user(timeout=timing.WHILE_WAITING) as client:
            return call(client)

    @api.model
    def _note_now(self, partner, question, answer):
        """Take over an answer that a user asked for just now."""
        company = self.env.company
        row = self.sudo().search([("company_id", "=", company.id), ("partner_id", "=", partner.id)])  # sudo: see _ask
        values = {**self._ask_values(partner, company), "question": question.key, "state": "waiting"}
        if row:
            row.write(values)
        else:
            row = self._create_where_missing([{**values, "company_id": company.id, "partner_id": partner.id}])
        for one in row:
            one._write_answer(question, answer)

    # -- answers -------------------------------------------------------------------------------------------------------

    def _answer_one(self, client):
        """Ask one question and write its answer down, in a transaction of its own.

        :return: the ``ChorusError`` that concerns the way to Chorus Pro, None when the others may be asked.
        """
        self.ensure_one()
        if self.state != "waiting":
            return None
        question = self.partner_id._chorus_question()
        transactions.commit(self.env)
        try:
            answer = directory.look_up(client, question)
        except ChorusError as error:
            answer = error
        try:
            transactions.retry_and_commit(self.env, self._write_answer, question, answer)
        except Exception as error:
            # something refuses the customer's new values: this one fails, with its reason, and the others go on
            _logger.exception("Chorus Pro: answer to the question %s", self.id)
            if self.env["account.move"]._can_commit():
                self.env.cr.rollback()
            transactions.retry_and_commit(self.env, self._write_failure, str(error))
        return answer if isinstance(answer, ChorusError) and answer.is_of_the_way else None

    def _write_answer(self, question, answer):
        """Turn an answer, a ``services.api.recipients.Answer`` or an error, into this row's state and the customer's facts."""
        self.ensure_one()
        row = self.try_lock_for_update()
        if not row:
            # another worker answers it
            return
        row.invalidate_recordset()
        row.partner_id.invalidate_recordset()
        if row.state != "waiting":
            return
        if row.partner_id._chorus_question() != question:
            # the customer changed meanwhile: the answer is not about this one
            row.question = row.partner_id._chorus_question().key
            return
        if isinstance(answer, ChorusError) and not isinstance(answer, Refused):
            row._try_again(answer)
            return
        if isinstance(answer, Refused):
            row._write_failure(answer.detail)
            return
        may_fill = not row.user_id or row.partner_id.with_user(row.user_id).has_access("write")
        if answer.structure and not question.identifier and not may_fill:
            # found by its name, but the one who asks may not change the customer: somebody who may chooses
            answer = directory.Answer(directory.Outcome.AMBIGUOUS, candidates=(answer.structure,), total=1)
        values = {"state": answer.outcome.value, "answered_at": fields.Datetime.now(), "next_try": False, "error_code": False}
        row.write(values | {"detail": row._detail(answer)})
        if answer.structure:
            row.partner_id._chorus_apply(answer, row.environment, complete=may_fill)

    def _postpone(self, error):
        """Nobody can be asked now: say why on all that waits, and when it is asked again."""
        now = fields.Datetime.now()
        self.write(
            {
                "error_code": error.code,
                "next_try": now + timedelta(seconds=timing.step(timing.BACKOFF, max(self.mapped("attempts"), default=0), error)),
            }
        )

    def _write_failure(self, reason):
        self.write({"state": "failed", "answered_at": fields.Datetime.now(), "detail": reason, "error_code": False})

    @api.model
    def _detail(self, answer):
        """What an answer found, by name and identifier; False for nothing."""
        shown = answer.candidates[:NAMED] or filter(None, [answer.structure])
        names = ", ".join(f"{one.name} ({one.registry})" for one in shown)
        return f"{names}… ({answer.total})" if answer.total > NAMED else names or False

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_open(self):
        """Go on with one result: choose among several, look for another, or see the customer."""
        self.ensure_one()
        if self.state in ("ambiguous", "unknown", "missing"):
            return self.partner_id.action_chorus_find()
        return self.partner_id._get_records_action()

    def action_flag(self):
        """Invoice the public bodies among these customers through Chorus Pro."""
        self.partner_id.action_chorus_flag()

    def action_ask_again(self):
        """Ask about these customers again, whatever was answered."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        for company, rows in self.grouped("company_id").items():
            for row in rows.sudo():  # sudo: see _ask
                row.write(self._ask_values(row.partner_id, company))
        transactions.trigger(self.env, "directory")

    # -- cron ----------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_directory(self):
        """Answer what waits and refresh what is old; for every company, one commit a question, within the cron's time.

        What is asked for: customers, the details of chosen services, engagement numbers, our own structure. A failure of the way
        to Chorus Pro ends a company's turn; what waits is asked again after a while. The link's own state (`chorus.connection`)
        is respected, but not changed: a right that is missing on the directory must not keep invoices from leaving.
        """
        progress = self.env["ir.cron"]._commit_progress
        for company, left in transactions.turns(self.env, self.env["res.company"]._chorus_companies()):
            connection = self.env["chorus.connection"]._of(company)
            if connection._held_until():
                transactions.trigger(self.env, "directory", connection._seconds_held())
                continue
            jobs = transactions.in_company_lang(self, company)._jobs(company, connection)
            if not jobs:
                continue
            try:
                way_in = company._chorus_way_in()
            except NotAllowed:
                # told on the connection by the jobs that send
                continue
            progress(remaining=len(jobs) + left + 1)
            if not self._ask_each(company, jobs, way_in):
                return

    @api.model
    def _ask_each(self, company, jobs, way_in):
        """Ask these questions of a company, here and now. Other workers may be given them instead.

        :param jobs: of ``_jobs``. :param way_in: as `res.company._chorus_way_in` gives it.
        :return: False when the cron's time is over.
        """
        with company._chorus_client(way_in=way_in) as client:
            for job in jobs:
                error = self._guarded(job, client)
                if not self.env["ir.cron"]._commit_progress(1):
                    return False
                if error:
                    transactions.retry_and_commit(self.env, self._chorus_due(company, ("waiting",))._postpone, error)
                    transactions.trigger(self.env, "directory", timing.step(timing.BACKOFF, 1, error))
                    break
        return True

    @api.model
    def _jobs(self, company, connection):
        """What is to be asked for a company now, as methods of one argument, the client."""
        self._ask(self._old(company), company)
        services = self.env["chorus.service"].sudo()  # sudo: the scheduled job serves all companies
        wanted = services.search(
            [("detail_wanted", "=", True), ("partner_id.chorus_directory_environment", "=", company.chorus_environment)]
        )
        return [
            *([connection._read_structure] if connection._structure_is_old() else ()),
            *(service._chorus_read_details for service in wanted),
            *(row._answer_one for row in self._chorus_due(company, ("waiting",))),
            *(row._answer_one for row in self.env["chorus.engagement"]._chorus_due(company, ("waiting",))),
        ]

    @api.model
    def _guarded(self, job, client):
        """Run one job; what breaks is logged and the loop goes on.

        :return: the error when it concerns the way to Chorus Pro, else None.
        """
        try:
            error = job(client)
        except ChorusError as reason:
            _logger.info("Chorus Pro: directory: %s", reason)
            error = reason if reason.is_of_the_way else None
        except Exception:
            _logger.exception("Chorus Pro: a question to the directory broke")
            if self.env["account.move"]._can_commit():
                self.env.cr.rollback()
            error = None
        return error

    @api.model
    def _old(self, company):
        """The public bodies that a company uses, invoices through Chorus Pro, and whose facts are old; the oldest first."""
        old = (
            self._used(company)
            .with_company(company)
            .filtered(
                lambda body: (
                    body.invoice_sending_method == "chorus_pro"
                    and not body._chorus_is_fresh(company.chorus_environment, timing.FRESH_DAYS)
                )
            )
        )
        return old.sorted(lambda body: (bool(body.chorus_directory_date), body.chorus_directory_date))

    @api.model
    def _used(self, company):
        """The customers that a company uses: those it invoiced within the year."""
        since = fields.Date.today() - timedelta(days=timing.USED_DAYS)
        moves = self.env["account.move"].sudo()  # sudo: the scheduled job serves all companies
        invoiced = moves._read_group(
            [
                ("company_id", "=", company.id),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("invoice_date", ">=", since),
            ],
            ["commercial_partner_id"],
        )
        return self.env["res.partner"].union(*(partner for (partner,) in invoiced))
