"""Rules on the lines and the amounts: each number can be written, and the totals are what the lines make."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from ..document.en16931 import line_name
from ..document.invoice import ZERO, Invoice, Line
from ..text import Text, number
from ..vocabulary import units
from .rule import Check, Context, Level, Rule, Values

WHOLE_DIGITS = 13
DECIMALS = 6
AMOUNT_DECIMALS = 2
"""A number has 19 digits at most, 6 of them decimals (doc/RULES.md R-26); an amount has 2 decimals (EN 16931 BR-DEC)."""

MAX_LINES = 999_999

_CENT = Decimal("0.01")


def calculable(invoice: Invoice) -> bool:
    """Whether every number of the document is finite and of a sane size, so that sums are exact and cannot fail."""
    return all(_fits(value, DECIMALS) for _place, value, _decimals in _numbers(invoice))


_PLACES = {
    "totals": Text("totals", "totaux"),
    "vat": Text("VAT summary", "récapitulatif de TVA"),
    "rate": Text("VAT rate", "taux de TVA"),
    "parts": Text("discounts and charges", "remises et frais"),
}


def _numbers(invoice: Invoice) -> Iterator[tuple[str | int, Decimal, int]]:
    """Every number of the document: where it stands (one of ``_PLACES``, or a line's rank), and how many decimals it may have."""
    totals = invoice.totals
    for value in (
        *(totals.lines, totals.allowances, totals.charges, totals.tax_basis, totals.tax, totals.grand_total),
        *(totals.prepaid, totals.rounding, totals.payable),
        *(() if invoice.tax_in_vat_currency is None else (invoice.tax_in_vat_currency,)),
        invoice.retained,
        invoice.deducted,
    ):
        yield "totals", value, AMOUNT_DECIMALS
    for subtotal in invoice.vat_breakdown:
        yield "vat", subtotal.base, AMOUNT_DECIMALS
        yield "vat", subtotal.tax, AMOUNT_DECIMALS
        yield "rate", subtotal.vat.rate, DECIMALS
    for item in (*invoice.allowances, *invoice.charges):
        yield "parts", item.amount, AMOUNT_DECIMALS
        yield "rate", item.vat.rate, DECIMALS
    for rank, line in enumerate(invoice.lines, 1):
        yield rank, line.net_amount, AMOUNT_DECIMALS
        yield rank, line.quantity, DECIMALS
        yield rank, line.net_price, DECIMALS
        yield rank, line.vat.rate, DECIMALS
        if line.gross_price is not None:
            yield rank, line.gross_price, DECIMALS


def _fits(value: Decimal, decimals: int) -> bool:
    """Whether it can be written with so many decimals, the zeros at its end aside, and is of a sane size."""
    if not value.is_finite() or value.adjusted() >= WHOLE_DIGITS:
        return False
    if value.same_quantum(_CENT):
        # in cents, as most are: every number may have two decimals, and taking one apart is slow
        return True
    _sign, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int)
    return -exponent <= decimals or not any(digits[decimals + exponent :])


def _significant_decimals(value: Decimal) -> int:
    """Decimals without the zeros at their end, of a finite number."""
    _sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return 0
    zeros = next(rank for rank, digit in enumerate(reversed(digits)) if digit)
    return max(0, -(exponent + zeros))


def _unwritable(invoice: Invoice, _context: Context) -> Values:
    broken = dict.fromkeys(place for place, value, decimals in _numbers(invoice) if not _fits(value, decimals))
    return {"where": [_PLACES[place] if isinstance(place, str) else Text(f"line {place}", f"ligne {place}") for place in broken]}


def lines_where(broken: Callable[[Line], bool]) -> Check:
    """A check that names the lines for which ``broken`` holds, by their rank."""
    return lambda invoice, _context: {"lines": [rank for rank, line in enumerate(invoice.lines, 1) if broken(line)]}


