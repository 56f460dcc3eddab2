"""The simulator's search as a supplier: criteria, order, pages, and what is none of one's business."""

import datetime

import pytest

from ..support import fixtures
from ..support.simulated import DEPARTMENT, HOSPITAL, SUPPLIER, TOWN
from ..support.simulator_case import CONSULT, HISTORY, NOTHING_FOUND, OTHER, SEARCH, Client, invoice, line, vat

client, process = fixtures.client, fixtures.process


@pytest.fixture
def three(client):
    """Three integrated invoices of 10, 30 and 20 € + 20 %, 8 € of it paid before, to three recipients, a day apart."""
    client.control("options", empty_search="list")
    for day, (buyer, tens) in enumerate(((TOWN, 1), (DEPARTMENT, 3), (HOSPITAL, 2)), start=1):
        client.travel(f"2025-12-{day:02d}T10:00:00")
        base, tax, gross = f"{10 * tens}.00", f"{2 * tens}.00", f"{12 * tens}.00"
        client.integrated(
            invoice(
                f"N{day}",
                buyer,
                BT_2=datetime.date(2025, 6, day),
                BT_10="CHU-ACHATS" if buyer == HOSPITAL else None,
                BT_12=f"M{day}",
                BT_13=f"EJ{day}",
                BG_23=[vat(base, tax)],
                BT_106=base,
                BT_109=base,
                BT_110=tax,
                BT_112=gross,
                BT_113="8.00",
                BT_115=f"{12 * tens - 8}.00",
                BG_25=[line(amount=base)],
            )
        )
    return client


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({}, ["N3", "N2", "N1"]),
        ({"numeroFacture": "N2"}, ["N2"]),
        ({"numeroFacture": "N"}, []),
        ({"numeroMarche": "M1"}, ["N1"]),
        ({"numeroBonCommande": "EJ3"}, ["N3"]),
        ({"numeroFactureOrigine": "FA-1"}, []),
        ({"typeFacture": "AVOIR"}, []),
        ({"statutCourant": ["DEPOSEE", "REJETEE"]}, ["N3", "N2", "N1"]),
        ({"statutCourant": ["REJETEE"]}, []),
        ({"periodeDateDepotDu": "2025-12-02"}, ["N3", "N2"]),
        ({"periodeDateDepotAu": "2025-12-02"}, ["N2", "N1"]),
        ({"periodeDateDepotDu": "2025-12-02", "periodeDateDepotAu": "2025-12-02T00:00:00"}, ["N2"]),
        ({"periodeDateFactureDu": "2025-06-02", "periodeDateFactureAu": "2025-06-03"}, ["N3", "N2"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-02T10:00:00"}, ["N3", "N2"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-03T09:00:00Z"}, ["N3"]),
        ({"periodeDateHeureEtatCourantAu": "2025-12-02T09:59:59+01:00"}, ["N1"]),
        ({"periodeDateHeureEtatCourantDu": "2025-12-01", "periodeDateHeureEtatCourantAu": "2025-12-02"}, ["N1"]),
        ({"montantHTMin": 20}, ["N3", "N2"]),
        ({"montantHTMax": 20.0}, ["N3", "N1"]),
        ({"montantTTCMin": 24, "montantTTCMax": 24}, ["N3"]),
        ({"montantApayerMin": 28.01}, []),
        ({"modeDepot": "UPLOAD_API"}, ["N3", "N2", "N1"]),
        ({"modeDepot": "SAISIE_API"}, []),
        ({"rejetTraite": True}, []),
        ({"idStructureValideur": 1}, []),
        ({"listeDestinataire": [{"raisonSocialeStuctDmd": "démonville"}]}, ["N3", "N1"]),
        ({"paging": {"triSens": "Ascendant"}}, ["N1", "N2", "N3"]),
        ({"paging": {"triColonne": "MontantTTC"}}, ["N2", "N3", "N1"]),
        ({"paging": {"triColonne": "CodeDestinataire", "triSens": "Ascendant"}}, ["N1", "N3", "N2"]),
        ({"paging": {"nbResultatsParPage": 2, "pageResultatDemandee": 2}}, ["N1"]),
        ({"paging": {"nbResultatsParPage": 2, "pageResultatDemandee": 3}}, []),
        ({"paging": {"nbResultatsMaximum": 2}}, ["N3", "N2"]),
    ],
)
def test_search(three, criteria, expected):
    assert three.numbers(**criteria) == expected


