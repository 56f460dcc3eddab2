import logging

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..services.api.errors import NotAllowed
from ..services.setup.vault import VaultError, sealed_with
from .secret_key import vault

_logger = logging.getLogger(__name__)

SECRETS = ("client_secret", "technical_password")


class ChorusConnection(models.Model):
    """The access data, one set for each environment: those of the tests can never be sent to production, nor the reverse."""

    _inherit = "chorus.connection"

    client_id = fields.Char("PISTE client identifier", groups="base.group_system")
    technical_account = fields.Char("Technical account", groups="base.group_system")
    # sealed by the vault; read in sudo only, so that not even an administrator's export carries them
    client_secret_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    technical_password_sealed = fields.Char(copy=False, groups=fields.NO_ACCESS, export_string_translation=False)
    client_secret_at = fields.Datetime("PISTE secret recorded on", copy=False, readonly=True)
    technical_password_at = fields.Datetime("Technical password recorded on", copy=False, readonly=True)
    structure_identifier = fields.Char("Structure at Chorus Pro", copy=False, readonly=True, help="idStructureCPP")

    def _set_secret(self, name, value):
        """Seal and store a secret, or forget it when ``value`` is empty.

        :param name: one of ``SECRETS``.
        """
        self.ensure_one()
        if name not in SECRETS:
            raise ValueError(name)
        connection = self.sudo()  # sudo: the sealed fields are open to nobody; who may set a secret is decided by the caller
        had = bool(connection[f"{name}_sealed"])
        connection.write(
            {
                f"{name}_sealed": vault(self.env).seal(value) if value else False,
                f"{name}_at": fields.Datetime.now() if value else False,
            }
        )
        recorded = self.env._("recorded")
        self.env["chorus.audit"]._note(
            self.company_id,
            self.env["chorus.secret.entry"]._fields[f"chorus_{name}"]._description_string(self.env),
            recorded if had else False,
            (self.env._("replaced") if had else recorded) if value else self.env._("removed"),
        )

    def _secret(self, name):
        """A secret in clear, "" when there is none.

        :raises NotAllowed: ``secret_unreadable`` when this server's keys do not open it.
        """
        sealed = self.sudo()[f"{name}_sealed"]  # sudo: see _set_secret; the value goes to the HTTP session only
        try:
            return vault(self.env).open(sealed) if sealed else ""
        except VaultError as error:
            raise NotAllowed("secret_unreadable", str(error)) from error

    # -- replacing the key ---------------------------------------------------------------------------------------------

    @api.model
    def _sealed_with_another_key(self):
        """The connections, of all companies, with a secret that another key than the newest one sealed."""
        current = vault(self.env).current_id
        # sudo: a key belongs to the server, not to a company
        connections = self.sudo().search([("client_secret_sealed", "!=", False)]) | self.sudo().search(
            [("technical_password_sealed", "!=", False)]
        )
        return connections.filtered(
            lambda connection: any(
                connection[f"{name}_sealed"] and sealed_with(connection[f"{name}_sealed"]) != current for name in SECRETS
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
            for name in SECRETS:
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
