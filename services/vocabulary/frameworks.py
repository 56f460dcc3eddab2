"""The billing frameworks ("cadres de facturation") A1 to A25: which document, filed by whom, and what follows.

Sources: codes and values, doc/API.md §3.1; who files, who handles it next, doc/RULES.md §2.3 (``[INF]`` where it says so).
``factures/v1/soumettre`` takes A1, A2, A9 and A12 only. A11 is in the Swagger but is dead: AIFE removed it elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from types import MappingProxyType

from ..text import Text
from .actors import Actor
from .codes import Codes


class Role(str, Enum):
    """A party's role in a public market; the value is stable and may be stored."""

    TITULAIRE = "titulaire"
    MANDATAIRE = "mandataire"
    COTRAITANT = "cotraitant"
    SOUS_TRAITANT = "sous_traitant"
    MOE = "moe"
    MOA = "moa"

    __str__ = str.__str__

    @property
    def label(self) -> Text:
        """The role's name for a person."""
        return ROLES[self]


ROLES: Mapping[Role, Text] = MappingProxyType(
    {
        Role.TITULAIRE: Text("Main contractor (titulaire)", "Titulaire"),
        Role.MANDATAIRE: Text("Group leader (mandataire)", "Mandataire du groupement"),
        Role.COTRAITANT: Text("Co-contractor", "Cotraitant"),
        Role.SOUS_TRAITANT: Text("Subcontractor", "Sous-traitant"),
        Role.MOE: Text("Project manager (MOE)", "Maîtrise d'œuvre (MOE)"),
        Role.MOA: Text("Project owner (MOA)", "Maîtrise d'ouvrage (MOA)"),
    }
)

SUPPLIER_ROLES: frozenset[Role] = frozenset({Role.TITULAIRE, Role.MANDATAIRE, Role.COTRAITANT, Role.SOUS_TRAITANT})
"""The roles that invoice; MOE and MOA only check and correct amounts (doc/RULES.md §2.1)."""

NO_FRAMEWORK = "SANS_CADRE"


@dataclass(frozen=True)
class Framework:
    """One billing framework.

    ``code`` is what a file carries (BT-23), ``api_value`` what the API's JSON carries. ``roles`` may file it.
    ``by_submit``: ``factures/v1/soumettre`` accepts it. ``offered_to_supplier``: to be proposed to a supplier.
    ``circuit``: who handles it in turn. ``next_codes``: the documents others, or we, file after it, in order.
    """

    code: str
    api_value: str
    label: Text
    roles: frozenset[Role] = frozenset()
    works: bool = False
    by_submit: bool = False
    offered_to_supplier: bool = False
    circuit: tuple[Actor, ...] = ()
    next_codes: tuple[str, ...] = ()

    @cached_property
    def needs_validator(self) -> bool:
        """A validator (main contractor or group leader) must be named in the document."""
        return Actor.VALIDATOR in self.circuit


_LEAD = frozenset({Role.TITULAIRE, Role.MANDATAIRE})
_SUBCONTRACTOR = frozenset({Role.SOUS_TRAITANT})
_CO_CONTRACTOR = frozenset({Role.COTRAITANT})
_MOE = frozenset({Role.MOE})
_MOA = frozenset({Role.MOA})

_FINANCE = (Actor.RECIPIENT,)
_THROUGH_MOE = (Actor.MOE, Actor.MOA, Actor.RECIPIENT)


def _ordinary(api_value: str, label: Text, roles: frozenset[Role], circuit: tuple[Actor, ...] = _FINANCE) -> Framework:
    """A framework that ``soumettre`` takes; its code is what stands before the first underscore."""
    code = api_value.partition("_")[0]
    return Framework(code, api_value, label, roles, by_submit=True, offered_to_supplier=True, circuit=circuit)


def _works(
    api_value: str,
    label: Text,
    roles: frozenset[Role],
    circuit: tuple[Actor, ...] = (),
    next_codes: tuple[str, ...] = (),
    offered: bool = True,
) -> Framework:
    """A works framework; never offered to a supplier when MOE or MOA file it."""
    code = api_value.partition("_")[0]
    offered = offered and bool(roles & SUPPLIER_ROLES)
    return Framework(
        code, api_value, label, roles, works=True, offered_to_supplier=offered, circuit=circuit, next_codes=next_codes
    )


