"""rechercher/fournisseur: the criteria, the order and the page, over indexes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any, TypeVar

from .answers import creator_id
from .clock import PARIS, parse_moment
from .directory import Directory
from .paging import DEFAULT_MAXIMUM, Page, cut, is_ascending, positive
from .records import Invoice
from .store import Store, deposit_order

Test = Callable[[Invoice], bool]

DEFAULT_COLUMN = "DateDepot"

Ordered = TypeVar("Ordered", date, Decimal)

_FIRST_MOMENT = datetime.min.replace(tzinfo=timezone.utc)
_LAST_MOMENT = datetime.max.replace(tzinfo=timezone.utc)


def search_as_supplier(body: dict[str, Any], supplier_id: int, store: Store, directory: Directory) -> Page[Invoice]:
    """The supplier's invoices that meet all criteria of the request. Call it under the store's lock.

    At most ``nbResultatsMaximum`` of them (200 when it is not given), counted in the order asked for; by default
    the latest deposit first (doc/API.md §2.H).
    """
    given = {name: value for name, value in body.items() if value not in (None, "", [])}
    parameters = given.get("rechercheFactureParFournisseur") or {}
    found = _candidates(given, supplier_id, store)
    for test in _tests(given, store, directory):
        found = [invoice for invoice in found if test(invoice)]
    ascending = is_ascending(parameters, "triSens")
    column = parameters.get("triColonne") or DEFAULT_COLUMN
    if column == DEFAULT_COLUMN:
        ordered = found if ascending else found[::-1]
    else:
        key = _COLUMNS.get(column, _nothing)
        ordered = sorted(found, key=lambda invoice: key(invoice, directory), reverse=not ascending)
    maximum = positive(parameters, "nbResultatsMaximum", DEFAULT_MAXIMUM)
    return cut(ordered[:maximum], parameters, "pageResultatDemandee", "nbResultatsParPage")


def _candidates(given: dict[str, Any], supplier_id: int, store: Store) -> list[Invoice]:
    """From the smallest index that holds all results, in the order of the deposits; the status's period is applied."""
    since, until = (_moment(given, f"periodeDateHeureEtatCourant{end}") for end in ("Du", "Au"))
    everything = store.of_supplier(supplier_id)
    if "numeroFluxDepot" in given:
        narrowed = store.of_flow(given["numeroFluxDepot"])
    elif "numeroFacture" in given:
        narrowed = store.of_number(given["numeroFacture"])
    elif since or until:
        changed = store.changed_between(since, until)
        if len(changed) > len(everything) // 4:
            return [invoice for invoice in everything if invoice.identifier in changed]
        narrowed = [store.invoices[identifier] for identifier in changed]
    else:
        return everything
    start, end = since or _FIRST_MOMENT, until or _LAST_MOMENT
    own = [one for one in narrowed if one.supplier_id == supplier_id and start <= one.status_at <= end]
    return sorted(own, key=deposit_order)


def _tests(given: dict[str, Any], store: Store, directory: Directory) -> list[Test]:
    return [build(given[name], store, directory) for name, build in _CRITERIA.items() if name in given] + [
        *_recipients(given, directory),
        *_periods(given),
        *_amounts(given),
    ]


def _equal(get: Callable[[Invoice], Any]) -> Callable[[Any, Store, Directory], Test]:
    return lambda wanted, _store, _directory: lambda invoice: get(invoice) == wanted


def _among(get: Callable[[Invoice, Directory], Any]) -> Callable[[Any, Store, Directory], Test]:
    return lambda wanted, _store, directory: lambda invoice: get(invoice, directory) in wanted


def _bank_account(wanted: Any, store: Store, _directory: Directory) -> Test:
    return lambda invoice: store.bank_account(invoice.document.iban) == wanted


# Neither supplier's services nor validators nor acknowledged rejections come with flows: they match nothing.
_CRITERIA: dict[str, Callable[[Any, Store, Directory], Test]] = {
    "numeroFacture": _equal(lambda invoice: invoice.document.number),
    "numeroFluxDepot": _equal(lambda invoice: invoice.flow),
    "typeFacture": _equal(lambda invoice: invoice.invoice_type),
    "idFournisseur": _equal(lambda invoice: invoice.supplier_id),
    "idServiceFournisseur": _equal(lambda invoice: None),
    "idStructureValideur": _equal(lambda invoice: None),
    "cadreFacturation": _equal(lambda invoice: invoice.framework),
    "statutCourant": _among(lambda invoice, _: invoice.status),
    "coordonneeBancaire": _bank_account,
    "idUtilisateurCreateur": _among(creator_id),
    "numeroMarche": _equal(lambda invoice: invoice.document.market),
    "numeroBonCommande": _equal(lambda invoice: invoice.document.engagement),
    "numeroFactureOrigine": _equal(lambda invoice: next(iter(invoice.document.origins), "")),
    "modeDepot": _equal(lambda invoice: invoice.deposit_mode),
    "rejetTraite": _equal(lambda invoice: invoice.rejection_treated),
}


