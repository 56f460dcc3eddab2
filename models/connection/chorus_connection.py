import json
import logging
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime

from ...services.api import recipients as directory
from ...services.api.errors import ChorusError, NotAllowed, NotReceived, Refused, failure
from ...services.clock import paris_day, paris_today
from ...services.follow import expiry
from ...services.setup import diagnosis
from ...services.setup.diagnosis import Outcome
from ...services.setup.vault import VaultError, sealed_with
from ...services.vocabulary import served
from .. import timing, transactions
from .server_file import vault

_logger = logging.getLogger(__name__)


#: What lets a company in: names for two logins, each with its secret.
LOGINS = ("client_id", "technical_account")
SECRETS = ("client_secret", "technical_password")
#: All that the vault seals: also what signs the events for other software, which lets nobody in.
SEALED = (*SECRETS, "webhook_secret")


#: What Chorus Pro says of our own structure, forgotten together.
OWN_FACTS = (
    "structure_identifier",
    "structure_name",
    "structure_state",
    "structure_date",
    "bank_accounts",
    "password_expires_on",
)


#: How it does, which every answer is compared with.
HEALTH = ("error_code", "failures", "refusals", "password_refused_on")


ACTIVITY = "l10n_fr_chorus_pro.mail_activity_type_expiry"
OLD_SECRET = "l10n_fr_chorus_pro.mail_activity_type_secret"  # noqa: S105


#: No threshold was reached yet.
NONE_REACHED = 10_000


#: Days of which the health page tells the errors.
TOLD_DAYS = 7


#: Share of PISTE's quota from which on the health page warns.
QUOTA_NEAR = 0.8


#: Lines that could not be read which are kept, the latest ones.
UNREADABLE_KEPT = 50


