"""What the server gives, outside the database: the key of the secrets, and access data that shall not be in a database.

They stand in sections of our own in Odoo's configuration file, since Odoo warns of unknown options in its own::

    [l10n_fr_chorus_pro]
    secret_key = …

    [l10n_fr_chorus_pro.production.12345678200077]
    client_id = …
    client_secret = …
    technical_account = …
    technical_password = …
"""

import configparser
import os

from odoo.tools import config

from ...services.setup.vault import Vault

SECTION = "l10n_fr_chorus_pro"
ACCESS = ("client_id", "client_secret", "technical_account", "technical_password")
#: Environment variable with the key, or several separated by spaces, newest first.
VARIABLE = "CHORUS_SECRET_KEY"


def options(*names):
    """The options of section ``l10n_fr_chorus_pro[.name…]``: a dict, empty when there is none."""
    parser = configparser.RawConfigParser()
    if config["config"]:
        parser.read(config["config"])
    section = ".".join([SECTION, *names])
    return dict(parser.items(section)) if parser.has_section(section) else {}


def access(environment, siret):
    """The access data of the company with that SIRET in that environment, as far as the file gives them."""
    given = options(environment, siret) if environment and siret else {}
    return {name: given[name].strip() for name in ACCESS if given.get(name, "").strip()}


def outside_keys() -> list[str]:
    """The keys given by the environment, else by Odoo's configuration file; newest first, empty when none was given."""
    return (os.environ.get(VARIABLE) or options().get("secret_key", "")).split()


def vault(env) -> Vault:
    """The vault of this server.

    Without a key outside the database, the database's own secret seals: that keeps secrets out of screens, exports and logs,
    but not out of a stolen dump; the settings say so. It is always tried last for opening, so a key may be added at any time.
    """
    # sudo: the parameter is readable by administrators only, and never leaves this function
    inside = env["ir.config_parameter"].sudo().get_param("database.secret")
    return Vault([*outside_keys(), inside])
