"""What Chorus Pro's directory answers, in our words; see ``answers``."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple


class FoundStructure(NamedTuple):
    """A structure of the directory.

    ``identifier`` is ``idStructureCPP``; ``registry`` its SIRET or the other identifier that ``registry_type``
    (``typeIdentifiantStructure``, doc/API.md §2.D) says.
    """

    identifier: str
    name: str
    registry: str
    registry_type: str
    active: bool


class StructurePage(NamedTuple):
    """One page of a search; ``total`` counts the results of all pages."""

    structures: tuple[FoundStructure, ...]
    page: int
    pages: int
    total: int


class PostalAddress(NamedTuple):
    """A structure's address; ``country`` is an ISO 3166 code of two letters, or what the platform wrote."""

    street: str
    street2: str
    postcode: str
    city: str
    country: str
    phone: str


class StructureDetails(NamedTuple):
    """What a structure is, and what it requires on an invoice (doc/RULES.md R-08…R-13).

    :ivar payment_not_reported: the "payment sent" status never comes back from it.
    :ivar password_expires_at: of our own technical account, told for our own structure only.
    """

    name: str
    registry: str
    registry_type: str
    public: bool
    vat: str
    email: str
    address: PostalAddress
    service_required: bool
    engagement_required: bool
    either_required: bool
    works_owner_only: bool
    payment_not_reported: bool
    password_expires_at: datetime | None


class FoundService(NamedTuple):
    """A service of a structure; ``identifier`` is ``idService``."""

    identifier: str
    code: str
    name: str
    active: bool


class ServiceDetails(NamedTuple):
    """What a service requires, and from when to when it may be used."""

    engagement_required: bool
    valid_from: datetime | None
    valid_until: datetime | None


class FoundSpace(NamedTuple):
    """A space of Chorus Pro that a structure, or a service of it, has; ``read_only``: to look at, not to act in."""

    name: str
    active: bool
    read_only: bool


class Attachment(NamedTuple):
    """That a user may act for a structure (``idStructureCPP``): the states of that, and of the user's account."""

    structure: str
    state: str
    account_state: str


class Engagement(NamedTuple):
    """A commitment (engagement juridique) that the State published.

    ``total`` is the amount with tax as the platform wrote it; ``state`` its label or code, such as ``COMMANDE``.
    """

    number: str
    state: str
    total: str
    currency: str
    service_code: str
    notified_at: datetime | None