def _price_disagrees(line: Line) -> bool:
    """Quantity times price differs from the amount by more than the rounding of both can explain."""
    price_step = Decimal(1).scaleb(-max(AMOUNT_DECIMALS, _significant_decimals(line.net_price)))
    tolerance = _CENT + abs(line.quantity) * price_step / 2
    return abs(line.quantity * line.net_price - line.net_amount) > tolerance


def _difference(expected: Decimal, given: Decimal) -> Values | None:
    return None if expected == given else {"expected": number(expected), "given": number(given)}


def _retained(invoice: Invoice, _context: Context) -> Values | None:
    if not invoice.retained:
        return None
    return {"retained": number(invoice.retained), "payable": number(invoice.totals.payable)}


def _deducted(invoice: Invoice, _context: Context) -> Values | None:
    if not invoice.deducted:
        return None
    return {"deducted": number(invoice.deducted), "payable": number(invoice.totals.payable)}


def _sum_rule(code: str, what: Text, source: str, expected: Callable[[Invoice], Decimal], given: str) -> Rule:
    """A row on one of the totals, which must be what the others make."""
    return Rule(
        code,
        Level.BLOCK,
        "amounts",
        Text(
            f"{what.en} should be {{expected}}, and is {{given}}.",
            f"{what.fr} devrait être {{expected}}, et vaut {{given}}.",
        ),
        RECOMPUTE,
        source,
        lambda invoice, _context: _difference(expected(invoice), getattr(invoice.totals, given)),
        numbers=True,
    )


