"""Where Chorus Pro is, and who we are there."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ..text import Text


@dataclass(frozen=True)
class Environment:
    """One Chorus Pro: production, qualification, or a simulator (doc/API.md §1.1).

    :param name: ``production``, ``qualification`` or ``simulator``.
    :param token_url: address that gives the OAuth2 token.
    :param api_url: base address of the API, without a trailing slash; paths such as ``/cpro/factures/v1/…`` follow.
    :param portal_url: Chorus Pro's web site, where people work, "" when unknown.
    :param piste_url: PISTE's web site, "" when there is none.
    """

    name: str
    token_url: str
    api_url: str
    portal_url: str = ""
    piste_url: str = ""


PRODUCTION = Environment(
    "production",
    "https://oauth.piste.gouv.fr/api/oauth/token",
    "https://api.piste.gouv.fr",
    "https://portail.chorus-pro.gouv.fr",
    "https://piste.gouv.fr",
)
QUALIFICATION = Environment(
    "qualification",
    "https://sandbox-oauth.piste.gouv.fr/api/oauth/token",
    "https://sandbox-api.piste.gouv.fr",
    "https://chorus-pro.gouv.fr/qualif",
    "https://piste.gouv.fr",
)


def simulator(address: str) -> Environment:
    """The environment of a simulator at that address, such as ``http://127.0.0.1:8099``."""
    base = address.rstrip("/")
    return Environment("simulator", f"{base}/api/oauth/token", base, f"{base}/")


def address_problem(address: str, hosts: Collection[str] = ()) -> Text | None:
    """Why this address cannot be a simulator's, None when it can: the server must not be had to call any path of any machine.

    :param hosts: names of the machines allowed beside this one.
    """
    try:
        parts = urlsplit(address)
        plain = address.rstrip("/") == f"{parts.scheme}://{parts.netloc}" and parts.port != 0
    except ValueError:
        plain = False
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return Text(
            "A simulator's address has a scheme, a host and a port, such as http://127.0.0.1:8099, and nothing else.",
            "L'adresse d'un simulateur comporte un schéma, un hôte et un port, comme http://127.0.0.1:8099, et rien d'autre.",
        )
    if _is_loopback(parts.hostname) or parts.hostname in {host.lower() for host in hosts}:
        return None
    return Text(
        "A simulator runs on this very server (127.0.0.1). Its administrator can allow another machine by its name, in Odoo's"
        " configuration file: “simulator_hosts” under [l10n_fr_chorus_pro].",
        "Un simulateur tourne sur ce serveur même (127.0.0.1). Son administrateur peut autoriser une autre machine par son nom,"
        " dans le fichier de configuration d'Odoo : « simulator_hosts » sous [l10n_fr_chorus_pro].",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True)
class Credentials:
    """The four values that open the door; secrets never show in a repr.

    :param client_id: PISTE OAuth2 client identifier of the application.
    :param client_secret: its secret.
    :param technical_account: login of Chorus Pro's technical account, such as ``TECH_1_<siret>@cpro.fr``.
    :param technical_password: its password.
    """

    client_id: str
    client_secret: str = field(repr=False)
    technical_account: str
    technical_password: str = field(repr=False)
