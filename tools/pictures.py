"""`dev.py pictures`: the pictures of the user guide and the store's page, of today's screens, in French, on a demonstration."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from PIL import Image

import demo
import demo_works
from chromium import Page, page
from odoo_env import MODULE, REPO, fail, log
from workspace import Workspace, free_port

FOLDER = REPO / "static/guide"
#: Where Odoo's store looks for the pictures of its page, and those that it shows.
STORE, SHOWN_IN_STORE = (
    REPO / "static/description",
    ("liste", "avertissement", "recue", "tableau-de-bord", "marche", "avancement"),
)
#: Colours of a picture: screens have few, and a palette makes their files a third as large.
COLOURS = 128
WIDTH = 1366
FORM, DIALOG = ".o_form_view", ".modal-content"
#: The pages of the guided set-up, but that of the test: by the name of their picture, their step.
STEPS = {
    "societe": "company",
    "compte": "account",
    "espaces": "spaces",
    "piste": "piste",
    "conditions": "consents",
    "application": "application",
    "identifiants": "oauth",
    "compte-technique": "technical",
    "raccordement": "connection",
    "transfert": "transfer",
}
#: Of a lot of the works market: indices, their weights, and values that are invented.
FORMULA = (("BT16b", 0.6, 128.4), ("BT07", 0.25, 119.2))
ALL_APIS = ["factures", "structures", "transverses", "engagementsJuridiques", "facturesTravaux", "utilisateurs"]


class Studio:
    """What the pictures are taken of: a demonstration in which something has happened, and a browser in front of it."""

    def __init__(self, browser: Page, job: demo.Job, address: str, database: str) -> None:
        self.browser = browser
        self.job = job
        self.address = address
        self.company = job.admin.find("res.company", chorus_environment="simulator")
        self._database = database

    def log_in(self, login: str) -> None:
        """Be that user from now on."""
        self.browser.call("Network.clearBrowserCookies")
        self.browser.open(f"{self.address}/web/login", "input[name=password]")
        parameters = {"db": self._database, "login": login, "password": login}
        body = json.dumps({"jsonrpc": "2.0", "params": parameters})
        self.browser.run(
            f"fetch('/web/session/authenticate', {{method: 'POST', headers: {{'Content-Type': 'application/json'}},"
            f" body: {json.dumps(body)}}}).then(answer => answer.text())"
        )

    def form(self, model: str, record: int, tab: str = "") -> None:
        """Open a record's form, on one of its tabs."""
        self.browser.open(f"{self.address}/odoo/{model}/{record}", FORM)
        if tab:
            self.browser.click(".o_notebook .nav-link", tab)
            self.browser.wait(f"{FORM} .tab-pane.active")

    def action(self, name: str, until: str) -> None:
        """Open one of the add-on's actions, or one of Odoo's by its full name."""
        self.browser.open(f"{self.address}/odoo/action-{name if '.' in name else f'{MODULE}.{name}'}", until)

    def dialog(self, button: str) -> None:
        """Click on a button that opens a dialog."""
        self.browser.click("button", button)
        self.browser.wait(f"{DIALOG} .modal-body")

    def show(self, model: str, record: int) -> None:
        """Open a record's dialog over the present screen, as a button that leads there does."""
        action = {
            "type": "ir.actions.act_window",
            "name": "Se connecter à Chorus Pro",
            "res_model": model,
            "res_id": record,
            "views": [[False, "form"]],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }
        self.browser.run(f"odoo.__WOWL_DEBUG__.root.env.services.action.doAction({json.dumps(action)}).then(() => true)")
        self.browser.wait(f"{DIALOG} .modal-body")
        # the first field has the focus, and a date then opens its calendar
        press = "new PointerEvent('pointerdown', {bubbles: true})"
        self.browser.run(f"document.activeElement.blur(), document.querySelector('{DIALOG} .modal-title').dispatchEvent({press})")
        self.browser.wait(".o_datetime_picker", gone=True)

    def setup(self, step: str) -> int:
        """A page of the guided set-up."""
        (page,) = self.job.admin.call("chorus.setup", "create", [{"company_id": self.company, "step": step}])
        return page

    def invoice(self, state: str) -> int:
        """The first invoice in a state, as an accountant sees them."""
        return self.job.user.find("account.move", chorus_state=state)

    def situation(self, number: int) -> int:
        """An invoice of the works market, by its number there."""
        return self.job.user.find("account.move", chorus_situation=number)


