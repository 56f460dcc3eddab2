import logging
from contextlib import contextmanager
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import format_date, format_datetime, str2bool

from ...services.api import environment as environments
from ...services.api.client import ChorusClient
from ...services.api.environment import Credentials
from ...services.api.errors import ChorusError, NotAllowed, failure
from ...services.api.kept import shared_wires
from ...services.api.session import PisteSession, TokenStore
from ...services.document.invoice import IdentifierType
from ...services.setup import diagnosis, webhook
from ...services.setup.diagnosis import Outcome
from ...services.siret import compact
from ...services.vocabulary.places import FAILURES, Place
from .. import transactions
from . import server_file
from .chorus_connection import LOGINS, OWN_FACTS, SECRETS

_logger = logging.getLogger(__name__)

#: The company's settings whose changes are written down.
AUDITED = (
    "company_registry",
    "chorus_identifier_type",
    "chorus_environment",
    "chorus_production_confirmed",
    "chorus_simulator_url",
    "chorus_client_id",
    "chorus_technical_account",
    "chorus_referent_email",
    "chorus_start_date",
    "chorus_format",
    "chorus_auto_transfer",
    "chorus_auto_delay",
    "chorus_activity_for",
    "chorus_referent_id",
    "chorus_digest",
    "chorus_silence_hours",
    "chorus_ecb_rate",
    "chorus_late_points",
    "chorus_late_fee",
    "chorus_own_service",
    "chorus_maintenance_from",
    "chorus_maintenance_until",
    "chorus_connect_timeout",
    "chorus_read_timeout",
    "chorus_daily_quota",
    "chorus_webhook_url",
)


#: What the server's file may say of a company beside its access data, and the setting it is.
FILE_OPTIONS = {
    "environment": "chorus_environment",
    "siret": "company_registry",
    "identifier_type": "chorus_identifier_type",
    "production_confirmed": "chorus_production_confirmed",
    "simulator_url": "chorus_simulator_url",
    "referent_email": "chorus_referent_email",
    "start_date": "chorus_start_date",
    "format": "chorus_format",
    "auto_transfer": "chorus_auto_transfer",
    "auto_delay": "chorus_auto_delay",
    "maintenance_from": "chorus_maintenance_from",
    "maintenance_until": "chorus_maintenance_until",
    "connect_timeout": "chorus_connect_timeout",
    "read_timeout": "chorus_read_timeout",
    "own_service": "chorus_own_service",
    "daily_quota": "chorus_daily_quota",
    "webhook_url": "chorus_webhook_url",
}

#: The links that access data open: where one of these is broken, what is recorded does not work.
LINKS_OF_ACCESS = ("credentials", "technical_account", "connection", "secret_unreadable")

#: Bounds of the time-outs in seconds. Both together with the largest file on the slowest line stay under a third of
#: ``timing.STALE``, so that no sender is taken for dead while it still sends.
LONGEST_CONNECT, SHORTEST_READ, LONGEST_READ = 30, 5, 45

#: Seconds a call of the diagnosis may last: a person waits for it.
PATIENCE = 15


