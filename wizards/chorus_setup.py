from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import format_date

from ..models.connection import secret_log
from ..models.connection.chorus_connection import LOGINS
from ..services.api.errors import failure
from ..services.document.invoice import IdentifierType
from ..services.setup import diagnosis, secret_entry
from ..services.setup import steps as setup_steps
from ..services.setup.diagnosis import Outcome
from ..services.setup.links import Site
from ..services.siret import compact, is_identifier
from ..services.text import unbroken
from ..services.vocabulary import support

#: What a page writes on the company, by the wizard's field.
COMPANY_FIELDS = {
    "identifier_type": "chorus_identifier_type",
    "siret": "company_registry",
    "environment": "chorus_environment",
    "production_confirmed": "chorus_production_confirmed",
    "simulator_url": "chorus_simulator_url",
    "client_id": "chorus_client_id",
    "technical_account": "chorus_technical_account",
    "start_date": "chorus_start_date",
    "referent_email": "chorus_referent_email",
    "auto_transfer": "chorus_auto_transfer",
    "auto_delay": "chorus_auto_delay",
}

#: What works today and a page may replace: by page, the wizard's fields and the secret.
REPLACED = {
    "company": (("identifier_type", "siret", "environment"), None),
    "oauth": (("client_id",), "client_secret"),
    "technical": (("technical_account",), "technical_password"),
}


