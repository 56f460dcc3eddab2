"""Where the key that encrypts our secrets comes from: outside the database whenever the administrator gave one."""

import os

from ...services.setup.vault import Vault
from . import server_file

#: Environment variable with the key, or several separated by spaces, newest first.
VARIABLE = "CHORUS_SECRET_KEY"


def outside_keys() -> list[str]:
    """The keys given by the environment, else by Odoo's configuration file; newest first, empty when none was given."""
    return (os.environ.get(VARIABLE) or server_file.options().get("secret_key", "")).split()


def vault(env) -> Vault:
    """The vault of this server.

    Without a key outside the database, the database's own secret seals: that keeps secrets out of screens, exports and logs,
    but not out of a stolen dump; the settings say so. It is always tried last for opening, so a key may be added at any time.
    """
    # sudo: the parameter is readable by administrators only, and never leaves this function
    inside = env["ir.config_parameter"].sudo().get_param("database.secret")
    return Vault([*outside_keys(), inside])
