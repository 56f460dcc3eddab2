"""Which findings a person may answer for, one invoice at a time: where a rule is wrong, or what is known of a body is.

Never one that protects from sending twice: what an outcome that is unknown is looked up by stays as the rules want it.
"""

from __future__ import annotations

from .rule import Finding

#: What Chorus Pro tells two invoices apart by, and what one of unknown outcome is looked for and compared by.
IDENTITY = frozenset({"number", "invoice_date", "document_type", "currency", "amounts", "supplier.siret", "supplier.address"})
#: Others without which nothing can be sent or found again.
NEVER = frozenset({"R-02.type", "R-02.missing", "R-02.format", "R-31.flow"})


def may_be_overridden(finding: Finding) -> bool:
    """Whether a person may answer for sending a document in spite of this."""
    return finding.blocks and finding.field not in IDENTITY and finding.code not in NEVER
