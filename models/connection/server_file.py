"""What the server gives, outside the database: the key of the secrets, and access data that shall not be in a database.

They stand in sections of our own in Odoo's configuration file, since Odoo warns of unknown options in its own::

    [l10n_fr_chorus_pro]
    secret_key = …
    simulator_hosts = …

    [l10n_fr_chorus_pro.production.12345678200077]
    database = …
    company = …
    client_id = …
    client_secret = …
    technical_account = …
    technical_password = …

Whoever sets a company up types its SIRET; which company has the access data is said here, by the server's administrator alone:
``company`` is its number in the database (the one in the addresses of its pages).
"""

import configparser
import logging
import os

from odoo.tools import config

from ...services.setup.vault import Vault

_logger = logging.getLogger(__name__)

SECTION = "l10n_fr_chorus_pro"
ACCESS = ("client_id", "client_secret", "technical_account", "technical_password")
#: Environment variable with the key, or several separated by spaces, newest first.
VARIABLE = "CHORUS_SECRET_KEY"


def options(*names):
    """The options of section ``l10n_fr_chorus_pro[.name…]``: a dict, empty when there is none."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(config["config"] or ())
    except (configparser.Error, UnicodeDecodeError) as error:
        # its words may quote a line, and that line a secret
        lines = ", ".join(str(line) for line, _text in getattr(error, "errors", ())) or getattr(error, "lineno", "?")
        _logger.error("Chorus Pro: the configuration file cannot be read (%s, line %s)", type(error).__name__, lines)  # pylint: disable=logging-not-lazy
        return {}
    section = ".".join([SECTION, *names])
    return dict(parser.items(section)) if parser.has_section(section) else {}


def simulator_hosts():
    """The names of the machines on which a simulator may be, beside this one."""
    return options().get("simulator_hosts", "").split()


def access(environment, siret, database, company):
    """The access data of a company in an environment, as far as the file gives them: those of its SIRET, bound to it.

    :param siret: as typed in the company's settings.
    :param company: its id in ``database``.
    """
    given = _given(environment, siret)
    if not _is_of(given, database, company):
        return {}
    return {name: given[name].strip() for name in ACCESS if given.get(name, "").strip()}


def unbound(environment, siret, database):
    """The name of a section with that SIRET that says not whose it is, "" when there is none."""
    given = _given(environment, siret)
    complete = given.get("company", "").strip() and (given.get("database", "").strip() or _serves_only(database))
    return "" if not given or complete else f"[{SECTION}.{environment}.{siret}]"


def _given(environment, siret):
    return options(environment, siret) if environment and siret else {}


def _is_of(given, database, company):
    named = given.get("database", "").strip()
    of_the_database = named == database if named else _serves_only(database)
    return of_the_database and given.get("company", "").strip() == str(company)


def _serves_only(database):
    """Whether the server is set up for this database alone: then it need not be named."""
    return list(config["db_name"] or ()) == [database]


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
