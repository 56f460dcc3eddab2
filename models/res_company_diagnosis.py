from odoo import fields, models

from ..services.api.client import ChorusClient
from ..services.api.environment import Credentials
from ..services.api.errors import ChorusError, NotAllowed
from ..services.api.session import PisteSession
from ..services.api.tokens import TokenStore
from ..services.setup import diagnosis
from ..services.setup.diagnosis import Outcome
from .chorus_connection_access import SECRETS

#: Seconds a call of the diagnosis may last: a person waits for it.
PATIENCE = 15


class ChorusConnection(models.Model):
    _inherit = "chorus.connection"

    checked_at = fields.Datetime("Last test of the connection", readonly=True)
    #: What the last test found of each link: a dict of lists, outcome, code, detail
    findings = fields.Json(readonly=True, export_string_translation=False)
    #: The recorded technical password has been accepted once: if it is refused later, it has expired
    password_proved = fields.Boolean(readonly=True, export_string_translation=False)

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

    # EXTENDS chorus_connection_access: what was found with the former secrets is not true of the new ones
    def _set_secret(self, name, value):
        super()._set_secret(name, value)
        self.sudo().write({"findings": False, "checked_at": False, "password_proved": False})  # sudo: see the extended method


class ResCompany(models.Model):
    _inherit = "res.company"

    def _chorus_diagnose(self):
        """Walk the chain to Chorus Pro without depositing anything, and remember what was found.

        :return: a ``services.setup.diagnosis.Diagnosis``.
        """
        self.ensure_one()
        try:
            # a store of its own: a token got earlier would hide that the secret is no longer good
            with self._chorus_client(timeout=PATIENCE, retries=0, tokens=TokenStore()) as client:
                found = diagnosis.diagnose(client, self._chorus_siret())
        except NotAllowed as error:
            found = diagnosis.unconfigured(error)
        if self.chorus_environment:
            self._chorus_note_diagnosis(found)
        return found

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
        values = {
            "checked_at": fields.Datetime.now(),
            "findings": {finding.link: [finding.outcome.value, finding.code, finding.detail] for finding in found.findings},
        }
        if found.structure:
            # only an active one is found
            values |= {"structure_identifier": found.structure.identifier, "structure_state": "active"}
        if any(finding.link == "technical_account" and finding.outcome is Outcome.OK for finding in found.findings):
            values["password_proved"] = True
        connection.write(values)
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
        self.env["chorus.connection"]._of(self)._note_success()
        domain = [("company_id", "=", self.id), ("environment", "=", self.chorus_environment), ("state", "=", "ready")]
        waiting = deposits.search(domain)
        if waiting:
            waiting.next_try = False
            deposits._chorus_trigger("deposit")
