"""Rules on the VAT: rates, categories, reasons, and its summary."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from ..document.invoice import WHOLE_CURRENCIES, ZERO, Flaw, Invoice, Period, Vat, VatCategory, VatSubtotal
from ..document.taxation import FRENCH_RATES
from ..text import Text, number
from ..vocabulary.places import Place
from .amounts import RECOMPUTE, lines_where
from .rule import Context, Level, Rule, Values

_CENT = Decimal("0.01")
_HALF_CENT = Decimal("0.005")
_HALF_UNIT = Decimal("0.5")
_BEYOND_ROUNDING = Decimal(1)
_Key = tuple[VatCategory, Decimal]


def _rate_disagrees(vat: Vat) -> bool:
    """The standard category has a rate, the others have none (EN 16931 BR-S-05, BR-E-05…)."""
    charged = vat.category is VatCategory.STANDARD
    return not 0 < vat.rate <= 100 if charged else vat.rate != 0


def _key(vat: Vat) -> _Key:
    """What makes one entry of the VAT summary: the rate counts for the standard category only."""
    return vat.category, vat.rate if vat.category is VatCategory.STANDARD else ZERO


def _bases(invoice: Invoice) -> dict[_Key, Decimal]:
    """What the lines, discounts and charges of each category and rate add up to."""
    bases: dict[_Key, Decimal] = {}
    for vat, amount in (
        *((line.vat, line.net_amount) for line in invoice.lines),
        *((item.vat, -item.amount) for item in invoice.allowances),
        *((item.vat, item.amount) for item in invoice.charges),
    ):
        bases[_key(vat)] = bases.get(_key(vat), ZERO) + amount
    return bases


def _rate_label(key: _Key) -> Text:
    category, rate = key
    if category is VatCategory.STANDARD:
        shown = number(rate, decimals=0)
        return Text(f"{shown.en} %", f"{shown.fr} %")
    return Text(f"category {category}", f"catégorie {category}")


def _summary_repeats(invoice: Invoice, _context: Context) -> Values:
    counts = Counter(_key(subtotal.vat) for subtotal in invoice.vat_breakdown)
    return {"rates": [_rate_label(key) for key, count in counts.items() if count > 1]}


def _summary_bases(invoice: Invoice, _context: Context) -> Values | None:
    if _summary_repeats(invoice, _context)["rates"]:
        return None
    bases = _bases(invoice)
    stated = {_key(subtotal.vat): subtotal.base for subtotal in invoice.vat_breakdown}
    return {"rates": [_rate_label(key) for key in dict.fromkeys((*bases, *stated)) if bases.get(key) != stated.get(key)]}


def _tax_wrong(invoice: Invoice, subtotal: VatSubtotal) -> bool:
    """The VAT differs from base × rate by more than rounding line by line can explain (BR-CO-17 allows less than 1)."""
    if subtotal.vat.category is not VatCategory.STANDARD:
        return subtotal.tax != 0
    parts = sum(_key(vat) == _key(subtotal.vat) for vat in invoice.taxed)
    half = _HALF_UNIT if invoice.currency.strip() in WHOLE_CURRENCIES else _HALF_CENT
    tolerance = min(half * (parts + 1), _BEYOND_ROUNDING - _CENT)
    return abs(subtotal.base * subtotal.vat.rate / 100 - subtotal.tax) > tolerance


def _taxes_wrong(invoice: Invoice, _context: Context) -> Values:
    return {"rates": [_rate_label(_key(subtotal.vat)) for subtotal in invoice.vat_breakdown if _tax_wrong(invoice, subtotal)]}


def _unusual_rates(invoice: Invoice, _context: Context) -> Values:
    charged = (vat for vat in invoice.taxed if vat.category is VatCategory.STANDARD and not _rate_disagrees(vat))
    return {"rates": [_rate_label(key) for key in dict.fromkeys(map(_key, charged)) if key[1] not in FRENCH_RATES]}


def _unexplained(vat: Vat) -> bool:
    """Exempt, and nothing says why; another part's reason is not its own."""
    return vat.category is VatCategory.EXEMPT and vat.flaw is None and not (vat.reason.strip() or vat.reason_code.strip())


def _reason_missing(invoice: Invoice, _context: Context) -> Values:
    lines = (rank for rank, line in enumerate(invoice.lines, 1) if _unexplained(line.vat))
    others = (item.reason or "?" for item in (*invoice.allowances, *invoice.charges) if _unexplained(item.vat))
    return {"lines": [*lines, *others]}


