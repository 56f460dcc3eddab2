"""A Chorus Pro simulator for tests: a process of its own, spoken to over HTTP.

Every request made to it is judged by the tables of tests/contracts/.
"""

import atexit
import os
import subprocess
import sys

import requests

from ...services.api.session import shared_tokens
from . import swagger
from .apart import Apart
from .places import ROOT

CLIENT_ID, CLIENT_SECRET = "simulator-client", "simulator-secret"
ACCOUNT, PASSWORD = "TECH_1_12345678200077@cpro.fr", "Simulator-Password-1"
SECOND = ("simulator-client-2", "simulator-secret-2", "TECH_1_90000000100017@cpro.fr", "Simulator-Password-2")
SUPPLIER, SECOND_SUPPLIER = "12345678200077", "90000000100017"
TOWN, STATE, HOSPITAL, DEPARTMENT = "20000000800017", "20000001600010", "20000002400014", "20000003200017"


class Simulator:
    """A running simulator. Deposits stay unprocessed until :meth:`advance`."""

    def __init__(self):
        environment = {**os.environ, "PYTHONPATH": str(ROOT / "tools"), "PYTHONUNBUFFERED": "1"}
        self.process = Apart(
            [sys.executable, "-m", "simulator", "--port", "0", "--control", "--processing-time", "never", "--with-input"],
            env=environment,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        atexit.register(self.stop)
        line = self.process.stdout.readline()
        self.url = line.rpartition(" ")[2].strip()
        if not self.url.startswith("http://127.0.0.1:"):
            raise RuntimeError(f"the simulator did not start: {line!r}")
        self.http = requests.Session()

    def stop(self):
        """End the process."""
        atexit.unregister(self.stop)
        self.process.stop()

    def control(self, name, method="POST", **body):
        """A control call (`tools/simulator`): its JSON answer."""
        response = self.http.request(method, f"{self.url}/_simulator/{name}", json=body if method == "POST" else None, timeout=20)
        response.raise_for_status()
        return response.json()

    def state(self):
        return self.control("state", "GET")

    def reset(self):
        """Judge the requests made so far and forget everything; it forgets its tokens too, so this process forgets them."""
        try:
            self.check_requests()
        finally:
            self.control("reset")
            shared_tokens._tokens.clear()

    def advance(self):
        """Process all pending deposits to their end now."""
        self.control("advance")

    def fault(self, path, kind, times=1, **options):
        """Make the next ``times`` calls to ``path`` fail in the manner of ``kind``."""
        self.control("faults", path=path, kind=kind, times=times, **options)

    def invoices(self):
        return self.state()["invoices"]

    def act(self, identifier, status, **reason):
        """The recipient gives an invoice a status."""
        self.control(f"invoices/{identifier}/status", statut=status, **reason)

    def file_works(self, move, **changes):
        """A person files the works document of an invoice on the portal, as the assistant prepares it; the piece."""
        assistant = move.env["chorus.works.deposit"].sudo().create({"move_id": move.id})
        form = {
            "cadre": assistant.framework.partition(" ")[0],
            "numero": assistant.number,
            "fournisseur": assistant.supplier,
            "destinataire": assistant.recipient,
            "service": assistant.service or "",
            "moe": assistant.moe or "",
            "moa": assistant.moa or "",
            "valideur": assistant.validator or "",
            "date": str(move.invoice_date),
            "marche": assistant.market_number,
            "engagement": assistant.engagement_number or "",
            "montantHT": assistant.untaxed.replace(",", "."),
            "montantTTC": assistant.total.replace(",", "."),
            "dossier": assistant.dossier or "",
            "pdf": assistant.pdf.decode(),
        }
        return self.control("works", **{**form, **changes})

    def answer_works(self, piece, actor, action="accept", **more):
        """A party answers a works piece; the piece that is alive then."""
        return self.control(f"works/{piece['idFactureTravaux']}/act", actor=actor, action=action, **more)

    def calls(self, path):
        """How many requests came to an operation since the last reset."""
        return self.state()["calls"].get(path, 0)

    def check_requests(self):
        """Judge every request since the last reset by the tables of the API's operations.

        :raises AssertionError: naming the requests that do not conform.
        """
        if not self.process.runs():
            return
        problems = [
            f"{entry['path']}: {problem}"
            for entry in self.control("journal", "GET")
            for problem in swagger.problems(entry["method"], entry["path"], entry["body"])
        ]
        assert not problems, "\n".join(problems)


_running = None


def simulator():
    """The simulator of this test run, started at the first call, as new at each."""
    global _running
    if _running is None or not _running.process.runs():
        _running = Simulator()
    _running.reset()
    return _running
