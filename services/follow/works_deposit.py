"""The seam for depositing a works document (A4 to A8, A10, A13, A14, A22, A23) directly.

Chorus Pro has an operation and two flows for it, but nothing public says how they are called: the body of
``soumettreFactureTravaux`` is unknown and its path a guess (doc/API.md §2.E), where the MOE and the MOA stand in a file is
unknown, and so are the names of the works syntaxes E4 and E5 (doc/RULES.md §8.2). Until AIFE's annex is at hand a person files
the document on the portal, helped by the assistant, and Odoo recognises it by its number.

To add it once the format is known: write the call as a method of ``client.ChorusClient``, call it from
:meth:`WorksDeposit.submit`, set :attr:`WorksDeposit.documented`; ``works.channel`` then sends these documents the way of the
others, and the assistant is no longer offered. The simulator refuses the route until it is given the same format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ..api.client import ChorusClient
    from ..document.invoice import Invoice

MISSING = (
    "the path and body of soumettreFactureTravaux",
    "the place of the MOE, the MOA and their services in a deposited file",
    "the syntaxeFlux names of the works flows E4 and E5",
)
"""What must be read in AIFE's annexes first."""


class WorksDeposit:
    """Deposits a works document; the only place that will know how."""

    documented: ClassVar[bool] = False
    """The switch: nothing in the interface offers a direct deposit while it is off."""

    def submit(self, client: ChorusClient, document: Invoice, pdf: bytes) -> str:
        """Deposit a works document and return Chorus Pro's identifier.

        :raises NotImplementedError: always, as long as the format is not documented.
        """
        raise NotImplementedError(f"{document.framework}: unknown are {', '.join(MISSING)}")
