"""The table of works documents: for every framework and role, what is offered, what is needed, what follows.

Without a database.
"""

import re

import pytest

from ...services.follow import works
from ...services.follow.works import Channel, Stage
from ...services.follow.works_deposit import WorksDeposit
from ...services.vocabulary import frameworks
from ...services.vocabulary.actors import Actor
from ...services.vocabulary.frameworks import SUPPLIER_ROLES, Role
from ..support import swagger
from ..support.places import ROOT

LEAD = ("A4", "A5", "A6", "A7")

#: role, works, filed before → offered, the usual one first.
OFFERS = [
    (Role.TITULAIRE, False, (), ("A1", "A2")),
    (Role.MANDATAIRE, False, (), ("A1", "A2")),
    (Role.SOUS_TRAITANT, False, (), ("A9",)),
    (Role.COTRAITANT, False, (), ("A12",)),
    (Role.MOE, False, (), ()),
    (Role.MOA, False, (), ()),
    (Role.TITULAIRE, False, ("A1", "A1"), ("A1", "A2")),
    (Role.TITULAIRE, True, (), LEAD),
    (Role.MANDATAIRE, True, (), LEAD),
    (Role.TITULAIRE, True, ("A4", "A5", "A6"), LEAD),
    (Role.TITULAIRE, True, ("A4", "A7"), ("A8", "A22")),
    (Role.TITULAIRE, True, ("A7", "A4"), ("A8", "A22")),
    (Role.TITULAIRE, True, ("A7", "A22"), ("A23", "A8")),
    (Role.TITULAIRE, True, ("A7", "A8"), ()),
    (Role.TITULAIRE, True, ("A22", "A23"), ()),
    (Role.SOUS_TRAITANT, True, (), ("A10",)),
    (Role.SOUS_TRAITANT, True, ("A10",), ("A10",)),
    (Role.COTRAITANT, True, (), ("A13", "A14")),
    (Role.COTRAITANT, True, ("A13",), ("A13", "A14")),
    (Role.COTRAITANT, True, ("A13", "A14"), ()),
    (Role.MOE, True, (), ()),
    (Role.MOA, True, (), ()),
]

V, E, A = Actor.VALIDATOR, Actor.MOE, Actor.MOA
#: framework → who files, channel, whom it must name first and later, what follows, what of it is ours as main contractor.
TABLE = {
    "A1": ("lead", Channel.FLOW, None, (), (), ()),
    "A2": ("lead", Channel.FLOW, None, (), (), ()),
    "A4": ("lead", Channel.HAND, E, (A,), ("A15", "A19"), ()),
    "A5": ("lead", Channel.HAND, A, (), ("A19",), ()),
    "A6": ("lead", Channel.HAND, None, (), (), ()),
    "A7": ("lead", Channel.HAND, E, (A,), ("A17", "A20", "A8"), ("A8",)),
    "A8": ("lead", Channel.HAND, None, (), (), ()),
    "A9": ("sub", Channel.SUBMIT, V, (), (), ()),
    "A10": ("sub", Channel.HAND, V, (E, A), (), ()),
    "A12": ("co", Channel.SUBMIT, V, (), (), ()),
    "A13": ("co", Channel.HAND, V, (E, A), (), ()),
    "A14": ("co", Channel.HAND, V, (E, A), (), ()),
    "A22": ("lead", Channel.HAND, E, (A,), ("A23",), ("A23",)),
    "A23": ("lead", Channel.HAND, None, (), (), ()),
}
ROLES = {
    "lead": {Role.TITULAIRE, Role.MANDATAIRE},
    "sub": {Role.SOUS_TRAITANT},
    "co": {Role.COTRAITANT},
}
#: Never a supplier's: court costs, the withdrawn A11, the MOE's and MOA's, the energy tax.
NEVER = ("A3", "A11", "A15", "A16", "A17", "A18", "A19", "A20", "A21", "A24", "A25")


@pytest.mark.parametrize(("role", "is_works", "filed", "expected"), OFFERS)
def test_offered(role, is_works, filed, expected):
    assert tuple(one.code for one in works.offered(role, works=is_works, filed=filed)) == expected


def test_the_table_is_complete():
    assert set(TABLE) | set(NEVER) | {frameworks.NO_FRAMEWORK} == set(frameworks.FRAMEWORKS)


@pytest.mark.parametrize("code", TABLE)
def test_what_is_needed_and_what_follows(code):
    who, channel, first, later, following, ours = TABLE[code]
    framework = frameworks.get(code)
    assert framework.roles == ROLES[who]
    assert works.channel(code) is channel
    assert works.needs(code) == works.Needs(first, later)
    assert tuple(one.code for one in works.follows(code)) == following
    assert tuple(one.code for one in works.next_of_ours(code, Role.TITULAIRE)) == ours


@pytest.mark.parametrize("code", TABLE)
@pytest.mark.parametrize("role", Role)
def test_offered_to_whom_may_file_it_only(code, role):
    everywhere = {
        one.code
        for is_works in (False, True)
        for filed in ((), ("A7",), ("A22",))
        for one in works.offered(role, works=is_works, filed=filed)
    }
    assert (code in everywhere) == (role in ROLES[TABLE[code][0]])


@pytest.mark.parametrize("code", NEVER)
def test_never_offered(code):
    for role in SUPPLIER_ROLES:
        for is_works in (False, True):
            for filed in ((), ("A4",), ("A7",), ("A22",)):
                assert code not in [one.code for one in works.offered(role, works=is_works, filed=filed)]


def test_stage_is_the_furthest_reached():
    assert works.stage((), works=True) is Stage.MONTHLY
    assert works.stage(("A8", "A4"), works=True) is Stage.CLOSED
    assert works.stage(("A1", "nothing"), works=True) is Stage.MONTHLY
    assert works.stage(("A8",), works=False) is Stage.ORDINARY


def test_the_seam_is_closed():
    assert not WorksDeposit.documented
    with pytest.raises(NotImplementedError, match="soumettreFactureTravaux"):
        WorksDeposit().submit(None, type("Document", (), {"framework": "A4"}), b"")


def test_the_seam_opens_in_one_place(monkeypatch):
    monkeypatch.setattr(WorksDeposit, "documented", True)
    assert works.channel("A4") is Channel.SUBMIT


def sources():
    """The code of the add-on and of the simulator, by file."""
    for folder in ("services", "models", "wizards", "views", "tools"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in (".py", ".xml", ".json"):
                yield path, path.read_text("utf-8")


def test_no_syntax_nor_xml_place_is_invented():
    """doc/RULES.md §8.2: the names of the works flows, and where MOE and MOA stand in a file, are not known."""
    for path, text in sources():
        for unknown in ("IN_DP_E4", "IN_DP_E5", "OriginatorCustomerParty", "BuyerCustomerParty", "SellerSupplierParty"):
            assert unknown not in text, f"{path}: {unknown}"


def test_no_route_is_invented():
    """doc/API.md §2.E: of the works API only the search has a confirmed path; no other is called or served."""
    base = "facturesTravaux/v1/"
    known = {path for path in swagger.operations() if path.startswith(base)}
    assert known == {f"{base}rechercher"}
    named = {route for _path, text in sources() for route in re.findall(r'"(?:/cpro/)?(facturesTravaux/v1/\w[\w/]*)"', text)}
    assert named == known
