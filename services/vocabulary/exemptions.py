"""Why no VAT is charged: the codes of the VATEX list, in the French words that must be printed (doc/RULES.md R-22).

The codes are EN 16931's (BT-121), all that Odoo's taxes offer; the words name the article of the Code général des impôts, or of
the directive 2006/112/CE, that each code stands for. They are French in any database: Odoo's own are English in all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from ..text import fold

FRANCHISE = "VATEX-FR-FRANCHISE"


def _directive(article: str, points: str = "", section: str = "") -> dict[str, str]:
    """The code of an article of the directive and of each of its points (``a aa b``), with their words."""
    code, words = f"VATEX-EU-{article}", f"Exonération de TVA, art. {article}"
    with_section = f"{words}, § {section}" if section else words
    return {
        code: f"{words} de la directive 2006/112/CE",
        **{
            f"{code}-{section}{point.upper()}": f"{with_section}, point {point}), de la directive 2006/112/CE"
            for point in points.split()
        },
    }


REASONS: Mapping[str, str] = MappingProxyType(
    {
        FRANCHISE: "TVA non applicable, art. 293 B du CGI",
        **{
            f"VATEX-FR-CGI261-{number}": f"Exonération de TVA, art. 261, {number} du CGI"
            for number in ("1", "2", "3", "4", "5", "7", "8")
        },
        **{f"VATEX-FR-CGI{article}": f"Exonération de TVA, art. {words} du CGI" for article, words in (
            ("261A", "261 A"), ("261B", "261 B"), ("261C-1", "261 C, 1°"), ("261C-2", "261 C, 2°"), ("261C-3", "261 C, 3°"),
            ("261D-1", "261 D, 1°"), ("261D-1BIS", "261 D, 1° bis"), ("261D-2", "261 D, 2°"), ("261D-3", "261 D, 3°"),
            ("261D-4", "261 D, 4°"), ("261E-1", "261 E, 1°"), ("261E-2", "261 E, 2°"), ("277A", "277 A"), ("275", "275"),
            ("295", "295"),
        )},
        "VATEX-FR-298SEXDECIESA": "Exonération de TVA, art. 298 sexdecies A du CGI",
        "VATEX-FR-AE": "Autoliquidation, art. 283-2 du CGI",
        "VATEX-FR-CNWVAT": "Avoir net de taxe : le fournisseur renonce à la TVA sur la remise",
        "VATEX-EU-AE": "Autoliquidation",
        "VATEX-EU-IC": "Livraison intracommunautaire",
        "VATEX-EU-G": "Exportation hors Union européenne",
        "VATEX-EU-O": "Opération hors du champ de la TVA",
        "VATEX-EU-D": "Acquisition intracommunautaire de moyens de transport d'occasion",
        "VATEX-EU-F": "Acquisition intracommunautaire de biens d'occasion",
        "VATEX-EU-I": "Acquisition intracommunautaire d'objets d'art",
        "VATEX-EU-J": "Acquisition intracommunautaire d'objets de collection et d'antiquité",
        "VATEX-EU-79-C": "Exonération de TVA, art. 79, point c), de la directive 2006/112/CE",
        "VATEX-EU-146-1E": "Exonération de TVA, art. 146, § 1, point e), de la directive 2006/112/CE",
        **_directive("132", "a b c d e f g h i j k l m n o p q", section="1"),
        **_directive("143", "a b c d e f fa g h i j k l", section="1"),
        **_directive("148", "a b c d e f g"),
        **_directive("151", "a aa b c d e", section="1"),
        **{code: words for article in ("144", "153", "159", "309") for code, words in _directive(article).items()},
    }
)  # fmt: skip
"""The words for each code."""

REVERSE_CHARGE_CODES = frozenset({"VATEX-FR-AE", "VATEX-EU-AE"})
"""The codes that say that the customer owes the VAT."""

_OF_OTHER_CATEGORIES = REVERSE_CHARGE_CODES | {"VATEX-EU-IC", "VATEX-EU-G", "VATEX-EU-O"}

_FRANCHISE = re.compile(r"\b293\s*-?\s*B\b", re.IGNORECASE)
_REVERSE_CHARGE = re.compile(
    r"(?<!sans )(?<!hors )(?<!pas d')auto[ -]?liquid|reverse[ -]?charge|\b283\b"
    r"|\b(?:due?|acquittee?|a la charge) (?:par le|du) (?:preneur|client)"
)
_EXPORT = re.compile(r"\bexport|\b262[ -]*i\b(?! *ter)")
_INTRA_COMMUNITY = re.compile(r"\b262 *ter\b|\bintra[ -]?(?:communaut|community|ue\b)")
_GROUND = re.compile(
    r"\bart(?:icle|\.| )|\bcgi\b|\bexone|\bexempt|\bnon (?:applicable|soumis|assujetti)|\bhors (?:du )?champ|\bfranchise"
    r"|\bdebours|\bdirective\b|\bregime\b|\bhors (?:de la )?(?:base|assiette)"
)
_FILLER = re.compile(r"^articles? 226 (?:points|items) 11\b")
_OF_ODOO: Mapping[str, str] = MappingProxyType(
    {
        "exempt intra-community supplies - article 138 of the directive 2006/112/ec": (
            "Livraison intracommunautaire exonérée, art. 138 de la directive 2006/112/CE"
        ),
        "vat reverse charge - article 196 of the directive 2006/112/ec": "Autoliquidation, art. 196 de la directive 2006/112/CE",
    }
)


def code_in(reason: str) -> str:
    """The code that a printed reason names for certain; "" else. Art. 293 B is the one that companies without VAT print."""
    return FRANCHISE if _FRANCHISE.search(reason) else ""


def says_reverse_charge(text: str) -> bool:
    """Whether the words say that the customer owes the VAT (autoliquidation)."""
    return bool(_REVERSE_CHARGE.search(fold(text)))


def says_export(text: str) -> bool:
    """Whether the words say that the goods leave the European Union."""
    return bool(_EXPORT.search(fold(text)))


def says_intra_community(text: str) -> bool:
    """Whether the words say that the goods go to another member state."""
    return bool(_INTRA_COMMUNITY.search(fold(text)))


def is_ground(text: str) -> bool:
    """Whether the words give a reason why no VAT is charged, and are not just any note."""
    return bool(_GROUND.search(fold(text))) or says_reverse_charge(text) or says_export(text) or says_intra_community(text)


def is_filler(text: str) -> bool:
    """Whether these are the words that Odoo puts where no reason is known: the article lists what an invoice must say."""
    return bool(_FILLER.search(fold(text)))


def in_french(mention: str) -> str:
    """The same in French where it is one that Odoo's French taxes come with: those are English in any database."""
    return _OF_ODOO.get(" ".join(mention.lower().split()), mention)


def is_exemption_code(code: str) -> bool:
    """Whether the code gives the reason of an exemption, thus not of another category."""
    return bool(code) and code not in _OF_OTHER_CATEGORIES


def joined(reasons: Iterable[str]) -> str:
    """Several reasons as one text: each once, whatever their order, and none that another one holds already."""
    texts = sorted(filter(None, set(reasons)))
    return " ; ".join(text for text in texts if not any(text != other and text in other for other in texts))
