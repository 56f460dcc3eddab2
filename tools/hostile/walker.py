"""Calls every method of the client, over and over, through the proxy: whatever comes, it is a value or one of our own errors."""

from __future__ import annotations

import contextlib
import itertools
import logging
import random
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import requests

from services.api.answers import AddedFile
from services.api.client import ChorusClient
from services.api.environment import Credentials, simulator
from services.api.errors import ChorusError
from services.api.json_values import UnreadableRow
from services.api.session import PisteSession, TokenStore
from services.api.wire import LONGEST_ANSWER, upload_seconds

from . import mutations
from .mutations import Answer
from .proxy import Proxy

SUPPLIER, TOWN, STATE = "90000000100017", "20000000800017", "20000001600010"
CREDENTIALS = Credentials("simulator-client-2", "simulator-secret-2", f"TECH_1_{SUPPLIER}@cpro.fr", "Simulator-Password-2")
TIMEOUT = 0.5
#: Seconds that a call may last beyond its deadline, on a machine that does other things.
SLACK = 2.0
#: Bytes that one answer may take in memory while it is read: what is read of it, unpacked, and as a JSON value.
MEMORY = 6 * LONGEST_ANSWER
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n"
)


class Walker:
    """One client and all that it can do.

    :param port: of the proxy. :param straight: the simulator's address, for what goes on at the public bodies.
    :ivar outcomes: how the calls ended, by the kind of change that the answers had, and what came of it.
    :ivar violated: what must not be.
    """

    def __init__(self, proxy: Proxy, port: int, straight: str, seed: int) -> None:
        logging.getLogger("services").setLevel(logging.CRITICAL)  # failures are counted, not told one by one
        self._proxy, self._port, self._straight = proxy, port, straight
        self._dice = random.Random(f"{seed} walker")
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.methods: Counter[str] = Counter()
        self.violated: list[str] = []
        self._numbers = itertools.count(1)
        with self._client(straight) as client:
            (own,) = client.own_structures()
            self._own = own.identifier
            self._state = client.find_structures(STATE)[0].identifier
            self._service = next(iter(client.services(self._state))).identifier
            self._flow = client.deposit_flow(b"<none/>", "w.xml", "IN_DP_E1_CII_16B").flow_number
            self._invoice = self._submit(client).identifier
        self._act("SUSPENDUE")

    @contextlib.contextmanager
    def _client(self, address: str) -> Any:
        tokens = TokenStore()
        with PisteSession(simulator(address), CREDENTIALS, timeout=TIMEOUT, tokens=tokens) as session:
            yield ChorusClient(session)

    def walk(self, stop: threading.Event, until: Callable[[], bool]) -> None:
        """Call until it is enough."""
        with self._client(f"http://127.0.0.1:{self._port}") as client:
            while not stop.is_set() and not until():
                calls = list(self._calls(client).items())
                self._dice.shuffle(calls)
                for name, call in calls:
                    self._one(client, name, call)
                    if stop.is_set() or until():
                        return
                self._act(self._dice.choice(("SUSPENDUE", "A_RECYCLER", "REJETEE", "MISE_A_DISPOSITION")))

    def _one(self, client: ChorusClient, name: str, call: Callable[[], Any]) -> None:
        before, made = len(self._proxy.begun[self._port]), client.tally[""]
        started = time.monotonic()
        try:
            call()
            outcome = "read"
        except ChorusError as error:
            outcome = type(error).__name__
            str(error).encode()
        except Exception as error:  # noqa: BLE001 - that there is none is what is to be shown
            outcome = "another exception"
            self.violated.append(f"{name} raised {type(error).__name__}: {str(error)[:200]}")
        seconds = time.monotonic() - started
        requests_made = max(client.tally[""] - made, 1)
        # each request with its token, a token being asked for three times at most, and the pauses between them
        allowed = requests_made * (2 * TIMEOUT + upload_seconds(2000)) + 3 * 2 * TIMEOUT + 2 + SLACK
        if seconds > allowed:
            self.violated.append(f"{name} took {seconds:.1f} s for {requests_made} requests, allowed are {allowed:.1f}")
        self.methods[name] += 1
        kinds = set(filter(None, self._proxy.begun[self._port][before:])) or {""}
        for kind in kinds:
            self.outcomes[kind, outcome] += 1

    # -- what a client can do ----------------------------------------------------------------------------------------------

    def _calls(self, client: ChorusClient) -> dict[str, Callable[[], Any]]:
        now = datetime.now(timezone.utc)
        day = timedelta(days=1)
        invoice, file = self._invoice, AddedFile("1", "bon.pdf")
        bag: list[UnreadableRow] = []
        return {
            "deposit_flow": lambda: client.deposit_flow(b"<none/>" * 100, "w.xml", "IN_DP_E1_CII_16B"),
            "add_file": lambda: client.add_file(PDF, "a.pdf"),
            "file_types": client.file_types,
            "bank_accounts": lambda: client.bank_accounts(self._own),
            "submit_invoice": lambda: self._submit(client),
            "flow_report": lambda: client.flow_report(self._flow),
            "search_invoices": lambda: list(client.search_invoices(number="W-1", supplier_structure=self._own)),
            "search_invoices, a period": lambda: list(client.search_invoices(changed_from=now - day, changed_to=now)),
            "search_invoices, what can be read": lambda: list(
                client.search_invoices(deposited_from=now - day, deposited_to=now, unreadable=bag)
            ),
            "invoice_history": lambda: client.invoice_history(invoice),
            "own_structures": client.own_structures,
            "find_structures": lambda: client.find_structures(TOWN),
            "search_structures": lambda: client.search_structures(name="Commune", town="Démonville", public_only=True),
            "structure": lambda: client.structure(self._state),
            "services": lambda: list(client.services(self._state)),
            "service": lambda: client.service(self._state, self._service),
            "engagements": lambda: client.engagements("1300012345", self._own),
            "search_works": lambda: list(client.search_works(number="W-1")),
            "search_works, what can be read": lambda: list(client.search_works(changed_from=now - day, unreadable=bag)),
            "search_files": lambda: client.search_files(changed_from=now - day, unreadable=bag),
            "search_to_validate": lambda: list(client.search_to_validate(self._own)),
            "search_to_validate, what can be read": lambda: list(client.search_to_validate(None, bag)),
            "search_as_validator": lambda: client.search_as_validator("W-1"),
            "decide": lambda: client.decide(invoice, accept=True),
            "download_pdf": lambda: client.download_pdf(invoice),
            "complete_invoice": lambda: client.complete_invoice(invoice, [file], "Voici"),
            "reroute_invoice": lambda: client.reroute_invoice(
                invoice, recipient=TOWN, service="", engagement="", comment="Autre service"
            ),
            "acknowledge_rejection": lambda: client.acknowledge_rejection(invoice),
            "correct_validator": lambda: client.correct_validator(invoice, self._state, STATE),
            "sign_in": client.sign_in,
        }

    def _submit(self, client: ChorusClient) -> Any:
        number = f"W-{next(self._numbers)}"
        body = {
            "modeDepot": "DEPOT_PDF_API",
            "numeroFactureSaisi": number,
            "dateFacture": datetime.now(timezone.utc).date().isoformat(),
            "destinataire": {"codeDestinataire": TOWN},
            "fournisseur": {"idFournisseur": int(self._own)},
            "cadreDeFacturation": {"codeCadreFacturation": "A1_FACTURE_FOURNISSEUR"},
            "references": {"deviseFacture": "EUR", "typeFacture": "FACTURE", "modePaiement": "VIREMENT", "typeTva": "SANS_TVA"},
            "montantTotal": {"montantHtTotal": 10, "montantTVA": 0, "montantTtcTotal": 10, "montantAPayer": 10},
        }
        return client.submit_invoice(body, AddedFile(client.add_file(PDF, "a.pdf"), "a.pdf"))

    def _act(self, status: str) -> None:
        """The public body's side."""
        address = f"{self._straight}/_simulator/invoices/{self._invoice}/status"
        requests.post(address, json={"statut": status, "commentaire": "Pièce manquante"}, timeout=30)

    # -- one answer's memory ------------------------------------------------------------------------------------------------

    def memory(self) -> list[str]:
        """What one answer takes at most, for those made to take much; as lines of a table."""
        lines = []
        many = b'{"codeRetour": 0, "libelle": "x", "listeFactures": [%s]}' % b",".join([b"[]"] * 1_200_000)
        true = Answer(200, b'{"codeRetour": 0, "libelle": "x"}', {"Content-Type": mutations.JSON})
        for what, answer in (
            ("swollen when unpacked", mutations._swollen(self._dice, true)),
            ("without end", mutations._endless(self._dice, true)),
            ("many small values", Answer(200, many, true.headers, "swollen")),
            ("50,000 levels", Answer(200, b"[" * 50_000, true.headers, "nesting")),
        ):
            with self._client(f"http://127.0.0.1:{self._port}") as client:
                client.sign_in()
                self._proxy.forced.append(answer)
                tracemalloc.start()
                with contextlib.suppress(ChorusError):
                    list(client.search_invoices(number="W-1"))
                peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            # the proxy is in this process: what it holds to send an answer is its own
            lines.append(f"{what}: {Decimal(peak) / 1024**2:.1f} MB")
            if peak > MEMORY:
                self.violated.append(f"an answer {what} took {peak} bytes")
        return lines