RECOMPUTE = Text(
    "Reset the invoice to draft and confirm it again so that it is computed anew; if it stays so, call your administrator.",
    "Remettez la facture en brouillon puis confirmez-la pour la recalculer ; si cela persiste, appelez votre administrateur.",
)
AMOUNT_RULES: tuple[Rule, ...] = (
    Rule(
        "BR-16.lines",
        Level.BLOCK,
        "lines",
        Text("The document has no line.", "Le document n'a aucune ligne."),
        Text("Add what is invoiced.", "Ajoutez ce qui est facturé."),
        "EN 16931 BR-16",
        lambda invoice, _context: not invoice.lines,
    ),
    Rule(
        "R-27.lines",
        Level.BLOCK,
        "lines",
        Text(f"The document has over {MAX_LINES} lines.", f"Le document a plus de {MAX_LINES} lignes."),
        Text("Split it.", "Découpez-le."),
        "doc/RULES.md R-27",
        lambda invoice, _context: len(invoice.lines) > MAX_LINES,
        of_file=True,
    ),
    Rule(
        "BR-25.name",
        Level.BLOCK,
        "lines",
        Text("These lines do not say what they invoice: {lines}.", "Ces lignes ne disent pas ce qu'elles facturent : {lines}."),
        Text("Give each line a label or a product.", "Donnez à chaque ligne un libellé ou un article."),
        "EN 16931 BR-25",
        lines_where(lambda line: not line_name(line)),
    ),
    Rule(
        "BR-23.unit",
        Level.BLOCK,
        "lines",
        Text(
            "The unit of these lines has no international code: {lines}.",
            "L'unité de ces lignes n'a pas de code international : {lines}.",
        ),
        Text("Choose a usual unit (unit, hour, day, kg…).", "Choisissez une unité courante (unité, heure, jour, kg…)."),
        "EN 16931 BR-23, BR-CL-23",
        lines_where(lambda line: line.unit.strip() not in units.CODES),
        of_file=True,
    ),
    Rule(
        "R-26.number",
        Level.BLOCK,
        "amounts",
        Text(
            "Some numbers are too precise or too big (amounts have 2 decimals, prices and quantities 6 at most): {where}.",
            "Des nombres sont trop précis ou trop grands (2 décimales pour un montant, 6 au plus pour un prix ou une "
            "quantité) : {where}.",
        ),
        Text("Round the quantities and prices of these lines.", "Arrondissez les quantités et les prix de ces lignes."),
        "doc/RULES.md R-26; EN 16931 BR-DEC",
        _unwritable,
        of_file=True,
    ),
    Rule(
        "R-24.price",
        Level.WARN,
        "lines",
        Text(
            "Quantity × price is not the amount on these lines: {lines}.",
            "Quantité × prix ne donne pas le montant sur ces lignes : {lines}.",
        ),
        Text(
            "Check the price, the discount and the decimals of the price.",
            "Vérifiez le prix, la remise et le nombre de décimales du prix.",
        ),
        "doc/RULES.md R-24 (a check of Chorus Pro's that is not documented)",
        lines_where(_price_disagrees),
        numbers=True,
    ),
    _sum_rule(
        "R-24.lines",
        Text("The sum of the lines", "La somme des lignes"),
        "doc/RULES.md R-24; EN 16931 BR-CO-10",
        lambda invoice: sum((line.net_amount for line in invoice.lines), ZERO),
        "lines",
    ),
    _sum_rule(
        "R-24.allowances",
        Text("The sum of the discounts", "La somme des remises"),
        "EN 16931 BR-CO-11",
        lambda invoice: sum((item.amount for item in invoice.allowances), ZERO),
        "allowances",
    ),
    _sum_rule(
        "R-24.charges",
        Text("The sum of the charges", "La somme des frais"),
        "EN 16931 BR-CO-12",
        lambda invoice: sum((item.amount for item in invoice.charges), ZERO),
        "charges",
    ),
    _sum_rule(
        "R-24.basis",
        Text("The total without VAT", "Le total hors taxes"),
        "doc/RULES.md R-24; EN 16931 BR-CO-13",
        lambda invoice: invoice.totals.lines - invoice.totals.allowances + invoice.totals.charges,
        "tax_basis",
    ),
    _sum_rule(
        "R-24.tax",
        Text("The total VAT", "Le total de la TVA"),
        "doc/RULES.md R-24; EN 16931 BR-CO-14",
        lambda invoice: sum((subtotal.tax for subtotal in invoice.vat_breakdown), ZERO),
        "tax",
    ),
    _sum_rule(
        "R-24.total",
        Text("The total with VAT", "Le total toutes taxes comprises"),
        "doc/RULES.md R-24; EN 16931 BR-CO-15",
        lambda invoice: invoice.totals.tax_basis + invoice.totals.tax,
        "grand_total",
    ),
    _sum_rule(
        "R-24.payable",
        Text("The amount to pay", "Le montant à payer"),
        "doc/RULES.md R-24; EN 16931 BR-CO-16",
        lambda invoice: invoice.totals.grand_total - invoice.totals.prepaid + invoice.totals.rounding,
        "payable",
    ),
    Rule(
        "R-24.retained",
        Level.WARN,
        "retention",
        Text(
            "The retention of {retained} is no part of the invoice's amounts: the file asks for {payable} and tells in its"
            " payment terms what is kept back.",
            "La retenue de garantie de {retained} ne fait pas partie des montants de la facture : le fichier demande {payable} et"
            " indique dans ses conditions de paiement ce qui est retenu.",
        ),
        Text(
            "Nothing is to be done: the public body keeps it back when it pays.",
            "Il n'y a rien à faire : l'entité publique la retient en payant.",
        ),
        "doc/RULES.md §2.2; a retention lowers neither the price nor its VAT",
        _retained,
        numbers=True,
        of_file=True,
    ),
    Rule(
        "R-24.deducted",
        Level.WARN,
        "retention",
        Text(
            "The penalty of {deducted} is no part of the invoice's amounts: the file asks for {payable} and tells in its payment"
            " terms what is taken off.",
            "La pénalité de {deducted} ne fait pas partie des montants de la facture : le fichier demande {payable} et indique"
            " dans ses conditions de paiement ce qui est déduit.",
        ),
        Text(
            "Nothing is to be done: the public body takes it off when it pays.",
            "Il n'y a rien à faire : l'entité publique la déduit en payant.",
        ),
        "doc/RULES.md §11.7; a penalty for delay lowers neither the price nor its VAT",
        _deducted,
        numbers=True,
        of_file=True,
    ),
)
