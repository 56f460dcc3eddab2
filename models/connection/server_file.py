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
    client_secret_at = 2026-05-01
    technical_password_at = 2026-05-01

All of a company's connection can stand there, by its number, or in the environment as ``CHORUS_COMPANY_<number>_<OPTION>``, which
goes before the file (``CHORUS_COMPANY_1_CLIENT_SECRET``)::

    [l10n_fr_chorus_pro.company.1]
    database = …
    environment = production
    siret = 12345678200077
    production_confirmed = yes
    client_id = …
    …

The ``…_at`` are the days on which the portals gave the secrets; without them, the day on which they were first seen here counts.
Whoever sets a company up types its SIRET; which company has the access data is said here, by the server's administrator alone:
``company`` is its number in the database (the one in the addresses of its pages).
"""

import configparser
import logging
import os
from datetime import datetime
from typing import NamedTuple

from odoo.tools import config

from ...services.setup.vault import Vault
from ...services.siret import compact

_logger = logging.getLogger(__name__)

SECTION = "l10n_fr_chorus_pro"
ACCESS = ("client_id", "client_secret", "technical_account", "technical_password")
#: Environment variable with the key, or several separated by spaces, newest first.
VARIABLE = "CHORUS_SECRET_KEY"


class Given(NamedTuple):
    """What the file gives for a company.

    ``recorded``: since when a secret is in use, by name, where the file says it: naive date-times in UTC.
    ``access``: its access data by name, in an environment, as far as they are there: those of its SIRET, bound to it.
    ``unbound``: the name of a section with that SIRET that says not whose it is, "" when there is none.
    ``simulator_hosts``: the names of the machines on which a simulator may be, beside this one.
    """

    access: dict
    unbound: str
    simulator_hosts: list
    recorded: dict


def given(environment, siret, database, company):
    """What the file gives for a company, as a ``Given``.

    :param siret: as typed in the company's settings.
    :param company: its id in ``database``.
    """
    parser = _read()
    values = _section(parser, environment, siret) if environment and siret else {}
    named, number = values.get("database", "").strip(), values.get("company", "").strip()
    alone = _is_alone(database)
    own = company_settings(database, company, parser)
    if own.get("environment", environment) == environment and ("siret" not in own or compact(own["siret"]) == siret):
        # what is said of the company by its number goes before what is said of its SIRET
        mine = {name: own[name] for name in own if name.removesuffix("_at") in ACCESS}
    else:
        mine = {}
    is_its = number == str(company) and (named == database if named else alone)
    unbound = values and not (number and (named or alone))
    access = {**(values if is_its else {}), **(mine if environment else {})}
    return Given(
        {name: access[name].strip() for name in ACCESS if access.get(name, "").strip()},
        f"[{SECTION}.{environment}.{siret}]" if unbound else "",
        _section(parser).get("simulator_hosts", "").split(),
        _days(access),
    )


def company_settings(database, company, parser=None):
    """What the file and the environment say of a company by its number: texts by option, {} when it is another database's.

    :param company: its id in ``database``.
    :param parser: the file, where it was read already.
    """
    prefix = f"CHORUS_COMPANY_{company}_"
    told = {name.removeprefix(prefix).lower(): value for name, value in os.environ.items() if name.startswith(prefix)}
    values = {**_section(parser or _read(), "company", str(company)), **told}
    named = values.pop("database", "").strip()
    is_its = named == database if named else _is_alone(database)
    return {name: value.strip() for name, value in values.items() if value.strip()} if is_its else {}


def _is_alone(database):
    """Whether the server is set up for this database alone, so that it need not be named."""
    return list(config["db_name"] or ()) == [database]


def _days(values):
    """Since when the secrets of a section are in use, by name; what is no date is told, without its words, and left out."""
    days = {}
    for name in ("client_secret", "technical_password"):
        written = values.get(f"{name}_at", "").strip()
        try:
            if written:
                days[name] = datetime.fromisoformat(written[:10])
        except ValueError:
            _logger.warning("Chorus Pro: %s_at in the configuration file is no date such as 2026-05-01", name)
    return days


def options():
    """The options of section ``l10n_fr_chorus_pro``: a dict, empty when there is none."""
    return _section(_read())


def _read():
    parser = configparser.RawConfigParser()
    try:
        parser.read(config["config"] or ())
    except (configparser.Error, UnicodeDecodeError) as error:
        # its words may quote a line, and that line a secret
        lines = ", ".join(str(line) for line, _text in getattr(error, "errors", ())) or getattr(error, "lineno", "?")
        _logger.error("Chorus Pro: the configuration file cannot be read (%s, line %s)", type(error).__name__, lines)  # pylint: disable=logging-not-lazy
        return configparser.RawConfigParser()
    return parser


def _section(parser, *names):
    section = ".".join([SECTION, *names])
    return dict(parser.items(section)) if parser.has_section(section) else {}


def monitoring_token() -> str:
    """What a monitoring system shows to read the health page: from the environment, else the file; "" when there is none."""
    return (os.environ.get("CHORUS_MONITORING_TOKEN") or options().get("monitoring_token", "")).strip()


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
