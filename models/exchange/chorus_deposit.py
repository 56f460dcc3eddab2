import hashlib
import json
from contextlib import nullcontext, suppress
from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import clean_context

from ...services.api.answers import FoundInvoice, SubmittedInvoice
from ...services.api.errors import ChorusError, Failure, NotAllowed, OutcomeUnknown, Refused, TryLater, failure
from ...services.api.json_values import UnreadableRow
from ...services.clock import UTC
from ...services.document import submission
from ...services.document.invoice import Attachment
from ...services.siret import is_siret
from ...services.vocabulary import flows, messages, states, statuses
from .. import timing, transactions
from ..core import other_channels
from .chorus_answers import ENTERED_BEFORE
from .chorus_deposit_line import CAME_AS_FILE


def says_duplicate(text):
    """Whether the platform says that an invoice is there already."""
    return any(told.duplicate for told in messages.explain(text))


class Claim(NamedTuple):
    """What a sender needs once it holds a deposit."""

    content: bytes
    file_name: str
    syntax: str
    #: what goes with the file when it is not a flow; see ``chorus_deposit_submit``
    submission: tuple | None = None


class Submission(NamedTuple):
    """What goes with the PDF of one invoice: the data, and the other files."""

    data: dict
    others: tuple[Attachment, ...]


#: How often an invoice that is shown without its flow is asked for again.
WITHOUT_FLOW = 3
#: Days for which an invoice at its end is followed on when its flow is not known.
FLOW_LOOKED_FOR = 7
#: What a person is called for at once, since no later search settles it.
FOR_A_PERSON = ("found_different", "other_account")


class Question(NamedTuple):
    """What a search needs to know of a deposit, as it was when it was sent.

    :ivar since: aware.
    :ivar supplier: the SIRET in the file.
    :ivar foreign: it was sent with another technical account than the present one.
    :ivar conclusive: what is not found now counts as absent.
    """

    numbers: tuple[str, ...]
    structure: str | None
    since: datetime
    file_name: str
    supplier: str
    foreign: bool
    conclusive: bool


class Seen(NamedTuple):
    """What a search found: the invoices that bear these numbers, and the flow that surely was this file."""

    found: list[FoundInvoice]
    flow_number: str


def _is_unclear(report, numbers):
    """Whether the report of a flow that entered does not tell which of its invoices did, so that what is there must tell.

    :param report: a ``FlowReport``. :param numbers: those of the invoices.
    """
    outcome = flows.get(report.state).outcome
    named = {error.number for error in report.invoice_errors}
    if outcome == "partial":
        return bool(report.unreadable) or not named or not named <= numbers
    return outcome == "integrated" and bool(report.unreadable or report.invoice_errors)


