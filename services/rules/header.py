"""Rules on the document itself: its number, dates, type, framework, and its texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from ..document.invoice import Invoice, Period
from ..text import Text, number
from ..vocabulary import frameworks
from ..vocabulary.currencies import CURRENCIES
from .rule import Context, Level, Rule, Values

NUMBER_LENGTH = 20

_NUMBER = re.compile(r"[A-Za-z0-9 +_/-]*")
_RENUMBER = Text(
    "Give the invoice a shorter number; for the next ones, change the journal's numbering.",
    "Donnez à la facture un numéro plus court ; pour les suivantes, changez la numérotation du journal.",
)
_RENAME = Text(
    "Change the invoice's number; for the next ones, change the journal's numbering.",
    "Changez le numéro de la facture ; pour les suivantes, changez la numérotation du journal.",
)
_ORIGINAL = Text(
    "Enter on the credit note the number of the invoice it corrects, as it was sent, even if that invoice is not in Odoo.",
    "Saisissez sur l'avoir le numéro de la facture qu'il corrige, tel qu'il a été envoyé, même si elle n'est pas dans Odoo.",
)
_PERIOD = Text(
    "Correct the service dates: the last day cannot come before the first.",
    "Corrigez les dates de prestation : le dernier jour ne peut pas précéder le premier.",
)


def _malformed(number: str) -> bool:
    return not _NUMBER.fullmatch(number) or number != number.strip(" ") or "  " in number


def _number_characters(invoice: Invoice, _context: Context) -> Values | None:
    return {"number": invoice.number} if invoice.number.strip() and _malformed(invoice.number) else None


def _original_number(invoice: Invoice) -> str:
    return invoice.original.number if invoice.original else ""


def _original_malformed(invoice: Invoice, _context: Context) -> Values | None:
    number = _original_number(invoice)
    broken = bool(number.strip()) and (_malformed(number) or len(number) > NUMBER_LENGTH)
    return {"number": number} if broken else None


def _future(invoice: Invoice, context: Context) -> Values | None:
    if invoice.issue_date is None or invoice.issue_date <= context.today:
        return None
    return {"date": Text(invoice.issue_date.isoformat(), f"{invoice.issue_date:%d/%m/%Y}")}


def _reversed(period: Period | None) -> bool:
    return period is not None and None not in (period.start, period.end) and period.start > period.end


def _lines_reversed(invoice: Invoice, _context: Context) -> Values:
    return {"lines": [rank for rank, line in enumerate(invoice.lines, 1) if _reversed(line.period)]}


def _framework_unusable(invoice: Invoice, _context: Context) -> Values | None:
    code = invoice.framework.strip()
    return {"framework": code} if code and not frameworks.get(code).by_submit else None


def _validator_unsayable(invoice: Invoice, context: Context) -> bool:
    return not context.form.names_validator and frameworks.get(invoice.framework).needs_validator


def _already_paid(invoice: Invoice, _context: Context) -> bool:
    totals = invoice.totals
    paid = totals.payable == 0 and totals.prepaid > 0
    return invoice.framework.strip() == "A1" and not invoice.is_credit_note and paid


def _not_paid(invoice: Invoice, _context: Context) -> bool:
    return invoice.framework.strip() == "A2" and not invoice.is_credit_note and invoice.totals.payable != 0


def _paid_since(invoice: Invoice, context: Context) -> Values | None:
    if not context.paid_since or invoice.is_credit_note or not invoice.totals.payable:
        return None
    return {"paid": number(context.paid_since), "payable": number(invoice.totals.payable)}


class _Limit(NamedTuple):
    """How long a text may be, and where it stands in the document."""

    label: Text
    length: int
    texts: Callable[[Invoice], Iterable[str]]


# doc/RULES.md R-27: refused on the platforms' channel. Of the historic one only some are known to be read, hence a warning.
_LIMITS: tuple[_Limit, ...] = (
    _Limit(Text("your company's name", "nom de votre société"), 99, lambda invoice: [invoice.supplier.name]),
    _Limit(Text("your trading name", "votre nom commercial"), 99, lambda invoice: [invoice.supplier.trading_name]),
    _Limit(Text("customer's name", "nom du client"), 99, lambda invoice: [invoice.recipient.name]),
    _Limit(
        Text("address", "adresse"),
        400,
        lambda invoice: [
            text
            for party in (invoice.supplier, invoice.recipient)
            for text in (party.address.street, party.address.street2, party.address.street3)
        ],
    ),
    _Limit(Text("account holder", "titulaire du compte"), 99, lambda invoice: [invoice.payment.account_holder]),
    _Limit(Text("IBAN", "IBAN"), 27, lambda invoice: [invoice.payment.iban]),
    _Limit(Text("payment terms", "conditions de paiement"), 1024, lambda invoice: [invoice.payment.all_terms]),
    _Limit(Text("note", "note"), 1024, lambda invoice: (note.text for note in invoice.notes)),
    _Limit(Text("line's description", "description de ligne"), 1024, lambda i: (line.description for line in i.lines)),
    _Limit(Text("line's label", "libellé de ligne"), 1024, lambda i: (line.name for line in i.lines)),
)


def _long_texts(invoice: Invoice, _context: Context) -> Values:
    return {
        "texts": [
            Text(f"{limit.label.en} ({length}/{limit.length})", f"{limit.label.fr} ({length}/{limit.length})")
            for limit in _LIMITS
            if (length := max(map(len, limit.texts(invoice)), default=0)) > limit.length
        ]
    }


HEADER_RULES: tuple[Rule, ...] = (
    Rule(
        "R-04.missing",
        Level.BLOCK,
        "number",
        Text("The document has no number yet.", "Le document n'a pas encore de numéro."),
        Text("Confirm the invoice: it then gets its number.", "Confirmez la facture : elle reçoit alors son numéro."),
        "doc/RULES.md R-04; EN 16931 BR-02",
        lambda invoice, _context: not invoice.number.strip(),
        at_posting=True,
    ),
    Rule(
        "R-04.length",
        Level.BLOCK,
        "number",
        Text(
            f"The number has {{length}} characters; Chorus Pro takes {NUMBER_LENGTH} at most.",
            f"Le numéro comporte {{length}} caractères ; Chorus Pro en accepte {NUMBER_LENGTH} au plus.",
        ),
        _RENUMBER,
        "doc/RULES.md R-04; doc/API.md §4 (seen live)",
        lambda invoice, _context: {"length": len(invoice.number)} if len(invoice.number) > NUMBER_LENGTH else None,
    ),
    Rule(
        "R-05.characters",
        Level.BLOCK,
        "number",
        Text(
            "The number “{number}” has characters that Chorus Pro refuses: only letters without accents, digits, single "
            "spaces and - + _ / are allowed, and no space at either end.",
            "Le numéro « {number} » comporte des caractères que Chorus Pro refuse : seuls sont admis les lettres sans accent, "
            "les chiffres, les espaces simples et - + _ /, sans espace au début ni à la fin.",
        ),
        _RENAME,
        "doc/RULES.md R-05 (G1.05)",
        _number_characters,
    ),
    Rule(
        "R-06.taken",
        Level.BLOCK,
        "number",
        Text(
            "The number “{number}” was used already for Chorus Pro this year, by another invoice of your SIREN ({by}).",
            "Le numéro « {number} » a déjà servi pour Chorus Pro cette année, pour une autre facture de votre SIREN ({by}).",
        ),
        Text(
            "Give this invoice a number of its own: Chorus Pro wants each number once a year for a company (SIREN), whatever the "
            "journal or the establishment. A prefix of its own for each journal avoids it.",
            "Donnez à cette facture un numéro à elle : Chorus Pro n'accepte un numéro qu'une fois par an et par entreprise "
            "(SIREN), quel que soit le journal ou l'établissement. Un préfixe propre à chaque journal l'évite.",
        ),
        "doc/RULES.md R-06; doc/API.md §5",
        lambda invoice, context: {"number": invoice.number, "by": context.taken_by} if context.taken_by else None,
    ),
    Rule(
        "R-16.missing",
        Level.BLOCK,
        "invoice_date",
        Text("The document has no date.", "Le document n'a pas de date."),
        Text("Confirm the invoice, or enter its date.", "Confirmez la facture, ou saisissez sa date."),
        "EN 16931 BR-03",
        lambda invoice, _context: invoice.issue_date is None,
        at_posting=True,
    ),
    Rule(
        "R-16.future",
        Level.BLOCK,
        "invoice_date",
        Text(
            "The document is dated {date}, in the future: Chorus Pro refuses it until then.",
            "Le document est daté du {date}, dans le futur : Chorus Pro le refuse jusque-là.",
        ),
        Text("Correct the date, or send the document on that day.", "Corrigez la date, ou envoyez le document ce jour-là."),
        "doc/RULES.md R-16 (G1.07)",
        _future,
    ),
    Rule(
        "R-15.currency",
        Level.BLOCK,
        "currency",
        Text(
            "“{currency}” is not the code of a currency (ISO 4217, three capitals).",
            "« {currency} » n'est pas le code d'une devise (ISO 4217, trois majuscules).",
        ),
        Text("Choose the document's currency (EUR).", "Choisissez la devise du document (EUR)."),
        "doc/RULES.md R-15",
        lambda invoice, _context: {"currency": invoice.currency} if invoice.currency.strip() not in CURRENCIES else None,
    ),
    Rule(
        "R-17.sign",
        Level.BLOCK,
        "document_type",
        Text(
            "The total is negative: Chorus Pro takes invoices to be paid and credit notes, each with a positive total.",
            "Le total est négatif : Chorus Pro accepte des factures à payer et des avoirs, chacun d'un total positif.",
        ),
        Text(
            "Make a credit note of this invoice, or an invoice of this credit note.",
            "Faites un avoir au lieu de cette facture, ou une facture au lieu de cet avoir.",
        ),
        "doc/RULES.md R-17; positive amounts of credit notes are OCA's reading",
        lambda invoice, _context: invoice.totals.grand_total < 0,
        numbers=True,
    ),
    Rule(
        "R-18.missing",
        Level.BLOCK,
        "original_number",
        Text(
            "The number of the original invoice is missing: a credit note must give it.",
            "Le numéro de la facture d'origine manque : un avoir doit l'indiquer.",
        ),
        _ORIGINAL,
        "doc/RULES.md R-18 (G1.31)",
        lambda invoice, _context: invoice.is_credit_note and not _original_number(invoice).strip(),
    ),
    Rule(
        "R-18.format",
        Level.BLOCK,
        "original_number",
        Text(
            f"The original invoice's number, “{{number}}”, cannot be one: it has over {NUMBER_LENGTH} characters, or forbidden "
            "ones.",
            f"Le numéro de la facture d'origine, « {{number}} », ne peut pas en être un : il dépasse {NUMBER_LENGTH} caractères "
            "ou en comporte d'interdits.",
        ),
        _ORIGINAL,
        "doc/RULES.md R-18",
        _original_malformed,
    ),
    Rule(
        "R-33.missing",
        Level.BLOCK,
        "framework",
        Text("The billing framework is missing.", "Le cadre de facturation manque."),
        Text(
            "Choose the framework: A1 for an ordinary invoice.",
            "Choisissez le cadre de facturation : A1 pour une facture ordinaire.",
        ),
        "doc/API.md §4 (its absence is refused, seen live)",
        lambda invoice, _context: not invoice.framework.strip(),
        of_file=True,
    ),
    Rule(
        "R-33.framework",
        Level.BLOCK,
        "framework",
        Text(
            "The framework {framework} cannot be sent this way: only A1, A2, A9 and A12 can.",
            "Le cadre de facturation {framework} ne peut pas être envoyé ainsi : seuls A1, A2, A9 et A12 le peuvent.",
        ),
        Text(
            "Choose one of these four; deposit a works document or a court's statement on the Chorus Pro portal.",
            "Choisissez l'un des quatre ; déposez une pièce de travaux ou un mémoire de justice sur le portail Chorus Pro.",
        ),
        "doc/RULES.md R-33",
        _framework_unusable,
        of_file=True,
    ),
    Rule(
        "R-34.carried",
        Level.BLOCK,
        "framework",
        Text(
            "This file format cannot name the validator that a subcontractor's or co-contractor's document needs.",
            "Ce format de fichier ne permet pas de désigner le valideur qu'exige la facture d'un sous-traitant ou cotraitant.",
        ),
        Text(
            "Choose another file format for this invoice, or deposit it on the Chorus Pro portal.",
            "Choisissez un autre format de fichier pour cette facture, ou déposez-la sur le portail Chorus Pro.",
        ),
        "doc/RULES.md R-34; no place for the validator was found in CII (inferred)",
        _validator_unsayable,
        of_file=True,
    ),
    Rule(
        "R-33.paid",
        Level.WARN,
        "framework",
        Text(
            "Nothing is left to pay, yet the framework is A1 (to be paid).",
            "Il ne reste rien à payer, alors que le cadre de facturation est A1 (à payer).",
        ),
        Text(
            "If the invoice was paid, by purchasing card for instance, choose A2 (already paid).",
            "Si la facture a été réglée, par carte d'achat par exemple, choisissez A2 (déjà payée).",
        ),
        "doc/API.md §3.1",
        _already_paid,
        numbers=True,
        of_file=True,
    ),
    Rule(
        "R-33.unpaid",
        Level.WARN,
        "framework",
        Text(
            "The framework A2 says that the invoice is already paid, yet something is left to pay.",
            "Le cadre de facturation A2 dit que la facture est déjà payée, alors qu'il reste à payer.",
        ),
        Text("Choose A1, or record the payment.", "Choisissez A1, ou enregistrez le règlement."),
        "doc/API.md §3.1",
        _not_paid,
        numbers=True,
        of_file=True,
    ),
    Rule(
        "R-33.since",
        Level.WARN,
        "payments",
        Text(
            "{paid} were paid since the date of the invoice: the file still asks for {payable}.",
            "{paid} ont été réglés depuis la date de la facture : le fichier demande toujours {payable}.",
        ),
        Text(
            "Make sure that the public body still expects this invoice. If it was paid before, correct the date of the payment;"
            " if it paid by purchasing card, tick “Already paid”.",
            "Vérifiez que l'entité publique attend encore cette facture. Si elle l'avait réglée avant, corrigez la date du"
            " règlement ; si elle a réglé par carte d'achat, cochez « Déjà payée ».",
        ),
        "EN 16931 BT-113 (paid in advance)",
        _paid_since,
        numbers=True,
        asks=True,
    ),
    Rule(
        "BR-29.period",
        Level.BLOCK,
        "period",
        Text("The service period ends before it begins.", "La période de prestation finit avant de commencer."),
        _PERIOD,
        "EN 16931 BR-29",
        lambda invoice, _context: _reversed(invoice.period),
    ),
    Rule(
        "BR-30.period",
        Level.BLOCK,
        "lines",
        Text(
            "The service period ends before it begins on these lines: {lines}.",
            "La période de prestation finit avant de commencer sur ces lignes : {lines}.",
        ),
        _PERIOD,
        "EN 16931 BR-30",
        _lines_reversed,
    ),
    Rule(
        "R-27.length",
        Level.WARN,
        "lines",
        Text(
            "Some texts are long and may be cut or refused: {texts}.",
            "Des textes sont longs et pourraient être coupés ou refusés : {texts}.",
        ),
        Text("Shorten them.", "Raccourcissez-les."),
        "doc/RULES.md R-27",
        _long_texts,
        of_file=True,
    ),
    Rule(
        "R-36.notes",
        Level.WARN,
        "notes",
        Text(
            "The note written on this document is not part of the data that the public body reads.",
            "La note écrite sur ce document ne fait pas partie des données que lit l'entité publique.",
        ),
        Text(
            "If it matters, attach a file that says it, or send the invoice in a format that carries the PDF.",
            "Si elle compte, joignez un fichier qui la reprend, ou envoyez la facture dans un format qui contient le PDF.",
        ),
        "doc/RULES.md R-36",
        lambda invoice, context: (
            not context.form.needs_pdf and any(note.specific and note.text.strip() for note in invoice.notes)
        ),
    ),
)
