"""Rules on the attachments."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import NamedTuple

from ..document.attachments import is_what_it_says
from ..document.en16931 import ATTACHMENT_TYPES, attachment_type
from ..document.invoice import Attachment, Invoice
from ..text import Text
from .rule import Check, Context, Level, Rule, Values, ask

NAME_LENGTH = 50
FILE_SIZE = 10_000_000
TOTAL_SIZE = 120_000_000
FLOW_SIZE = 30_000_000
"""Bytes that ``deposer/flux`` takes (doc/RULES.md R-31)."""

FORBIDDEN_CHARACTERS = "% $ ! & / \\ : ; « » # @"
"""What a file's name should not have (doc/RULES.md R-32)."""

EXTENSIONS: frozenset[str] = frozenset(
    "bmp gif fax odt ppt tiff xls bz2 gz jpeg p7s rtf txt xml csv gzip jpg pdf svg xhtml xlsx doc htm odp png tgz xlc zip docx "
    "html ods pps tif xlm pptx".split()
)
"""The kinds of file that Chorus Pro takes, by extension (doc/RULES.md R-29)."""

# What the XML weighs without its attachments, generously: 200 lines make 250 kB
_XML_ROOM = 1_000_000


def _each(broken: Callable[[Attachment], bool]) -> Check:
    """A check that names the attachments for which ``broken`` holds."""
    return lambda invoice, _context: {"files": [file.name or "?" for file in invoice.attachments if broken(file)]}


def _not_inside_xml(invoice: Invoice, context: Context) -> Values | None:
    if not context.form.attachments_in_xml:
        return None
    return {"files": [file.name for file in invoice.attachments if file.extension in EXTENSIONS and not attachment_type(file)]}


def _weight(invoice: Invoice) -> int:
    return sum(len(file.content) for file in invoice.attachments)


def _flow_too_big(invoice: Invoice, context: Context) -> bool:
    # An attachment grows by a third when it is written as text inside an XML (base64)
    weight = _weight(invoice) * 4 // 3 if context.form.attachments_in_xml else _weight(invoice)
    return not context.form.submitted and invoice.attachments != () and weight + _XML_ROOM > FLOW_SIZE


_REMOVE_SOME = Text(
    "Remove attachments, make them smaller, or add them on the Chorus Pro portal.",
    "Retirez des pièces jointes, allégez-les, ou ajoutez-les sur le portail Chorus Pro.",
)
_RENAME = Text("Rename them.", "Renommez-les.")