def test_search_by_identifiers(three):
    supplier = three.structure_id(SUPPLIER)
    assert len(three.numbers(idFournisseur=supplier)) == 3
    assert three.numbers(idFournisseur=supplier + 1) == []
    assert three.numbers(listeDestinataire=[{"idDestinataire": three.structure_id(HOSPITAL)}]) == ["N3"]
    rows = {row["numeroFacture"]: row for row in three.search()["listeFactures"]}
    service = rows["N3"]["idServiceExecutant"]
    assert three.numbers(listeDestinataire=[{"listeIdServiceExecutant": [service]}]) == ["N3"]
    facture = three.call(CONSULT, identifiantFactureCPP=rows["N1"]["identifiantFactureCPP"])["facture"]
    bank = facture["fournisseur"]["coordBancairesFournisseurId"]
    assert len(three.numbers(coordonneeBancaire=bank)) == 3
    assert three.numbers(coordonneeBancaire=bank + 1) == []
    user = next(a for a in three.control("directory", "GET")["accounts"] if a["structure"] == SUPPLIER)["idUtilisateur"]
    assert len(three.numbers(idUtilisateurCreateur=[user])) == 3
    assert three.numbers(idUtilisateurCreateur=[user + 1]) == []
    assert "taille" not in rows["N1"]
    assert three.search(recupererTaille=True)["listeFactures"][0]["taille"] > 1000


def test_search_by_siren_of_the_recipient(three):
    three.control("directory", siret=TOWN[:9] + "00999", designationStructure="Autre établissement")
    wanted = [{"idDestinataire": three.structure_id(TOWN[:9] + "00999")}]
    assert three.numbers(listeDestinataire=wanted) == []
    assert three.numbers(listeDestinataire=wanted, rechercheSirenDestinataire=True) == ["N1"]


def test_search_pages(three):
    answer = three.search(paging={"nbResultatsParPage": 2})
    assert answer["parametresRetour"] == {"pageCourante": 1, "pages": 2, "nbResultatsParPage": 2, "total": 3}
    assert three.search()["parametresRetour"]["nbResultatsParPage"] == 10


def test_search_sees_the_current_status_only(three):
    identifier = three.row(numeroFacture="N1")["identifiantFactureCPP"]
    three.travel("2025-12-10T08:00:00")
    three.act(identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon")
    found = three.row(periodeDateHeureEtatCourantDu="2025-12-05")
    assert (found["numeroFacture"], found["statut"]) == ("N1", "SUSPENDUE")
    assert found["dateHeureEtatCourant"].startswith("2025-12-10T08:00:00.")
    assert found["dateHeureEtatCourant"].endswith("+01:00")
    assert "JUSTIF_ABS" in found["commentaireEtatCourant"]
    assert found["commentaireEtatCourant"].endswith("Bon")
    assert three.numbers(periodeDateHeureEtatCourantAu="2025-12-01T23:59:59") == []


def test_nothing_found(client):
    answer = client.post(SEARCH, {"numeroFacture": "NOTHING"})
    assert answer.status_code == 200
    assert (answer.json()["codeRetour"], answer.json()["libelle"]) == (NOTHING_FOUND, "TRA_MSG_00.015")
    client.control("options", empty_search="list")
    assert client.call(SEARCH, numeroFacture="NOTHING")["listeFactures"] == []


def test_suppliers_see_only_their_own(client):
    row = client.integrated(invoice())
    other = Client(client.url, OTHER)
    assert other.post(SEARCH).json()["codeRetour"] == NOTHING_FOUND
    for path, field in ((CONSULT, "identifiantFactureCPP"), (HISTORY, "idFacture")):
        assert other.post(path, {field: row["identifiantFactureCPP"]}).json()["codeRetour"] == 20001
        assert other.post(path, {field: 1}).json()["libelle"] == "GDP_MSG_11.008"
