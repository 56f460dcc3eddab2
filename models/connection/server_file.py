"""What this add-on reads from Odoo's configuration file: the key of the secrets, and access data that shall not be in a database.

Sections of our own, since Odoo warns of unknown options in its own::

    [l10n_fr_chorus_pro]
    secret_key = …

    [l10n_fr_chorus_pro.production.12345678200077]
    client_id = …
    client_secret = …
    technical_account = …
    technical_password = …
"""

import configparser

from odoo.tools import config

SECTION = "l10n_fr_chorus_pro"
ACCESS = ("client_id", "client_secret", "technical_account", "technical_password")


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