_TABLE: tuple[Framework, ...] = (
    _ordinary("A1_FACTURE_FOURNISSEUR", Text("Invoice", "Facture"), _LEAD),
    _ordinary("A2_FACTURE_FOURNISSEUR_DEJA_PAYEE", Text("Invoice already paid", "Facture déjà payée"), _LEAD),
    # Flow E3, for the courts' suppliers; not an invoice of a market.
    Framework(
        "A3",
        "A3_MEMOIRE_JUSTICE",
        Text("Statement of court costs", "Mémoire de frais de justice"),
        circuit=_FINANCE,
    ),
    _works(
        "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
        Text("Draft monthly statement", "Projet de décompte mensuel"),
        _LEAD,
        _THROUGH_MOE,
        ("A15", "A19"),
    ),
    # When the MOE does not act in Chorus Pro [INF].
    _works(
        "A5_ETAT_ACOMPTE_FOURNISSEUR",
        Text("Interim payment statement", "État d'acompte"),
        _LEAD,
        (Actor.MOA, Actor.RECIPIENT),
        ("A19",),
    ),
    _works(
        "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR",
        Text("Validated interim payment statement", "État d'acompte validé"),
        _LEAD,
        _FINANCE,
    ),
    _works(
        "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR",
        Text("Draft final statement", "Projet de décompte final"),
        _LEAD,
        (Actor.MOE, Actor.MOA, Actor.SUPPLIER, Actor.RECIPIENT),
        ("A17", "A20", "A8"),
    ),
    _works(
        "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR",
        Text("Signed general statement (final)", "Décompte général et définitif (signé)"),
        _LEAD,
        _FINANCE,
    ),
    # The validator has 15 days; silence is acceptance (doc/RULES.md §3.1).
    _ordinary(
        "A9_FACTURE_SOUSTRAITANT",
        Text("Subcontractor's payment request", "Demande de paiement de sous-traitant"),
        _SUBCONTRACTOR,
        (Actor.VALIDATOR, Actor.RECIPIENT),
    ),
    _works(
        "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT",
        Text("Subcontractor's payment request (works)", "Demande de paiement de sous-traitant (marché de travaux)"),
        _SUBCONTRACTOR,
        (Actor.VALIDATOR, *_THROUGH_MOE),
    ),
    _works(
        "A11_PROJET_DECOMPTE_FINAL_SOUSTRAITANT",
        Text("Subcontractor's draft final statement (withdrawn)", "Projet de décompte final de sous-traitant (supprimé)"),
        _SUBCONTRACTOR,
        offered=False,
    ),
    _ordinary(
        "A12_FACTURE_COTRAITANT",
        Text("Co-contractor's invoice", "Facture de cotraitant"),
        _CO_CONTRACTOR,
        (Actor.VALIDATOR, Actor.RECIPIENT),
    ),
    _works(
        "A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT",
        Text("Co-contractor's draft monthly statement", "Projet de décompte mensuel de cotraitant"),
        _CO_CONTRACTOR,
        (Actor.VALIDATOR, *_THROUGH_MOE),
    ),
    _works(
        "A14_PROJET_DECOMPTE_FINAL_COTRAITANT",
        Text("Co-contractor's draft final statement", "Projet de décompte final de cotraitant"),
        _CO_CONTRACTOR,
        (Actor.VALIDATOR, *_THROUGH_MOE),
    ),
    _works(
        "A15_ETAT_ACOMPTE_MOE",
        Text("Interim payment statement by the MOE", "État d'acompte de la MOE"),
        _MOE,
        (Actor.MOA, Actor.RECIPIENT),
        ("A19",),
    ),
    _works(
        "A16_ETAT_ACOMPTE_VALIDE_MOE",
        Text("Validated interim payment statement by the MOE", "État d'acompte validé de la MOE"),
        _MOE,
        _FINANCE,
    ),
    _works(
        "A17_PROJET_DECOMPTE_GENERAL_MOE",
        Text("Draft general statement by the MOE", "Projet de décompte général de la MOE"),
        _MOE,
        (Actor.MOA, Actor.SUPPLIER, Actor.RECIPIENT),
        ("A20", "A8"),
    ),
    _works(
        "A18_DECOMPTE_GENERAL_MOE",
        Text("General statement by the MOE", "Décompte général de la MOE"),
        _MOE,
        (Actor.SUPPLIER, Actor.RECIPIENT),
        ("A8",),
    ),
    _works(
        "A19_ETAT_ACOMPTE_VALIDE_MOA",
        Text("Validated interim payment statement by the MOA", "État d'acompte validé de la MOA"),
        _MOA,
        _FINANCE,
    ),
    _works(
        "A20_DECOMPTE_GENERAL_MOA",
        Text("General statement by the MOA", "Décompte général de la MOA"),
        _MOA,
        (Actor.SUPPLIER, Actor.RECIPIENT),
        ("A8",),
    ),
    # Energy taxes; not invoicing.
    Framework(
        "A21",
        "A21_DEMANDE_REMBOURSEMENT_TIC",
        Text("Energy tax refund request", "Demande de remboursement de taxe intérieure de consommation (TIC)"),
    ),
    # Tacit procedure: 10 days without an answer make it final, and A23 is filed (doc/RULES.md §2.2).
    _works(
        "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE",
        Text("Signed draft general statement (tacit procedure)", "Projet de décompte général signé (procédure tacite)"),
        _LEAD,
        (Actor.MOE, Actor.MOA, Actor.SUPPLIER, Actor.RECIPIENT),
        ("A23",),
    ),
    _works(
        "A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR",
        Text("Tacit final general statement", "Décompte général et définitif tacite"),
        _LEAD,
        _FINANCE,
    ),
    _works(
        "A24_DECOMPTE_GENERAL_DEFINITIF_TACITE_MOE",
        Text("Tacit final general statement by the MOE", "Décompte général et définitif tacite de la MOE"),
        _MOE,
        _FINANCE,
    ),
    # The API value says MOE; AIFE's schema and stylesheet say MOA (doc/API.md §6.12).
    _works(
        "A25_DECOMPTE_GENERAL_DEFINITIF_MOE_PROCEDURE_TACITE",
        Text(
            "Final general statement by the MOA (tacit procedure)",
            "Décompte général et définitif de la MOA (procédure tacite)",
        ),
        _MOA,
        _FINANCE,
    ),
    # Read in consultation answers only (doc/API.md §3.1).
    Framework(NO_FRAMEWORK, "SANS_CADRE_DE_FACTURATION", Text("No framework", "Sans cadre de facturation")),
)

FRAMEWORKS: Mapping[str, Framework] = MappingProxyType({framework.code: framework for framework in _TABLE})
"""Every framework by its short code: A1 to A25, and SANS_CADRE."""

_BY_ANY_CODE: dict[str, Framework] = {**FRAMEWORKS, **{framework.api_value: framework for framework in _TABLE}}


def _unknown(code: str) -> Framework:
    raw = code.strip()
    return _BY_ANY_CODE.get(raw or NO_FRAMEWORK) or Framework(raw, raw, Text(raw, raw))


get = Codes(_BY_ANY_CODE, _unknown).__getitem__
"""The framework of that short code (``A4``) or API value (``A4_PROJET_…``). Never raises.

Nothing gives ``SANS_CADRE``; an unknown code gives a framework labelled with it, that nobody may file.
"""


def offered(roles: Iterable[Role], *, works: bool | None = None) -> list[Framework]:
    """The frameworks to propose to a supplier having any of these roles, in the order of their codes.

    ``works`` keeps the works ones (``True``) or the ordinary ones (``False``).
    """
    wanted = frozenset(roles)
    return [
        framework
        for framework in _TABLE
        if framework.offered_to_supplier and framework.roles & wanted and works in (None, framework.works)
    ]
