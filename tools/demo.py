"""The demonstration: one invoice's whole way, through Odoo's web server as a user's browser would.

Only the preparation (company, customers, settings) runs inside Odoo; from the invoice's creation on, everything is a
call that the web client makes too. The public body's side is played by the simulator's control calls.
"""

from __future__ import annotations

import contextlib
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

import demo_works
from odoo_env import MODULE, REPO, fail, log
from web_client import Refused, WebClient
from workspace import RUN, WORK, Workspace, free_port

DATABASE = "demo"
ODOO_PORT, SIMULATOR_PORT = 8069, 8099
TOWN, STATE = "20000000800017", "20000001600010"
# What the markets of the demonstration give their invoices; without markets it is typed.
REFERENCES = {STATE: {"buyer_reference": "FAC-001", "purchase_order_reference": "1300012345"}}
PATIENCE = 60
LOGS = f"see {RUN / 'server.log'} and {RUN / 'simulator.log'}; the command may be run again"
MEMORY = WORK / "simulator.state"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WITHOUT_PRINTER = (
    "LEFT OUT: the works documents filed on the portal, for they are PDFs and this machine has neither Chromium nor wkhtmltopdf"
    " (install chromium and run the demonstration again to see them)"
)


def simulator_env(work: Workspace) -> Mapping[str, str]:
    """The environment in which Python finds the simulator."""
    return {**work.env, "PYTHONPATH": str(REPO / "tools")}


def simulator_command(*arguments: object) -> list[str]:
    """The simulator's command line, with its control calls: it listens on this machine only."""
    return [sys.executable, "-m", "simulator", "--control", *map(str, arguments)]


@contextlib.contextmanager
def running(work: Workspace, database: str, simulator_port: int, *odoo_arguments: str) -> Iterator[tuple[str, str]]:
    """Run Odoo's web server on a database, and the simulator that it is set up for; their addresses."""
    odoo_port = free_port(ODOO_PORT)
    memory = ["--state", MEMORY] if database == DATABASE else []
    simulator = simulator_command("--port", simulator_port, "--processing-time", 5, *memory)
    server = work.odoo_command("-d", database, f"--http-port={odoo_port}", *odoo_arguments)
    path = work.env["PATH"]
    if any(map(shutil.which, BROWSERS)):
        path = f"{REPO / 'tools'}:{path}"  # where the stand-in for wkhtmltopdf is
    log(f"simulator on port {simulator_port}, Odoo on port {odoo_port}")
    with (
        work.background("simulator", simulator, simulator_port, **simulator_env(work)),
        work.background("server", server, odoo_port, PATH=path),
    ):
        yield f"http://127.0.0.1:{odoo_port}", f"http://127.0.0.1:{simulator_port}"


def can_print() -> bool:
    """Whether this machine has something that prints Odoo's documents: wkhtmltopdf, or a browser in its place."""
    return any(map(shutil.which, ("wkhtmltopdf", *BROWSERS)))


def invite(odoo: str, simulator: str) -> None:
    """Print the addresses and logins and wait for Ctrl-C."""
    print(
        f"\nOdoo       {odoo}/odoo   logins: comptable / comptable (invoices), admin / admin (settings)"
        f"\nSimulator  {simulator}/   the public bodies' side: what arrived, and what they answer"
        "\nNobody else plays the public body: what you send stays “Deposited” (Déposée) until you open it on the simulator's"
        "\npage and receive, suspend, refuse or pay it. Odoo reads that within the hour, or at once with “Ask Chorus Pro”."
        "\nCtrl-C ends both; `python3 tools/dev.py serve` starts them again on the same database.",
        flush=True,
    )
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
    log("end")


def fill(work: Workspace, database: str, simulator_port: int, build: Path = REPO) -> str:
    """Put the demonstration's company, customers and settings into a database with the add-on; Odoo's log.

    :param build: the add-on that is in the database: an earlier one has fields of its own.
    """
    script = build / "tools/demo_data.py"
    address = f"http://127.0.0.1:{simulator_port}"
    options = ("shell", "-d", database, "--no-http")
    return work.odoo(f"fill-{database}", *options, script=script, CHORUS_DEMO_SIMULATOR=address)


def prepare(work: Workspace, simulator_port: int) -> None:
    """Make the demonstration's database, held by this process already, anew."""
    log("database of the demonstration")
    work.refresh(DATABASE)
    work.install(DATABASE)
    MEMORY.unlink(missing_ok=True)
    fill(work, DATABASE, simulator_port)


def move_simulator(work: Workspace, database: str, address: str) -> None:
    """Have the companies of a database find the simulator at another address."""
    work.query(database, "UPDATE res_company SET chorus_simulator_url = %s WHERE chorus_simulator_url IS NOT NULL", address)