FILE_RULES: tuple[Rule, ...] = (
    Rule(
        "R-29.name",
        Level.BLOCK,
        "attachments",
        Text(
            f"The name of these attachments has over {NAME_LENGTH} characters: {{files}}.",
            f"Le nom de ces pièces jointes dépasse {NAME_LENGTH} caractères : {{files}}.",
        ),
        _RENAME,
        "doc/RULES.md R-29",
        _each(lambda file: len(file.name) > NAME_LENGTH),
    ),
    Rule(
        "R-32.characters",
        Level.WARN,
        "attachments",
        Text(
            f"The name of these attachments has characters that platforms refuse ({FORBIDDEN_CHARACTERS}): {{files}}.",
            f"Le nom de ces pièces jointes comporte des caractères que des plateformes refusent ({FORBIDDEN_CHARACTERS}) : "
            "{files}.",
        ),
        _RENAME,
        "doc/RULES.md R-32 (the approved platforms' channel)",
        _each(lambda file: not set(FORBIDDEN_CHARACTERS.replace(" ", "")).isdisjoint(file.name)),
    ),
    Rule(
        "R-29.kind",
        Level.BLOCK,
        "attachments",
        Text(
            "Chorus Pro does not take attachments of this kind: {files}.",
            "Chorus Pro n'accepte pas les pièces jointes de ce type : {files}.",
        ),
        Text(
            "Convert them to PDF, or give them the extension of their kind (.pdf, .xlsx…).",
            "Convertissez-les en PDF, ou donnez-leur l'extension de leur type (.pdf, .xlsx…).",
        ),
        "doc/RULES.md R-29",
        _each(lambda file: file.extension not in EXTENSIONS),
    ),
    Rule(
        "R-29.inside",
        Level.BLOCK,
        "attachments",
        Text(
            "An XML invoice cannot carry attachments of this kind: {files}.",
            "Une facture XML ne peut pas contenir de pièces jointes de ce type : {files}.",
        ),
        Text(
            f"Convert them to PDF (an XML carries {', '.join(ATTACHMENT_TYPES)}), or choose another file format.",
            f"Convertissez-les en PDF (un XML contient {', '.join(ATTACHMENT_TYPES)}), ou choisissez un autre format de fichier.",
        ),
        "EN 16931 BT-125-1",
        _not_inside_xml,
    ),
    Rule(
        "R-29.empty",
        Level.BLOCK,
        "attachments",
        Text("These attachments are empty: {files}.", "Ces pièces jointes sont vides : {files}."),
        Text("Attach them again, or remove them.", "Joignez-les à nouveau, ou retirez-les."),
        "doc/RULES.md R-29",
        _each(lambda file: not file.content),
    ),
    Rule(
        "R-29.content",
        Level.BLOCK,
        "attachments",
        Text(
            "These attachments are not of the kind that their name says: {files}.",
            "Ces pièces jointes ne sont pas du type qu'indique leur nom : {files}.",
        ),
        Text(
            "Nobody could open them: attach the right files, or convert them to PDF instead of renaming them.",
            "Personne ne pourrait les ouvrir : joignez les bons fichiers, ou convertissez-les en PDF au lieu de les renommer.",
        ),
        "doc/RULES.md R-29",
        _each(lambda file: bool(file.content) and not is_what_it_says(file)),
    ),
    Rule(
        "R-29.size",
        Level.BLOCK,
        "attachments",
        Text(
            f"These attachments exceed {FILE_SIZE // 1_000_000} MB: {{files}}.",
            f"Ces pièces jointes dépassent {FILE_SIZE // 1_000_000} Mo : {{files}}.",
        ),
        Text("Make them smaller or split them.", "Allégez-les ou découpez-les."),
        "doc/RULES.md R-29; doc/API.md §5",
        _each(lambda file: len(file.content) > FILE_SIZE),
    ),
    Rule(
        "R-29.total",
        Level.BLOCK,
        "attachments",
        Text(
            f"The invoice and its attachments exceed {TOTAL_SIZE // 1_000_000} MB in all.",
            f"La facture et ses pièces jointes dépassent {TOTAL_SIZE // 1_000_000} Mo en tout.",
        ),
        _REMOVE_SOME,
        "doc/RULES.md R-29",
        lambda invoice, _context: _weight(invoice) + _XML_ROOM > TOTAL_SIZE,
    ),
    Rule(
        "R-31.flow",
        Level.BLOCK,
        "attachments",
        Text(
            f"The attachments make the file exceed {FLOW_SIZE // 1_000_000} MB, the most that can be deposited at once.",
            f"Avec les pièces jointes, le fichier dépasse {FLOW_SIZE // 1_000_000} Mo, le plus qui puisse être déposé d'un coup.",
        ),
        _REMOVE_SOME,
        "doc/RULES.md R-31; doc/API.md §5",
        _flow_too_big,
    ),
)


class _Added(NamedTuple):
    attachments: tuple[Attachment, ...]


def added_files(files: Iterable[Attachment]) -> list[Text]:
    """Why Chorus Pro would not take these files when they are added to an invoice that is there, each with what to do."""
    rules = (rule for rule in FILE_RULES if rule.code in ("R-29.name", "R-29.kind", "R-29.empty", "R-29.content", "R-29.size"))
    found = ask(rules, _Added(tuple(files)), Context(date.min))  # type: ignore[arg-type]
    return [Text(f"{one.message.en} {one.remedy.en}", f"{one.message.fr} {one.remedy.fr}") for one in found]
