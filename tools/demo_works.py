"""The demonstration's works market and subcontractor: four situations at different stages, two invoices to validate.

Odoo's side goes through its web server as a user's browser would; the portal, the project manager, the project owner, the
payer and the subcontractor are played over the simulator's HTTP.
"""

from __future__ import annotations

import base64
import calendar
import io
from datetime import date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import requests
from pypdf import PdfWriter

if TYPE_CHECKING:
    from demo import Job

MARKET = "2026-TVX-0117"
SUPPLIER = "12345678200077"
SUBCONTRACTOR = ("simulator-client-2", "simulator-secret-2", "TECH_1_90000000100017@cpro.fr", "Simulator-Password-2")
STATE = "20000001600010"
#: What is done to date of each line, in percent, and how far the documents went: the steps are the answers of the parties.
SITUATIONS: tuple[tuple[dict[str, float], tuple[tuple[str, str], ...] | None], ...] = (
    ({"1.1": 100, "1.2": 60, "3.1": 20}, (("moe", "accept"), ("moa", "accept"), ("finance", "pay"))),
    ({"1.2": 100, "2.1": 50, "3.1": 60}, (("moe", "accept"),)),
    ({"2.1": 100, "2.2": 60, "3.2": 10, "5.1": 100}, ()),
    ({"2.2": 100, "3.1": 100, "3.2": 25}, None),
)
#: The third one has waited at the MOE's for longer than its seven days.
SILENT_DAYS = 9


def add_works(job: Job, filed: bool = True) -> None:
    """The situations of the works market.

    :param filed: also file on the portal those that went on from there; it takes the PDF of each.
    """
    market = job.user.find("chorus.market", number=MARKET)
    year = date.today().year  # noqa: DTZ011 - a day of this machine's calendar
    for number, (percents, answers) in enumerate(SITUATIONS, start=1):
        last = date(year, number + 5, calendar.monthrange(year, number + 5)[1])
        invoice = _situation(job, market, last, percents)
        if filed and answers is not None:
            silent = not answers
            _file(job, invoice, SILENT_DAYS if silent else 0, answers)
    job.follow()


def _situation(job: Job, market: int, last: date, percents: dict[str, float]) -> int:
    """A posted situation, stated as a person does: "New situation", the percentages to date, "Confirm"; its id."""
    invoice = job.user.button("chorus.market", "action_new_invoice", [market])["res_id"]
    rows = job.user.call("chorus.works.progress", "search_read", [["move_id", "=", invoice]], ["code"])
    values = {
        "invoice_date": min(last, date.today()).isoformat(),  # noqa: DTZ011 - see above
        "chorus_progress_ids": [(1, row["id"], {"percent": percents[row["code"]]}) for row in rows if row["code"] in percents],
    }
    job.user.call("account.move", "write", [invoice], values)
    job.user.button("account.move", "action_post", [invoice])
    return invoice


def _file(job: Job, invoice: int, days_ago: int, answers: tuple[tuple[str, str], ...]) -> None:
    """What a person does: copies what the assistant shows into the portal, then says so; and the parties' answers."""
    (assistant,) = job.user.call("chorus.works.deposit", "create", [{"move_id": invoice, "filed": True}])
    shown = job.user.read("chorus.works.deposit", [assistant], [
        "framework", "number", "supplier", "recipient", "service", "moe", "moa", "date", "market_number", "engagement_number",
        "untaxed", "total", "pdf"])[0]  # fmt: skip
    if days_ago:
        job.control("clock", now=(datetime.now(timezone.utc) - timedelta(days=days_ago)).isoformat())
    response = requests.post(
        f"{job.simulator}/_simulator/works",
        json={
            "cadre": shown["framework"].partition(" ")[0],
            "numero": shown["number"],
            "fournisseur": shown["supplier"],
            "destinataire": shown["recipient"],
            "service": shown["service"] or "",
            "moe": shown["moe"],
            "moa": shown["moa"],
            "date": shown["date"],
            "marche": shown["market_number"],
            "engagement": shown["engagement_number"] or "",
            "montantHT": shown["untaxed"],
            "montantTTC": shown["total"],
            "pdf": shown["pdf"],
        },
        timeout=30,
    )
    response.raise_for_status()
    if days_ago:
        requests.post(f"{job.simulator}/_simulator/clock", json={}, timeout=30).raise_for_status()
    piece = response.json()
    for actor, action in answers:
        answer = requests.post(
            f"{job.simulator}/_simulator/works/{piece['idFactureTravaux']}/act",
            json={"actor": actor, "action": action},
            timeout=30,
        )
        answer.raise_for_status()
        piece = answer.json()
    job.user.button("chorus.works.deposit", "action_filed", [assistant])