class ChorusSetup(models.TransientModel):
    """The way from nothing to the green message, one page a step; what was reached is kept on the company, to be resumed."""

    _name = "chorus.setup"
    _description = "Connect to Chorus Pro"
    _inherit = ["chorus.environment", "chorus.secret.entry"]

    company_id = fields.Many2one("res.company", required=True, readonly=True, default=lambda self: self.env.company)
    step = fields.Selection(selection="_selection_step", required=True, default="company")
    steps = fields.Json(compute="_compute_page", export_string_translation=False)
    page = fields.Html(compute="_compute_page", sanitize=False, export_string_translation=False)
    is_first = fields.Boolean(compute="_compute_page", export_string_translation=False)
    is_last = fields.Boolean(compute="_compute_page", export_string_translation=False)
    established = fields.Boolean(compute="_compute_page", export_string_translation=False)
    link_ids = fields.One2many("chorus.setup.link", "setup_id", "Links of the chain", readonly=True)
    changes = fields.Text(compute="_compute_changes", export_string_translation=False)
    trouble = fields.Text("What this page's data met", readonly=True, export_string_translation=False)

    siret = fields.Char("SIRET", compute="_compute_from_company", store=True, readonly=False)
    identifier_type = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["chorus_identifier_type"]._description_selection(self.env),
        string="Without SIRET, identified by",
        compute="_compute_from_company",
        store=True,
        readonly=False,
    )
    environment = fields.Selection(compute="_compute_from_company", store=True, readonly=False, required=False)
    production_confirmed = fields.Boolean(
        "I confirm: in production, invoices are really sent to public bodies",
        compute="_compute_from_company",
        store=True,
        readonly=False,
    )
    simulator_url = fields.Char("Simulator address", compute="_compute_from_company", store=True, readonly=False)
    application_name = fields.Char("Name of the PISTE application", compute="_compute_access", store=True, readonly=False)
    client_id = fields.Char("Client ID", compute="_compute_access", store=True, readonly=False)
    technical_account = fields.Char("Technical account", compute="_compute_access", store=True, readonly=False)
    start_date = fields.Date("Transfer invoices from", compute="_compute_from_company", store=True, readonly=False)
    referent_email = fields.Char("Referent e-mail", compute="_compute_from_company", store=True, readonly=False)
    auto_transfer = fields.Boolean(
        "Transfer by itself after posting", compute="_compute_from_company", store=True, readonly=False
    )
    auto_delay = fields.Integer("After how many hours", compute="_compute_from_company", store=True, readonly=False)
    user_ids = fields.Many2many(
        "res.users",
        string="Who may transfer invoices",
        domain="[('share', '=', False), ('company_ids', 'in', company_id)]",
        default=lambda self: self._default_users(),
    )

    @api.model
    def _selection_step(self):
        return [(step.key, step.title.of(self.env.lang)) for step in setup_steps.STEPS]

    @api.model
    def _default_users(self):
        # sudo: a manager of Chorus Pro need not read the groups
        return (
            self.env.ref("l10n_fr_chorus_pro.group_chorus_user")
            .sudo()
            .all_user_ids.filtered(lambda user: not user.share and self.env.company in user.company_ids and user.active)
        )

    @api.depends("company_id")
    def _compute_from_company(self):
        for setup in self:
            setup._check_unsaved()
            company = setup.company_id.sudo()  # sudo: see _check_manager
            for name in set(COMPANY_FIELDS) - {"client_id", "technical_account"}:
                setup[name] = company[COMPANY_FIELDS[name]]

    @api.depends("company_id.chorus_environment", "company_id.company_registry")
    def _compute_access(self):
        for setup in self:
            setup._check_unsaved()
            company = setup.company_id.sudo()  # sudo: see _check_manager
            named = company._chorus_connection().application_name
            setup.application_name = named or setup_steps.application_name(company._chorus_siret())
            setup.client_id = company.chorus_client_id
            setup.technical_account = company.chorus_technical_account

    # EXTENDS 'chorus.secret.entry'
    def _chorus_typed_login(self, login):
        return self[login.removeprefix("chorus_")] or super()._chorus_typed_login(login)

    # EXTENDS 'chorus.secret.entry'
    def _compute_chorus_secrets_set(self):
        for setup in self:
            setup._check_unsaved()
        super()._compute_chorus_secrets_set()

    # -- who -----------------------------------------------------------------------------------------------------------

    @api.model
    def _check_manager(self, company):
        """:raises AccessError: for whoever is neither Chorus Pro's administrator nor Odoo's, or is so in another company.

        What follows it may act in sudo on that company's Chorus Pro settings, and on nothing else.
        """
        if not self._may_connect(company):
            raise AccessError(self.env._("Only an administrator of Chorus Pro may connect this company."))

    @api.model
    def _may_connect(self, company):
        user = self.env.user
        able = user.has_group("l10n_fr_chorus_pro.group_chorus_manager") or user.has_group("base.group_system")
        return self.env.su or (able and company <= user.company_ids)

    def _check_unsaved(self):
        """Check the rights on a form that is not saved: the browser says whose it is, and its fields are filled in sudo."""
        self.ensure_one()
        if not self.id:
            self.sudo(False)._check_manager(self.company_id)

    @api.model_create_multi
    def create(self, vals_list):
        setups = super().create(vals_list)
        for setup in setups:
            self._check_manager(setup.company_id)
        return setups

    def write(self, vals):
        self._check_manager(self.company_id | self.env["res.company"].browse(vals.get("company_id", ())))
        if vals.keys() & {"client_id", "chorus_client_secret", "environment", "step"}:
            vals = {"trouble": False, **vals}
        return super().write(vals)

    # -- the pages -----------------------------------------------------------------------------------------------------

    def _steps(self):
        return setup_steps.steps_for(self.environment)

    @api.depends("step", "environment", "siret", "application_name", "link_ids", "company_id.chorus_connection_ids.findings")
    @api.depends_context("lang")
    def _compute_page(self):
        lang = self.env.lang
        for setup in self:
            setup._check_unsaved()
            steps, findings = setup._steps(), setup._findings()
            current = next((step for step in steps if step.key == setup.step), steps[0])
            setup.is_first, setup.is_last = current == steps[0], current == steps[-1]
            setup.established = (
                bool(setup.company_id._chorus_connection().findings)
                and all(findings[link].outcome is Outcome.OK for link in diagnosis.LINKS if link not in diagnosis.OPTIONAL)
                and not any(finding.outcome is Outcome.FAILED for finding in findings.values())
            )
            setup.steps = [
                {
                    "key": step.key,
                    "title": step.title.of(lang),
                    "current": step == current,
                    "done": setup._is_done(step, findings),
                    "open": not setup._missing_before(step),
                }
                for step in steps
            ]
            setup.page = self.env["ir.qweb"]._render("l10n_fr_chorus_pro.setup_page", setup._page_values(current, findings))

    def _findings(self):
        """What the last test found: a ``Finding`` by link."""
        connection = self.company_id._chorus_connection()
        return {link: connection._finding(link) for link in diagnosis.LINKS}

    def _page_values(self, current, findings):
        """What the page of a step shows."""
        lang, guide = self.env.lang, current.guide
        return {
            "title": current.title.of(lang),
            "trial": self.environment not in (False, "production") and self._shown("environment", self.environment),
            "actions": [unbroken(action.of(lang)) for action in current.actions],
            "copied": [(label.of(lang), self._filled_in(text)) for label, text in current.copied],
            "guide": f"{setup_steps.GUIDES}{guide.path}" if guide else "",
            "guide_title": guide.title if guide else "",
            "support": unbroken(support.WAYS.of(lang)) if current.site is Site.CHORUS_PRO else "",
            "gives": "" if current.key == "test" else current.gives.of(lang),
            "site": current.site.value,
            "address": setup_steps.page_address(current.site, self.company_id._chorus_target()),
            "checks": self._checks(current, findings),
        }

    def _filled_in(self, text):
        """A text to copy, with the company's own in the places of a ``Step.copied``."""
        return text.format(
            application=self.application_name or "",
            siret=compact(self.siret),
            catalogue=setup_steps.catalogue(self.environment),
        )

    def _checks(self, current, findings):
        """What the last test found of the links that a step makes; the page of the test itself has a list of them all."""
        if current.key == "test" or not self.company_id._chorus_connection().findings:
            return []
        lang = self.env.lang
        outcomes = dict(self.env["chorus.setup.link"]._fields["outcome"]._description_selection(self.env))
        return [
            {
                "label": diagnosis.LINKS[link].label.of(lang),
                "outcome": findings[link].outcome.value,
                "told": outcomes[findings[link].outcome.value],
                "cause": failure(findings[link].code).cause.of(lang) if findings[link].code else "",
            }
            for link in current.links
            # what the company does not use was not asked for
            if link not in diagnosis.OPTIONAL or findings[link].outcome is not Outcome.UNKNOWN
        ]

    def _is_done(self, step, findings):
        """Whether Odoo knows that a step is done: by the last test, or by what is recorded."""
        company = self.company_id.sudo()  # sudo: see _check_manager
        if step.key == "company":
            return bool(company.chorus_environment and company.company_registry)
        if step.key == "transfer":
            return bool(company.chorus_start_date)
        needed = {"credentials"} if step.key == "piste" else set(step.links) - diagnosis.OPTIONAL
        good = {Outcome.OK, Outcome.UNKNOWN} if company._chorus_connection()._is_proved() else {Outcome.OK}
        return bool(needed) and all(findings[link].outcome in good for link in needed)

    # -- what is replaced ----------------------------------------------------------------------------------------------

    @api.depends("step", "siret", "environment", *LOGINS, *secret_log.TYPED)
    @api.depends_context("lang")
    def _compute_changes(self):
        for setup in self:
            setup._check_unsaved()
            setup.changes = (setup.chorus_works and setup._changed()) or False

    def _changed(self):
        """What this page is about to replace, where that works today: one line each, before → after."""
        company = self.company_id.sudo()  # sudo: see _check_manager
        names, secret = REPLACED.get(self.step, ((), None))
        changes = []
        for name in names:
            before, after = self._shown(name, company[COMPANY_FIELDS[name]]), self._shown(name, self[name])
            if before and after and before != after:
                changes.append((name, before, after))
        if secret and self[f"chorus_{secret}"]:
            day = company._chorus_connection()[f"{secret}_at"]
            before = self.env._("recorded on %s", format_date(self.env, day)) if day else self.env._("recorded")
            changes.append((f"chorus_{secret}", before, self.env._("what you typed")))
        return "\n".join(
            f"{self._fields[name]._description_string(self.env)} : {before} → {after}" for name, before, after in changes
        )

    def _shown(self, name, value):
        """What a person reads of a value of one of the fields of ``REPLACED``."""
        if name == "siret":
            return compact(value)
        if name == "identifier_type" and not value:
            return IdentifierType.SIRET.value
        if name in ("environment", "identifier_type"):
            return dict(self._fields[name]._description_selection(self.env)).get(value, value)
        return value

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_next(self):
        """Record this page and show the next one; on the page of the test, only the page changes.

        What can be tried at once is: a refusal is told on its own page, and the same data pass at the second time.
        """
        self._record()
        self._check_entered()
        if self.step == "oauth" and not self.trouble:
            error = self.company_id.sudo()._chorus_try_client()  # sudo: see _check_manager
            if error:
                lang = self.env.lang
                remedy = setup_steps.remedy(error.code, self.environment, lang)
                go_on = self.env._("To go on all the same, click Next once more.")
                self.trouble = f"{failure(error.code).cause.of(lang)} {remedy}\n{go_on}"
                return self._reopen()
        return self._go(1)

    def action_back(self):
        """Show the page before, without recording this one."""
        self._check_manager(self.company_id)
        return self._go(-1)

    def action_step(self, key=""):
        """Show the page that was clicked on: one before this one as `action_back` does, one after it as `action_next` does.

        :raises ValidationError: when a page on the way lacks what the next ones need.
        """
        self.ensure_one()
        self._check_manager(self.company_id)
        steps = {step.key: step for step in self._steps()}
        if key not in steps:
            raise ValidationError(self.env._("This step is not one of this environment."))
        keys = list(steps)
        way = keys.index(key) - (keys.index(self.step) if self.step in keys else 0)
        if way <= 0:
            return self._go(way)
        action = self.action_next()
        if way == 1 or self.trouble:
            return action
        missing = self._missing_before(steps[key])
        if missing:
            raise ValidationError(missing)
        return self._go(way - 1)

    def action_check(self):
        """Record this page, then walk the chain."""
        self._record()
        self._run_test()
        return self._reopen()

    def action_finish(self):
        """Record the last page and close."""
        self._record()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_later(self):
        """Record this page and leave; the way is resumed here."""
        self._record()
        return {"type": "ir.actions.act_window_close"}

    # -- what a page records -------------------------------------------------------------------------------------------

    def _record(self):
        """Write what this page asks for on the company.

        :raises ValidationError: what is missing or cannot be.
        """
        self.ensure_one()
        self._check_manager(self.company_id)
        company = self.company_id.sudo()  # sudo: see _check_manager
        names = {
            "company": ["identifier_type", "siret", "environment", "production_confirmed", "simulator_url"],
            "oauth": ["client_id"],
            "technical": ["technical_account"],
            "transfer": ["start_date", "referent_email", "auto_transfer", "auto_delay"],
        }.get(self.step, [])
        if self.step == "company":
            self._check_company_page()
        if self.step == "technical" and self.technical_account and not self.chorus_from_file:
            problem = secret_entry.login_problem(self.technical_account)
            if problem:
                raise ValidationError(problem.of(self.env.lang))
        values = {COMPANY_FIELDS[name]: self[name] for name in names}
        values = {name: value for name, value in values.items() if company[name] != value}
        new = {
            name: values[COMPANY_FIELDS[name]] for name in ("identifier_type", "siret", *LOGINS) if COMPANY_FIELDS[name] in values
        }
        if "identifier_type" in new:
            new["siret"] = compact(self.siret)
        if new and not self.chorus_from_file and "chorus_environment" not in values:
            company._chorus_check_new(**new)
        if values:
            company.write(values)
        if self.step == "application" and self.application_name:
            self.env["chorus.connection"]._of(company).application_name = self.application_name.strip()
        if self.step == "transfer":
            self._grant()

    def _check_entered(self):
        """:raises ValidationError: when this page is left without what the next ones need; "Continue later" leaves it anyhow."""
        missing = self._missing(self.step)
        if missing:
            raise ValidationError(missing)

    def _missing(self, key):
        """What a page lacks of what the next ones need, in words; False when it lacks nothing."""
        company = self.company_id.sudo()  # sudo: see _check_manager
        has = company._chorus_has_secret
        if key == "company" and not (company.chorus_environment and company.company_registry):
            return self.env._("Choose the environment and enter the SIRET to go on.")
        if self.chorus_from_file:
            return False
        if key == "oauth" and not (company.chorus_client_id and has("client_secret")):
            return self.env._("Enter the Client ID and its secret to go on.")
        if key == "technical" and not (company.chorus_technical_account and has("technical_password")):
            return self.env._("Enter the account and its password to go on.")
        return False

    def _missing_before(self, step):
        """What the first page that lacks something before a step lacks, in words; False when one may go there."""
        steps = self._steps()
        return next(filter(None, (self._missing(one.key) for one in steps[: steps.index(step)])), False)

    def _check_company_page(self):
        if not self.environment:
            raise ValidationError(self.env._("Choose the environment: production, or qualification to try it out."))
        if self.environment == "simulator" and not self.simulator_url:
            raise ValidationError(self.env._("Enter the simulator's address: `python3 tools/dev.py simulator` prints it."))
        siret = compact(self.siret)
        if not is_identifier(self.identifier_type or "", siret):
            if self.identifier_type:
                raise ValidationError(self.env._("Enter the identifier as the portal shows it, 18 characters at most."))
            raise ValidationError(self.env._("The SIRET has 14 digits."))
        self.siret = siret

    def _grant(self):
        """Give the right to transfer to those who were chosen; who has it already keeps it. For those who manage rights."""
        if not self.env.user.has_group("base.group_erp_manager"):
            return
        group = self.env.ref("l10n_fr_chorus_pro.group_chorus_user").sudo()  # sudo: may be given, not read, by such a manager
        chosen = self.user_ids.sudo().filtered(lambda user: not user.share and self.company_id in user.company_ids)
        new = chosen - group.all_user_ids
        if new:
            group.user_ids = [fields.Command.link(user.id) for user in new]

    # -- from page to page ---------------------------------------------------------------------------------------------

    def _run_test(self):
        company = self.company_id.sudo()  # sudo: see _check_manager
        found = company._chorus_diagnose()
        # sudo: what a test found is written by the test alone
        self.sudo().link_ids.unlink()
        self.env["chorus.setup.link"].sudo().create(
            [
                {"setup_id": self.id, "link": item.link, "outcome": item.outcome.value, "code": item.code, "detail": item.detail}
                for item in found.findings
            ]
        )

    def _go(self, direction):
        keys = [step.key for step in self._steps()]
        index = keys.index(self.step) if self.step in keys else 0
        self.step = keys[max(0, min(len(keys) - 1, index + direction))]
        if self.step == "test":
            self._run_test()
        return self._reopen()

    def _reopen(self):
        """Show this record again: the dialog stays, with its new page."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Connect to Chorus Pro"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _open(self, company, step=None):
        """The action that opens the way for a company: at a step, else at the first one that is not done."""
        setup = self.create({"company_id": company.id})
        if step is None:
            findings = setup._findings()
            step = next((item.key for item in setup._steps() if not setup._is_done(item, findings)), "transfer")
            if not company.chorus_environment:
                step = "company"
        setup.step = step
        if step == "test":
            setup._run_test()
        return setup._reopen()

    @api.model
    def action_open(self):
        """Open the way for the company of the journal or the invoice it is called from, else for the present one."""
        context, company = self.env.context, self.env.company
        if context.get("chorus_company_id"):
            company = company.browse(context["chorus_company_id"])
        elif context.get("active_model") == "account.journal" and context.get("active_id"):
            company = self.env["account.journal"].browse(context["active_id"]).company_id
        return self._open(company)