def _scope_mixed(invoice: Invoice, _context: Context) -> bool:
    categories = invoice.vat_categories
    return VatCategory.OUT_OF_SCOPE in categories and len(categories) > 1


def _intra_community_incomplete(invoice: Invoice, _context: Context) -> bool:
    if VatCategory.INTRA_COMMUNITY not in invoice.vat_categories:
        return False
    dated = invoice.delivery_date is not None or invoice.period not in (None, Period())
    placed = invoice.delivery_address is not None and invoice.delivery_address.country.strip()
    return not (dated and placed and invoice.recipient.vat)


def _vat_currency_missing(invoice: Invoice, _context: Context) -> bool:
    stated = invoice.tax_in_vat_currency is not None and invoice.vat_currency.strip() == "EUR"
    return invoice.currency.strip() != "EUR" and invoice.totals.tax != 0 and not stated


_MENTION = Text(
    "Enter the legal mention on the exempt tax, or in the note of the fiscal position, such as “TVA non applicable, art. 293 B du"
    " CGI”. The invoice itself stays as it is.",
    "Saisissez la mention légale sur la taxe exonérée, ou dans la note de la position fiscale, par exemple « TVA non applicable,"
    " art. 293 B du CGI ». La facture elle-même ne change pas.",
)
_TAXES = Text("Check the taxes on the invoice's lines.", "Vérifiez les taxes sur les lignes de la facture.")