class ResCompany(models.Model):
    """How a company gets into Chorus Pro: access data of its present environment, and a client that uses them.

    They are kept on the connection, one set for each environment, or come from the server's configuration file.
    """

    _inherit = "res.company"

    chorus_connection_ids = fields.One2many(
        "chorus.connection",
        "company_id",
        readonly=True,
        groups="l10n_fr_chorus_pro.group_chorus_user",
        export_string_translation=False,
    )
    chorus_client_id = fields.Char(
        "PISTE client identifier",
        compute="_compute_chorus_client_id",
        inverse="_inverse_chorus_client_id",
        compute_sudo=True,
        groups="base.group_system",
    )
    chorus_technical_account = fields.Char(
        "Technical account",
        compute="_compute_chorus_technical_account",
        inverse="_inverse_chorus_technical_account",
        compute_sudo=True,
        groups="base.group_system",
    )
    chorus_structure_id = fields.Char(
        "Structure at Chorus Pro",
        compute="_compute_chorus_structure_id",
        inverse="_inverse_chorus_structure_id",
        compute_sudo=True,
        groups="base.group_user",
        help="Chorus Pro's own identifier of this company.",
    )

    chorus_maintenance_from = fields.Datetime(
        "Announced maintenance from",
        copy=False,
        groups="base.group_user",
        help="As AIFE announces it. Empty: from now on.",
    )
    chorus_maintenance_until = fields.Datetime(
        "Announced maintenance until",
        copy=False,
        groups="base.group_user",
        help="Until then nothing is sent or read; what waits leaves afterwards by itself.",
    )
    chorus_connect_timeout = fields.Integer(
        "Seconds to connect", copy=False, groups="base.group_user", help="0: the server's own setting."
    )
    chorus_read_timeout = fields.Integer(
        "Seconds to wait for an answer", copy=False, groups="base.group_user", help="0: the server's own setting."
    )
    chorus_daily_quota = fields.Integer(
        "Calls a day that PISTE allows",
        copy=False,
        groups="base.group_user",
        help="As PISTE shows it for your application; the health page compares. 0: not known.",
    )

    chorus_webhook_url = fields.Char(
        "Address for events",
        copy=False,
        groups="base.group_system",
        help="Another software is told here when an invoice's state at Chorus Pro changes. Empty: nobody is.",
    )

    @api.constrains("chorus_webhook_url", "chorus_environment")
    def _check_chorus_webhook_url(self):
        for company in self.filtered("chorus_webhook_url"):
            simulated = company.chorus_environment == "simulator"
            problem = webhook.address_problem(company.chorus_webhook_url, simulated=simulated)
            if problem:
                raise ValidationError(problem.of(self.env.lang))

    @api.constrains("chorus_connect_timeout", "chorus_read_timeout")
    def _check_chorus_timeouts(self):
        """An attempt must be over before what was sent is taken for a dead sender's (``timing.STALE``)."""
        for company in self:
            connect, read = company.chorus_connect_timeout, company.chorus_read_timeout
            if not (0 <= connect <= LONGEST_CONNECT and (read == 0 or SHORTEST_READ <= read <= LONGEST_READ)):
                raise ValidationError(
                    self.env._(
                        "Chorus Pro is given 1 to %(connect)s seconds to connect and %(shortest)s to %(longest)s to answer; 0"
                        " leaves it to the server.",
                        connect=LONGEST_CONNECT,
                        shortest=SHORTEST_READ,
                        longest=LONGEST_READ,
                    )
                )

    @api.constrains("chorus_maintenance_from", "chorus_maintenance_until")
    def _check_chorus_maintenance(self):
        for company in self.filtered("chorus_maintenance_from"):
            if not company.chorus_maintenance_until or company.chorus_maintenance_until <= company.chorus_maintenance_from:
                raise ValidationError(self.env._("A maintenance of Chorus Pro ends after it begins: enter until when."))

    def _chorus_maintenance(self):
        """Until when an announced maintenance of Chorus Pro lasts; None while there is none."""
        self.ensure_one()
        company = self.sudo()  # sudo: jobs and senders alike
        until, now = company.chorus_maintenance_until, fields.Datetime.now()
        if not until or until <= now:
            return None
        return until if not company.chorus_maintenance_from or company.chorus_maintenance_from <= now else None

    def _chorus_maintenance_text(self):
        """A sentence for whoever waits during an announced maintenance, False at other times."""
        until = self._chorus_maintenance()
        if not until:
            return False
        return self.env._(
            "Maintenance of Chorus Pro, as announced: what waits leaves by itself after %s.", format_datetime(self.env, until)
        )

    @api.depends("chorus_environment", "company_registry", "chorus_connection_ids.client_id")
    def _compute_chorus_client_id(self):
        for company in self:
            company.chorus_client_id = company._chorus_access().get("client_id", False)

    def _inverse_chorus_client_id(self):
        self._chorus_store_access("chorus_client_id", "client_id")

    @api.depends("chorus_environment", "company_registry", "chorus_connection_ids.technical_account")
    def _compute_chorus_technical_account(self):
        for company in self:
            company.chorus_technical_account = company._chorus_access().get("technical_account", False)

    def _inverse_chorus_technical_account(self):
        self._chorus_store_access("chorus_technical_account", "technical_account")

    @api.depends("chorus_environment", "chorus_connection_ids.structure_identifier")
    def _compute_chorus_structure_id(self):
        for company in self:
            company.chorus_structure_id = company._chorus_connection().structure_identifier

    def _inverse_chorus_structure_id(self):
        self._chorus_store_access("chorus_structure_id", "structure_identifier")

    def _chorus_store_access(self, name, target):
        for company in self:
            # what the server's file gives is not to be changed here; without an environment there is nowhere to keep it
            if not company.chorus_environment or target in company._chorus_from_file():
                continue
            connection = company._chorus_connection()
            # a form that shows what the company above lends does not make it the branch's own
            if connection[target] or not company._chorus_lender() or company[name] != company._chorus_access().get(target):
                # sudo: the fields' groups have let the user set it on the company
                self.env["chorus.connection"]._of(company).sudo()[target] = company[name]

    @api.constrains("chorus_environment", "chorus_production_confirmed")
    def _check_chorus_production(self):
        for company in self.filtered(lambda company: company.chorus_environment == "production"):
            if company._chorus_is_neutralized():
                raise ValidationError(
                    self.env._("This database is a neutralized copy: it cannot be connected to Chorus Pro's production.")
                )
            if not company.chorus_production_confirmed:
                raise ValidationError(
                    self.env._(
                        "In production, invoices are really sent to public bodies. Confirm it once by ticking the box beside the"
                        " environment."
                    )
                )

    # EXTENDS 'base'
    def write(self, vals):
        names = [name for name in AUDITED if name in vals]
        shown = {company: company._chorus_shown(names) for company in self}
        sirets = {company: company._chorus_siret() for company in self}
        told = {company: company._chorus_events_of() for company in self}
        result = super().write(vals)
        self._chorus_switch_events(told)
        for company, old in shown.items():
            new = company._chorus_shown(names)
            if company.chorus_environment or "chorus_environment" in names:
                for name in names:
                    if old[name] != new[name]:
                        # Odoo's own label, "Company ID", says nothing to whoever knows it as the SIRET
                        label = "SIRET" if name == "company_registry" else self._fields[name]._description_string(self.env)
                        self.env["chorus.audit"]._note(company, label, old[name], new[name])
        if "company_registry" in vals:
            renamed = self.filtered(lambda company: company._chorus_siret() != sirets[company])
            # sudo: facts of the platform; another SIRET is another structure, in every environment
            renamed.sudo().chorus_connection_ids.write(dict.fromkeys(OWN_FACTS, False))
        if vals.get("chorus_environment"):
            for company in self:
                # made here, by one person, so that no two crons ever make it at once
                self.env["chorus.connection"]._of(company)
        return result

    # EXTENDS 'base'
    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._chorus_switch_events({})
        return companies

    def _chorus_events_of(self):
        """The environment of which another software is told, "" for none, and False where nobody is."""
        company = self.sudo()  # sudo: compared, not shown
        return bool(company.chorus_webhook_url) and (company.chorus_environment or "")

    def _chorus_switch_events(self, told):
        """Begin or end to tell other software, where the address of the events was given or taken out, or another environment
        chosen: what was noted of one is not told as the other's.

        :param told: company → its ``_chorus_events_of`` before, of those there were.
        """
        changed = self.filtered(lambda company: company._chorus_events_of() != told.get(company, False))
        if not changed:
            return
        events, companies = self.env["chorus.event"], changed.sudo()  # sudo: the fields' groups have let the user set them
        for company in companies:
            events._end(company)
            if company.chorus_webhook_url:
                events._begin(company)
        # sudo: the job runs while it has something to do, whoever's it is
        job = self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_events").sudo()
        job.active = bool(companies.search_count([("chorus_webhook_url", "!=", False)], limit=1))

    def _chorus_webhook_secret(self):
        """What signs this company's events, of the server's file before the one typed; "" where there is none that opens."""
        self.ensure_one()
        given = server_file.company_settings(self.env.cr.dbname, self.id).get("webhook_secret")
        try:
            return given or self._chorus_connection()._secrets("webhook_secret")["webhook_secret"]
        except NotAllowed:
            return ""

    def _chorus_shown(self, names):
        """These settings as texts: a dict."""
        self.ensure_one()
        company, shown = self.sudo(), {}  # sudo: compared and written down, shown to administrators only
        for name in names:
            value, field = company[name], self._fields[name]
            if field.type == "selection" and value:
                value = dict(field._description_selection(self.env)).get(value, value)
            elif field.type == "boolean":
                value = self.env._("yes") if value else self.env._("no")
            elif field.type == "many2one":
                value = value.display_name
            elif field.type == "date" and value:
                value = format_date(self.env, value)
            shown[name] = str(value) if value or field.type in ("integer", "float") else False
        return shown

    # -- settings as code ----------------------------------------------------------------------------------------------

    @api.model
    def _chorus_apply_file(self):
        """Take over what the server's file and environment say of each company: after an upgrade, every day, and in `odoo shell`.

        Access data are read where they are needed and never enter the database. What cannot be is told in the log, and the rest
        of that company stays as it is.
        """
        # sudo: the server's administrator says it, of every company
        for company in self.sudo().search(Domain.TRUE, order="id"):
            told = server_file.company_settings(self.env.cr.dbname, company.id)
            try:
                values = {
                    name: company._chorus_from_text(name, told[option]) for option, name in FILE_OPTIONS.items() if option in told
                }
                changed = {name: value for name, value in values.items() if company[name] != value}
                if changed:
                    with self.env.cr.savepoint():
                        company.write(changed)
                    _logger.info("Chorus Pro: company %s takes over from the server: %s", company.id, ", ".join(changed))
            except (ValueError, ValidationError) as error:
                _logger.error("Chorus Pro: what the server says of company %s cannot be: %s", company.id, error)

    def _chorus_from_text(self, name, text):
        """The value of a setting that a text says."""
        field = self._fields[name]
        return str2bool(text) if field.type == "boolean" else field.convert_to_cache(text, self)

    # -- access data ---------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_is_neutralized(self):
        """Whether this database is a copy that Odoo has neutralized."""
        # sudo: the parameter is readable by administrators only
        return str2bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized", "False"))

    def _chorus_siret(self):
        """The company's SIRET without spaces; "" when it has none."""
        self.ensure_one()
        return compact(self.company_registry)

    def _chorus_kind(self):
        """How this company is identified at Chorus Pro: a ``typeIdentifiantStructure``."""
        self.ensure_one()
        return self.sudo().chorus_identifier_type or IdentifierType.SIRET.value  # sudo: as the SIRET itself

    def _chorus_target(self, given=None):
        """The ``Environment`` of this company, or None when it does not use Chorus Pro.

        That of a simulator has no addresses while what was typed cannot be one's; it is looked at at each use, as it may have
        been written before this was asked.

        :param given: what ``_chorus_given`` gave, where that was read already.
        """
        self.ensure_one()
        if self.chorus_environment == "simulator":
            lender = self._chorus_lender() if not self.chorus_simulator_url else self.browse()
            if lender:
                return lender._chorus_target()
            return environments.simulator("" if self._chorus_simulator_problem(given) else self.chorus_simulator_url or "")
        return {"production": environments.PRODUCTION, "qualification": environments.QUALIFICATION}.get(self.chorus_environment)

    def _chorus_connection(self):
        """The connection of the present environment, in sudo; empty when there is none."""
        self.ensure_one()
        # sudo: bookkeeping of the crons and access data; each field decides by itself who sees it
        return self.sudo().chorus_connection_ids.filtered(lambda item: item.environment == self.chorus_environment)[:1]

    def _chorus_given(self):
        """What the server's file gives for this company, a ``server_file.Given``; no access to a neutralized copy."""
        self.ensure_one()
        given = server_file.given(self.chorus_environment, self._chorus_siret(), self.env.cr.dbname, self.id)
        return given._replace(access={}) if self._chorus_is_neutralized() else given

    def _chorus_from_file(self):
        """The access data that the server's configuration file gives for this company."""
        return self._chorus_given().access

    def _chorus_simulator_problem(self, given=None):
        """Why the address typed cannot be a simulator's, as a ``Text``; None when it can, or when none is typed.

        :param given: see ``_chorus_target``.
        """
        address = self.chorus_simulator_url
        return environments.address_problem(address, (given or self._chorus_given()).simulator_hosts) if address else None

    @api.constrains("chorus_simulator_url")
    def _check_chorus_simulator_url(self):
        """The server sends access data there: to no path, and to no machine that its administrator did not allow."""
        for company in self:
            if problem := company._chorus_simulator_problem():
                raise ValidationError(problem.of(self.env.lang))

    # the SIRET itself is the contact's, see res.partner
    @api.constrains("company_registry", "chorus_environment")
    def _check_chorus_company_registry(self):
        """A SIRET is of one company: with it go access data and invoices. Its branches share it."""
        for company in self.filtered("chorus_environment"):
            siret, companies = company._chorus_siret(), self.sudo()  # sudo: other companies, of which nothing else is told
            branches = companies.search([("id", "child_of", company.root_id.id)])
            others = companies.search([("company_registry", "!=", False)]) - branches
            if siret and any(other._chorus_siret() == siret for other in others):
                raise ValidationError(
                    self.env._("The SIRET %s is another company's: each company sends its own invoices to Chorus Pro.", siret)
                )

    def _chorus_access(self, given=None):
        """The access data of the present environment by name: those of the server's file, else those of the connection.

        A secret is told as it is recorded, thus sealed where it is the connection's.

        :param given: see ``_chorus_target``.
        """
        holder, given = self._chorus_holder(given)
        connection = holder._chorus_connection()
        recorded = {name: connection[name] for name in LOGINS} | {name: connection[f"{name}_sealed"] for name in SECRETS}
        return {name: value for name, value in recorded.items() if value} | given.access

    def _chorus_holder(self, given=None):
        """The company whose access data this one uses, and what the server's file gives for that one.

        A branch that has none of its own uses those of the company above: one connection, several SIRETs.

        :param given: see ``_chorus_target``.
        """
        given, connection = given or self._chorus_given(), self._chorus_connection()
        own = given.access or any(connection[name] for name in (*LOGINS, *(f"{secret}_sealed" for secret in SECRETS)))
        lender = not own and self._chorus_lender()
        return lender._chorus_holder() if lender else (self, given)

    def _chorus_borrows_from(self):
        """The company above whose access data this branch uses; empty where it has its own, and where none has any."""
        self.ensure_one()
        holder, given = self._chorus_holder()
        return holder if holder != self and holder._chorus_access(given) else self.browse()

    def _chorus_lender(self):
        """The company above, which may lend its branches what they have not; empty when there is none in this environment.

        Its technical account must be attached to the branch's structure at Chorus Pro.
        """
        self.ensure_one()
        parent = self.sudo().parent_id  # sudo: who works for a branch need not see the others
        return parent if parent.chorus_environment == self.chorus_environment else parent.browse()

    def _chorus_has_secret(self, name):
        """Whether a secret is recorded, here or in the server's file. ``name`` is one of ``SECRETS``."""
        self.ensure_one()
        return name in self._chorus_access()

    def _chorus_set_secret(self, name, value):
        """Seal and store a secret of the present environment, or forget it when ``value`` is empty.

        :param name: one of ``SEALED``.
        :raises UserError: without an environment.
        :raises ValueError: of another name.
        """
        self.ensure_one()
        if not self.chorus_environment:
            raise UserError(self.env._("Choose the Chorus Pro environment first: each has its own secrets."))
        self.env["chorus.connection"]._of(self)._set_secret(name, value)
        if value:
            self._chorus_wake()

    # -- replacing what works ------------------------------------------------------------------------------------------

    def _chorus_works(self):
        """Whether Chorus Pro accepts the access data recorded now, as far as is known: others replace them only when accepted."""
        self.ensure_one()
        connection = self._chorus_connection()
        if not connection or connection.password_refused_on or connection.error_code in LINKS_OF_ACCESS:
            return False
        if any(connection._finding(link).outcome is Outcome.FAILED for link in LINKS_OF_ACCESS):
            return False
        return bool(connection.password_proved or connection._is_proved()) and not self._chorus_missing_settings()

    def _chorus_check_new(self, **new):
        """Try access data that are to replace those that work; nothing is tried where none work.

        :param new: by name: ``LOGINS``, ``SECRETS``, ``siret``, ``identifier_type``.
        :return: whether they were tried.
        :raises ValidationError: when Chorus Pro did not accept them, or could not be asked: the present ones stay.
        """
        self.ensure_one()
        if not self._chorus_works():
            return False
        given = self._chorus_given()
        try:
            access = self._chorus_access(given) | self._chorus_secrets(*SECRETS, given=given) | new
            credentials = Credentials(*(access[name] for name in server_file.ACCESS))
            # a store of its own: a token of the present secret would hide that the new one is not good
            options = {"timeout": PATIENCE, "retries": 0, "tokens": TokenStore()}
            with PisteSession(self._chorus_target(given), credentials, **options) as session:
                kind = new.get("identifier_type", self._chorus_kind()) or IdentifierType.SIRET.value
                diagnosis.try_access(ChorusClient(session), new.get("siret", ""), kind)
        except ChorusError as error:
            words = [failure(error.code).cause.of(self.env.lang), error.detail and f"« {error.detail} »"]
            words.append(self.env._("Nothing was changed: the present access data are kept and go on working."))
            raise ValidationError(" ".join(filter(None, words))) from error
        return True

    def _chorus_replace(self, **new):
        """Record access data; those that work are replaced only by others that Chorus Pro has just accepted.

        :param new: by name: ``LOGINS`` and ``SECRETS``.
        :raises ValidationError: see ``_chorus_check_new``.
        """
        tried = self._chorus_check_new(**new)
        lender = self._chorus_borrows_from()
        if tried and lender:
            self._chorus_stop_borrowing(lender)
        logins = {f"chorus_{name}": value for name, value in new.items() if name in LOGINS}
        if logins:
            self.write(logins)
        for name in SECRETS:
            if name in new:
                self._chorus_set_secret(name, new[name])
        if tried:
            self._chorus_connection().password_proved = True

    def _chorus_stop_borrowing(self, lender):
        """Give a branch, as its own, what it uses of the company above, of which a part is about to be replaced.

        :raises ValidationError: where the server's file gives some of it: that is not written into the database.
        """
        if lender._chorus_from_file():
            raise ValidationError(
                self.env._(
                    "%(branch)s uses the access data of %(company)s, which the server's file gives: have those of %(branch)s"
                    " written there.",
                    branch=self.name,
                    company=lender.name,
                )
            )
        access, secrets = self._chorus_access(), self._chorus_secrets(*SECRETS)
        connection = self.env["chorus.connection"]._of(self).sudo()  # sudo: see _chorus_store_access
        connection.write({name: access[name] for name in LOGINS})
        for name in SECRETS:
            connection._set_secret(name, secrets[name])
            connection[f"{name}_at"] = lender._chorus_connection()[f"{name}_at"]

    def _chorus_secret(self, name):
        """A secret in clear, "" when there is none; for the HTTP session only.

        :raises NotAllowed: ``secret_unreadable`` when this server's key does not open it.
        """
        self.ensure_one()
        return self._chorus_secrets(name)[name] if self.chorus_environment else ""

    def _chorus_secrets(self, *names, given=None):
        """These secrets of the present environment in clear, "" where there is none: a dict.

        :param given: see ``_chorus_target``.
        :raises NotAllowed: see ``_chorus_secret``.
        """
        holder, given = self._chorus_holder(given)
        outside = given.access
        return holder._chorus_connection()._secrets(*(name for name in names if name not in outside)) | outside

    def _chorus_missing_settings(self):
        """Labels of the settings without which this company cannot be connected; empty when it is complete."""
        self.ensure_one()
        given = self._chorus_given()
        access = self.sudo()._chorus_access(given)  # sudo: only whether they are set is told, not the values
        return self._chorus_missing(given, access, self._chorus_target(given))

    def _chorus_missing(self, given, access, target):
        """Labels of the settings that are missing, given ``_chorus_given``, ``_chorus_access`` and ``_chorus_target``."""
        needed = {
            "chorus_environment": self.chorus_environment,
            "chorus_client_id": access.get("client_id"),
            "chorus_technical_account": access.get("technical_account"),
            "company_registry": self.company_registry,
        }
        if self.chorus_environment == "simulator":
            needed["chorus_simulator_url"] = target.api_url
        names = [name for name, value in needed.items() if not value]
        labels = self.sudo().fields_get(names, ["string"]) if names else {}  # sudo: labels of fields of administrators
        missing = [labels[name]["string"] for name in names]
        if "client_secret" not in access:
            missing.append(self.env._("PISTE client secret"))
        if "technical_password" not in access:
            missing.append(self.env._("Technical account's password"))
        if missing and given.unbound:
            missing.append(
                self.env._(
                    "in the server's file, whose section %(section)s is: “database = %(database)s”, “company = %(company)s”",
                    section=given.unbound,
                    database=self.env.cr.dbname,
                    company=self.id,
                )
            )
        return missing

    def _chorus_way_in(self):
        """Where this company's Chorus Pro is, an ``Environment``, and its ``Credentials`` there, in clear.

        :raises NotAllowed: ``not_configured``, ``neutralized`` or ``secret_unreadable``.
        """
        self.ensure_one()
        if self.chorus_environment == "production" and self._chorus_is_neutralized():
            raise NotAllowed("neutralized")
        given = self._chorus_given()
        access, target = self._chorus_access(given), self._chorus_target(given)
        if missing := self._chorus_missing(given, access, target):
            raise NotAllowed("not_configured", ", ".join(missing))
        secrets = self._chorus_secrets(*SECRETS, given=given)
        return target, Credentials(
            access["client_id"], secrets["client_secret"], access["technical_account"], secrets["technical_password"]
        )

    @contextmanager
    def _chorus_client(self, *, way_in=None, **options):
        """A client for the length of one run: one HTTP session, connections kept from one run to the next, its calls counted.

        :param way_in: what ``_chorus_way_in`` gave, where that was asked already.
        :param options: for ``PisteSession`` (``timeout``, ``retries``, ``tokens``, ``wires``).
        :raises NotAllowed: see ``_chorus_way_in``.
        """
        self.ensure_one()
        company = self.sudo()  # sudo: settings of whoever sends
        waits = {"connect": company.chorus_connect_timeout, "timeout": company.chorus_read_timeout}
        waits = {name: value for name, value in waits.items() if value}
        kept = {"wires": shared_wires, **waits, **options}
        with PisteSession(*(way_in or self._chorus_way_in()), **kept) as session:
            client, environment = ChorusClient(session), company.chorus_environment
            try:
                yield client
            except ChorusError:
                self.env["chorus.call"]._note(self, environment, client.tally)
                raise
            # any other exception may have spoilt the transaction: it counts for itself
            self.env["chorus.call"]._note(self, environment, client.tally)

    @contextmanager
    def _chorus_client_for_user(self, **options):
        """A client for what a user waits for: one try, and what is wrong told in words.

        :raises UserError: with cause, the platform's words and remedy.
        """
        try:
            with self._chorus_client(**{"retries": 0, **options}) as client:
                yield client
        except ChorusError as error:
            texts, lang = failure(error.code), self.env.lang
            words = [texts.cause.of(lang), error.detail and f"« {error.detail} »", texts.remedy.of(lang)]
            if FAILURES.get(error.code) == Place.SETTINGS and not self.env["chorus.setup"].sudo(False)._may_connect(self):
                words.append(self.env._("Your administrator can do it."))
            raise UserError(" ".join(filter(None, words))) from error

    @api.model
    def _chorus_told(self, failures, changed=None):
        """What a reading came to that a user asked for: when it was, what failed, whether anything is new. A client action.

        :param failures: codes of ``services.api.errors.FAILURES`` that were met.
        :param changed: whether something is known now that was not; None where that is not told.
        """
        lang, moment = self.env.lang, format_datetime(self.env, fields.Datetime.now(), dt_format="short")
        words = [" ".join((failure(code).cause.of(lang), failure(code).remedy.of(lang))) for code in sorted(set(failures))]
        if words:
            words.insert(0, self.env._("Not everything could be read (%s).", moment))
        elif changed is False:
            words.append(self.env._("Read on %s: nothing new.", moment))
        else:
            words.append(self.env._("Read on %s.", moment))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "type": "warning" if failures else "success" if changed else "info",
                "sticky": False,
                "message": "\n".join(words),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    @api.model
    def _chorus_failures(self, client):
        """The codes of what failed in a client's calls; a consent that is missing counts where nothing else was answered."""
        failed = {code: count for code, count in client.tally.items() if code}
        answered = client.tally.get("", 0) > sum(failed.values())
        return {code for code in failed if code != "subscription" or not answered}

    # -- the test of the connection ------------------------------------------------------------------------------------

    def _chorus_diagnose(self):
        """Walk the chain to Chorus Pro without depositing anything, and remember what was found.

        :return: a ``services.setup.diagnosis.Diagnosis``.
        """
        self.ensure_one()
        try:
            # a store of its own: a token got earlier would hide that the secret is no longer good. Nor would a connection that
            # was opened before tell that none can be opened now
            with self._chorus_client(timeout=PATIENCE, retries=0, tokens=TokenStore(), wires=None) as client:
                found = diagnosis.diagnose(client, self._chorus_siret(), self._chorus_uses(), self._chorus_kind())
        except NotAllowed as error:
            found = diagnosis.unconfigured(error)
        if self.chorus_environment:
            self._chorus_note_diagnosis(found)
        return found

    def _chorus_uses(self):
        """What this company does at Chorus Pro beyond sending and following, by its data: see ``services.setup.diagnosis``.

        :return: a set, to which each package adds its own.
        """
        self.ensure_one()
        return set()

    def _chorus_try_client(self):
        """Try the PISTE client by itself, as soon as it is recorded: the technical account need not be known yet.

        :return: the ``ChorusError`` that came; None when PISTE let us in, or when there is nothing to try yet.
        """
        self.ensure_one()
        client_id = self._chorus_access().get("client_id")
        if not client_id or not self._chorus_has_secret("client_secret") or self._chorus_is_neutralized():
            return None
        connection = self.env["chorus.connection"]._of(self).sudo()  # sudo: facts read from the platform, not a user's input
        well, findings = [Outcome.OK.value, "", ""], dict(connection.findings or {})
        error = None
        try:
            credentials = Credentials(client_id, self._chorus_secret("client_secret"), "", "")
            options = {"timeout": PATIENCE, "retries": 0, "tokens": TokenStore()}
            with PisteSession(self._chorus_target(), credentials, **options) as session:
                ChorusClient(session).sign_in()
            findings |= {"network": well, "credentials": well}
        except NotAllowed as caught:
            error = caught
            findings |= {"credentials": [Outcome.FAILED.value, caught.code, caught.detail]}
        except ChorusError as caught:
            error = caught
        connection.findings = findings
        return error

    def _chorus_note_diagnosis(self, found):
        # sudo: facts read from the platform, not a user's input
        connection = self.env["chorus.connection"]._of(self).sudo()
        connection._note_given(self._chorus_given())
        values = {
            "checked_at": fields.Datetime.now(),
            "findings": {finding.link: [finding.outcome.value, finding.code, finding.detail] for finding in found.findings},
        }
        if found.structure:
            # only an active one is found
            values |= {"structure_identifier": found.structure.identifier, "structure_state": "active"}
        if found.served:
            values |= {"served": found.served, "served_at": fields.Datetime.now()}
        if any(finding.link == "technical_account" and finding.outcome is Outcome.OK for finding in found.findings):
            values["password_proved"] = True
        connection.write(values)
        if values.get("password_proved"):
            connection._note_accepted()
        connection._note_end(found.password_expires_at)
        connection._remind()
        if found.established:
            self._chorus_wake()

    def _chorus_is_connected(self):
        """Whether the settings are complete and the technical password was accepted once in the present environment."""
        self.ensure_one()
        return not self._chorus_missing_settings() and self._chorus_connection().password_proved

    def _chorus_wake(self):
        """What kept us out may be mended: forget the pause, and have what waits sent now."""
        self.ensure_one()
        deposits = self.env["chorus.deposit"].sudo()  # sudo: an administrator need not be able to transfer
        self.env["chorus.connection"]._of(self)._resume()
        domain = [("company_id", "=", self.id), ("environment", "=", self.chorus_environment), ("state", "=", "ready")]
        waiting = deposits.search(domain)
        if waiting:
            waiting.next_try = False
            transactions.trigger(self.env, "deposit")

    # -- following -----------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_companies(self):
        """The companies that use Chorus Pro and are completely set up."""
        companies = self.sudo().search([("chorus_environment", "!=", False)])  # sudo: for the crons, which serve them all
        return companies.filtered(lambda company: not company._chorus_missing_settings())

    def _chorus_silence(self):
        """Since when statuses are not known, when that is longer than the company set; None while all is well."""
        self.ensure_one()
        connection = self._chorus_connection() if self.chorus_environment else self.env["chorus.connection"]
        since = connection.last_poll or connection.create_date
        limit = fields.Datetime.now() - timedelta(hours=self.chorus_silence_hours)
        # the invoices are looked at only where it has been silent
        return since if since and since < limit and self.env["chorus.deposit"]._chorus_follows(self) else None

    def _chorus_silence_text(self):
        """A sentence for whoever waits for statuses that are not known, False while all is well."""
        since = self._chorus_silence()
        if not since:
            return False
        return self.env._("The statuses of Chorus Pro have not been read since %s.", format_datetime(self.env, since))