def settled_port(work: Workspace, wanted: int) -> int:
    """The simulator's port in the demonstration's database; where another program took it, a free one written there."""
    port = free_port(wanted)
    if port != wanted:
        log(f"port {wanted} is taken: the simulator moves to port {port}")
        move_simulator(work, DATABASE, f"http://127.0.0.1:{port}")
    return port


def demo(work: Workspace, once: bool) -> int:
    """Run the job in a new database; its exit status, after the wait for Ctrl-C unless ``once``."""
    with work.hold(DATABASE):
        simulator_port = free_port(SIMULATOR_PORT)
        prepare(work, simulator_port)
        simulator_port = settled_port(work, simulator_port)
        # The scheduled jobs run by themselves only while a person looks.
        threads = 0 if once else 1
        with running(work, DATABASE, simulator_port, f"--max-cron-threads={threads}") as (odoo, simulator):
            job = Job(odoo, simulator)
            job.run()
            if not once:
                job.add_examples()
                printer = can_print()
                if not printer:
                    log(WITHOUT_PRINTER)
                demo_works.add_works(job, filed=printer)
                demo_works.add_subcontractor(job)
                invite(odoo, simulator)
    return 0


def serve(work: Workspace, arguments: list[str]) -> int:
    """Run Odoo and the simulator on the demonstration's database until Ctrl-C."""
    with work.hold(DATABASE):
        if not work.exists(DATABASE):
            prepare(work, free_port(SIMULATOR_PORT))
        query = "SELECT chorus_simulator_url FROM res_company WHERE chorus_simulator_url IS NOT NULL ORDER BY id"
        address = work.query(DATABASE, query)[0][0]
        port = settled_port(work, urlsplit(address).port or SIMULATOR_PORT)
        with running(work, DATABASE, port, "--max-cron-threads=1", "-u", MODULE, *arguments) as (odoo, simulator):
            invite(odoo, simulator)
    return 0


