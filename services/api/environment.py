"""Where Chorus Pro is, and who we are there."""

from __future__ import annotations

from dataclasses import dataclass, field


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
