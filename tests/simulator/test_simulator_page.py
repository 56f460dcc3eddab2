"""The recipient's page of the simulator."""

from ..support import fixtures
from ..support.simulator_case import FACTURX, HISTORY, attachment, invoice, line, xml

client, process = fixtures.client, fixtures.process


def test_pages(client):
    data = invoice(BG_24=[attachment()], BG_25=[line(name="<script>alert(1)</script>")])
    row = client.integrated(data, FACTURX)
    client.integrate(xml(invoice("FA-2", BT_23="S1")), name="<i>.xml")
    inbox = client.page("/").text
    assert "FA-1" in inbox
    assert "Déposée" in inbox
    assert "FA-2" not in inbox
    path = f"/factures/{row['identifiantFactureCPP']}"
    detail = client.page(path).text
    assert "&lt;script&gt;" in detail
    assert "<script" not in detail
    assert "120,00" in detail
    assert client.page(f"{path}/xml").content.startswith(b"<?xml")
    assert client.page(f"{path}/pdf").content.startswith(b"%PDF")
    assert client.page(f"{path}/pieces/1").content == b"hello"
    flows = client.page("/flux").text
    assert "IN_REJETE" in flows
    assert "&lt;i&gt;.xml" in flows
    assert "Commune de Démonville" in client.page("/annuaire").text
    history = client.call(HISTORY, idFacture=row["identifiantFactureCPP"])
    assert history["derniereAction"]["derniereActionCode"] == "TELECHARGEMENT_FACTURE"
    assert history["historiquesDesActionsUtilisateurs"]["totalHistoAction"] == 2
    for missing in ("/factures/1", f"{path}/pieces/9", "/nothing"):
        assert client.page(missing).status_code == 404


def test_acting_on_the_page(client):
    row = client.integrated(invoice())
    path = f"/factures/{row['identifiantFactureCPP']}/statut"
    assert "Choisissez un motif" in client.page(path, statut="REJETEE").text
    assert client.numbers(statutCourant=["REJETEE"]) == []
    answer = client.page(path, statut="REJETEE", motif="EJ_ERR", commentaire="Voir courrier").text
    assert 'title="REJETEE">Rejetée<' in answer, "the invoice's badge, not a choice in the form"
    assert client.row(statutCourant=["REJETEE"])["commentaireEtatCourant"].endswith("Voir courrier")
    client.page(path, statut="MISE_EN_PAIEMENT")
    assert client.numbers(statutCourant=["MISE_EN_PAIEMENT"]) == ["FA-1"]
    assert client.page(path, statut="PAYEE").status_code == 404