class Job:
    """One invoice sent and followed, each step printed with its proof.

    :param odoo: address of Odoo.
    :param simulator: address of the simulator, which has its control calls.
    :param markets: its invoices belong to their customers' markets; else their references are typed.
    """

    def __init__(self, odoo: str, simulator: str, database: str = DATABASE, markets: bool = True) -> None:
        self.simulator, self.markets = simulator, markets
        self.user = WebClient(odoo, database, "comptable", "comptable")
        self.admin = WebClient(odoo, database, "admin", "admin")
        self.steps = 0

    def step(self, what: str, **proof: object) -> None:
        """Print one step and what proves it."""
        self.steps += 1
        print(f"{self.steps}. {what}", flush=True)
        for name, value in proof.items():
            print(f"     {name.replace('_', ' '):<28}{value}", flush=True)

    def run(self) -> None:
        """The job itself.

        :raises SystemExit: when a step does not come to its end.
        """
        invoice = self.invoice(TOWN, "CONSEIL", 3)
        move = self.move(invoice)
        amount = f"{move['amount_total']:.2f} EUR"
        self.step("Invoice posted for Commune de Démonville", number=move["name"], total=amount)

        said = self.send([invoice])
        deposit = self.deposit(invoice)
        self.step(
            "Sent to Chorus Pro with the invoice's button",
            Odoo_says=said,
            numeroFluxDepot=self.required(deposit["flow_number"], "a flow number", said),
            state_in_Odoo=self.move(invoice)["chorus_state"],
        )

        self.control("advance")
        deposit = self.until(lambda: self.deposit(invoice), lambda row: row["state"] == "integrated", [invoice])
        move = self.until(lambda: self.move(invoice), lambda row: row["chorus_identifier"], [invoice])
        identifier = move["chorus_identifier"]
        # Where the search showed the invoice before the report was due, there is no need to read the report.
        report = {"flow_state": f"{deposit['flow_state']} ({deposit['flow_state_label']})"} if deposit["flow_state"] else {}
        self.step(
            f"Chorus Pro took the flow in; {'its report and ' if report else ''}the invoice {'were' if report else 'was'} read",
            **report,
            deposit=deposit["state"],
            Chorus_identifier=identifier,
        )
        if int(identifier) <= 2**31:
            fail(f"The Chorus Pro identifier {identifier} is not above 2^31.", "see the simulator: real ones are")

        self.act(identifier, "MISE_A_DISPOSITION")
        move = self.until(lambda: self.move(invoice), lambda row: row["chorus_status"] == "MISE_A_DISPOSITION", [invoice])
        self.step(
            "The recipient made it available to its service; the scheduled job read the status",
            status=f"{move['chorus_status']} ({move['chorus_status_label']})",
            state_in_Odoo=move["chorus_state"],
        )

    def add_examples(self) -> None:
        """Some more invoices for a person to look at, one in each interesting state."""
        log("more invoices to look at")
        refused, paid = (self.invoice(TOWN, "ATELIER", quantity) for quantity in (1, 2))
        suspended, deposited = (self.invoice(STATE, "CONSEIL", quantity) for quantity in (5, 8))
        self.invoice(TOWN, "CONSEIL", 1)
        answered = [refused, paid, suspended]
        self.send(answered)
        self.control("advance")
        self.until(
            lambda: [self.move(invoice)["chorus_identifier"] for invoice in answered],
            all,
            answered,
        )
        identifiers = [self.move(invoice)["chorus_identifier"] for invoice in answered]
        self.act(identifiers[0], "REJETEE", motif="Erreur de destinataire", commentaire="Prestation non commandée")
        self.act(identifiers[1], "MISE_EN_PAIEMENT")
        self.act(identifiers[2], "SUSPENDUE", motif="Pièce jointe manquante", commentaire="Joindre le bon de livraison")
        self.follow()
        self.send([deposited])

    # --- Odoo's side --------------------------------------------------------------------------------------------

    def invoice(self, siret: str, product: str, quantity: int) -> int:
        """Create and post an invoice for the public body's market; its id."""
        partner = self.user.find("res.partner", company_registry=siret)
        values = {
            "move_type": "out_invoice",
            "partner_id": partner,
            "invoice_date": date.today().isoformat(),  # noqa: DTZ011 - a day of this machine's calendar
            "invoice_line_ids": [
                (0, 0, {"product_id": self.user.find("product.product", default_code=product), "quantity": quantity})
            ],
        }
        if self.markets:
            values["chorus_market_id"] = self.user.find("chorus.market", partner_id=partner)
        else:
            values |= REFERENCES.get(siret, {})
        (identifier,) = self.user.call("account.move", "create", [values])
        self.user.button("account.move", "action_post", [identifier])
        return identifier

    def send(self, invoices: list[int]) -> str:
        """Click on "Send to Chorus Pro"; what Odoo told the user."""
        action = self.user.button("account.move", "action_chorus_send", invoices)
        return (action or {}).get("params", {}).get("message", "")

    def move(self, invoice: int) -> dict[str, Any]:
        """What the user sees of an invoice."""
        fields = ["name", "amount_total", "chorus_state", "chorus_status", "chorus_status_label", "chorus_identifier"]
        return self.user.read("account.move", [invoice], [*fields, "chorus_deposit_ids"])[0]

    def deposit(self, invoice: int) -> dict[str, Any]:
        """What the user sees of an invoice's last deposit."""
        deposits = self.move(invoice)["chorus_deposit_ids"]
        if not deposits:
            fail("Odoo made no deposit for the invoice.", LOGS)
        fields = ["state", "flow_number", "flow_state", "flow_state_label"]
        return self.user.read("chorus.deposit", [max(deposits)], fields)[0]

    def follow(self) -> None:
        """Run the scheduled job that reads reports and statuses; wait while Odoo is at it by itself.

        :raises Refused: when it is still running after ``PATIENCE`` seconds, or for another reason.
        """
        data = self.admin.find("ir.model.data", module=MODULE, name="ir_cron_chorus_follow")
        (row,) = self.admin.read("ir.model.data", [data], ["res_id"])
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return self.admin.call("ir.cron", "method_direct_trigger", [row["res_id"]])
            except Refused as refused:
                # The only UserError of this method: "already executing". What goes wrong inside the job is not raised.
                if refused.kind != "odoo.exceptions.UserError" or time.monotonic() > deadline:
                    raise
            time.sleep(0.5)

    def until(self, look: Callable[[], Any], content: Callable[[Any], Any], invoices: list[int]) -> Any:
        """Poll until Odoo shows what is expected: the scheduled job first, then the user's own "refresh".

        The job waits minutes between two readings of one report, as Chorus Pro asks; a user may ask at any time.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            self.follow()
            seen = look()
            if content(seen):
                return seen
            self.user.button("account.move", "action_chorus_refresh", invoices)
            time.sleep(0.5)
        fail(f"Not seen within {PATIENCE} s; Odoo still shows {look()}.", LOGS)

    @staticmethod
    def required(value: object, what: str, said: str) -> object:
        """The value, which must not be empty."""
        return value or fail(f"Odoo did not get {what}: {said}", LOGS)

    # --- the public body's side -----------------------------------------------------------------------------------

    def control(self, call: str, **values: object) -> None:
        """Tell the simulator what happens on Chorus Pro's side."""
        answer = requests.post(f"{self.simulator}/_simulator/{call}", json=values, timeout=30)
        if not answer.ok:
            fail(f"The simulator refused {call}: {answer.text}", LOGS)

    def act(self, identifier: str, status: str, **values: str) -> None:
        """Let the recipient give an invoice a new status."""
        self.control(f"invoices/{identifier}/status", statut=status, **values)
