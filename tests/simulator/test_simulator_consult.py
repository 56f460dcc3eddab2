"""What the simulator tells of one invoice, of a structure and of its services."""

from simulator.vocabulary import STATUSES

from ..support import fixtures
from ..support.simulated import SECOND_SUPPLIER, STATE, SUPPLIER
from ..support.simulator_case import (
    CONSULT,
    ENGAGEMENTS,
    FIRST,
    HISTORY,
    INACTIVE,
    METROPOLIS,
    NOTHING_FOUND,
    SERVICE,
    SERVICES,
    STRUCTURE,
    STRUCTURES,
    invoice,
    line,
)

client, process = fixtures.client, fixtures.process


# Invoices


def test_consult_as_supplier(client):
    row = client.integrated(invoice(buyer=STATE, BT_10="FAC-001", BT_12="M", BT_13="EJ"))
    facture = client.call(CONSULT, identifiantFactureCPP=row["identifiantFactureCPP"])["facture"]
    assert facture["statutFacture"] == "DEPOSEE"
    assert facture["cadreDeFacturation"] == {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"}
    assert facture["references"]["numeroMarche"] == "M"
    assert facture["references"]["modePaiement"] == "VIREMENT"
    assert facture["destinataire"]["libelleServiceExecutant"] == "Service facturier"
    assert facture["fournisseur"]["coordBancairesFournisseurCodeBanque"] == "30006"
    assert facture["montantTotal"]["montantTVA"] == 20
    assert facture["lignesDePoste"]["lignePoste"][0]["lignePosteMontantTtcApresRemise"] == 120
    assert facture["recapitulatifDeTva"]["totalLignesRecapitulativesTVA"] == 1


def test_lists_of_a_consultation_have_pages(client):
    lines = [line(str(number), "5.00") for number in range(1, 21)]
    identifier = client.integrated(invoice(BG_25=lines))["identifiantFactureCPP"]
    page = client.call(CONSULT, identifiantFactureCPP=identifier)["facture"]["lignesDePoste"]
    assert (len(page["lignePoste"]), page["pagesLignesPoste"], page["totalLignesPoste"]) == (10, 2, 20)
    wanted = {"pageResultatDemandeeLignesPoste": 3, "nbResultatsParPageLignesPoste": 8}
    page = client.call(CONSULT, identifiantFactureCPP=identifier, getpLignesPoste=wanted)["facture"]["lignesDePoste"]
    assert [one["lignePosteNumero"] for one in page["lignePoste"]] == [17, 18, 19, 20]


def test_history(client):
    identifier = client.integrated(invoice())["identifiantFactureCPP"]
    for status in ("MISE_A_DISPOSITION", "REJETEE"):
        client.act(identifier, status, motif="EJ_ERR", commentaire="Engagement inconnu")
    answer = client.call(HISTORY, idFacture=identifier)
    assert (answer["statutCourantCode"], answer["numeroFacture"], answer["idFacture"]) == ("REJETEE", "FA-1", identifier)
    block = answer["historiquesDesStatuts"]
    assert [step["histoStatutCode"] for step in block["histoStatut"]] == ["REJETEE", "MISE_A_DISPOSITION", "DEPOSEE"]
    assert (block["totalHistoStatut"], block["pagesHistoStatut"], block["nbResultatsParPageHistoStatut"]) == (3, 1, 10)
    last, first = block["histoStatut"][0], block["histoStatut"][2]
    assert last["histoStatutCommentaire"] == "EJ_ERR - EJ incorrect ou inexistant : Engagement inconnu"
    assert last["histoStatutUtilisateurNom"] != first["histoStatutUtilisateurNom"]
    assert last["histoStatutDatePassage"] >= first["histoStatutDatePassage"]
    paging = {"nbResultatsParPageListeHistoStatut": 2, "pageResultatDemandeeListeHistoStatut": 2}
    page = client.call(HISTORY, idFacture=identifier, paramRechercheHistoStatuts=paging)["historiquesDesStatuts"]
    assert [step["histoStatutCode"] for step in page["histoStatut"]] == ["DEPOSEE"]
    order = {"triSensListeHistoStatut": "Ascendant"}
    page = client.call(HISTORY, idFacture=identifier, nbResultatsMaximum=1, paramRechercheHistoStatuts=order)
    assert [s["histoStatutCode"] for s in page["historiquesDesStatuts"]["histoStatut"]] == ["DEPOSEE"]


def test_all_statuses_are_accepted_and_no_other(client):
    identifier = client.integrated(invoice())["identifiantFactureCPP"]
    assert client.ask(f"invoices/{identifier}/status", statut="PAYEE").status_code == 400
    assert len(STATUSES) == 56
    for status in STATUSES:
        client.act(identifier, status)
        assert client.numbers(statutCourant=[status]) == ["FA-1"]


# Structures


def test_search_structures(client):
    answer = client.call(STRUCTURES, parametres={"nbResultatsParPage": 3})
    assert answer["parametresRetour"]["total"] == 45
    identifiers = [row["identifiantStructure"] for row in answer["listeStructures"]]
    assert len(identifiers) == 3
    assert identifiers == sorted(identifiers, reverse=True)
    inactive = client.call(STRUCTURES, structure={"statutStructure": "INACTIF"})["listeStructures"]
    assert {row["statut"] for row in inactive} == {"INACTIVE"}
    assert INACTIVE in {row["identifiantStructure"] for row in inactive}
    named = client.call(STRUCTURES, structure={"raisonSocialeStructure": "démo", "typeStructure": "PRIVEE"})
    assert [row["identifiantStructure"] for row in named["listeStructures"]] == [SUPPLIER]
    assert client.call(STRUCTURES, structure={"identifiantStructure": "1"})["listeStructures"] == []
    both = client.call(STRUCTURES, restreindreStructuresPrivees=True, structure={"typeStructure": "PRIVEE"})
    assert [row["identifiantStructure"] for row in both["listeStructures"]] == [SUPPLIER]


def test_search_by_name_and_town(client):
    towns = client.call(STRUCTURES, structure={"raisonSocialeStructure": "commune de saint-exemple", "statutStructure": "ACTIF"})
    assert len(towns["listeStructures"]) == 3
    wanted = {"raisonSocialeStructure": "Commune", "adresseVille": "saint-exemple-sur-mer"}
    (row,) = client.call(STRUCTURES, structure=wanted)["listeStructures"]
    assert row["designationStructure"] == "Commune de Saint-Exemple-sur-Mer"


def test_structures_without_siret(client):
    found = client.call(STRUCTURES, structure={"typeIdentifiantStructure": "UE_HORS_FRANCE"})["listeStructures"]
    assert [row["identifiantStructure"] for row in found] == ["DE123456788"]
    types = ("HORS_UE", "RIDET", "TAHITI", "PARTICULIER")
    for kind in types:
        assert len(client.call(STRUCTURES, structure={"typeIdentifiantStructure": kind})["listeStructures"]) == 1


def test_two_hundred_and_eighteen_services(client):
    page = {"nbResultatsParPage": 100, "pageResultatDemandee": 3}
    answer = client.call(SERVICES, idStructure=client.structure_id(METROPOLIS), parametresRechercherServicesStructure=page)
    assert (answer["parametresRetour"]["total"], len(answer["listeServices"])) == (218, 18)


def test_engagements(client):
    (row,) = client.call(ENGAGEMENTS, numeroEngagementJuridique="1300012345")["listeEngagementJuridique"]
    assert (row["libelleEtatCourantEJ"], row["montantTotalTtc"]) == ("COMMANDE", 24000)
    assert client.post(ENGAGEMENTS, {"numeroEngagementJuridique": "1"}).json()["codeRetour"] == NOTHING_FOUND
    other = str(client.structure_id(SECOND_SUPPLIER))
    assert client.post(ENGAGEMENTS, {"structureReceptriceEngagementJuridique": other}).json()["codeRetour"] == 20001
    client.control("directory", applications=[{"client_id": FIRST[0], "apis": ["factures", "structures", "transverses"]}])
    assert client.post(ENGAGEMENTS, {"numeroEngagementJuridique": "1300012345"}).status_code == 403


def test_consult_structures(client):
    state = client.call(STRUCTURE, idStructureCPP=client.structure_id(STATE))
    assert state["parametres"]["codeServiceDoitEtreRenseigne"] is True
    assert state["parametres"]["numeroEJDoitEtreRenseigne"] is True
    assert state["parametres"]["gestionNumeroEJOuCodeService"] is False
    assert "dateExpirationMotPasseCompteTech" not in state["informationGenerales"]
    private = client.post(STRUCTURE, {"idStructureCPP": client.structure_id(SECOND_SUPPLIER)})
    assert private.json()["codeRetour"] == 20001
    assert client.post(STRUCTURE, {"idStructureCPP": 1}).json()["codeRetour"] == NOTHING_FOUND


def test_services(client):
    state = client.structure_id(STATE)
    order = {"triColonne": "CodeService", "triSens": "Ascendant"}
    answer = client.call(SERVICES, idStructure=state, parametresRechercherServicesStructure=order)
    services = {row["codeService"]: row for row in answer["listeServices"]}
    assert list(services) == ["FAC-001", "FAC-OLD", "FACTURES_PUBLIQUES"]
    assert (services["FAC-001"]["estActif"], services["FAC-OLD"]["estActif"]) == (True, False)
    found = client.call(SERVICE, idStructure=state, idService=services["FAC-001"]["idService"])
    assert found["informationsGenerales"]["codeService"] == "FAC-001"
    assert found["parametres"]["numeroEngagement"] is False
    assert client.post(SERVICE, {"idStructure": state, "idService": 1}).json()["codeRetour"] == NOTHING_FOUND