def _list(studio: Studio) -> None:
    studio.action("action_chorus_invoices", ".o_group_header")
    studio.browser.run("document.querySelectorAll('.o_group_header').forEach(group => group.click())")
    studio.browser.wait(".o_data_row")


def _to_send(studio: Studio) -> None:
    studio.form("account.move", studio.invoice("to_send"))


def _warned(studio: Studio) -> None:
    partner = studio.job.user.find("res.partner", company_registry=demo.STATE)
    product = studio.job.user.find("product.product", default_code="CONSEIL")
    values = {"move_type": "out_invoice", "partner_id": partner, "invoice_line_ids": [(0, 0, {"product_id": product})]}
    (draft,) = studio.job.user.call("account.move", "create", [values])
    studio.form("account.move", draft)


def _received(studio: Studio) -> None:
    studio.form("account.move", studio.invoice("received"), "Chorus Pro")


def _why(studio: Studio) -> None:
    studio.form("account.move", studio.invoice("refused"), "Chorus Pro")
    studio.dialog("Pourquoi")


def _complete(studio: Studio) -> None:
    studio.form("account.move", studio.invoice("to_complete"))
    studio.dialog("Compléter")


def _dashboard(studio: Studio) -> None:
    studio.action("action_chorus_dashboard", ".o_chorus_figure")


def _evidence(studio: Studio) -> None:
    """The page of an invoice in the archive that is downloaded, which a browser shows without Odoo."""
    action = studio.job.user.button("account.move", "action_chorus_story", [studio.invoice("received")])
    with zipfile.ZipFile(io.BytesIO(studio.job.user.download(action["url"]))) as archive:
        page = next(archive.read(name) for name in archive.namelist() if name.endswith("recit.html"))
    studio.browser.open(f"data:text/html;base64,{base64.b64encode(page).decode()}", "h1")


def _health(studio: Studio) -> None:
    studio.form("chorus.connection", studio.job.admin.find("chorus.connection", environment="simulator"))


def _settings(studio: Studio) -> None:
    studio.browser.open(f"{studio.address}/odoo/settings#account", ".settings .app_settings_block")
    studio.browser.click(".settings_tab .tab", "Facturation")
    studio.browser.wait("[name=chorus_environment]")
    studio.browser.run(
        "document.querySelector('[name=chorus_environment]').closest('.o_settings_container').previousElementSibling.scrollIntoView()"
    )


def _step(key: str) -> Callable[[Studio], None]:
    """A page of the way to a real platform; the last pictures, since the company leaves the simulator for it."""

    def prepare(studio: Studio) -> None:
        _enter(studio, "qualification")
        studio.show("chorus.setup", studio.setup(key))

    return prepare


def _enter(studio: Studio, environment: str) -> None:
    studio.job.admin.call("res.company", "write", [studio.company], {"chorus_environment": environment})
    studio.action("action_chorus_health", ".o_list_view")


def _tested(studio: Studio) -> None:
    _enter(studio, "simulator")
    page = studio.setup("test")
    studio.job.admin.button("chorus.setup", "action_check", [page])
    studio.show("chorus.setup", page)


def _broken(studio: Studio) -> None:
    """A consent is missing on PISTE; afterwards all is well again."""
    application = {"client_id": "simulator-client", "apis": ["factures", "structures"]}
    studio.job.control("directory", applications=[application])
    _tested(studio)
    studio.job.control("directory", applications=[{**application, "apis": ALL_APIS}])


