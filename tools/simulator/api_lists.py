"""transverses/v1: the lists of codes that one may use (doc/API.md §2.C); what a real account is served is not public."""

from __future__ import annotations

from typing import Any

from . import vocabulary as v
from .access import Caller
from .chorus import Platform
from .replies import TRANSVERSE_OK, answer
from .schema import require
from .works import FRAMEWORKS, TYPES


def flow_formats(_platform: Platform, _caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    return answer(TRANSVERSE_OK, listeFormatFlux=[{"formatFlux": code} for code in v.FLOW_FORMATS])


def flow_syntaxes(_platform: Platform, _caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The syntaxes of one format; the name of the list is deduced from its neighbours'."""
    require(body, "formatFlux")
    codes = v.FLOW_FORMATS[body["formatFlux"]]
    return answer(TRANSVERSE_OK, listeSyntaxeFlux=[{"syntaxeFlux": code} for code in codes])


def frameworks(_platform: Platform, _caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The frameworks of works documents, or of ordinary invoices."""
    works = body.get("typeDemandePaiement") == "FACTURE_TRAVAUX"
    codes = FRAMEWORKS.values() if works else v.FRAMEWORKS.values()
    return answer(TRANSVERSE_OK, listeCadreFacturation=[{"codeCadreFacturation": code} for code in codes])


def works_types(_platform: Platform, _caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    codes = sorted(set(TYPES.values()))
    return answer(TRANSVERSE_OK, listeTypeFactureTravaux=[{"typeFactureTravaux": code} for code in codes])


def exemptions(_platform: Platform, _caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    rows = [{"codeMotifExonerationTva": code, "libelleMotifExonerationTva": label} for code, label in v.EXEMPTIONS.items()]
    return answer(TRANSVERSE_OK, listeMotifsExonerationTva=rows)
