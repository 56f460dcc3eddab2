"""What the tests of the simulator share: documents to deposit, the simulator's process, a client of it.

They need neither Odoo nor a database: ``PYTHONPATH=tools python -m pytest -p no:odoo tests/simulator``.
"""

import base64
import datetime
import io
import os
import signal
import subprocess
import sys
import tarfile
import time
import zipfile

import facturx
import requests
from pypdf import PdfWriter

from . import simulated
from .simulated import SECOND_SUPPLIER, SUPPLIER, TOWN

COMMAND = [sys.executable, "-m", "simulator", "--port", "0"]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(simulated.ROOT / "tools")}
DEPOSIT = "factures/v1/deposer/flux"
SEARCH = "factures/v1/rechercher/fournisseur"
CONSULT = "factures/v1/consulter/fournisseur"
HISTORY = "factures/v1/consulter/historique"
REPORT = "transverses/v1/consulterCRDetaille"
STRUCTURES = "structures/v1/rechercher"
STRUCTURE = "structures/v1/consulter"
SERVICES = "structures/v1/rechercher/services"
SERVICE = "structures/v1/consulter/service"
ENGAGEMENTS = "engagementsJuridiques/v1/rechercher"
CII, UBL, FACTURX = "IN_DP_E1_CII_16B", "IN_DP_E1_UBL_INVOICE", "IN_DP_E2_CII_FACTURX"
NOTHING_FOUND = 20000
IBAN = "FR7630006000011234567890189"
FIRST = (simulated.CLIENT_ID, simulated.CLIENT_SECRET, simulated.ACCOUNT, simulated.PASSWORD)
OTHER = simulated.SECOND
UNIVERSITY, MOA_ONLY, INACTIVE = "20000004000010", "20000005700014", "20000006500017"
METROPOLIS = "20000117000014"


# Documents


def invoice(number="FA-1", buyer=TOWN, seller=SUPPLIER, **changes):
    """An invoice of 100 € + 20 % that passes all rules; ``changes`` by EN 16931 terms, None takes a term out."""
    data = {
        "BT-1": number,
        "BT-2": datetime.date(2025, 6, 17),
        "BT-3": "380",
        "BT-5": "EUR",
        "BT-9": datetime.date(2025, 7, 17),
        "BT-23": "A1",
        "BT-72": datetime.date(2025, 6, 15),
        "BG-4": party("Atelier Démo", seller),
        "BG-7": party("Acheteur public", buyer),
        "BT-81": "30",
        "BT-84": IBAN,
        "BG-23": [vat()],
        "BT-106": "100.00",
        "BT-109": "100.00",
        "BT-110": "20.00",
        "BT-112": "120.00",
        "BT-115": "120.00",
        "BG-25": [line()],
    }
    data.update({key.replace("_", "-"): value for key, value in changes.items()})
    return {key: value for key, value in data.items() if value is not None}


def credit_note(number="AV-1", **changes):
    return invoice(number, **{"BT-3": "381", "BG-3": [{"BT-25": "FA-1"}], **changes})


def party(name, siret):
    return {
        "name": name,
        "identifiers": {"0009": siret} if len(siret) == 14 else {},
        "legal_identifier": siret[:9],
        "legal_identifier_schemeid": "0002",
        "country_code": "FR",
        "city": "Lyon",
        "postcode": "69001",
        "addr_l1": "1 rue de la République",
        **({"vat_identifier": "FR11123456782"} if siret.startswith(SUPPLIER[:9]) else {}),
    }


def line(number="1", amount="100.00", name="Prestation", **changes):
    """One unit at 20 %; ``changes`` by EN 16931 terms."""
    return {
        "BT-126": number,
        "BT-129": "1",
        "BT-130": "C62",
        "BT-131": amount,
        "BT-146": amount,
        "BT-151": "S",
        "BT-152": "20.00",
        "BT-153": name,
        **{key.replace("_", "-"): value for key, value in changes.items()},
    }