class ChorusDeposit(models.Model):
    """One file handed to Chorus Pro: the intent, the bytes, and what came of them.

    The record is committed before a byte leaves and says at any moment what may have happened, so that nothing is sent twice or
    forgotten. It is evidence: users read it, nobody deletes it.

    Start at the state diagram, then ``_chorus_make`` (the intent), ``_chorus_advance`` (what is to be done in each state),
    ``_chorus_settle_one`` (an answer was lost), ``_chorus_read_report`` and ``_chorus_read_news`` (what becomes of it).
    """

    _name = "chorus.deposit"
    _inherit = ["chorus.exchange", "chorus.files"]
    _description = "Chorus Pro deposit"
    _check_company_auto = True
    _order = "id desc"
    _rec_name = "file_name"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    other_environment = fields.Boolean(
        "Of another environment",
        compute="_compute_other_environment",
        search="_search_other_environment",
        help="Neither sent nor followed while its company works in another environment.",
    )
    state = fields.Selection(
        # STATE DIAGRAM
        # * ready      --[claimed by a sender; committed]--------------------> sending
        # * ready      --[withdrawn]-----------------------------------------> cancelled
        # * ready      --[its file is lost or altered]-----------------------> spoilt: made anew, it is another deposit
        # * ready      --[seen at Chorus Pro before it left]-----------------> unknown
        # * ready      --[another channel has an invoice of it]--------------> rejected
        # * ready      --[found at Chorus Pro before it leaves]--------------> integrated (elsewhere), unknown (found_different)
        # * sending    --[accepted: flow number]-----------------------------> deposited
        # * sending    --[surely not received, or not allowed in]------------> ready, tried again at next_try
        # * sending    --[accepted by soumettre: identifier]-----------------> integrated
        # * sending    --[refused]-------------------------------------------> rejected
        # * sending    --[answer lost; or found in this state after a crash]-> unknown
        # * unknown    --[found at Chorus Pro, the same]---------------------> deposited
        # * unknown    --[surely absent]-------------------------------------> ready
        # * unknown    --[surely absent, after several uploads]--------------> rejected (not_taken): a person decides
        # * all but sending, of a former test environment --[released]-------> cancelled, where it was not concluded
        # * unknown    --[found, but different: a person decides]------------> unknown (found_different)
        # * deposited  --[report: integrated / in part / rejected]-----------> integrated / partial / rejected
        # * deposited  --[no such flow, and none of its invoices is shown]---> unknown
        [
            ("ready", "To send"),
            ("sending", "Sending"),
            ("unknown", "Outcome unknown"),
            ("deposited", "Waiting for the report"),
            ("integrated", "Integrated"),
            ("partial", "Partly integrated"),
            ("rejected", "Rejected by Chorus Pro"),
            ("spoilt", "File lost or altered"),
            ("cancelled", "Withdrawn"),
        ],
        required=True,
        default="ready",
        readonly=True,
        index=True,
    )
    released = fields.Boolean(
        readonly=True,
        help="It was a test: its invoices are free to be sent again, in the environment that the company works in since.",
    )
    syntax = fields.Char(required=True, readonly=True, help="Chorus Pro's name of the file's format (syntaxeFlux, modeDepot).")
    file_name = fields.Char(required=True, readonly=True)
    file = fields.Binary(attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    sha256 = fields.Char("SHA-256", readonly=True, help="Fingerprint of the bytes that were sent.")
    size = fields.Integer("Size (bytes)", readonly=True)
    line_ids = fields.One2many("chorus.deposit.line", "deposit_id", "Invoices", readonly=True)
    move_ids = fields.Many2many("account.move", compute="_compute_move_ids", string="Invoices sent")
    user_id = fields.Many2one("res.users", "Asked by", readonly=True, default=lambda self: self.env.user)
    supplier = fields.Char("Supplier's SIRET", readonly=True, help="Of the company when the file was made.")
    structure = fields.Char(
        "Structure at Chorus Pro", readonly=True, help="The company's identifier there (idStructureCPP) when it was sent."
    )
    account = fields.Char("Technical account", readonly=True, help="With which it was sent.", groups="base.group_system")
    flow_number = fields.Char("Flow number", readonly=True, index="btree_not_null", help="numeroFluxDepot")
    flow_state = fields.Char("Flow state code", readonly=True)
    flow_state_label = fields.Char("Flow state", compute="_compute_flow_state_label")
    flow_state_at = fields.Datetime("Flow state since", readonly=True)
    deposited_at = fields.Datetime("Deposited on", readonly=True)
    asked_at = fields.Datetime(
        "When a user asked Chorus Pro and was answered", readonly=True, copy=False, export_string_translation=False
    )
    read_at = fields.Datetime("Read in Chorus Pro on", compute="_compute_read_at", help="Nothing newer is known of it.")
    report = fields.Text(readonly=True, help="What Chorus Pro reported on the whole file.")
    data = fields.Text("Data sent", readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    data_sha256 = fields.Char("SHA-256 of the data", readonly=True)
    # each file names this field, whose group decides who opens it; the search for them does not leave them out for that
    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Attachments sent",
        readonly=True,
        bypass_search_access=True,
        groups="l10n_fr_chorus_pro.group_chorus_user",
    )
    elsewhere = fields.Boolean(
        "Deposited elsewhere", readonly=True, help="Entered at Chorus Pro by other means; nothing was sent."
    )

    #: For what left and of which no flow is known, a few of all.
    _deposited_without_flow = models.Index("(company_id, deposited_at) WHERE flow_number IS NULL")
    _flow_number_unique = models.UniqueIndex(
        "(environment, flow_number) WHERE flow_number IS NOT NULL", "This flow number is recorded already."
    )

    # -- the intent ----------------------------------------------------------------------------------------------------

    @api.depends("environment", "company_id.chorus_environment", "asked_at")
    def _compute_read_at(self):
        connections = {company: company._chorus_connection() for company in self.company_id}
        for deposit in self:
            connection = connections.get(deposit.company_id, self.env["chorus.connection"])
            followed = deposit.environment == connection.environment and deposit.state in ("integrated", "partial")
            deposit.read_at = max(filter(None, (followed and connection.last_poll, deposit.asked_at)), default=False)

    @api.depends("environment", "company_id.chorus_environment")
    def _compute_other_environment(self):
        for deposit in self:
            deposit.other_environment = deposit.environment != deposit.company_id.chorus_environment

    def _search_other_environment(self, operator, value):
        if operator != "in":
            return NotImplemented
        companies = self.env["res.company"].search([("chorus_environment", "!=", False)])
        mine = fields.Domain.OR(
            [("company_id", "=", company.id), ("environment", "=", company.chorus_environment)] for company in companies
        )
        if set(value) == {True}:
            return ~mine
        return mine if set(value) == {False} else fields.Domain.TRUE

    @api.depends("line_ids.move_id")
    def _compute_move_ids(self):
        for deposit in self:
            # sudo: what a reader sees of the lines is no writing, for which Odoo would look at the invoices of each deposit alone
            deposit.sudo().move_ids = deposit.line_ids.move_id

    @api.depends("flow_state")
    @api.depends_context("lang")
    def _compute_flow_state_label(self):
        for deposit in self:
            deposit.flow_state_label = deposit.flow_state and flows.get(deposit.flow_state).label.of(self.env.lang)

    # EXTENDS 'l10n_fr_chorus_pro'
    def write(self, vals):
        leaving = vals.get("state") == "sending" and all(deposit.state == "ready" for deposit in self)
        with self._chorus_same_to_invoices() if leaving else nullcontext():
            result = super().write(vals)
        # that an invoice entered Chorus Pro is told when the outcome of its line is written
        # and that it is about to leave changes nothing for anybody: whatever comes of it will
        told = vals.get("state") in (None, "sending", "integrated", "partial")
        if "released" in vals or not told:
            self.line_ids.move_id._chorus_mark_sent()
        if not told:
            self.line_ids.move_id._chorus_call_people()
        return result

    def _chorus_same_to_invoices(self):
        """While these go from ``ready`` to ``sending``, which is one to their invoices, nothing of those is computed anew."""
        lines = self.line_ids
        state = lines.move_id._fields["chorus_state"]
        follow = [field for field in self.pool.get_dependent_fields(state) if field.store and field.model_name == "account.move"]
        return self.env.protecting([([state, *follow], lines.move_id), ([lines._fields["live"]], lines)])

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(self.env._("A deposit is evidence of what was sent to Chorus Pro: it cannot be deleted."))

    @api.model
    def _chorus_make(self, moves, content, file_name, syntax, **values):
        """Record the intent to send a file. Nothing leaves before the caller committed it.

        :param moves: the invoices in it, of one company; without a live deposit (enforced by the database).
        :param bytes content: the file.
        :param values: of the deposit besides.
        :return: the deposit, ``ready``.
        """
        company = moves.company_id
        company.ensure_one()
        # clean: a user's context must not say, of what sudo makes here, that a file is open to all
        clean = self.with_context(clean_context(self.env.context))
        deposit = clean.sudo().create(  # sudo: users read deposits only; who may send is checked by the callers
            {
                "company_id": company.id,
                "environment": company.chorus_environment,
                "syntax": syntax,
                "file_name": file_name,
                "sha256": hashlib.sha256(content).hexdigest(),
                "size": len(content),
                "supplier": company._chorus_siret(),
                "user_id": self.env.user.id,
                "line_ids": [fields.Command.create(move._chorus_line_values()) for move in moves],
                **values,
            }
        )
        deposit._chorus_keep("file", content)
        # nor may another one bear their numbers from now on, of whatever company
        moves.invalidate_model(["chorus_number_taken_by"], flush=False)
        return deposit

    @api.model
    def _chorus_make_one(self, move, file, code):
        """Record the intent to send one invoice.

        :param file: a ``ChorusFile``. :param code: its format's.
        """
        if file.data is None:
            return self._chorus_make(move, file.content, file.name, code)
        text = json.dumps(file.data, ensure_ascii=False, sort_keys=True)
        deposit = self._chorus_make(
            move, file.content, file.name, code, data=text, data_sha256=hashlib.sha256(text.encode()).hexdigest()
        )
        deposit.attachment_ids = deposit.attachment_ids.create(  # of a deposit in sudo, see _chorus_make
            [
                {
                    "name": other.name,
                    "description": other.description,
                    "raw": other.content,
                    "res_model": self._name,
                    "res_field": "attachment_ids",
                    "res_id": deposit.id,
                }
                for other in file.others
            ]
        )
        return deposit

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_refresh(self):
        """Ask Chorus Pro about these deposits now: look up the unknown ones, read the reports of the others."""
        return self._chorus_ask()

    def _chorus_ask(self, moves=None):
        """See ``action_refresh``.

        :param moves: the invoices that are asked about, all of these deposits by default.
        """
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        deposits = self.sudo()  # sudo: users read deposits only; this writes what the platform says, nothing of theirs
        if elsewhere := deposits.filtered("other_environment"):
            raise UserError(
                self.env._(
                    "%s: sent in another environment than the one the company works in now, which knows nothing of it.",
                    ", ".join(elsewhere.mapped("file_name")),
                )
            )
        before, failures = deposits._chorus_known(), deposits._chorus_refresh(moves)
        if not failures:
            deposits.asked_at = fields.Datetime.now()
        return self.env["res.company"]._chorus_told(failures, deposits._chorus_known() != before)

    def _chorus_known(self):
        """What is known of these deposits, to be compared with what is known later."""
        self.invalidate_recordset()
        moves = self.move_ids
        return [
            self.mapped(lambda deposit: (deposit.state, deposit.flow_number, deposit.flow_state, deposit.error_code)),
            self.line_ids.mapped("outcome"),
            moves.mapped(lambda move: (move.chorus_identifier, move.chorus_status, move.chorus_status_comment)),
            len(moves.chorus_entry_ids),
        ]

    def action_cancel(self):
        """Withdraw deposits of which no byte has left."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: see action_refresh
            if deposit.try_lock_for_update(allow_referencing=True).state != "ready":
                raise UserError(self.env._("Only a deposit that has not left yet can be withdrawn."))
            deposit._chorus_conclude("cancelled")

    def action_make_anew(self):
        """Make the files of deposits anew that were lost or altered before they left, and send them."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        if any(deposit.state != "spoilt" for deposit in self):
            raise UserError(self.env._("Only a file that was lost or altered before it left is made anew."))
        moves = self.move_ids.filtered(lambda move: not move._chorus_is_live())
        if not moves:
            raise UserError(self.env._("These invoices were sent since."))
        return moves.action_chorus_send()

    def action_release(self):
        """End the hold of deposits made in a test environment that the company has left: their invoices may be sent again.

        What was sent stays recorded. Nothing that a public body may hold is ever released.
        """
        self.env["res.users"]._chorus_check_manager()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: see action_refresh
            deposit.lock_for_update(allow_referencing=True)
            if deposit.environment == "production" or not deposit.other_environment or deposit.state == "sending":
                raise UserError(self.env._("Only a deposit of a test environment that the company has left can be released."))
            held = deposit.line_ids.filtered("live").move_id
            deposit.released = True
            if deposit.state in ("ready", "unknown", "deposited", "by_hand"):
                deposit._chorus_conclude("cancelled")
            held._chorus_forget_test(deposit)

    # -- sending -------------------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.exchange'
    def _chorus_advance(self, client):
        self.ensure_one()
        if self.state == "ready":
            if not self._chorus_may_be_there() or self._chorus_is_absent(client):
                self._chorus_send_one(client)
        elif self.state == "unknown":
            self._chorus_settle_one(client)
        elif self.state == "deposited":
            self._chorus_read_report(client)

    # EXTENDS 'chorus.exchange'
    def _chorus_identity(self, account):
        return {"structure": self.company_id.chorus_structure_id, "account": account}

    # EXTENDS 'chorus.exchange'
    def _chorus_may_send(self, *seen):
        if any(map(other_channels.holds, self.move_ids)):
            # taken meanwhile: sent again, it would be refused as a duplicate
            self._chorus_take_refusal(Refused(code="other_channel"))
            return None
        if self._chorus_number_taken():
            self._chorus_take_refusal(Refused(code="number_taken"))
            return None
        return {}

    def _chorus_number_taken(self):
        """Whether another invoice with the number of one of these is at Chorus Pro since the intent was recorded.

        Who made these files saw what was there when that began, a minute ago where many were printed; the index keeps apart what
        is pending, and no more what was taken meanwhile.
        """
        lines = self.line_ids
        # what was recorded before places were has none, and is then alike to whoever has none
        places = [place for place in lines.mapped("number_place") if place]
        same = [("number", "in", lines.mapped("number")), ("number_place", "in", places)]
        return bool(lines.search([*same, ("live", "=", True), ("deposit_id", "not in", self.ids)], limit=1))

    # EXTENDS 'chorus.exchange'
    def _chorus_is_intact(self, claim):
        if hashlib.sha256(claim.content).hexdigest() != self.sha256:
            return False
        if not claim.submission:
            return True
        files = zip(self.attachment_ids.sorted("id"), claim.submission.others, strict=True)
        return hashlib.sha256(self.data.encode()).hexdigest() == self.data_sha256 and all(
            file._compute_checksum(other.content) == file.checksum for file, other in files
        )

    # EXTENDS 'chorus.exchange'
    def _chorus_load(self):
        return Claim(self._chorus_contents("file").get(self.id, b""), self.file_name, self.syntax, self._chorus_load_submission())

    def _chorus_load_submission(self):
        """What goes with the file of one invoice besides (``soumettre``): a ``Submission``; None for a flow."""
        if not self.data:
            return None
        files = self.attachment_ids.sorted("id")
        others = tuple(Attachment(file.name, file.raw or b"", file.description or "") for file in files)
        return Submission(json.loads(self.data), others)

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_hand_over(self, client, claim):
        if not claim.submission:
            return client.deposit_flow(claim.content, claim.file_name, claim.syntax)
        data, others = claim.submission
        return submission.hand_over(client, data, claim.content, claim.file_name, others)

    # EXTENDS 'chorus.exchange'
    def _chorus_receive(self, answer):
        if not isinstance(answer, SubmittedInvoice):
            if self._chorus_other_with(answer.flow_number):
                # an answer given twice, to two questions: this one has none
                self._chorus_mark_unknown(OutcomeUnknown(f"flow number {answer.flow_number} again"))
            else:
                self._chorus_accept(answer.flow_number)
            return
        line = self.line_ids
        known = self.search(
            [("environment", "=", self.environment), ("line_ids.move_id.chorus_identifier", "=", answer.identifier)]
        )
        if known.line_ids.move_id.filtered(lambda move: move.chorus_identifier == answer.identifier) - line.move_id:
            self._chorus_mark_unknown(OutcomeUnknown(f"identifier {answer.identifier} again"))
            return
        self._chorus_accept(False)
        line._chorus_integrated()
        if answer.number and answer.number != line.number:
            # Chorus Pro knows it by that number from now on
            line.write({"number": answer.number, "message": self.env._("Chorus Pro gave it the number %s.", answer.number)})
        line.move_id._chorus_set_status(
            {
                "chorus_identifier": answer.identifier,
                "chorus_status": answer.status or "DEPOSEE",
                "chorus_status_at": fields.Datetime.now(),
            }
        )

    # EXTENDS 'chorus.exchange'
    def _chorus_take_refusal(self, error):
        if error.code == "file_changed":
            self._chorus_reject(error.code, False, state="spoilt")
        elif says_duplicate(error.detail):
            # it may be this very document: look it up before telling anybody that it was refused
            self._chorus_mark_unknown(OutcomeUnknown(error.detail))
        else:
            self._chorus_reject(error.code, messages.with_code(error.detail, error.return_code, error.service))

    def _chorus_other_with(self, flow_number):
        """The other deposit that bears that flow number; empty when none does."""
        return self.search([("environment", "=", self.environment), ("flow_number", "=", flow_number), ("id", "!=", self.id)])

    # EXTENDS 'chorus.exchange'
    def _chorus_give_up(self):
        self._chorus_reject("not_taken", self.error_detail)

    def _chorus_accept(self, flow_number, deposited_at=None):
        """Chorus Pro has the file under that flow number: follow it."""
        now = fields.Datetime.now()
        self._chorus_conclude(
            "deposited",
            flow_number=flow_number,
            deposited_at=deposited_at.replace(tzinfo=None) if deposited_at else now,
            attempts=0,
            next_try=now + timedelta(seconds=timing.FIRST_REPORTS[0]),
        )
        transactions.trigger(self.env, "follow", *timing.FIRST_REPORTS)

    def _chorus_reject(self, code, detail, state="rejected"):
        """The file was refused, or did not leave: its invoices never entered Chorus Pro and may be sent again."""
        self._chorus_conclude(state, error_code=code, error_detail=detail)
        for line in self.line_ids.filtered(lambda line: line.outcome == "pending"):
            line.write({"outcome": "refused", "message": line.message or detail})

    # -- looking before it leaves --------------------------------------------------------------------------------------

    def _chorus_may_be_there(self):
        """Whether an invoice of this deposit may be at Chorus Pro before it leaves.

        Another channel may have brought it; it left before, and was not taken as far as was told; or it was sent by what this
        database forgot: see ``chorus.connection``.
        """
        self.ensure_one()
        connection = self.env["chorus.connection"]._of(self.company_id)
        connection._notice()
        # with what `_chorus_number_taken` asks for next
        names = ["move_id", "number", "number_place"]
        lines = self.env["chorus.deposit.line"].search_fetch([("deposit_id", "=", self.id)], names)
        before = lines.search_fetch(
            [("move_id", "in", lines.move_id.ids), ("deposit_id", "!=", self.id)], ["deposit_id"]
        ).deposit_id
        return (
            any(map(other_channels.may_have_left, lines.move_id))
            or any(deposit.uploads and not deposit.flow_number and deposit.environment == self.environment for deposit in before)
            or connection._may_have_been_sent(lines.move_id)
        )

    def _chorus_is_absent(self, client):
        """Look at Chorus Pro, before anything leaves, whether these invoices are there; those that are, are followed.

        :return: whether none is, so that the file may leave.
        """
        self.ensure_one()
        # not from the deposit on, as after a lost answer: it may have come long before
        since = datetime.combine(min(self.line_ids.mapped("issue_date")), time.min, UTC) - ENTERED_BEFORE
        return transactions.retry_and_commit(self.env, self._chorus_write_look, self._chorus_look(client, since))

    def _chorus_write_look(self, seen):
        """Take over what ``_chorus_look_up`` gave before a deposit leaves; whether it may leave."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "ready":
            return False
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(seen, ChorusError):
            connection._note_failure(seen)
            deposit._chorus_note_error(seen)
            return False
        connection._note_success()
        matches = deposit._chorus_matches(seen.found)
        if not matches:
            return deposit._chorus_is_shown(connection)
        if all(line in matches and line._chorus_same_as(matches[line]) for line in deposit.line_ids):
            deposit._chorus_note_elsewhere(matches)
        else:
            # a number used for something else, or some of the file's invoices: settled as after a lost answer
            deposit._chorus_mark_unknown(OutcomeUnknown("there already"))
            deposit._chorus_conclude_search(seen, lambda line, row: line._chorus_same_as(row))
        return False

    def _chorus_is_shown(self, connection):
        """Whether Chorus Pro would show by now what this database forgot; else it is looked for again when it does."""
        self.ensure_one()
        shown_from = connection._shown_from()
        now = fields.Datetime.now()
        if not shown_from or now >= shown_from or not connection._may_have_been_sent(self.line_ids.move_id):
            return True
        self.write({"next_try": shown_from, "error_code": "database_changed", "error_detail": False})
        transactions.trigger(self.env, self._chorus_cron, (shown_from - now).total_seconds())
        return False

    def _chorus_note_elsewhere(self, rows):
        """All the invoices of this deposit are at Chorus Pro already, by another way: they are followed, nothing leaves.

        :param dict rows: ``FoundInvoice`` by line.
        """
        self.ensure_one()
        first = min((row.deposited_at for row in rows.values() if row.deposited_at), default=None)
        numbers = ", ".join(sorted({row.flow_number for row in rows.values() if row.flow_number}))
        self._chorus_conclude(
            "integrated",
            elsewhere=True,
            syntax=self.env._("Deposited elsewhere"),
            deposited_at=first.astimezone(UTC).replace(tzinfo=None) if first else fields.Datetime.now(),
            report=numbers and self.env._("Flow number given by Chorus Pro: %s", numbers),
        )
        for line, row in rows.items():
            line._chorus_integrated()
            line.move_id._chorus_follow_elsewhere(row)

    # -- settling an unknown outcome -----------------------------------------------------------------------------------

    def _chorus_settle_one(self, client):
        """Find out at Chorus Pro what became of a deposit whose answer was lost, and write it down."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        transactions.retry_and_commit(self.env, deposit._chorus_write_search, deposit._chorus_look(client))

    def _chorus_look(self, client, since=None):
        """What Chorus Pro holds under the numbers of this deposit: a ``Seen``, or the error met. In no transaction.

        :param datetime since: a search of many begins there, not shortly before the deposit.
        """
        question = self._chorus_question(client)
        if since:
            question = question._replace(since=since)
        transactions.commit(self.env)
        return self._chorus_look_up(client, question)

    def _chorus_question(self, client):
        """What a search by that client needs to know of this deposit, a ``Question``."""
        self.ensure_one()
        company = self.company_id
        since = (timing.credible(self.sending_at) or timing.credible(self.create_date) or fields.Datetime.now()) - timedelta(
            days=1
        )
        supplier = self.supplier or company._chorus_siret()
        account = self.sudo().account  # sudo: compared only
        return Question(
            numbers=tuple(self.line_ids.mapped("number")),
            structure=self.structure or company.chorus_structure_id or None,
            since=since.replace(tzinfo=UTC),
            file_name=self.file_name,
            supplier=supplier,
            foreign=bool(account) and account != client.account,
            conclusive=self._chorus_unknown_for(timing.SHOWN_AFTER),
        )

    @api.model
    def _chorus_look_up(self, client, question):
        """What Chorus Pro holds under the numbers of a deposit: a ``Seen``, or the error met.

        One number is searched as such; many are picked out of all that was deposited since, a few pages at most, and those that
        are to count as absent are each searched once more.
        """
        numbers = question.numbers
        try:
            if question.foreign:
                self._chorus_check_visible(client, question)
            # a number is looked for wherever the account may see it: a structure set wrongly hides nothing
            period = {"supplier_structure": question.structure, "deposited_from": question.since}
            found = self._chorus_search(client, **(period if len(numbers) > 1 else {"number": numbers[0]}))
            missing = [number for number in numbers if all(row.number != number for row in found)]
            if len(numbers) > 1 and missing and question.conclusive:
                for number in missing:
                    found += self._chorus_search(client, number=number)
            found = [row for row in found if row.number in numbers]
            flow_numbers = sorted({row.flow_number for row in found if row.flow_number})
            if len(numbers) > 1:
                # one of the file's invoices may have come by another way: that flow tells nothing of the others
                flow_numbers = (flow for flow in flow_numbers if self._chorus_is_file(client, flow, question.file_name))
            return Seen(found, next(iter(flow_numbers), ""))
        except ChorusError as error:
            return error

    @api.model
    def _chorus_search(self, client, number="", **criteria):
        """What a search finds, a list of ``FoundInvoice``.

        :raises TryLater: for an answer to another question: it says nothing of ours.
        """
        if number:
            criteria["number"] = number
        found = list(client.search_invoices(**criteria))
        for row in found:
            # it may well find numbers that hold the one searched
            if number not in row.number or not is_siret(row.supplier):
                raise TryLater(f"{row.number}, {row.supplier}: not what was searched", code="unreadable")
        return found

    @api.model
    def _chorus_check_visible(self, client, question):
        """Whether the present account may see a deposit that was sent with another one.

        :raises OutcomeUnknown: where it may not: whatever it does not show proves nothing.
        """
        try:
            own = client.own_structures()
        except Refused:
            own = []
        if not any(structure.identifier == question.structure or structure.registry == question.supplier for structure in own):
            raise OutcomeUnknown(question.supplier, code="other_account")

    @api.model
    def _chorus_is_file(self, client, flow_number, file_name):
        """Whether a flow is a file of that name of ours."""
        try:
            return client.flow_report(flow_number).file_name == file_name
        except Refused:
            # not ours to ask about
            return False

    def _chorus_write_search(self, seen):
        """Settle an unknown outcome by what ``_chorus_look_up`` gave."""
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "unknown":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(seen, ChorusError):
            connection._note_failure(seen)
            self._chorus_look_again(seen.code, seen.detail)
            return
        connection._note_success()
        self._chorus_conclude_search(seen, lambda line, row: line._chorus_same_as(row))

    def _chorus_conclude_search(self, seen, is_same):
        """Conclude, line by line.

        Each invoice that is there is adopted, whatever became of the others; what is not there waits, or leaves again.

        :param is_same: whether a line is the ``FoundInvoice`` that bears its number.
        """
        matches = self._chorus_matches(seen.found)
        same = {line: row for line, row in matches.items() if is_same(line, row)}
        different = [(line, row) for line, row in matches.items() if line not in same and line.outcome == "pending"]
        if not self.data_sha256 and self.attempts < WITHOUT_FLOW and not all(row.flow_number for row in same.values()):
            # what came as a file is shown with its flow: a row without it is asked for again, a few times
            self._chorus_look_again("unreadable", "numeroFluxDepot")
            return
        for line, row in same.items():
            line._chorus_integrated()
            line.move_id._chorus_apply_found(row)
        missing = self.line_ids.filtered(lambda line: line.outcome == "pending")
        flow_number = seen.flow_number if any(row.flow_number == seen.flow_number for row in same.values()) else ""
        if flow_number and self._chorus_other_with(flow_number):
            flow_number = ""
        if different:
            line, row = different[0]
            self._chorus_look_again("found_different", line._chorus_both(row))
        elif not missing or flow_number:
            self._chorus_adopt(flow_number, min((row.deposited_at for row in same.values() if row.deposited_at), default=None))
        elif not self._chorus_unknown_for(timing.SHOWN_AFTER):
            decided = self.error_code in FOR_A_PERSON
            self._chorus_look_again("outcome_unknown" if decided else self.error_code, not decided and self.error_detail)
        elif missing == self.line_ids:
            self._chorus_ready_again()
        else:
            # the file holds invoices that are there already: it cannot leave again as it is
            missing.write({"outcome": "refused", "message": self.env._("It did not reach Chorus Pro: send it again.")})
            self._chorus_conclude("partial")

    def _chorus_matches(self, found):
        """Which of these found invoices bear the number of one of our lines, in the sense of Chorus Pro's uniqueness.

        One of another year counts too, unless it was there before ours left: it may be ours, oddly told.

        :return: dict line → ``FoundInvoice``; by year, SIREN and number (doc/API.md §5).
        """
        self.ensure_one()
        if not found:
            return {}
        siren = (self.supplier or self.company_id._chorus_siret())[:9]
        since = timing.credible(self.sending_at) or self.create_date
        own = [row for row in found if row.supplier[:9] == siren]
        late = [row for row in own if not row.deposited_at or row.deposited_at.replace(tzinfo=None) > since - timedelta(days=1)]
        ours = {(row.number, row.issue_date[:4]): row for row in own}
        odd = {row.number: row for row in late}
        matches = {
            line: ours.get((line.number, fields.Date.to_string(line.issue_date)[:4])) or odd.get(line.number)
            for line in self.line_ids
        }
        return {line: row for line, row in matches.items() if row}

    def _chorus_adopt(self, flow_number, deposited_at):
        """The deposit had arrived; lines that are not there yet wait for the report of its flow."""
        self._chorus_accept(flow_number or False, deposited_at)
        if all(line.outcome != "pending" for line in self.line_ids):
            refused = any(line.outcome == "refused" for line in self.line_ids)
            self._chorus_conclude("partial" if refused else "integrated")

    def _chorus_look_again(self, code, detail):
        """Still unclear: ask again later; a person is called after a day, at once when there is something to decide."""
        self._chorus_again(timing.SEARCHES, code, detail, cron="follow" if self.state == "by_hand" else "")
        self.line_ids.move_id._chorus_call_people()

    def action_adopt(self):
        """The invoice found at Chorus Pro is this one, whatever differs: follow it."""
        self._chorus_decide(adopt=True)

    def action_give_up(self):
        """The invoice found at Chorus Pro is another one: ours was never taken in, it is free to get another number."""
        self._chorus_decide(adopt=False)

    def _chorus_decide(self, adopt):
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: users read deposits only; this one records their decision
            deposit._chorus_check_decision()
            with deposit.company_id._chorus_client_for_user() as client:
                seen = deposit._chorus_look(client)
            if isinstance(seen, ChorusError):
                raise UserError(self.env._("Chorus Pro does not answer now. Try again later."))
            transactions.retry_and_commit(self.env, deposit._chorus_write_decision, seen, adopt)

    def _chorus_check_decision(self):
        """Lock the deposit.

        :raises UserError: when it is not, or no more, for a person to say what an invoice found at Chorus Pro is.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        deposit.invalidate_recordset()
        if deposit.state != "unknown" or deposit.error_code != "found_different" or deposit.other_environment:
            raise UserError(self.env._("There is nothing to decide about this deposit."))

    def _chorus_write_decision(self, seen, adopt):
        """Apply what a person decided to the invoices that are there and differ; the others follow from the search."""
        self._chorus_check_decision()
        none = self.line_ids.browse()
        rows = self._chorus_matches(seen.found)
        asked = none.union(*(line for line in rows if line.outcome == "pending" and not line._chorus_same_as(rows[line])))
        if not asked:
            raise UserError(self.env._("Chorus Pro shows no other invoice under these numbers any more: look it up again."))
        adopted = asked if adopt else none
        (asked - adopted).write({"outcome": "refused", "message": self.error_detail})
        if all(line.outcome == "refused" for line in self.line_ids):
            self._chorus_reject("found_different", self.error_detail)
        else:
            self._chorus_conclude_search(seen, lambda line, row: line in adopted or line._chorus_same_as(row))
        decided = self.env._("found to be the same") if adopt else self.env._("found to be another one")
        for move in asked.move_id:
            move.message_post(body=self.env._("Chorus Pro: the invoice with this number was %s.", decided))

    # -- reports -------------------------------------------------------------------------------------------------------

    def _chorus_read_report(self, client):
        """Ask what became of a flow and write it down, in a transaction of its own."""
        self.ensure_one()
        flow_number, file_name, question = self.flow_number, self.file_name, self._chorus_question(client)
        numbers = set(self.line_ids.mapped("number"))
        transactions.commit(self.env)
        twins, held = [], None
        try:
            if not flow_number:
                # what was told turned out to be another deposit's
                raise Refused(code="flow_unknown")
            answer = client.flow_report(flow_number)
            if answer.file_name not in ("", file_name):
                raise Refused(answer.file_name, code="flow_unknown")
            if _is_unclear(answer, numbers):
                # it refuses without saying which one: what is there tells
                held = [row.number for row in client.search_invoices(flow_number=flow_number)]
            for error in answer.invoice_errors:
                if error.number and says_duplicate(error.message):
                    # refused because it is there already: perhaps the very same document, from an answer that was lost
                    twins += client.search_invoices(number=error.number)
        except Refused as error:
            # no flow of ours has that number: what is there under the invoices' own numbers tells its true one
            seen = self._chorus_look_up(client, question)
            transactions.retry_and_commit(self.env, self._chorus_write_true_flow, error, seen)
            return
        except ChorusError as error:
            answer = error
        transactions.retry_and_commit(self.env, self._chorus_write_report, answer, twins, held)

    def _chorus_write_true_flow(self, error, seen):
        """The flow number that was told is not the one of this deposit: take the one under which its invoices are there.

        Where the platform says again that it knows no such flow, and shows none of them, nothing is known of the deposit: whoever
        gave the number may have answered in the place of the platform.

        :param error: what came in answer to the number. :param seen: what ``_chorus_look_up`` gave.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "deposited":
            return
        answered = not isinstance(seen, ChorusError)
        matches = deposit._chorus_matches(seen.found) if answered else {}
        for line, row in matches.items():
            if line._chorus_same_as(row):
                if row.flow_number and error.code == "flow_unknown":
                    deposit.flow_number = False
                deposit._chorus_take_flow(row.flow_number)
                line._chorus_integrated()
                line.move_id._chorus_apply_found(row)
        again = error.code == deposit.error_code == "flow_unknown"
        if again and answered and not matches and deposit._chorus_shown_by_now():
            told = ": ".join(filter(None, (deposit.flow_number, error.detail)))
            deposit._chorus_mark_unknown(OutcomeUnknown(told, code=error.code))
            deposit.write({"flow_number": False, "flow_state": False, "flow_state_at": False})
        elif deposit.state == "deposited":
            deposit._chorus_report_again(error)

    def _chorus_take_flow(self, flow_number):
        """Chorus Pro shows an invoice of this deposit in that flow."""
        if flow_number and flow_number != self.flow_number and not self._chorus_other_with(flow_number):
            self.flow_number = flow_number

    def _chorus_correct_flow(self, flow_number):
        """The report of that flow names our file: whatever else bears its number was told wrongly."""
        other = self._chorus_other_with(flow_number)
        other.flow_number = False
        # a flow has one deposit at any moment, in the database too
        other.flush_recordset(["flow_number"])
        self.flow_number = flow_number

    def _chorus_write_report(self, answer, twins=(), held=None):
        """Apply a ``FlowReport``, or the error met while asking for it, to this deposit and its lines.

        :param twins: what Chorus Pro holds under the numbers it refused as used already.
        :param held: the numbers that it holds of this flow; None where the report alone tells which were refused.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "deposited":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(answer, ChorusError):
            connection._note_failure(answer)
            deposit._chorus_report_again(answer)
            return
        connection._note_success()
        flow = flows.get(answer.state)
        technical = "\n".join(filter(None, (error.message or error.code for error in answer.technical_errors)))
        deposit.write(
            {
                "flow_state": answer.state,
                "flow_state_at": answer.state_at.replace(tzinfo=None) if answer.state_at else fields.Datetime.now(),
                "report": technical or False,
            }
        )
        for line, row in deposit._chorus_matches(twins).items():
            if line._chorus_same_as(row):
                line._chorus_integrated()
                line.move_id._chorus_apply_found(row)
                line.message = self.env._("Deposited before, in the flow %s.", row.flow_number)
        own = {error.number: error.message or flow.label.of(self.env.lang) for error in answer.invoice_errors if error.number}
        numbers = deposit.line_ids.mapped("number")
        general = technical or "\n".join(error.message for error in answer.invoice_errors if error.number not in numbers)
        if held is not None:
            if not held and flow.outcome == "partial":
                # in part, and nothing of it is shown
                deposit._chorus_report_again()
                return
            missing = [number for number in numbers if number not in held and number not in own]
            own |= dict.fromkeys(missing, general or flow.label.of(self.env.lang))
            if missing and not deposit._chorus_shown_by_now():
                deposit._chorus_report_again()
                return
        if flow.outcome in ("integrated", "partial"):
            deposit._chorus_integrate(own)
        elif flow.outcome == "rejected" and all(line.outcome == "integrated" for line in deposit.line_ids):
            deposit._chorus_integrate({})
        elif flow.outcome == "rejected":
            for line in deposit.line_ids.filtered(lambda line: line.outcome == "pending"):
                line.message = own.get(line.number) or general or flow.label.of(self.env.lang)
            deposit._chorus_reject("flow_rejected", general or "\n".join(own.values()))
        elif flow.outcome == "incident":
            deposit._chorus_reject("flow_incident", general)
        else:
            deposit._chorus_report_again()

    def _chorus_shown_by_now(self):
        """Whether the platform has had the time to show what it took in."""
        deposited = timing.credible(self.deposited_at)
        return not deposited or fields.Datetime.now() - deposited >= timedelta(seconds=timing.SHOWN_AFTER)

    def _chorus_integrate(self, refused):
        """The flow entered Chorus Pro, without the invoices in ``refused`` (number → message)."""
        self.ensure_one()
        for line in self.line_ids.filtered(lambda line: line.outcome == "pending"):
            outcome = "refused" if line.number in refused else "integrated"
            line.write({"outcome": outcome, "message": refused.get(line.number)})
        state = "partial" if any(line.outcome == "refused" for line in self.line_ids) else "integrated"
        self._chorus_conclude(state)

    def _chorus_report_again(self, error=None):
        """Not concluded yet: ask again later; a person is called after a day."""
        self._chorus_again(timing.REPORTS, error and error.code, error and error.detail, cron="follow")
        if self._chorus_is_silent():
            self.line_ids.move_id._chorus_call_people()

    def _chorus_standstill(self):
        """Why nothing happens to a flow, as a ``services.api.errors.Failure``; None while there is nothing to say."""
        self.ensure_one()
        if self.state != "deposited":
            return None
        flow = flows.get(self.flow_state) if self.flow_state else None
        if flow and flow.outcome == "stuck":
            return Failure(flow.label, flow.advice)
        return failure("flow_silent") if self._chorus_is_silent() else None

    def _chorus_is_silent(self):
        """Whether the platform has not concluded on the flow for a day."""
        self.ensure_one()
        since = fields.Datetime.now() - timedelta(seconds=timing.CALL_AFTER)
        return self.state == "deposited" and bool(self.deposited_at) and (timing.credible(self.deposited_at) or since) <= since

    # -- statuses ------------------------------------------------------------------------------------------------------

    def _chorus_refresh(self, moves=None):
        """Go on with these deposits and read the statuses, now, at a user's request.

        :param moves: the invoices that the user asks about, all of these deposits by default.
        :return: the codes of the failures met.
        """
        failures = set()
        for company, deposits in self.grouped("company_id").items():
            with company._chorus_client_for_user() as client:
                for deposit in deposits:
                    deposit._chorus_step(client)
                self._chorus_read_statuses(self.env["chorus.connection"]._of(company), client)
                asked = deposits.move_ids if moves is None else deposits.move_ids & moves
                self._chorus_read_histories(asked._chorus_history_owed(), client)
                failures |= company._chorus_failures(client)
        return failures

    @api.model
    def _chorus_read_news(self, connection, client):
        """What changed at Chorus Pro since the last time."""
        company = connection.company_id
        if self._chorus_follows(company):
            self._chorus_read_statuses(connection, client)
            self._chorus_sweep(connection, client)
        if not connection._is_paused() and (untold := self.env["account.move"]._chorus_untold(company)):
            self._chorus_read_histories(untold, client)

    @api.model
    def _chorus_follows(self, company):
        """Whether something of the company is at Chorus Pro and may still change."""
        moves = self.env["account.move"].sudo()  # sudo: for the crons, which serve all companies
        # the first question alone, where nothing goes on; those that do are the newest
        some = moves.search(self._chorus_going_on(company), order="id desc", limit=1) or self._chorus_strays(company)
        return bool(some and moves.search(self._chorus_followed(company), order="id desc", limit=1)) or (
            self._chorus_has_works(company) and self._chorus_follows_works(company)
        )

    # What works documents add is asked only of a company that may have some: ``…_works``, which ``works`` extends.

    @api.model
    def _chorus_has_works(self, company):
        """Whether a company may have works documents, or others' to validate."""
        return False

    @api.model
    def _chorus_follows_works(self, company):
        """Whether some works document is looked for at Chorus Pro, or another's may wait for us."""
        return False

    @api.model
    def _chorus_read_works(self, connection, client):
        """Read what changed of works documents."""

    @api.model
    def _chorus_followed(self, company):
        """The domain of a company's invoices that are at Chorus Pro and may still change."""
        taken = [("outcome", "=", "integrated"), ("deposit_id.environment", "=", company.chorus_environment)]
        followed = self._chorus_going_on(company)
        if strays := self._chorus_strays(company):
            followed |= Domain("company_id", "=", company.id) & Domain("id", "in", strays.move_id.ids)
        return list(Domain("chorus_deposit_line_ids", "any", taken) & followed)

    @api.model
    def _chorus_going_on(self, company):
        """The domain of a company's invoices whose state and status are not their end.

        Nearly all there are after some years have come to their end: the state, which has an index, leaves them out first.
        """
        status = Domain("chorus_status", "=", False) | Domain("chorus_status", "not in", sorted(statuses.TERMINAL))
        state = Domain("chorus_state", "in", sorted(statuses.FOLLOWED))
        return Domain("company_id", "=", company.id) & state & status

    @api.model
    def _chorus_strays(self, company):
        """What left lately in a flow that is not known: it was told wrongly, or not at all. Lines of deposits."""
        return (
            self.env["chorus.deposit.line"]
            .sudo()
            .search(  # sudo: for the crons, which serve all companies
                [
                    *CAME_AS_FILE,
                    ("company_id", "=", company.id),
                    ("deposit_id.flow_number", "=", False),
                    ("deposit_id.deposited_at", ">", fields.Datetime.now() - timedelta(days=FLOW_LOOKED_FOR)),
                ]
            )
        )

    @api.model
    def _chorus_read_statuses(self, connection, client):
        """Read the statuses that changed since the last good poll: a few calls, however many invoices are open."""
        now = fields.Datetime.now()
        since = timing.credible(connection.last_poll) or self._chorus_first_deposit(connection.company_id)
        if since:
            since -= timedelta(seconds=timing.OVERLAP)
            period = {
                "changed_from": since.replace(tzinfo=UTC),
                "changed_to": now.replace(tzinfo=UTC) + timedelta(seconds=timing.OVERLAP),
            }
            if self._chorus_take_statuses(connection, client, **period):
                transactions.retry_and_commit(self.env, connection._note_polled, now)
        if self._chorus_has_works(connection.company_id):
            self._chorus_read_works(connection, client)

    @api.model
    def _chorus_sweep(self, connection, client):
        """Once a day, read all open invoices by their deposit dates: what the search for changes missed is found here."""
        now = fields.Datetime.now()
        last = timing.credible(connection.last_sweep)
        if last and now - last < timedelta(seconds=timing.SWEEP):
            return
        followed = self._chorus_followed(connection.company_id)
        moves = self.env["account.move"].sudo().search(followed)  # sudo: crons serve all companies
        since = min((deposit._chorus_left_at() for deposit in moves.chorus_deposit_line_ids.deposit_id), default=now)
        if self._chorus_take_statuses(connection, client, deposited_from=since.replace(tzinfo=UTC) - timedelta(days=1)):
            transactions.retry_and_commit(self.env, connection.write, {"last_sweep": now})

    @api.model
    def _chorus_first_deposit(self, company):
        """Before which nothing of a company was at Chorus Pro; False when nothing is."""
        first = self.sudo().search(  # sudo: for the crons, which serve all companies
            [("company_id", "=", company.id), ("environment", "=", company.chorus_environment), ("deposited_at", "!=", False)],
            order="deposited_at",
            limit=1,
        )
        return first and first._chorus_left_at()

    def _chorus_left_at(self):
        """The moment of a deposit; where a clock that was ahead wrote it, the day of its first invoice, which is not later."""
        self.ensure_one()
        day = min(self.line_ids.filtered("issue_date").mapped("issue_date"), default=fields.Date.today())
        return timing.credible(self.deposited_at) or min(fields.Datetime.to_datetime(day), fields.Datetime.now())

    @api.model
    def _chorus_take_statuses(self, connection, client, **period):
        """Search a period and bring home what is found; whether it was read to its end.

        A row that cannot be read is named, and the others are taken. What left for a structure that the company had before is
        searched under it too; what the account may not see any more is told, and stops nothing.
        """
        structures, present = self._chorus_structures(connection), connection.structure_identifier or None
        transactions.commit(self.env)
        found, unreadable = [], []
        for structure in structures:
            try:
                found += client.search_invoices(supplier_structure=structure, unreadable=unreadable, **period)
            except ChorusError as error:
                if structure == present or (error.is_of_the_way and not isinstance(error, NotAllowed)):
                    connection._note_failure(error)
                    transactions.commit(self.env)
                    return False
                unreadable.append(UnreadableRow(self.env._("Structure %s", structure), str(error)))
        moved = transactions.retry_and_commit(self.env, self._chorus_write_statuses, connection, found, unreadable)
        # where the way is closed the rest is asked another time
        with suppress(ChorusError):
            for deposit, flow_number in moved.items():
                if self._chorus_is_file(client, flow_number, deposit.file_name):
                    transactions.retry_and_commit(self.env, deposit._chorus_correct_flow, flow_number)
        return True

    @api.model
    def _chorus_structures(self, connection):
        """The structures at Chorus Pro under which a company's invoices are followed, the present one first; None for any."""
        company, present = connection.company_id, connection.structure_identifier or None
        domain = [
            ("company_id", "=", company.id),
            ("environment", "=", connection.environment),
            ("structure", "not in", (False, present)),
            ("line_ids.move_id", "any", self._chorus_followed(company)),
        ]
        former = self.sudo().search(domain) if present else self.browse()  # sudo: for the crons, which serve all companies
        return [present, *sorted(set(former.mapped("structure")))]

    @api.model
    def _chorus_write_statuses(self, connection, found, unreadable=()):
        """Bring statuses home to the invoices they belong to.

        An invoice is known by Chorus Pro's identifier; the first time by its number, within the flow it was deposited in; one
        that we did not send, or whose flow or identifier was told wrongly, by its number, recipient, day and amount.

        :param unreadable: the rows that could not be read.
        :return: the deposits of which an invoice is shown in another flow than they know of, with its number.
        """
        company = connection.company_id
        connection._note_unreadable(unreadable)
        lines = (
            self.env["chorus.deposit.line"]
            .sudo()
            .search(  # sudo: for the crons, which serve all companies
                [
                    ("company_id", "=", company.id),
                    ("live", "=", True),
                    ("deposit_id.environment", "=", company.chorus_environment),
                    "|",
                    ("number", "in", [row.number for row in found]),
                    ("move_id.chorus_identifier", "in", [row.identifier for row in found]),
                ]
            )
        )
        by_number = lines.grouped("number")
        by_identifier = lines.grouped(lambda line: line.move_id.chorus_identifier)
        in_other_flows = {}
        for row in found:
            for line in by_number.get(row.number) or by_identifier.get(row.identifier, ()):
                line._chorus_take_row(row)
                if line._chorus_is_in_other_flow(row):
                    in_other_flows[line.deposit_id] = row.flow_number
        elsewhere = Domain("chorus_state", "in", states.TO_LEAVE)
        if held := other_channels.held_domain(self.env):
            elsewhere |= Domain("chorus_state", "=", False) & Domain(held)
        names = Domain("company_id", "=", company.id) & Domain("name", "in", [row.number for row in found])
        waiting = self.env["account.move"].sudo().search(names & elsewhere)  # sudo: for the crons, which serve all companies
        if waiting:
            waiting._chorus_recognise(found)
        return in_other_flows

    @api.model
    def _chorus_read_histories(self, moves, client):
        """Read the histories of these invoices, one call and one commit each."""
        for move in moves._chorus_with_history():
            identifier = move.chorus_identifier
            if not identifier:
                continue
            transactions.commit(self.env)
            try:
                history = client.invoice_history(identifier)
            except ChorusError as error:
                connection = self.env["chorus.connection"]._of(move.company_id)
                stop = connection._note_failure(error)
                # the status itself is known: another time will do
                later = fields.Datetime.now() + timedelta(seconds=timing.BACKOFF[-1])
                move._chorus_note_history(later)
                transactions.commit(self.env)
                if stop:
                    return
                continue
            transactions.retry_and_commit(self.env, move._chorus_write_history, identifier, history)
            if not transactions.seconds_left(self.env):
                return

    # -- cron ----------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_deposit(self):
        """Send what is ready, settle what is unknown: the few answers of persons first, then invoices."""
        transactions.run_parts((self.env["chorus.action"], "_chorus_run_queue"), (self, "_chorus_run_queue"))

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_has_work(self):
        return super()._chorus_has_work() or self.env["account.move"]._chorus_is_transfer_due()

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_prepare_automatic(self, company):
        return self.env["account.move"]._chorus_transfer_due(company) or super()._chorus_prepare_automatic(company)

    @api.model
    def _cron_follow(self):
        """Read the reports that are due, then the statuses that changed; for every company, within the cron's time.

        Those that were not heard of for the longest time come first: however slow the platform is, each has its turn.
        """
        # no more is read of them here than is asked: the first commit forgets it
        using = Domain("chorus_environment", "!=", False)
        companies = self.env["res.company"].sudo().search_fetch(using, ["chorus_environment"])  # sudo: crons serve them all
        names = ["company_id", "environment", "last_poll"]
        connections = self.env["chorus.connection"].sudo()  # sudo: see _known there
        heard = {
            known.company_id: known.last_poll
            for known in connections.search_fetch([("company_id", "in", companies.ids)], names)
            if known.environment == known.company_id.chorus_environment
        }
        companies = companies.sorted(lambda company: (bool(heard.get(company)), heard.get(company)))
        for company, left in transactions.turns(self.env, companies):
            self = transactions.in_company_lang(self, company)
            if company._chorus_missing_settings():
                continue
            connection = company._chorus_connection() or self.env["chorus.connection"]._of(company)
            way_in = connection._way_in()
            if way_in and not self._chorus_follow(connection, way_in, left):
                return

    @api.model
    def _chorus_follow(self, connection, way_in, left=0):
        """Read one company's reports that are due, then its statuses that changed, here and now.

        :param way_in: as `chorus.connection._way_in` gives it. :param left: how many companies come after it.
        :return: False when the cron's time is over.
        """
        company, progress = connection.company_id, self.env["ir.cron"]._commit_progress
        due = self._chorus_due(company, ("deposited",))
        if due:
            progress(remaining=len(due) + left + 1)
        with company._chorus_client(way_in=way_in) as client:
            if not due._chorus_each(connection, client):
                return False
            if connection._is_paused() or (due and not due._chorus_some_concluded() and self._chorus_is_read_in_time(connection)):
                return True
            # what breaks is told, and the other companies have their turn
            error = transactions.run_and_survive(self, "_chorus_read_news", connection, client)
            if error:
                transactions.retry_and_commit(
                    self.env, connection._note_broken, ChorusError(type(error).__name__, code="internal")
                )
            elif not transactions.seconds_left(self.env) and self.env["account.move"]._chorus_untold(company):
                # some were read: the others have the next run
                progress(1, remaining=left + 1)
                return False
        return True

    def _chorus_some_concluded(self):
        """Whether the report of one of these flows was its last: what its invoices became is to be read."""
        return any(deposit.state != "deposited" for deposit in self)

    @api.model
    def _chorus_is_read_in_time(self, connection):
        """Whether the statuses are read soon enough by the job's next turn, so that a run for a report alone need not do it."""
        job = self.env["ir.cron"].sudo().browse(transactions.job_id(self.env, "follow"))  # sudo: when it runs is no secret
        read = timing.credible(connection.last_poll)
        in_time = read and fields.Datetime.now() < job.nextcall <= read + timedelta(seconds=timing.READINGS)
        return bool(job.active and in_time)
