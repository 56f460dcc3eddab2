"""Names of the files that go with an invoice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from .invoice import Attachment

RESERVED = frozenset({"factur-x.xml", "zugferd-invoice.xml", "order-x.xml"})
"""Names that mean the invoice's own XML inside a PDF: a file so called would be taken for it, or dropped."""


def distinct(files: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The same files, each under a name of its own: a second ``plan.pdf`` becomes ``plan (2).pdf``.

    Chorus Pro and PDF readers show files by their name, of which a second one would hide the first.
    """
    used: set[str] = set(RESERVED)
    named = []
    for file in files:
        stem, dot, extension = file.name.rpartition(".") if file.extension else (file.name, "", "")
        name, rank = file.name, 2
        while name.casefold() in used:
            name, rank = f"{stem} ({rank}){dot}{extension}", rank + 1
        used.add(name.casefold())
        named.append(file if name == file.name else replace(file, name=name))
    return tuple(named)