def add_subcontractor(job: Job) -> None:
    """Two invoices of the State market's subcontractor wait for us."""
    client = Subcontractor(job.simulator)
    for number, amount in (("ST-2026-031", 4200), ("ST-2026-032", 1350)):
        client.submit(number, amount)
    job.follow()


class Subcontractor:
    """The second structure of the simulator, which invoices a public body under our validation."""

    def __init__(self, simulator: str) -> None:
        self.url = simulator
        client, secret, login, password = SUBCONTRACTOR
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret, "scope": "openid"}
        token = requests.post(f"{simulator}/api/oauth/token", data=form, timeout=30).json()["access_token"]
        account = base64.b64encode(f"{login}:{password}".encode()).decode()
        self.headers = {"Authorization": f"Bearer {token}", "cpro-account": account}

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The answer of a call that succeeds."""
        answer = requests.post(f"{self.url}/cpro/{path}", json=body, headers=self.headers, timeout=30).json()
        if answer.get("codeRetour") != 0:
            raise SystemExit(f"The simulator refused the subcontractor's call: {answer}")
        return answer

    def submit(self, number: str, amount: int) -> None:
        """An A9 of that amount without VAT, reverse-charged, for the State."""
        page = PdfWriter()
        page.add_blank_page(595, 842)
        buffer = io.BytesIO()
        page.write(buffer)
        file = self.call(
            "transverses/v1/ajouter/fichier",
            {
                "pieceJointeFichier": base64.b64encode(buffer.getvalue()).decode(),
                "pieceJointeNom": f"{number}.pdf",
                "pieceJointeTypeMime": "application/pdf",
                "pieceJointeExtension": "PDF",
            },
        )
        siret = SUBCONTRACTOR[2].removeprefix("TECH_1_").partition("@")[0]
        found = self.call("structures/v1/rechercher", {"structure": {"identifiantStructure": siret}})
        self.call(
            "factures/v1/soumettre",
            {
                "modeDepot": "DEPOT_PDF_API",
                "numeroFactureSaisi": number,
                "dateFacture": date.today().isoformat(),  # noqa: DTZ011 - a day of this machine's calendar
                "destinataire": {"codeDestinataire": STATE, "codeServiceExecutant": "FAC-001"},
                "fournisseur": {"idFournisseur": found["listeStructures"][0]["idStructureCPP"]},
                "cadreDeFacturation": {"codeCadreFacturation": "A9_FACTURE_SOUSTRAITANT", "codeStructureValideur": SUPPLIER},
                "references": {
                    "deviseFacture": "EUR",
                    "typeFacture": "FACTURE",
                    "typeTva": "SANS_TVA",
                    "numeroMarche": "2026-AC-0007",
                    "numeroBonCommande": "1300012345",
                    "modePaiement": "VIREMENT",
                },
                "ligneTva": [{"ligneTvaTauxManuel": 0, "ligneTvaMontantBaseHtParTaux": amount, "ligneTvaMontantTvaParTaux": 0}],
                "montantTotal": {
                    "montantHtTotal": amount,
                    "montantTVA": 0,
                    "montantTtcTotal": amount,
                    "montantAPayer": amount,
                },
                "pieceJointePrincipale": [
                    {
                        "pieceJointePrincipaleId": file["pieceJointeId"],
                        "pieceJointePrincipaleDesignation": f"{number}.pdf",
                    }
                ],
            },
        )