def vat(base="100.00", tax="20.00"):
    """A line of the VAT summary, at 20 %."""
    return {"BT-116": base, "BT-117": tax, "BT-118": "S", "BT-119": "20.00"}


def attachment(name="note.txt", content=b"hello", mime="text/plain"):
    return {"BT-122": "P1", "BT-123": "Note", "BT-125": content, "BT-125-1": mime, "BT-125-2": name}


def xml(data, syntax=CII):
    flavor = "ubl-2.1" if syntax == UBL else "factur-x"
    return facturx.generate_xml(data, flavor=flavor, level="en16931", check_schematron=None)


def blank_pdf():
    content = io.BytesIO()
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.write(content)
    return content.getvalue()


def pdf(data, attachments=None):
    """A Factur-X."""
    return facturx.generate_from_binary(blank_pdf(), xml(data), check_schematron=False, attachments=attachments)


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zipped(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# The simulator and a client of it


class Process:
    """A simulator on a free port, that ends with the ``with`` block."""

    def __init__(self, *arguments):
        self.out = self.err = None
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        first = self.process.stdout.readline()
        assert first.startswith("Chorus Pro simulator: http://127.0.0.1:"), first or self.process.stderr.read()
        self.url = first.split()[-1]

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.stop()

    def stop(self, number=signal.SIGTERM):
        """Ends the process, if that is not done; its exit code. ``out`` and ``err`` are what it wrote from its second line on."""
        if self.out is None:
            self.process.send_signal(number)
            try:
                self.process.wait(20)
            finally:
                self.process.kill()
            with self.process.stdout as out, self.process.stderr as err:
                self.out, self.err = out.read(), err.read()
        return self.process.returncode


class Client:
    """Calls with the credentials of one application and one technical account; makes its token when first needed."""

    def __init__(self, url, credentials=FIRST):
        self.url = url
        self.credentials = credentials
        self.http = requests.Session()
        self.bearer = None

    # Calls of the API

    def token(self, **changes):
        client_id, secret = self.credentials[:2]
        form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": "openid"}
        return self.http.post(f"{self.url}/api/oauth/token", data={**form, **changes}, timeout=20)

    def headers(self):
        if self.bearer is None:
            self.bearer = self.token().json()["access_token"]
        account = base64.b64encode(":".join(self.credentials[2:]).encode()).decode()
        return {"Authorization": f"Bearer {self.bearer}", "cpro-account": account}

    def post(self, path, body=None, headers=None, timeout=20):
        """``headers`` replace the usual ones, None takes one out."""
        sent = {key: value for key, value in {**self.headers(), **(headers or {})}.items() if value is not None}
        return self.http.post(f"{self.url}/cpro/{path}", json={} if body is None else body, headers=sent, timeout=timeout)

    def call(self, path, **body):
        """The answer of a call that succeeds."""
        response = self.post(path, body)
        assert response.status_code == 200, response.text
        data = response.json()
        assert data["codeRetour"] == 0, data
        return data

    def deposit(self, content, syntax=CII, name="flux.xml"):
        """The number of the flow."""
        body = {"fichierFlux": base64.b64encode(content).decode(), "nomFichier": name, "syntaxeFlux": syntax}
        return self.call(DEPOSIT, idUtilisateurCourant=0, avecSignature=False, **body)["numeroFluxDepot"]

    def report(self, number):
        return self.call(REPORT, numeroFluxDepot=number)

    def search(self, **criteria):
        """The answer of a search that finds something or nothing, but is understood."""
        paging = criteria.pop("paging", {})
        response = self.post(SEARCH, {**criteria, "rechercheFactureParFournisseur": paging})
        assert response.status_code == 200, response.text
        data = response.json()
        assert data["codeRetour"] in (0, NOTHING_FOUND), data
        return data

    def numbers(self, **criteria):
        """The numbers of the invoices that a search finds, in its order."""
        return [row["numeroFacture"] for row in self.search(**criteria).get("listeFactures", [])]

    def row(self, **criteria):
        """The only invoice that a search finds."""
        (row,) = self.search(**criteria)["listeFactures"]
        return row

    def structure_id(self, siret):
        (found,) = self.call(STRUCTURES, structure={"identifiantStructure": siret})["listeStructures"]
        return found["idStructureCPP"]

    # Control calls and the page

    def ask(self, name, method="POST", **body):
        """The response to a control call, whatever it is."""
        return self.http.request(method, f"{self.url}/_simulator/{name}", json=body or None, timeout=60)

    def control(self, name, method="POST", **body):
        """The answer of a control call that succeeds."""
        response = self.ask(name, method, **body)
        assert response.status_code == 200, response.text
        return response.json()

    def state(self):
        return self.control("state", "GET")

    def act(self, identifier, status, **reason):
        """The recipient gives an invoice a status."""
        self.control(f"invoices/{identifier}/status", statut=status, **reason)

    def travel(self, now):
        """Moves the clock; a token of the time before is given up."""
        self.control("clock", now=now)
        self.bearer = None

    def page(self, path, files=None, **form):
        """The recipient's page: reads it, or sends a form, with files (bytes by name)."""
        named = {name: (f"{name}.pdf", content, "application/pdf") for name, content in (files or {}).items()}
        return self.http.request("POST" if form else "GET", self.url + path, data=form or None, files=named or None, timeout=20)

    # Several calls

    def integrate(self, content, syntax=CII, name="flux.xml"):
        """Deposits, processes and reports."""
        number = self.deposit(content, syntax, name)
        self.control("advance")
        return self.report(number)

    def integrated(self, data, syntax=CII):
        """A single invoice that is accepted, as a search shows it."""
        report = self.integrate(pdf(data) if syntax == FACTURX else xml(data, syntax), syntax)
        assert report["etatCourantDepotFlux"] == "IN_INTEGRE", report
        return self.row(numeroFacture=data["BT-1"])

    def refusal(self, data, syntax=CII):
        """Why a single invoice is refused."""
        report = self.integrate(xml(data, syntax), syntax)
        assert report["etatCourantDepotFlux"] == "IN_REJETE", report
        assert report["listeErreurTechnique"] == []
        (error,) = report["listeErreurDP"]
        assert error["numeroDP"] == data["BT-1"]
        assert self.state()["invoices"] == []
        return error["libelleErreurDP"]


def submit(client, number="ST-1", framework="A9_FACTURE_SOUSTRAITANT", validator=SUPPLIER, buyer=TOWN):
    """A subcontractor's invoice by ``soumettre``, with its validator."""
    file = client.call("transverses/v1/ajouter/fichier", pieceJointeFichier=base64.b64encode(blank_pdf()).decode(),
                      pieceJointeNom="f.pdf", pieceJointeTypeMime="application/pdf", pieceJointeExtension="PDF")  # fmt: skip
    return client.post(
        "factures/v1/soumettre",
        {
            "modeDepot": "DEPOT_PDF_API",
            "numeroFactureSaisi": number,
            "dateFacture": "2025-06-17",
            "destinataire": {"codeDestinataire": buyer},
            "fournisseur": {"idFournisseur": client.structure_id(SECOND_SUPPLIER)},
            "cadreDeFacturation": {"codeCadreFacturation": framework, "codeStructureValideur": validator},
            "references": {"deviseFacture": "EUR", "typeFacture": "FACTURE", "modePaiement": "VIREMENT"},
            "ligneTva": [{"ligneTvaTauxManuel": 20, "ligneTvaMontantBaseHtParTaux": 100, "ligneTvaMontantTvaParTaux": 20}],
            "montantTotal": {"montantHtTotal": 100, "montantTVA": 20, "montantTtcTotal": 120, "montantAPayer": 120},
            "pieceJointePrincipale": [
                {"pieceJointePrincipaleId": file["pieceJointeId"], "pieceJointePrincipaleDesignation": "f.pdf"}
            ],
        },
    ).json()


def wait_for(condition, seconds=5):
    """Whether the condition comes true in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if condition():
            return True
        time.sleep(0.02)
    return False