def _customer(studio: Studio) -> None:
    studio.form("res.partner", studio.job.user.find("res.partner", company_registry=demo.STATE), "Facturation")


def _find(studio: Studio) -> None:
    studio.action("action_chorus_find", f"{DIALOG} .modal-body")
    studio.browser.type(f"{DIALOG} [name=name] input", "Démo")
    studio.browser.click(f"{DIALOG} button", "Rechercher")
    studio.browser.wait(f"{DIALOG} .o_data_row")


def _market(studio: Studio) -> None:
    studio.form("chorus.market", studio.job.user.find("chorus.market", number=demo_works.MARKET))


def _schedule(studio: Studio) -> None:
    studio.form("chorus.market", studio.job.user.find("chorus.market", number=demo_works.MARKET), "Bordereau de prix")


def _clauses(studio: Studio) -> None:
    call, market = studio.job.user.call, studio.job.user.find("chorus.market", number=demo_works.MARKET)
    if not call("chorus.works.penalty", "search", [("market_id", "=", market)]):
        day = date(date.today().year, 10, 12).isoformat()  # noqa: DTZ011 - a day of this machine's calendar
        terms = [(0, 0, {"name": name, "weight": weight, "initial": value}) for name, weight, value in FORMULA]
        values = {
            "penalty_ids": [(0, 0, {"name": "Retard de la couverture", "date": day, "days": 20})],
            "formula_ids": [(0, 0, {"name": "Charpente", "lot": "Charpente", "term_ids": terms})],
        }
        call("chorus.market", "write", [market], values)
    studio.form("chorus.market", market, "Clauses")


def _formula(studio: Studio) -> None:
    _clauses(studio)
    studio.browser.click("[name=formula_ids] .o_data_cell", "Charpente")
    studio.browser.wait(f"{DIALOG} .o_data_row")


def _account(studio: Studio) -> None:
    market = studio.job.user.find("chorus.market", number=demo_works.MARKET)
    move = studio.job.user.button("chorus.market", "action_final_account", [market])["res_id"]
    rows = studio.job.user.call("chorus.works.progress", "search", [("move_id", "=", move), ("display_type", "=", False)])
    values = {"chorus_progress_ids": [(1, row, {"percent": 100}) for row in rows]}
    studio.job.user.call("account.move", "write", [move], values)
    studio.form("account.move", move, "Situation")


def _progress(studio: Studio) -> None:
    studio.form("account.move", studio.situation(4), "Avancement")


def _situation(studio: Studio) -> None:
    studio.form("account.move", studio.situation(3), "Situation")


def _direct_payment(studio: Studio) -> None:
    call, market = studio.job.user.call, studio.job.user.find("chorus.market", number=demo_works.MARKET)
    partner = studio.job.user.find("res.partner", company_registry="90000000100017")
    party = {"role": "sous_traitant", "partner_id": partner, "amount": 30000, "accepted_on": "2026-01-05"}
    call("chorus.market", "write", [market], {"party_ids": [(0, 0, party)]})
    move = studio.job.user.button("chorus.market", "action_new_invoice", [market])["res_id"]
    (row,) = call("chorus.works.progress", "search", [("move_id", "=", move), ("code", "=", "3.2")])
    call("account.move", "write", [move], {"chorus_progress_ids": [(1, row, {"month_percent": 15})]})
    shares = studio.job.user.button("account.move", "action_chorus_shares", [move])
    call("chorus.works.share", "write", shares["domain"][0][2], {"amount": 4200})
    studio.form("account.move", move, "Situation")


def _by_hand(studio: Studio) -> None:
    studio.form("account.move", studio.situation(4))
    studio.dialog("Déposer sur le portail")


def _validations(studio: Studio) -> None:
    studio.action("action_chorus_validation", ".o_data_row")