VAT_RULES: tuple[Rule, ...] = (
    Rule(
        "R-23.category",
        Level.BLOCK,
        "taxes",
        Text(
            "VAT rate and category disagree on these lines: {lines}.",
            "Le taux et la catégorie de TVA ne vont pas ensemble sur ces lignes : {lines}.",
        ),
        _TAXES,
        "EN 16931 BR-S-05, BR-Z-05, BR-E-05, BR-AE-05, BR-IC-05, BR-G-05",
        lines_where(lambda line: _rate_disagrees(line.vat)),
        numbers=True,
    ),
    Rule(
        "R-23.discounts",
        Level.BLOCK,
        "taxes",
        Text(
            "VAT rate and category of a discount or a charge disagree.",
            "Le taux et la catégorie de TVA d'une remise ou de frais ne vont pas ensemble.",
        ),
        _TAXES,
        "EN 16931 BR-S-06, BR-S-07 and alike",
        lambda invoice, _context: any(_rate_disagrees(item.vat) for item in (*invoice.allowances, *invoice.charges)),
        numbers=True,
    ),
    Rule(
        "R-23.rate",
        Level.WARN,
        "taxes",
        Text("These VAT rates are not used in France: {rates}.", "Ces taux de TVA n'existent pas en France : {rates}."),
        _TAXES,
        "doc/RULES.md R-23 (TX_TVA_ERR)",
        _unusual_rates,
        numbers=True,
    ),
    Rule(
        "R-22.tax",
        Level.BLOCK,
        "taxes",
        Text("No VAT stands on these lines: {lines}.", "Ces lignes ne portent aucune TVA : {lines}."),
        Text(
            "Reset the invoice to draft and choose for each of them a VAT rate, or an exempt tax that has its legal mention."
            " A retention is told by its label, “Retenue de garantie”.",
            "Remettez la facture en brouillon et choisissez pour chacune un taux de TVA, ou une taxe exonérée qui porte sa"
            " mention légale. Une retenue se reconnaît à son libellé, « Retenue de garantie ».",
        ),
        "doc/RULES.md R-22; EN 16931 BR-E-10",
        lines_where(lambda line: line.vat.flaw is Flaw.NONE),
        place=Place.DRAFT,
        unexplained=True,
    ),
    Rule(
        "R-22.reason",
        Level.BLOCK,
        "taxes",
        Text(
            "No VAT is charged on these lines, and nothing says why: {lines}.",
            "Ces lignes ne portent pas de TVA, et rien ne dit pourquoi : {lines}.",
        ),
        _MENTION,
        "doc/RULES.md R-22; EN 16931 BR-E-10",
        _reason_missing,
        place=Place.TAXES,
        unexplained=True,
    ),
    Rule(
        "R-23.several",
        Level.BLOCK,
        "taxes",
        Text(
            "Several taxes of these lines could be their VAT: {lines}.",
            "Plusieurs taxes de ces lignes pourraient en être la TVA : {lines}.",
        ),
        Text(
            "Keep one VAT on each line. A tax that is no VAT is told by its name (octroi de mer, contribution…): change it.",
            "Ne gardez qu'une TVA par ligne. Une taxe qui n'est pas la TVA se reconnaît à son nom (octroi de mer,"
            " contribution…) : changez-le.",
        ),
        "EN 16931 BG-30 (one VAT a line)",
        lines_where(lambda line: line.vat.flaw is Flaw.SEVERAL),
        place=Place.TAXES,
    ),
    Rule(
        "R-22.due",
        Level.WARN,
        "taxes",
        Text(
            "Nothing says whether VAT is due on the invoice (debits) or on the payment (receipts).",
            "Rien n'indique si la TVA est due sur les débits ou sur les encaissements.",
        ),
        Text(
            "Set on the taxes whether VAT is due on invoice or on payment.",
            "Indiquez sur les taxes si la TVA est exigible à la facturation ou au paiement.",
        ),
        "doc/RULES.md R-22; EN 16931 BT-8",
        lambda invoice, _context: VatCategory.STANDARD in invoice.vat_categories and invoice.vat_due is None,
        place=Place.TAXES,
    ),
    Rule(
        "BR-O-11.scope",
        Level.BLOCK,
        "taxes",
        Text(
            "Lines out of VAT's scope cannot stand on the same invoice as others.",
            "Des lignes hors du champ de la TVA ne peuvent pas côtoyer d'autres lignes sur une même facture.",
        ),
        Text(
            "Invoice them apart, or use an exempt tax with its legal mention.",
            "Facturez-les à part, ou utilisez une taxe exonérée avec sa mention légale.",
        ),
        "EN 16931 BR-O-11 to BR-O-14",
        _scope_mixed,
        of_file=True,
    ),
    Rule(
        "BR-IC-11.delivery",
        Level.BLOCK,
        "taxes",
        Text(
            "An intra-Community delivery needs its date, the address where it was delivered and the customer's VAT number.",
            "Une livraison intracommunautaire exige sa date, l'adresse de livraison et le numéro de TVA du client.",
        ),
        Text(
            "Complete them; for a customer in France, the tax is probably another one.",
            "Complétez-les ; pour un client en France, la taxe est sans doute une autre.",
        ),
        "EN 16931 BR-IC-02, BR-IC-11, BR-IC-12",
        _intra_community_incomplete,
    ),
    Rule(
        "R-15.vat",
        Level.WARN,
        "currency",
        Text(
            "The document is not in euros and does not state its VAT in euros.",
            "Le document n'est pas en euros et n'indique pas sa TVA en euros.",
        ),
        Text("Invoice in euros, or state the VAT in euros.", "Facturez en euros, ou indiquez la TVA en euros."),
        "EN 16931 BT-111; directive 2006/112/EC art. 230",
        _vat_currency_missing,
        numbers=True,
    ),
    Rule(
        "R-24.twice",
        Level.BLOCK,
        "amounts",
        Text("The VAT summary has several entries for: {rates}.", "Le récapitulatif de TVA a plusieurs lignes pour : {rates}."),
        Text("Use one tax per rate on the invoice's lines.", "Utilisez une seule taxe par taux sur les lignes de la facture."),
        "EN 16931 BR-S-01, BR-E-01",
        _summary_repeats,
        numbers=True,
    ),
    Rule(
        "R-24.bases",
        Level.BLOCK,
        "amounts",
        Text(
            "The VAT summary and the lines disagree on the amount without VAT for: {rates}.",
            "Le récapitulatif de TVA et les lignes ne donnent pas le même montant hors taxes pour : {rates}.",
        ),
        RECOMPUTE,
        "EN 16931 BR-S-08, BR-E-08 and alike",
        _summary_bases,
        numbers=True,
    ),
    Rule(
        "R-24.vat",
        Level.BLOCK,
        "amounts",
        Text("The VAT is not the base × the rate for: {rates}.", "La TVA n'est pas égale à base × taux pour : {rates}."),
        Text(
            "It was probably changed by hand: reset the invoice to draft, take the tax off a line and put it back, so that it is"
            " computed anew, and confirm.",
            "Elle a sans doute été modifiée à la main : remettez la facture en brouillon, retirez la taxe d'une ligne et"
            " remettez-la pour qu'elle soit recalculée, puis confirmez.",
        ),
        "doc/RULES.md R-24; EN 16931 BR-CO-17",
        _taxes_wrong,
        numbers=True,
    ),
)
