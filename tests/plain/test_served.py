"""The lists of codes that the platform serves: read, compared with what is known here, never in the way."""

import pytest

from ...services.api.errors import NotAllowed, NotReceived, Refused
from ...services.api.lists import ListsClient
from ...services.vocabulary import served

PATH = "/cpro/transverses/v1/recuperer/"


class Platform(ListsClient):
    """A client whose session answers from a table; what is not in it is refused."""

    def __init__(self, answers):
        self.answers, self.asked, self._session = answers, [], self

    def post(self, path, body):
        name = path.removeprefix(PATH)
        self.asked.append((name, body))
        answer = self.answers.get(name, Refused("absent"))
        if isinstance(answer, Exception):
            raise answer
        return {"codeRetour": 0, "libelle": "TRA_MSG_00.000", **(answer(body) if callable(answer) else answer)}


def listed(name, code, *codes, **more):
    return {name: [{code: value, **more} for value in codes]}


ANSWERS = {
    "formatflux": listed("listeFormatFlux", "formatFlux", "IN_DP_E1_STRUCT", "IN_DP_E4_STRUCT"),
    "syntaxeflux": lambda body: listed("listeSyntaxes", "syntaxeFlux", f"{body['formatFlux'][:8]}_TVX"),
    "cadrefacturation": listed("listeCadreFacturation", "codeCadreFacturation", "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR"),
    "typefacturetravaux": listed("listeTypeFactureTravaux", "typeFactureTravaux", "ETAT_ACOMPTE"),
    "motifs/exonerationtva": listed(
        "listeMotifsExonerationTva", "codeMotifExonerationTva", "EXPT", "FRANC", libelleMotifExonerationTva="Un motif"
    ),
}


def test_what_is_new_is_told():
    platform = Platform(ANSWERS)
    told = platform.served_lists()
    assert list(told) == list(served.LISTS)
    assert [body for name, body in platform.asked if name == "syntaxeflux"] == [
        {"formatFlux": "IN_DP_E1_STRUCT"},
        {"formatFlux": "IN_DP_E4_STRUCT"},
    ]
    assert served.news(told) == {
        "formats": {"IN_DP_E4_STRUCT": ""},
        "syntaxes": {"IN_DP_E1_TVX": "", "IN_DP_E4_TVX": ""},
        "exemptions": {"FRANC": "Un motif"},
    }


def test_a_list_that_is_not_served_is_left_out():
    for error in (Refused("non"), NotAllowed("subscription")):
        told = Platform({**ANSWERS, "formatflux": error}).served_lists()
        assert list(told) == ["frameworks", "works_types", "exemptions"]


def test_a_platform_that_stops_answering_keeps_what_was_read():
    platform = Platform({**ANSWERS, "cadrefacturation": NotReceived("cut")})
    assert list(platform.served_lists()) == ["formats", "syntaxes"]
    assert [name for name, _body in platform.asked][-1] == "cadrefacturation"


@pytest.mark.parametrize("answer", [{}, {"listeFormatFlux": None}, {"listeFormatFlux": ["IN_DP"]}, {"listeFormatFlux": [{}]}])
def test_an_empty_answer_is_an_empty_list(answer):
    assert Platform({"formatflux": answer}).served_lists() == {"formats": {}}


def test_nothing_served_is_nothing_new():
    assert served.news({}) == {}
