"""The simulator's works desk and validators over HTTP: what it takes, who answers, what its documented searches show."""

import base64
import datetime
import html

import pytest

from ..support import fixtures, simulator_case
from ..support.simulated import SECOND_SUPPLIER, SUPPLIER, TOWN
from ..support.simulator_case import OTHER, blank_pdf, invoice, pdf, submit

client, process = fixtures.client, fixtures.process
MOE = "90000000100017"
WORKS, FILES = "facturesTravaux/v1/rechercher", "factures/v1/rechercher/demandePaiement"
WAITING, DECIDE = "factures/v1/rechercher/aTraiter/valideur", "factures/v1/traiter/factureAValider"


PLAIN = base64.b64encode(blank_pdf()).decode()


def file(client, number="SIT-1", cadre="A4", **changes):
    form = {
        "cadre": cadre,
        "numero": number,
        "fournisseur": SUPPLIER,
        "destinataire": TOWN,
        "moe": MOE,
        "moa": TOWN,
        "valideur": SECOND_SUPPLIER,
        "date": "2026-11-20",
        "marche": "M-1",
        "montantHT": "1000",
        "montantTTC": "1200.00",
        "pdf": PLAIN,
    }
    return client.control("works", **{**form, **changes})


def act(client, piece, actor, action, **more):
    return client.control(f"works/{piece['idFactureTravaux']}/act", actor=actor, action=action, **more)


def test_a_statement_is_answered_by_each_party(client):
    draft = file(client)
    assert (draft["statut"], draft["attend"]) == ("MISE_A_DISPOSITION_MOE", "moe")
    interim = act(client, draft, "moe", "accept")
    assert (interim["cadre"], interim["attend"], interim["dossier"]) == ("A15", "moa", draft["dossier"])
    approved = act(client, interim, "moa", "accept")
    assert (approved["cadre"], approved["attend"]) == ("A19", "finance")
    assert act(client, approved, "finance", "pay")["statut"] == "MISE_EN_PAIEMENT"
    rows = client.call(FILES, roleUtilisateur="FOURNISSEUR", typeDemandePaiement="FACTURE_TRAVAUX",
                       numeroDossierFacturation=draft["dossier"])["listeDemandePaiement"]  # fmt: skip
    assert [(row["cadreFacturation"][:3], row["etatCourant"]) for row in rows] == [
        ("A4_", "ASSOCIEE"),
        ("A15", "ASSOCIEE"),
        ("A19", "MISE_EN_PAIEMENT"),
    ]


def test_the_final_statement_comes_back_to_the_supplier(client):
    draft = file(client, cadre="A7")
    general = act(client, act(client, draft, "moe", "accept"), "moa", "accept")
    assert (general["cadre"], general["statut"]) == ("A20", "A_ASSOCIER_FOURNISSEUR")
    signed = file(client, "DGD-1", "A8", dossier=draft["dossier"])
    assert (signed["statut"], signed["attend"]) == ("MISE_A_DISPOSITION", "finance")


@pytest.mark.parametrize(
    ("cadre", "actor", "status"),
    [
        ("A4", "moe", "REFUSEE_MOE"),
        ("A5", "moa", "REFUSEE_MOA"),
        ("A10", "validator", "REFUSEE_1"),
        ("A8", "finance", "REJETEE"),
    ],
)
def test_a_refusal_stops_the_circuit(client, cadre, actor, status):
    refused = act(client, file(client, cadre=cadre), actor, "refuse", commentaire="Métré à revoir")
    assert (refused["statut"], refused["attend"]) == (status, "")
    assert refused["history"][-1]["commentaire"] == "Métré à revoir"


@pytest.mark.parametrize(
    "changes",
    [{"cadre": "A11"}, {"cadre": "A15"}, {"cadre": "A1"}, {"moe": ""}, {"numero": ""}, {"destinataire": "12345678901234"},
     {"dossier": "DF0"}, {"cadre": "A10", "valideur": ""}, {"date": "31/02/2026"}, {"date": "11/27/2026"}, {"date": "20261127"},
     {"montantHT": "dix"}, {"montantHT": "1.000,00"}, {"montantTTC": "NaN"}, {"montantTTC": "1e3"},
     {"pdf": ""}, {"pdf": "JVBERi0="}, {"pdf": "é"}],
)  # fmt: skip
def test_what_the_portal_does_not_take(client, changes):
    response = client.ask("works", **{"cadre": "A4", "numero": "N", "fournisseur": SUPPLIER, "destinataire": TOWN,
                                         "moe": MOE, "moa": TOWN, "pdf": PLAIN, **changes})  # fmt: skip
    assert response.status_code == 400, response.text


def test_a_pdf_with_an_xml_inside_is_refused(client):
    """The portal takes it for a batch, without the choice of the framework."""
    mixed = pdf(invoice())
    response = client.ask("works", cadre="A5", numero="N", fournisseur=SUPPLIER, destinataire=TOWN, moa=TOWN,
                          pdf=base64.b64encode(mixed).decode())  # fmt: skip
    assert (response.status_code, "factur-x.xml" in response.text) == (400, True)
    refused = client.page("/travaux", files={"pdf": mixed}, **FORM)
    assert (refused.status_code, "factur-x.xml" in refused.text) == (422, True)
    assert client.state()["works"] == []