def _recipients(given: dict[str, Any], directory: Directory) -> list[Test]:
    """``listeDestinataire``: one of them must match; by SIREN with ``rechercheSirenDestinataire``."""
    wanted = given.get("listeDestinataire")
    if not wanted:
        return []
    by_siren = bool(given.get("rechercheSirenDestinataire"))

    def matches(invoice: Invoice, one: dict[str, Any]) -> bool:
        recipient = directory.by_id(invoice.recipient_id)
        if one.get("idDestinataire") is not None and one["idDestinataire"] != invoice.recipient_id:
            other = directory.by_id(one["idDestinataire"])
            if not (by_siren and other and recipient and other.siren == recipient.siren):
                return False
        if one.get("listeIdServiceExecutant") and invoice.service_id not in one["listeIdServiceExecutant"]:
            return False
        name = (one.get("raisonSocialeStuctDmd") or "").casefold()
        return not name or bool(recipient and name in recipient.designationStructure.casefold())

    return [lambda invoice: any(matches(invoice, one) for one in wanted)]


def _periods(given: dict[str, Any]) -> list[Test]:
    """The days of deposit and of the invoice, both ends included; the status's instants are in ``_candidates``."""
    tests: list[Test] = []
    for name, get in (("periodeDateDepot", _deposit_day), ("periodeDateFacture", _invoice_day)):
        if name + "Du" in given or name + "Au" in given:
            tests.append(_between(get, _day(given, name + "Du", date.min), _day(given, name + "Au", date.max)))
    return tests


def _between(get: Callable[[Invoice], Ordered], low: Ordered, high: Ordered) -> Test:
    return lambda invoice: low <= get(invoice) <= high


def _amounts(given: dict[str, Any]) -> list[Test]:
    tests: list[Test] = []
    for name, get in (("montantHT", _without_vat), ("montantTTC", _with_vat), ("montantApayer", _payable)):
        if name + "Min" in given or name + "Max" in given:
            low, high = given.get(name + "Min", "-Infinity"), given.get(name + "Max", "Infinity")
            tests.append(_between(get, Decimal(str(low)), Decimal(str(high))))
    return tests


def _moment(given: dict[str, Any], name: str) -> datetime | None:
    return parse_moment(given[name]) if name in given else None


def _day(given: dict[str, Any], name: str, default: date) -> date:
    moment = _moment(given, name)
    return moment.astimezone(PARIS).date() if moment else default


def _deposit_day(invoice: Invoice) -> date:
    return invoice.deposited_at.astimezone(PARIS).date()


def _invoice_day(invoice: Invoice) -> date:
    return invoice.document.issued or date.min


def _without_vat(invoice: Invoice) -> Decimal:
    return invoice.document.totals.without_vat or Decimal(0)


def _with_vat(invoice: Invoice) -> Decimal:
    return invoice.document.totals.with_vat or Decimal(0)


def _payable(invoice: Invoice) -> Decimal:
    return invoice.document.totals.payable or Decimal(0)


def _name(structure_id: int, directory: Directory) -> str:
    structure = directory.by_id(structure_id)
    return structure.designationStructure if structure else ""


def _nothing(_invoice: Invoice, _directory: Directory) -> str:
    return ""


# Besides the order of the deposits; the columns that no flow fills keep it.
_COLUMNS: dict[str, Callable[[Invoice, Directory], Any]] = {
    "CodeFournisseur": lambda invoice, _: invoice.document.supplier,
    "DesignationFournisseur": lambda invoice, directory: _name(invoice.supplier_id, directory),
    "CodeDestinataire": lambda invoice, _: invoice.document.buyer,
    "DesignationDestinataire": lambda invoice, directory: _name(invoice.recipient_id, directory),
    "CodeServiceExecutant": lambda invoice, _: invoice.document.service,
    "TypeFacture": lambda invoice, _: invoice.invoice_type,
    "NumeroFacture": lambda invoice, _: invoice.document.number,
    "DateFacture": lambda invoice, _: _invoice_day(invoice),
    "MontantHT": lambda invoice, _: _without_vat(invoice),
    "MontantTTC": lambda invoice, _: _with_vat(invoice),
    "MontantAPayer": lambda invoice, _: _payable(invoice),
    "Devise": lambda invoice, _: invoice.document.currency,
    "Statut": lambda invoice, _: invoice.status,
    "NumeroMarche": lambda invoice, _: invoice.document.market,
    "NumeroBonCommande": lambda invoice, _: invoice.document.engagement,
    "NumeroFluxDepot": lambda invoice, _: invoice.flow,
    "NumeroFactureOrigine": lambda invoice, _: next(iter(invoice.document.origins), ""),
    "CoordBancairesFournisseurCompteBancaire": lambda invoice, _: invoice.document.iban,
}