class ChorusConnection(models.Model):
    """The link between one company and one Chorus Pro environment: access data, our own structure, and how it is doing.

    The settings belong to the company; this is what the crons learn as they run: since when statuses are known, whether to wait
    before calling again. It keeps one outage one fact, told once, instead of an error on each invoice.

    Start at ``_of``, which gives a company's connection, and ``_note_success`` and ``_note_failure``, which every call ends in.
    """

    _name = "chorus.connection"
    _inherit = ["chorus.errors", "chorus.evidence", "mail.thread", "mail.activity.mixin"]
    _description = "Chorus Pro connection"
    _check_company_auto = True
    _rec_name = "environment"

    company_id = fields.Many2one("res.company", required=True, index=True, ondelete="cascade")
    last_poll = fields.Datetime(help="All changes of status before this moment are known.")
    last_sweep = fields.Datetime(help="When the search for invoices that others missed was made last.")
    failures = fields.Integer(help="Consecutive failures to reach Chorus Pro.")
    database_mark = fields.Char(readonly=True, help="What tells this database from one that was restored, copied or restarted.")
    alive_at = fields.Datetime(readonly=True, help="Until when the scheduled jobs surely ran in this very database.")
    changed_at = fields.Datetime(readonly=True, help="When another database than before was noticed.")
    last_doubtful_id = fields.Integer(readonly=True, help="Invoices up to this id may have been sent by what this one forgot.")
    paused_until = fields.Datetime(help="No call is made by the scheduled jobs before this moment.")
    error_since = fields.Datetime()
    unreadable = fields.Text(
        "Lines that could not be read", readonly=True, help="Of Chorus Pro's answers: what they are about, and the odd value."
    )
    unreadable_at = fields.Datetime("Last such line on", readonly=True)
    siret = fields.Char("SIRET or identifier", related="company_id.company_registry", related_sudo=False)
    application_name = fields.Char(
        "PISTE application", copy=False, readonly=True, help="As it is called on PISTE, to the letter: Chorus Pro asks for it."
    )
    client_id = fields.Char("PISTE client identifier", groups="base.group_system")
    technical_account = fields.Char("Technical account", groups="base.group_system")
    # sealed by the vault; read in sudo only, so that not even an administrator's export carries them
    client_secret_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    technical_password_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    webhook_secret_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    client_secret_at = fields.Datetime("PISTE secret recorded on", copy=False, readonly=True)
    technical_password_at = fields.Datetime("Technical password recorded on", copy=False, readonly=True)
    structure_identifier = fields.Char("Structure at Chorus Pro", copy=False, readonly=True, help="idStructureCPP")
    checked_at = fields.Datetime("Last test of the connection", readonly=True)
    #: What the last test found of each link: a dict of lists, outcome, code, detail
    findings = fields.Json(readonly=True, export_string_translation=False)
    #: The codes that the platform serves to this account: by list (``vocabulary.served``), label by code
    served = fields.Json(readonly=True, export_string_translation=False)
    served_at = fields.Datetime("Lists of Chorus Pro read on", readonly=True)
    served_text = fields.Text("What this account may use", compute="_compute_served_texts")
    served_news = fields.Text("Not known to this add-on yet", compute="_compute_served_texts")
    #: The recorded technical password has been accepted once: if it is refused later, it has expired
    password_proved = fields.Boolean(readonly=True, export_string_translation=False)
    structure_name = fields.Char("Name at Chorus Pro", readonly=True)
    structure_state = fields.Selection(
        [("active", "Active"), ("inactive", "No longer active"), ("absent", "Not in Chorus Pro")],
        string="State at Chorus Pro",
        readonly=True,
    )
    structure_date = fields.Datetime("Own structure read on", readonly=True)
    # names of the accounts declared, by identifier
    bank_accounts = fields.Json(readonly=True, export_string_translation=False)
    bank_account_names = fields.Char("Bank accounts at Chorus Pro", compute="_compute_bank_account_names")
    password_expires_on = fields.Date(
        "Technical password valid until", readonly=True, help="As Chorus Pro says; empty when it does not say."
    )
    #: Of a password that was good: how often it was refused in a row with a fresh token, since when, and the day on which that
    #: was believed. A good answer takes all three back.
    refusals = fields.Integer(readonly=True, copy=False, export_string_translation=False)
    refused_since = fields.Datetime("Technical account refused since", readonly=True, copy=False)
    password_refused_on = fields.Date("Technical password refused for good on", readonly=True, copy=False)
    password_ends_on = fields.Date(
        "Technical password ends on",
        compute="_compute_password_ends_on",
        help="As Chorus Pro tells it, else a year after it was recorded.",
    )
    password_days_left = fields.Integer(compute="_compute_password_ends_on", export_string_translation=False)
    #: The last threshold at which people were told of the recorded password
    reminded_at = fields.Integer(copy=False, readonly=True, default=NONE_REACHED, export_string_translation=False)
    #: People were told of the age of the PISTE secret recorded now
    secret_told = fields.Boolean(copy=False, readonly=True, export_string_translation=False)
    #: By secret, what tells whether the server's file gives another one than before (``Vault.mark``)
    secret_marks = fields.Json(copy=False, readonly=True, groups=fields.NO_ACCESS, export_string_translation=False)
    silence = fields.Char("Warning", compute="_compute_health")
    has_answered = fields.Boolean(
        compute="_compute_health", export_string_translation=False, help="Chorus Pro answered with the access data recorded now."
    )
    queue = fields.Integer("Waiting to be sent", compute="_compute_health")
    unknown = fields.Integer("Of unknown outcome", compute="_compute_health")
    oldest_unknown = fields.Datetime("The oldest of these since", compute="_compute_health")
    calls_today = fields.Integer("Calls today", compute="_compute_health")
    failures_today = fields.Integer("Failures today", compute="_compute_health")
    calls_told = fields.Char("Calls against PISTE's quota", compute="_compute_health")
    quota_near = fields.Boolean(compute="_compute_health", export_string_translation=False)
    maintenance = fields.Char("Announced maintenance", compute="_compute_health")
    errors_told = fields.Text("Errors of the last 7 days", compute="_compute_health")
    events_told = fields.Text("Events for other software", compute="_compute_health")

    _company_environment_unique = models.Constraint(
        "UNIQUE (company_id, environment)", "A company has one connection for each environment."
    )

    @api.model
    def _known(self, company):
        """The connection of a company in its present environment; empty when none was needed yet."""
        # sudo: bookkeeping of the crons; whoever sees an invoice may know that Chorus Pro is out of reach
        return self.sudo().search([("company_id", "=", company.id), ("environment", "=", company.chorus_environment)], limit=1)

    @api.model
    def _of(self, company):
        """The connection of a company in its present environment, made when there is none yet."""
        values = {"company_id": company.id, "environment": company.chorus_environment}
        return company._chorus_connection() or self._known(company) or self.sudo().create(values)  # sudo: see _known

    @api.model
    def _at(self, company, environment):
        """The connection of a company in the environment where it was called, made when there is none: with its health alone."""
        place = {"company_id": company.id, "environment": environment}
        known = self.sudo()  # sudo: see _known
        found = known.search_fetch([(name, "=", value) for name, value in place.items()], HEALTH, limit=1)
        return found or known.create(place)

    def _is_paused(self):
        """Whether failures, those of this very run too, keep the scheduled jobs from calling."""
        return bool(self._paused())

    def _paused(self):
        """Until when failures keep the scheduled jobs from calling; None while they do not."""
        self.ensure_one()
        pause = self.paused_until
        return pause if pause and pause > fields.Datetime.now() and not timing.is_ahead(pause) else None

    def _held_until(self):
        """Until when the scheduled jobs make no call, after failures or for an announced maintenance; None while they may."""
        return max(filter(None, (self._paused(), self.company_id._chorus_maintenance())), default=None)

    def _seconds_held(self):
        """Seconds until the scheduled jobs may call again."""
        until = self._held_until()
        return (until - fields.Datetime.now()).total_seconds() if until else timing.BACKOFF[0]

    def _way_in(self):
        """For a job: what ``_chorus_way_in`` of the company gives; None when no call may be made now.

        That is while the jobs wait, and when its secrets cannot be had: what is wrong is noted, once, and other companies go on.
        """
        self.ensure_one()
        if self._held_until():
            return None
        try:
            return self.company_id._chorus_way_in()
        except NotAllowed as error:
            self._note_failure(error)
            return None

    def _note_polled(self, moment):
        """The platform told all changes of status before that moment."""
        self._note_success()
        self.last_poll = moment
        if not self.password_proved:
            self.password_proved = True

    def _note_success(self):
        """The platform answered: whatever was wrong is over, and the technical account is good."""
        self._resume()
        self._note_accepted()

    def _note_accepted(self):
        """The technical account was accepted: refusals before meant nothing."""
        self.ensure_one()
        if self.refusals or self.password_refused_on:
            self.write({"refusals": 0, "refused_since": False, "password_refused_on": False})

    def _resume(self):
        """What kept us out may be over: the jobs try again."""
        self.ensure_one()
        if self.error_code or self.failures:
            self.write({"failures": 0, "paused_until": False, "error_code": False, "error_detail": False, "error_since": False})

    def _note_failure(self, error: ChorusError, optional=False):
        """Remember a failure of the link itself and when the crons may try again.

        :param optional: of an API that sending and following do not need: what is not allowed there is told, and stops nothing.
        :return: True when it is one of the link (out of reach, busy, not allowed), False when it concerns one request only.
        """
        self.ensure_one()
        if error.is_of_the_way:
            self._note_broken(error)
            if not (optional and isinstance(error, NotAllowed)):
                wait = timing.step(timing.BACKOFF, self.failures, error)
                self.write({"failures": self.failures + 1, "paused_until": fields.Datetime.now() + timedelta(seconds=wait)})
        if isinstance(error, NotAllowed) and error.link == "technical_account":
            self._note_refusal(error)
        return error.is_of_the_way

    def _note_refusal(self, error: NotAllowed):
        """The technical account was refused with a fresh token: of a password that was good, it may have come to its end."""
        self.ensure_one()
        if not self.password_proved or not self.technical_password_at:
            return
        now = fields.Datetime.now()
        self.write({"refusals": self.refusals + 1, "refused_since": self.refused_since or now})
        if self.password_refused_on or not expiry.has_ended(error.detail, self.refusals, self.refused_since, now):
            return
        self.password_refused_on = self._today()
        self._remind()

    def _note_unreadable(self, rows):
        """Keep and name the lines of Chorus Pro's answers that could not be read; the others were.

        :param rows: ``services.api.json_values.UnreadableRow`` s.
        """
        self.ensure_one()
        if rows:
            known = (self.unreadable or "").splitlines()
            new = [line for line in dict.fromkeys(map(str, rows)) if line not in known]
            self.write({"unreadable": "\n".join([*new, *known][:UNREADABLE_KEPT]), "unreadable_at": fields.Datetime.now()})

    def _note_broken(self, error: ChorusError):
        """Tell of an error that is no reason to wait."""
        self.ensure_one()
        since = self.error_since or fields.Datetime.now()
        self.write({"error_code": error.code, "error_detail": error.detail, "error_since": since})

    # -- a database that forgot ----------------------------------------------------------------------------------------

    # What was sent after a backup, or lost by a standby server that took over, is at Chorus Pro and unknown here; so is what
    # another program, or this add-on before it was uninstalled, sent before the connection was made. Nothing inside a database
    # says that it is a restored one, as all in it was restored; but each way to get it back leaves a trace in what PostgreSQL
    # says of itself: a dump goes into new tables, of other numbers; files, a snapshot, an archive of logs or a standby server
    # come with another start of the server. A snapshot of a running machine leaves none but a leap of the clock. A server
    # started again, which is told from none of these, costs one search for each invoice that was there and had not left.

    @api.model
    def _database_mark(self):
        """What PostgreSQL says of this database that no backup brings back."""
        self.env.cr.execute(
            "SELECT extract(epoch FROM pg_postmaster_start_time()), oid, to_regclass('chorus_deposit')::oid"
            "  FROM pg_database WHERE datname = current_database()"
        )
        return "/".join(map(str, self.env.cr.fetchone()))

    @api.model
    def _last_move_id(self):
        self.env.cr.execute("SELECT coalesce(max(id), 0) FROM account_move")
        return self.env.cr.fetchone()[0]

    @api.model_create_multi
    def create(self, vals_list):
        now = {
            "database_mark": self._database_mark(),
            "alive_at": fields.Datetime.now(),
            "last_doubtful_id": self._last_move_id(),
        }
        return super().create([{**now, **vals} for vals in vals_list])

    def _silent_for(self):
        """Seconds since this very database was noted; None when it may be another one."""
        self.ensure_one()
        silent = (fields.Datetime.now() - self.alive_at).total_seconds() if self.alive_at else None
        same = silent is not None and abs(silent) < timing.ALIVE and self._database_mark() == self.database_mark
        return silent if same else None

    def _notice_database(self):
        """Notice whether this may be another database than before: then what is in it may have been sent already."""
        now, silent = fields.Datetime.now(), self._silent_for()
        if silent is None:
            _logger.info("Chorus Pro: company %s looks before it sends what was there before this database", self.company_id.id)
            mark = self._database_mark()
            self.write({"database_mark": mark, "alive_at": now, "changed_at": now, "last_doubtful_id": self._last_move_id()})
        elif silent > timing.ALIVE / 10:
            self.alive_at = now

    def _notice(self):
        """Notice so, in a transaction of its own where there is something to write."""
        silent = self._silent_for()
        if silent is None or silent > timing.ALIVE / 10:
            transactions.retry_and_commit(self.env, self._notice_database)

    @api.model
    def _notice_all(self):
        """Notice so for each connection in use."""
        known = self.sudo().search_fetch([], ["company_id", "environment", "alive_at", "database_mark"])  # sudo: see _known
        for connection in known:
            if connection.environment == connection.company_id.chorus_environment:
                connection._notice()

    def _may_have_been_sent(self, moves):
        """Whether one of these invoices, never sent as far as is known here, may be at Chorus Pro."""
        self.ensure_one()
        return any(move.id <= self.last_doubtful_id for move in moves)

    def _shown_from(self):
        """From when on Chorus Pro shows all that was sent before the change was noticed."""
        self.ensure_one()
        return self.changed_at and self.changed_at + timedelta(seconds=timing.SHOWN_AFTER)

    # -- access data ---------------------------------------------------------------------------------------------------

    def _set_secret(self, name, value):
        """Seal and store a secret, or forget it when ``value`` is empty; what was found with the former one is not true of it.

        :param name: one of ``SEALED``.
        """
        self.ensure_one()
        if name not in SEALED:
            raise ValueError(name)
        connection = self.sudo()  # sudo: the sealed fields are open to nobody; who may set a secret is decided by the caller
        had = bool(connection[f"{name}_sealed"])
        connection[f"{name}_sealed"] = vault(self.env).seal(value) if value else False
        if name in SECRETS:
            connection[f"{name}_at"] = fields.Datetime.now() if value else False
            connection._begin(name)
        recorded = self.env._("recorded")
        self.env["chorus.audit"]._note(
            self.company_id,
            self.env["chorus.secret.entry"]._fields[f"chorus_{name}"]._description_string(self.env),
            recorded if had else False,
            (self.env._("replaced") if had else recorded) if value else self.env._("removed"),
        )

    def _begin(self, name):
        """Another secret than before is in use: what was found with the former one, or told of it, is not true of it.

        :param name: one of ``SECRETS``.
        """
        self.write({"findings": False, "checked_at": False, "password_proved": False, "refusals": 0, "refused_since": False})
        if name == "technical_password":
            self.write({"password_expires_on": False, "password_refused_on": False, "reminded_at": NONE_REACHED})
            self.activity_unlink([ACTIVITY])
        else:
            self.secret_told = False
            self.activity_unlink([OLD_SECRET])

    def _note_given(self, given):
        """Notice which secrets the server's file gives, and since when: reminders are the same as of those recorded here.

        :param given: a ``server_file.Given``.
        """
        self.ensure_one()
        connection = self.sudo()  # sudo: see _set_secret; the marks tell no secret
        marks, safe = dict(connection.secret_marks or {}), None
        for name in SECRETS:
            secret, mark = given.access.get(name), marks.get(name)
            if not secret and not mark:
                continue
            safe = safe or vault(self.env)
            since = given.recorded.get(name)
            if not secret or not mark or not safe.bears(secret, mark):
                here = bool(secret or connection[f"{name}_sealed"])
                connection[f"{name}_at"] = (since or fields.Datetime.now()) if here else False
                connection._begin(name)
                marks[name] = safe.mark(secret) if secret else False
                connection.secret_marks = marks
            elif since and connection[f"{name}_at"] != since:
                connection[f"{name}_at"] = since

    def _secrets(self, *names):
        """These secrets in clear, "" where there is none: a dict.

        :raises NotAllowed: ``secret_unreadable`` when this server's keys do not open one.
        """
        connection = self.sudo()  # sudo: see _set_secret; the values go to the HTTP session only
        sealed = {name: connection[f"{name}_sealed"] for name in names}
        try:
            safe = vault(self.env) if any(sealed.values()) else None
            return {name: safe.open(text) if text else "" for name, text in sealed.items()}
        except VaultError as error:
            raise NotAllowed("secret_unreadable", str(error)) from error

    @api.model
    def _sealed_with_another_key(self):
        """The connections, of all companies, with a secret that another key than the newest one sealed."""
        current = vault(self.env).current_id
        # sudo: a key belongs to the server, not to a company
        connections = self.sudo().search(Domain.OR([[(f"{name}_sealed", "!=", False)] for name in SEALED]))
        return connections.filtered(
            lambda connection: any(
                connection[f"{name}_sealed"] and sealed_with(connection[f"{name}_sealed"]) != current for name in SEALED
            )
        )

    @api.model
    def _rotate_key(self):
        """Seal all secrets of all companies with the newest key; those that no key here opens are left as they are.

        :return: tuple ``(how many secrets were sealed anew, connections with a secret that cannot be opened)``.
        """
        count, lost = 0, self.browse()
        safe, current = vault(self.env), vault(self.env).current_id
        connections = self._sealed_with_another_key()
        for connection in connections:
            for name in SEALED:
                sealed = connection[f"{name}_sealed"]
                if not sealed or sealed_with(sealed) == current:
                    continue
                try:
                    # the day it was recorded stays: the secret itself is the same
                    connection[f"{name}_sealed"] = safe.seal(safe.open(sealed))
                    count += 1
                except VaultError:
                    lost |= connection
        for company in connections.company_id:
            self.env["chorus.audit"]._note(company, self.env._("Key of the secrets"), False, self.env._("replaced"))
        _logger.info("Chorus Pro: %s secrets sealed with key %s, %s connections unreadable", count, current, len(lost))
        return count, lost

    @api.model
    def _check_may_rotate(self):
        """:raises AccessError: for anybody but the server's administrators."""
        if not self.env.su and not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator of this Odoo may replace the key of the secrets."))

    def _finding(self, link):
        """What the last test found of a link: a ``Finding``, ``UNKNOWN`` when there was none."""
        outcome, code, detail = (self.findings or {}).get(link, (Outcome.UNKNOWN.value, "", ""))
        return diagnosis.Finding(link, Outcome(outcome), code, detail)

    def _is_proved(self):
        """Whether invoices left and statuses came with the access data recorded now: the way works, even if never tested."""
        if not self.last_poll or self.error_code:
            return False
        if any(self[f"{name}_at"] and self[f"{name}_at"] > self.last_poll for name in SECRETS):
            return False
        domain = [("company_id", "=", self.company_id.id), ("environment", "=", self.environment), ("flow_number", "!=", False)]
        return bool(self.env["chorus.deposit"].sudo().search_count(domain, limit=1))  # sudo: see _known

    # -- what the platform serves --------------------------------------------------------------------------------------

    @api.depends("served")
    @api.depends_context("lang")
    def _compute_served_texts(self):
        for connection in self:
            told = connection.served or {}
            connection.served_text = connection._served_lines(told)
            connection.served_news = connection._served_lines(served.news(told))

    def _served_lines(self, told):
        """One line a list: its name and its codes, with their labels where they have some; False without any."""
        lines = []
        for name, (label, _known) in served.LISTS.items():
            codes = [f"{code} ({words})" if words else code for code, words in sorted(told.get(name, {}).items())]
            if codes:
                lines.append(f"{label.of(self.env.lang)} : {', '.join(codes)}")
        return "\n".join(lines) or False

    # -- our own structure ---------------------------------------------------------------------------------------------

    @api.depends("bank_accounts")
    def _compute_bank_account_names(self):
        for connection in self:
            connection.bank_account_names = ", ".join((connection.bank_accounts or {}).values())

    def _structure_is_old(self):
        """Whether the weekly reading is due."""
        self.ensure_one()
        limit = fields.Datetime.now() - timedelta(days=timing.FRESH_DAYS)
        return not self.structure_date or self.structure_date < limit

    def _read_structure(self, client):
        """Look our own SIRET up and write down what is found: exists, active, services, bank accounts, password's expiry.

        In a transaction of its own. What the account may not read stays unknown.

        :raises ChorusError: when the structure itself could not be asked for.
        """
        self.ensure_one()
        question = self.company_id.partner_id._chorus_question()
        transactions.commit(self.env)
        answer = directory.look_up(client, question)
        accounts = None
        if answer.outcome == directory.Outcome.FOUND:
            try:
                accounts = client.bank_accounts(answer.structure.identifier)
            except (Refused, NotAllowed, NotReceived):
                # not needed to send by flows
                accounts = None
        transactions.retry_and_commit(self.env, self._write_structure, answer, accounts)

    def _write_structure(self, answer, accounts):
        """Take over what was read; see ``_read_structure``."""
        self.ensure_one()
        values = {"structure_date": fields.Datetime.now()}
        structure, details = answer.structure, answer.details
        if structure:
            values |= {
                "structure_identifier": structure.identifier,
                "structure_name": structure.name,
                "structure_state": "active" if structure.active else "inactive",
            }
        elif answer.outcome == directory.Outcome.UNKNOWN:
            values |= {"structure_identifier": False, "structure_name": False, "structure_state": "absent"}
        if details:
            self._note_end(details.password_expires_at)
            self.env["chorus.service"]._chorus_replace(self.company_id.partner_id, answer.services)
        if accounts is not None:
            values["bank_accounts"] = accounts
        self.write(values)

    # -- the end of the technical password -----------------------------------------------------------------------------

    @api.depends("password_expires_on", "password_refused_on", "technical_password_at")
    def _compute_password_ends_on(self):
        for connection in self:
            recorded = connection.technical_password_at
            recorded = recorded and paris_day(recorded.replace(tzinfo=timezone.utc))
            # a date told of a password that is no longer recorded says nothing
            told, refused = connection.password_expires_on, connection.password_refused_on
            end = expiry.end_of(recorded, told or None, refused or None) if recorded else None
            connection.password_ends_on = end
            connection.password_days_left = (end - connection._today()).days if end else 0

    @api.model
    def _today(self):
        """The calendar day in France."""
        return paris_day(fields.Datetime.now().replace(tzinfo=timezone.utc))

    def _note_end(self, instant):
        """Take over the end that the platform told: an aware date-time, None when it told nothing."""
        self.ensure_one()
        day = instant and paris_day(instant)
        if day and day != self.password_expires_on:
            self.password_expires_on = day

    def write(self, vals):
        result = super().write(vals)
        if vals.get("password_expires_on") or "password_refused_on" in vals:
            for connection in self.filtered(lambda item: expiry.threshold(item.password_days_left) is None):
                # renewed at the portal under the same password, told late, or good after all: what was said is void
                connection.reminded_at = NONE_REACHED
                connection.activity_unlink([ACTIVITY])
        return result

    def _remind(self):
        """Tell the persons in charge, once for each threshold that the password reached, and once of an old PISTE secret."""
        self.ensure_one()
        if not self.secret_told and expiry.is_old(self.client_secret_at, fields.Datetime.now()):
            self.secret_told = True
            self._tell(OLD_SECRET, "l10n_fr_chorus_pro.mail_template_secret", "_secret_text")
        if not self.password_ends_on:
            return
        reached = expiry.threshold(self.password_days_left)
        if reached is not None and reached < self.reminded_at:
            self.reminded_at = reached
            self._tell(ACTIVITY, "l10n_fr_chorus_pro.mail_template_expiry", "_expiry_text")

    def _tell(self, activity, template, text):
        """An activity for each person in charge and a mail to the referent, each in their language.

        :param activity, template: external identifiers.
        :param text: the name of the method that gives the words.
        """
        # the former reminder, where it is still open, says less than this one
        self.activity_unlink([activity])
        company = self.company_id
        for user in self._persons_in_charge():
            speaking = self.with_context(lang=user.lang or company._chorus_lang())
            speaking.activity_schedule(
                activity,
                date_deadline=self._today(),  # seen at once in the list of what is due
                summary=getattr(speaking, text)(),
                user_id=user.id,
            )
        if company.chorus_referent_email:
            self.env.ref(template).send_mail(self.id, email_values={"email_to": company.chorus_referent_email})
        _logger.info("Chorus Pro: company %s was told: %s", company.id, template)

    def _persons_in_charge(self):
        """Who gets the activity: Chorus Pro's administrators in that company, and the referent when a colleague."""
        self.ensure_one()
        company = self.company_id
        # sudo: the crons' user and senders need not read users
        users = self.env.ref("l10n_fr_chorus_pro.group_chorus_manager").sudo().all_user_ids
        email = (company.chorus_referent_email or "").strip().lower()
        if email:
            users |= (
                self.env.ref("l10n_fr_chorus_pro.group_chorus_user")
                .sudo()
                .all_user_ids.filtered(lambda user: (user.email or "").strip().lower() == email)
            )
        return users.filtered(lambda user: user.active and not user.share and company in user.company_ids)

    def _expiry_text(self):
        """The reminder, in the context's language."""
        self.ensure_one()
        if self.password_days_left <= 0:
            return self.env._(
                "The password of Chorus Pro's technical account has expired: nothing is sent or followed any more until it is"
                " renewed."
            )
        return self.env._(
            "The password of Chorus Pro's technical account ends on %(day)s (days left: %(count)s): renew it in time.",
            day=format_date(self.env, self.password_ends_on),
            count=self.password_days_left,
        )

    def _secret_text(self):
        """What is said of an old PISTE secret, in the context's language."""
        self.ensure_one()
        return self.env._(
            "PISTE's client secret was recorded on %(day)s. PISTE advises a new one every three months: the present one works"
            " until you replace it.",
            day=format_date(self.env, self.client_secret_at),
        )

    def action_setup(self):
        """Open the guided way where the technical account is entered."""
        self.ensure_one()
        return self.env["chorus.setup"]._open(self.company_id, "technical")

    @api.model
    def _remind_all(self):
        """Every day: read when the passwords end where the platform tells it, and remind; one company at a time."""
        self.env["res.company"]._chorus_apply_file()
        for company, _left in transactions.turns(self.env, self.env["res.company"]._chorus_companies()):
            connection = self._of(company)
            transactions.run_and_survive(connection, "_note_given", company._chorus_given())
            transactions.run_and_survive(connection, "_read_end")
            transactions.run_and_survive(connection, "_remind")

    def _read_end(self):
        """Ask Chorus Pro when the technical password ends."""
        self.ensure_one()
        company = self.company_id
        way_in = self.structure_identifier and self._way_in()
        if not way_in:
            return
        try:
            with company._chorus_client(way_in=way_in) as client:
                self._note_end(client.structure(self.structure_identifier).password_expires_at)
            self._note_accepted()
        except ChorusError as error:
            self._note_failure(error)

    # -- health --------------------------------------------------------------------------------------------------------

    @api.depends("company_id", "environment")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._selection_environment())
        for connection in self:
            environment = names.get(connection.environment, connection.environment)
            connection.display_name = f"{connection.company_id.name} – {environment}"

    @api.depends_context("lang")
    def _compute_health(self):
        for connection in self:
            company = connection.company_id
            present = company.chorus_environment == connection.environment
            place = [("company_id", "=", company.id), ("environment", "=", connection.environment)]
            # sudo: how much waits is told to whoever may see the connection, not what
            both = [self.env[model].sudo() for model in ("chorus.deposit", "chorus.action")]
            connection.silence = present and company._chorus_silence_text()
            connection.has_answered = connection.password_proved or connection._is_proved()
            connection.queue = sum(model.search_count([*place, ("state", "=", "ready")]) for model in both)
            doubts = [doubt for model in both for doubt in model.search([*place, ("state", "=", "unknown")])]
            connection.unknown = len(doubts)
            connection.oldest_unknown = min((doubt.unknown_at for doubt in doubts if doubt.unknown_at), default=False)
            rows = (
                self.env["chorus.call"]
                .sudo()
                ._read_group(  # sudo: see above
                    [*place, ("day", ">", paris_today() - timedelta(days=TOLD_DAYS))],
                    ["day:day", "error_code"],
                    ["count:sum", "create_date:max"],
                )
            )
            today = [(code, count) for day, code, count, _last in rows if day == paris_today()]
            connection.calls_today = sum(count for code, count in today if not code)
            connection.failures_today = sum(count for code, count in today if code)
            connection.errors_told = connection._errors_text(rows)
            connection.events_told = present and self.env["chorus.event"]._trouble(company)
            connection.maintenance = company._chorus_maintenance_text()
            quota = company.sudo().chorus_daily_quota  # sudo: a setting of administrators, shown beside the calls
            connection.quota_near = bool(quota) and connection.calls_today >= quota * QUOTA_NEAR
            connection.calls_told = bool(quota) and self.env._(
                "%(count)s of %(quota)s today (%(share)s %%)",
                count=connection.calls_today,
                quota=quota,
                share=round(100 * connection.calls_today / quota),
            )

    # -- for a supervisor ----------------------------------------------------------------------------------------------

    @api.model
    def _supervised(self):
        """How the present connection of each company does, for a monitoring system: no business data, no names.

        :return: a list of dicts of JSON values; moments are in UTC.
        """
        companies = self.env["res.company"].sudo()  # sudo: the caller has shown the server's token, or is the server
        return [self._of(company)._told() for company in companies.search([("chorus_environment", "!=", False)], order="id")]

    def _told(self):
        self.ensure_one()
        company = self.company_id

        def moment(value):
            return value.isoformat() + "Z" if value else None

        def day(value):
            return value.isoformat() if value else None

        problems = {
            "set_up": bool(company._chorus_missing_settings()),
            "link": bool(self.error_code),
            "silence": bool(self.silence),
            "doubt": bool(self.unknown),
            "password": bool(self.password_ends_on) and expiry.threshold(self.password_days_left) is not None,
            "secret": expiry.is_old(self.client_secret_at, fields.Datetime.now()),
            "quota": self.quota_near,
            "events": bool(self.events_told),
        }
        return {
            "company": company.id,
            "environment": self.environment,
            "problems": [name for name, is_so in problems.items() if is_so],
            "last_poll": moment(self.last_poll),
            "error": self.error_code or None,
            "error_since": moment(self.error_since),
            "held_until": moment(self._held_until()),
            "queue": self.queue,
            "unknown": self.unknown,
            "oldest_unknown": moment(self.oldest_unknown),
            "calls_today": self.calls_today,
            "failures_today": self.failures_today,
            "password_ends_on": day(self.password_ends_on),
            "secret_recorded_on": day(self.client_secret_at and self.client_secret_at.date()),
        }

    @api.model
    def _log_health(self):
        """Write what a supervisor reads to the log, one line a company: by a scheduled action, or in `odoo shell`."""
        for told in self._supervised():
            _logger.info("Chorus Pro health: %s", json.dumps(told, sort_keys=True))

    def action_try_events(self):
        """Tell other software again what it did not take."""
        self.check_access("read")
        self.env["res.users"]._chorus_check_manager()
        for connection in self:
            self.env["chorus.event"]._try_again(connection.company_id)

    def action_log_health(self):
        """Write the health of all companies to the server's log."""
        if not self.env.user.has_group("base.group_system"):
            raise AccessError(self.env._("Only an administrator of this Odoo may do this."))
        self._log_health()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {"type": "success", "message": self.env._("Written to the server's log.")},
        }

    def _errors_text(self, rows):
        """The failures of ``rows``, most frequent first, each with its cause."""
        errors = {}
        for _day, code, count, last in rows:
            if code:
                total, latest = errors.get(code, (0, last))
                errors[code] = (total + count, max(latest, last))
        lines = [
            self.env._(
                "%(count)s × %(cause)s (last on %(moment)s)",
                count=count,
                cause=failure(code).cause.of(self.env.lang),
                moment=format_datetime(self.env, last),
            )
            for code, (count, last) in sorted(errors.items(), key=lambda item: -item[1][0])
        ]
        return "\n".join(lines) or False

    def action_forget_unreadable(self):
        """Somebody has looked after the lines that could not be read: those to come are told anew."""
        self.env["res.users"]._chorus_check_manager()
        self.check_access("read")
        self.sudo().write({"unreadable": False, "unreadable_at": False})  # sudo: administrators read connections only

    def action_poll(self):
        """Read the statuses now, as the scheduled job does."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        deposits = self.env["chorus.deposit"].sudo()  # sudo: users read deposits only; this writes what the platform says
        failures = set()
        for connection in self.sudo():  # sudo: see above
            company = connection.company_id
            if company.chorus_environment != connection.environment:
                raise UserError(self.env._("%s works in another environment now.", company.name))
            with company._chorus_client_for_user() as client:
                deposits._chorus_read_statuses(connection, client)
                failures |= company._chorus_failures(client)
        return self.env["res.company"]._chorus_told(failures)