FORM = {"cadre": "A5", "numero": "SIT-7", "fournisseur": SUPPLIER, "destinataire": TOWN, "moa": TOWN, "marche": "M-<7>",
        "date": "27/11/2026", "montantHT": "10000,00", "montantTTC": "12 000,00 €"}  # fmt: skip


def test_the_form_takes_what_the_french_write(client):
    """As the assistant of Odoo gives it to copy."""
    shown = client.page("/travaux", files={"pdf": blank_pdf()}, **FORM)
    assert (shown.status_code, "La pièce SIT-7 est déposée." in shown.text) == (200, True)
    assert "27/11/2026" in shown.text
    assert "10\u202f000,00\u00a0€" in shown.text
    (piece,) = client.state()["works"]
    assert float(piece["montantTTC"]) == 12000
    assert client.page(f"/travaux/{piece['idFactureTravaux']}/pdf").content == blank_pdf()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"date": "30/02/2026"}, "La date « 30/02/2026 » n&#x27;existe pas ou n&#x27;est pas de la forme JJ/MM/AAAA"),
        ({"date": "demain"}, "La date « demain » n&#x27;existe pas"),
        ({"montantHT": "10.000,00"}, "Le montant HT « 10.000,00 » ne se lit pas : écrivez par exemple 10000,00"),
        ({"destinataire": "1"}, "Le SIRET du destinataire n&#x27;est pas dans l&#x27;annuaire"),
        ({"numero": ""}, "Le numéro comporte de 1 à 20 caractères"),
    ],
)
def test_a_refused_form_keeps_what_was_typed(client, changes, said):
    typed = {**FORM, **changes}
    refused = client.page("/travaux", files={"pdf": blank_pdf()}, **typed)
    assert refused.status_code == 422
    assert said in refused.text
    for name, value in typed.items():
        if name != "cadre" and value:
            assert f'name="{name}" value="{html.escape(value)}"' in refused.text
    assert '<option value="A5" selected>A5 – État d&#x27;acompte (A5_ETAT_ACOMPTE_FOURNISSEUR)<' in refused.text
    assert client.state()["works"] == []


def test_works_search(client):
    piece = file(client)
    found = client.call(WORKS, roleUtilisateur="FOURNISSEUR", numeroFactureTravaux="SIT-1")["listeFacturesTravaux"]
    assert [(row["idFactureTravaux"], row["statutFactureTravaux"]) for row in found] == [
        (piece["idFactureTravaux"], "MISE_A_DISPOSITION_MOE")
    ]
    nothing = client.post(WORKS, {"roleUtilisateur": "FOURNISSEUR", "numeroFactureTravaux": "NO"}).json()
    assert (nothing["codeRetour"], nothing["libelle"]) == (20007, "GFT_MSG_01.075")
    assert client.post("facturesTravaux/v1/soumettre", {}).status_code == 404


@pytest.fixture
def subcontractor(process):
    return simulator_case.Client(process.url, OTHER)


def test_validator_decides(client, subcontractor):
    first, second = submit(subcontractor, "ST-1"), submit(subcontractor, "ST-2")
    assert first["codeRetour"] == 0, first
    waiting = client.call(WAITING)["listeFactures"]
    assert {row["numeroFacture"] for row in waiting} == {"ST-1", "ST-2"}
    done = client.call(DECIDE, idFacture=first["identifiantFactureCPP"], action="VALIDATION")
    assert done["statutFacture"] == "VALIDEE_1"
    refused = client.call(DECIDE, idFacture=second["identifiantFactureCPP"], action="REFUS",
                          motifRefus="AUT_MOTIF_ERR_VALIDEUR", complementInfo="Travaux non faits")  # fmt: skip
    assert refused["statutFacture"] == "REFUSEE_1"
    assert client.post(WAITING, {}).json()["codeRetour"] == 20000
    again = client.post(DECIDE, {"idFacture": first["identifiantFactureCPP"], "action": "VALIDATION"}).json()
    assert again["codeRetour"] == 20004
    one = [{"idFacture": first["identifiantFactureCPP"]}]
    pdf = client.call("factures/v1/telecharger/groupe", format="PDF", listeFacture=one)
    assert base64.b64decode(pdf["fichierResultat"]).startswith(b"%PDF-")


def test_others_do_not_decide(client, subcontractor):
    made = submit(subcontractor)
    stranger = subcontractor.post(DECIDE, {"idFacture": made["identifiantFactureCPP"], "action": "VALIDATION"}).json()
    assert stranger["codeRetour"] == 20001
    assert submit(subcontractor, "ST-9", validator="12345678901234")["codeRetour"] != 0


def test_silence_accepts(client, subcontractor):
    made = submit(subcontractor)
    client.travel((datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=16)).isoformat())
    state = client.state()["invoices"]
    assert [(one["identifiantFactureCPP"], one["statut"]) for one in state] == [
        (made["identifiantFactureCPP"], "ABSENCE_VALIDATION_1_HORS_DELAI")
    ]


def test_pages(client):
    piece = file(client)
    for path, words in (("/travaux", "SIT-1"), (f"/travaux/{piece['idFactureTravaux']}", "À agir"),
                        ("/validation", "Aucune facture")):  # fmt: skip
        assert words in client.page(path).text
    client.page(f"/travaux/{piece['idFactureTravaux']}/action", action="moe accept")
    assert [one["cadre"] for one in client.state()["works"]] == ["A4", "A15"]
