"""Reading the data of a ``soumettre`` as a document."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .clock import PARIS, parse_moment
from .document import SUBMITTED, ZERO, Document, Line, TaxLine, Totals
from .vocabulary import FRAMEWORKS, PAYMENT_MEANS

_FRAMEWORK_CODES = {name: code for code, name in FRAMEWORKS.items()}
# the first code of each mode
_PAYMENT_CODES = {mode: code for code, mode in reversed(PAYMENT_MEANS.items())}


def read(body: dict[str, Any]) -> Document:
    """Takes a body that keeps its contract; the supplier's SIRET and name were put in beside its identifier."""
    supplier, recipient = body.get("fournisseur") or {}, body.get("destinataire") or {}
    references, totals = body.get("references") or {}, body.get("montantTotal") or {}
    kind = references.get("typeFacture") or ""
    moment = body.get("dateFacture")
    return Document(
        syntax=SUBMITTED,
        number=body.get("numeroFactureSaisi") or "",
        issued=parse_moment(moment).astimezone(PARIS).date() if moment else None,
        type_code={"FACTURE": "380", "AVOIR": "381"}.get(kind, kind),
        is_credit_note=kind == "AVOIR",
        currency=references.get("deviseFacture") or "",
        due=None,
        framework=_FRAMEWORK_CODES.get((body.get("cadreDeFacturation") or {}).get("codeCadreFacturation") or "", ""),
        supplier=supplier.get("siret") or "",
        supplier_name=supplier.get("nom") or "",
        buyer=recipient.get("codeDestinataire") or "",
        buyer_name="",
        service=recipient.get("codeServiceExecutant") or "",
        market=references.get("numeroMarche") or "",
        engagement=references.get("numeroBonCommande") or "",
        origins=tuple(filter(None, [references.get("numeroFactureOrigine")])),
        payment_code=_PAYMENT_CODES.get(references.get("modePaiement") or "", ""),
        iban="",
        bic="",
        account_name="",
        totals=Totals(
            without_vat=_decimal(totals.get("montantHtTotal")),
            vat=_decimal(totals.get("montantTVA")),
            with_vat=_decimal(totals.get("montantTtcTotal")),
            # what is between the total and the amount to pay has one place, whatever it is
            prepaid=_decimal(totals.get("montantRemiseGlobaleTTC")),
            payable=_decimal(totals.get("montantAPayer")),
        ),
        allowances=ZERO,
        charges=ZERO,
        taxes=tuple(
            _tax(row, references.get("typeTva") or "", references.get("motifExonerationTva") or "")
            for row in body.get("ligneTva") or ()
        ),
        lines=tuple(_line(row) for row in body.get("lignePoste") or ()),
        notes=tuple(filter(None, [body.get("commentaire")])),
        validator=(body.get("cadreDeFacturation") or {}).get("codeStructureValideur") or "",
        validator_service=(body.get("cadreDeFacturation") or {}).get("codeServiceValideur") or "",
    )


def _tax(row: dict[str, Any], kind: str, reason: str) -> TaxLine:
    rate = _decimal(row.get("ligneTvaTauxManuel"))
    return TaxLine(
        base=_decimal(row.get("ligneTvaMontantBaseHtParTaux")) or ZERO,
        amount=_decimal(row.get("ligneTvaMontantTvaParTaux")) or ZERO,
        # an exemption has a code that says why, the absence of VAT has none
        category="E" if kind == "EXONERATION" else "S" if rate else "Z",
        rate=rate,
        reason=reason,
    )


def _line(row: dict[str, Any]) -> Line:
    quantity, price = _decimal(row.get("lignePosteQuantite")), _decimal(row.get("lignePosteMontantUnitaireHT"))
    discount = _decimal(row.get("lignePosteMontantRemiseHT")) or ZERO
    return Line(
        number=str(row.get("lignePosteNumero") or ""),
        name=row.get("lignePosteDenomination") or "",
        reference=row.get("lignePosteReference") or "",
        quantity=quantity,
        unit=row.get("lignePosteUnite") or "",
        unit_price=price,
        allowance=discount,
        rate=_decimal(row.get("lignePosteTauxTvaManuel")),
        net=(quantity or ZERO) * (price or ZERO) - discount,
    )


def _decimal(number: int | float | None) -> Decimal | None:
    """A number of JSON as it is written."""
    return None if number is None else Decimal(repr(number))
