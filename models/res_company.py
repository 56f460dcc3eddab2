import logging
from contextlib import contextmanager

from odoo import api, fields, models

from ..services import environment as environments
from ..services.client import ChorusClient
from ..services.errors import ChorusError, NotAllowed, failure
from ..services.formats import FORMATS
from ..services.rules import FileFormat
from ..services.session import PisteSession
from ..services.vault import VaultError
from .secret_key import vault

_logger = logging.getLogger(__name__)

SECRETS = ("client_secret", "technical_password")


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_environment = fields.Selection(
        [
            ("production", "Production"),
            ("qualification", "Qualification (tests)"),
            ("simulator", "Simulator (demonstration)"),
        ],
        string="Chorus Pro environment",
        copy=False,
        help="Empty: this company does not use Chorus Pro.",
    )
    chorus_simulator_url = fields.Char("Simulator address", copy=False, help="For instance http://127.0.0.1:8099")
    chorus_client_id = fields.Char("PISTE client identifier", copy=False, groups="base.group_system")
    chorus_technical_account = fields.Char("Technical account", copy=False, groups="base.group_system")
    # sealed by the vault; read in sudo only, so that not even an administrator's export carries them
    chorus_client_secret_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS)
    chorus_technical_password_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS)
    chorus_referent_email = fields.Char(
        "Referent e-mail", copy=False, help="Who is warned when a password is about to expire or invoices wait."
    )
    chorus_start_date = fields.Date(
        "Transfer invoices from", copy=False, help="Invoices dated before this day are not proposed for transfer."
    )
    chorus_format = fields.Selection(
        [
            ("cii", "XML, CII (works everywhere)"),
            ("facturx", "Factur-X (PDF with the data inside)"),
            ("ubl", "XML, UBL"),
            ("pdf", "PDF and its data, invoice by invoice"),
        ],
        string="Format of the invoices",
        required=True,
        default="cii",
        help="What is deposited at Chorus Pro. Factur-X and the PDF show the public body your own printed invoice; they need a"
        " PDF engine on the server and take a second or two each. A PDF with its data gets its identifier at once.",
    )
    chorus_structure_id = fields.Char(
        "Structure at Chorus Pro", copy=False, readonly=True, help="Chorus Pro's own identifier of this company."
    )

    # EXTENDS 'base'
    def write(self, vals):
        result = super().write(vals)
        if vals.get("chorus_environment"):
            for company in self:
                # made here, by one person, so that no two crons ever make it at once
                self.env["chorus.connection"]._of(company)
        return result

    # -- secrets -------------------------------------------------------------------------------------------------------

    def _chorus_set_secret(self, name, value):
        """Seal and store a secret, or forget it when ``value`` is empty.

        :param name: one of ``SECRETS``.
        """
        self.ensure_one()
        if name not in SECRETS:
            raise ValueError(name)
        # sudo: the sealed fields are open to nobody; who may set a secret is decided by the caller (settings, set-up)
        self.sudo()[f"chorus_{name}_sealed"] = vault(self.env).seal(value) if value else False
        if value and self.chorus_environment:
            self._chorus_wake()

    def _chorus_secret(self, name):
        """A secret in clear.

        :raises NotAllowed: ``secret_unreadable`` when this server's key does not open it.
        """
        # sudo: see _chorus_set_secret; the value goes to the HTTP session only
        sealed = self.sudo()[f"chorus_{name}_sealed"]
        try:
            return vault(self.env).open(sealed) if sealed else ""
        except VaultError as error:
            raise NotAllowed("secret_unreadable", str(error)) from error

    # -- the link to Chorus Pro ----------------------------------------------------------------------------------------

    def _chorus_target(self):
        """The ``Environment`` of this company, or None when it does not use Chorus Pro."""
        self.ensure_one()
        if self.chorus_environment == "simulator":
            return environments.simulator(self.chorus_simulator_url or "")
        return {"production": environments.PRODUCTION, "qualification": environments.QUALIFICATION}.get(self.chorus_environment)

    def _chorus_format(self):
        """In what this company sends its invoices: the ``FileFormat``, and the ``Format`` that describes it."""
        self.ensure_one()
        chosen = FileFormat(self.chorus_format)
        return chosen, FORMATS[chosen]

    def _chorus_missing_settings(self):
        """Labels of the settings without which this company cannot be connected; empty when it is complete."""
        self.ensure_one()
        company = self.sudo()  # sudo: only whether they are set is told, not the values
        needed = ["chorus_environment", "chorus_client_id", "chorus_technical_account", "company_registry"]
        if company.chorus_environment == "simulator":
            needed.append("chorus_simulator_url")
        labels = company.fields_get(needed, ["string"])
        missing = [labels[name]["string"] for name in needed if not company[name]]
        if not company.chorus_client_secret_sealed:
            missing.append(self.env._("PISTE client secret"))
        if not company.chorus_technical_password_sealed:
            missing.append(self.env._("Technical account's password"))
        return missing

    def _chorus_credentials(self):
        """The credentials of this company, in clear.

        :raises NotAllowed: ``not_configured`` or ``secret_unreadable``.
        """
        self.ensure_one()
        missing = self._chorus_missing_settings()
        if missing:
            raise NotAllowed("not_configured", ", ".join(missing))
        company = self.sudo()  # sudo: users who may send need not read the credentials
        return environments.Credentials(
            company.chorus_client_id,
            company._chorus_secret("client_secret"),
            company.chorus_technical_account,
            company._chorus_secret("technical_password"),
        )

    @contextmanager
    def _chorus_client(self, **options):
        """A client for the length of one run: one HTTP session, connections kept alive.

        :param options: for ``PisteSession`` (``timeout``, ``retries``).
        :raises NotAllowed: see ``_chorus_credentials``.
        """
        self.ensure_one()
        with PisteSession(self._chorus_target(), self._chorus_credentials(), **options) as session:
            yield ChorusClient(session)

    def _chorus_may_call(self, connection):
        """Whether a cron may call for this company now: not paused, and its secrets open.

        What is wrong is noted on the connection, once, so that other companies go on.
        """
        self.ensure_one()
        if connection._is_paused():
            return False
        try:
            self._chorus_credentials()
        except NotAllowed as error:
            connection._note_failure(error)
            return False
        return True

    def _chorus_check_connection(self):
        """Walk the chain to Chorus Pro without depositing anything, and remember our structure there.

        :return: tuple ``(ok, title, message)`` in the user's language.
        """
        self.ensure_one()
        registry = self.company_registry or ""
        try:
            with self._chorus_client(timeout=15, retries=0) as client:
                client.health()
                structures = client.find_structures(registry)
        except ChorusError as error:
            texts, lang = failure(error.code), self.env.lang
            words = [texts.cause.of(lang), texts.remedy.of(lang), error.detail and f"({error.detail})"]
            return False, self.env._("No connection with Chorus Pro"), " ".join(filter(None, words))
        active = [structure for structure in structures if structure.active]
        if len(active) != 1:
            message = self.env._(
                "The connection works, but Chorus Pro knows no active structure with the SIRET %s: declare it on the portal, or"
                " correct the SIRET of the company.",
                registry,
            )
            return False, self.env._("Structure not found"), message
        self.sudo().chorus_structure_id = active[0].identifier  # sudo: a fact read from the platform, not a user's input
        self._chorus_wake()
        message = self.env._("Structure found: %(name)s (SIRET %(siret)s).", name=active[0].name, siret=registry)
        return True, self.env._("Connection with Chorus Pro established"), message

    def _chorus_wake(self):
        """What kept us out may be mended: forget the pause, and have what waits sent now."""
        self.ensure_one()
        deposits = self.env["chorus.deposit"].sudo()  # sudo: an administrator need not be able to transfer
        self.env["chorus.connection"]._of(self)._note_success()
        domain = [("company_id", "=", self.id), ("environment", "=", self.chorus_environment), ("state", "=", "ready")]
        waiting = deposits.search(domain)
        if waiting:
            waiting.next_try = False
            deposits._chorus_trigger("deposit")

    @api.model
    def _chorus_companies(self):
        """The companies that use Chorus Pro and are completely set up."""
        companies = self.sudo().search([("chorus_environment", "!=", False)])  # sudo: for the crons, which serve them all
        return companies.filtered(lambda company: not company._chorus_missing_settings())