def _simulator(studio: Studio) -> None:
    studio.browser.open(f"{studio.job.simulator}/", "table")


class Picture(NamedTuple):
    """One picture.

    :ivar login: who looks.
    :ivar prepare: brings what is to be seen onto the screen.
    :ivar part: a CSS selector of what is shown alone; all of the window by default.
    :ivar height: of the window.
    """

    login: str
    prepare: Callable[[Studio], None]
    part: str = ""
    height: int = 900


#: By the name of their file.
PICTURES: dict[str, Picture] = {
    "liste": Picture("comptable", _list, height=820),
    "a-envoyer": Picture("comptable", _to_send, height=700),
    "avertissement": Picture("comptable", _warned, height=650),
    "recue": Picture("comptable", _received),
    "pourquoi": Picture("comptable", _why, DIALOG),
    "completer": Picture("comptable", _complete, DIALOG),
    "tableau-de-bord": Picture("comptable", _dashboard, height=600),
    "preuves": Picture("comptable", _evidence, height=1700),
    "marche": Picture("comptable", _market, height=1200),
    "bordereau": Picture("comptable", _schedule, ".o_notebook", 1900),
    "clauses": Picture("comptable", _clauses, ".o_notebook", 2600),
    "avancement": Picture("comptable", _progress, height=1100),
    "situation": Picture("comptable", _situation, height=860),
    "paiement-direct": Picture("comptable", _direct_payment, ".o_notebook", 1500),
    "deposer": Picture("comptable", _by_hand, DIALOG, 1250),
    "formule": Picture("comptable", _formula, DIALOG, 900),
    "decompte": Picture("comptable", _account, ".o_notebook", 1500),
    "a-valider": Picture("comptable", _validations, height=260),
    "client": Picture("admin", _customer),
    "rechercher": Picture("admin", _find, DIALOG),
    "parametres": Picture("admin", _settings, height=1100),
    "sante": Picture("admin", _health),
    "simulateur": Picture("admin", _simulator, height=600),
    "etape-essai": Picture("admin", _tested, DIALOG, 1100),
    "maillon-rompu": Picture("admin", _broken, DIALOG, 1300),
    **{f"etape-{name}": Picture("admin", _step(key), DIALOG, 1100) for name, key in STEPS.items()},
}


def save(picture: bytes, path: Path) -> None:
    """Write a picture with few colours."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(path, optimize=True)


def pictures(work: Workspace, wanted: list[str]) -> int:
    """Take the pictures of these names, all of them by default; 0.

    :raises SystemExit: when a screen is not what is expected.
    """
    unknown = set(wanted) - set(PICTURES)
    if unknown:
        fail(f"No picture is called {', '.join(sorted(unknown))}.", f"choose among {', '.join(PICTURES)}")
    FOLDER.mkdir(exist_ok=True)
    with work.database("check") as database:
        port = free_port()
        demo.fill(work, database, port)
        with demo.running(work, database, port, "--max-cron-threads=0") as (odoo, simulator), page() as browser:
            job = demo.Job(odoo, simulator, database)
            job.run()
            job.add_examples()
            demo_works.add_works(job)
            demo_works.add_subcontractor(job)
            for siret in (demo.TOWN, demo.STATE):
                job.user.button("res.partner", "action_chorus_complete", [job.user.find("res.partner", company_registry=siret)])
            studio = Studio(browser, job, odoo, database)
            user = ""
            for name, picture in PICTURES.items():
                if wanted and name not in wanted:
                    continue
                if picture.login != user:
                    user = picture.login
                    studio.log_in(user)
                browser.size(WIDTH, picture.height)
                picture.prepare(studio)
                taken = browser.picture(picture.part)
                for folder in (FOLDER, *([STORE] if name in SHOWN_IN_STORE else [])):
                    save(taken, folder / f"{name}.png")
                log(f"{name}.png")
    return 0
