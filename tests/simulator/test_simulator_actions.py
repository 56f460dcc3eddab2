"""What a supplier does about an invoice at the simulated Chorus Pro: taken in the right status only, by its owner, and kept."""

import base64

import pytest

from ..support import fixtures, simulated
from ..support.simulator_case import HISTORY, OTHER, SEARCH, Client, Process, invoice

client, process = fixtures.client, fixtures.process
COMPLETE, RECYCLE = "factures/v1/completer", "factures/v1/recycler"
ACKNOWLEDGE, VALIDATOR = "factures/v1/traiterRejet", "factures/v1/corriger/valideur/facture"
ADD_FILE = "transverses/v1/ajouter/fichier"


def in_status(client, status, **changes):
    """An invoice that the recipient gave this status: its identifier."""
    identifier = client.integrated(invoice(**changes))["identifiantFactureCPP"]
    client.act(identifier, status)
    return identifier


def add_file(client, name="bon.pdf", content=b"%PDF"):
    encoded = base64.b64encode(content).decode()
    return client.call(ADD_FILE, pieceJointeFichier=encoded, pieceJointeNom=name, pieceJointeExtension="PDF")["pieceJointeId"]


def piece(identifier):
    return {
        "pieceJointeComplementaireId": identifier,
        "pieceJointeComplementaireType": "02",
        "pieceJointeComplementaireDesignation": "Bon de livraison",
    }


def shown(client, identifier):
    return next(row for row in client.state()["invoices"] if row["identifiantFactureCPP"] == identifier)


def code(client, path, **body):
    return client.post(path, body).json()["codeRetour"]


def test_complete(client):
    identifier = in_status(client, "SUSPENDUE")
    pieces = [piece(add_file(client))]
    answer = client.call(COMPLETE, identifiantFactureCPP=identifier, pieceJointeComplementaire=pieces, commentaire="Voici")
    assert answer["numeroFacture"] == "FA-1"
    row = shown(client, identifier)
    assert (row["statut"], row["attachments"]) == ("COMPLETEE", ["bon.pdf"])
    last = client.call(HISTORY, idFacture=identifier)["historiquesDesStatuts"]["histoStatut"][0]
    assert (last["histoStatutCode"], last["histoStatutCommentaire"]) == ("COMPLETEE", "Voici")
    # once only: it is no longer suspended
    assert client.post(COMPLETE, {"identifiantFactureCPP": identifier, "commentaire": "Encore"}).json() == {
        "codeRetour": 20002,
        "libelle": "GDP_MSG_11.033",
    }


def test_complete_is_refused(client):
    identifier = in_status(client, "SUSPENDUE")
    assert code(client, COMPLETE, identifiantFactureCPP=identifier) != 0, "nothing was added"
    assert code(client, COMPLETE, identifiantFactureCPP=identifier, pieceJointeComplementaire=[piece(1)]) != 0, "no such file"
    assert code(client, COMPLETE, identifiantFactureCPP=identifier, commentaire="x" * 2001) != 0
    assert code(client, COMPLETE, identifiantFactureCPP=identifier, commentaires="faute de frappe") == 400
    stranger = Client(client.url, OTHER)
    assert code(stranger, COMPLETE, identifiantFactureCPP=identifier, commentaire="Voici") == 20001
    theirs = [piece(add_file(stranger))]
    assert code(client, COMPLETE, identifiantFactureCPP=identifier, pieceJointeComplementaire=theirs) != 0, "another's file"
    assert shown(client, identifier)["statut"] == "SUSPENDUE"


def test_recycle(client):
    identifier = in_status(client, "A_RECYCLER", buyer=simulated.STATE, BT_10="FAC-001", BT_13="EJ-1")
    target = {"codeDestinataire": simulated.STATE, "codeServiceExecutant": "FAC-001"}
    wrong = {**target, "codeServiceExecutant": "INCONNU"}
    assert code(client, RECYCLE, identifiantFactureCPP=identifier, destinataire=wrong) != 0
    assert shown(client, identifier)["statut"] == "A_RECYCLER"
    answer = client.call(RECYCLE, identifiantFactureCPP=identifier, destinataire=target, reference={"numeroBonCommande": "EJ-2"})
    assert answer["statutFacture"] == "DEPOSEE"
    row = shown(client, identifier)
    assert (row["numeroBonCommande"], row["numeroFacture"]) == ("EJ-2", "FA-1")
    assert code(client, RECYCLE, identifiantFactureCPP=identifier, destinataire=target) != 0, "it is on its way"


def test_acknowledge(client):
    identifier = in_status(client, "REJETEE")
    wanted = [{"idDemandePaiement": identifier}]
    client.call(ACKNOWLEDGE, listeDemandePaiement=wanted)
    (row,) = client.call(SEARCH, rejetTraite=True)["listeFactures"]
    assert (row["identifiantFactureCPP"], row["statut"], row["rejetTraite"]) == (identifier, "REJETEE", True)
    client.call(ACKNOWLEDGE, listeDemandePaiement=wanted)
    other = in_status(client, "MANDATEE", number="FA-2")
    assert code(client, ACKNOWLEDGE, listeDemandePaiement=[{"idDemandePaiement": other}]) != 0


@pytest.mark.parametrize(
    ("status", "after"),
    [("ERREUR_FOURNISSEUR_SUR_VALIDEUR", "A_VALIDER_1"), ("ERREUR_COTRAITANT_SUR_VALIDEUR", "A_VALIDER_2"), ("DEPOSEE", None)],
)
def test_correct_validator(client, status, after):
    identifier = in_status(client, status)
    structure = client.structure_id(simulated.SECOND_SUPPLIER)
    body = {"idFacture": identifier, "idStructure": structure, "identifiantStructure": simulated.SECOND_SUPPLIER}
    assert (code(client, VALIDATOR, **body) == 0) == bool(after)
    assert shown(client, identifier)["statut"] == (after or status)


def test_memory_keeps_what_was_done(tmp_path):
    arguments = ("--control", "--processing-time", "never", "--state", str(tmp_path / "state.json"))
    with Process(*arguments) as running:
        client = Client(running.url)
        routed = in_status(client, "A_RECYCLER")
        client.call(
            RECYCLE, identifiantFactureCPP=routed, destinataire={"codeDestinataire": simulated.TOWN},
            reference={"numeroBonCommande": "EJ-9"},
        )  # fmt: skip
        rejected = in_status(client, "REJETEE", number="FA-2")
        client.call(ACKNOWLEDGE, listeDemandePaiement=[{"idDemandePaiement": rejected}])
        before = client.state()["invoices"]
    with Process(*arguments) as running:
        client = Client(running.url)
        assert client.state()["invoices"] == before
        assert shown(client, routed)["numeroBonCommande"] == "EJ-9"
        assert len(client.call(SEARCH, rejetTraite=True)["listeFactures"]) == 1
