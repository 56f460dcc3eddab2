"""Script for `odoo shell`, run by `bench_screens`: makes invoices at every stage, or counts what the screens ask of the database.

It is written for the add-on as it is and as it was, so that both have the same data: no simulator, no job, only rows.
"""

import json
import logging
import os
import sys
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from lxml import etree

from odoo import Command
from odoo.sql_db import Cursor

env = globals()["env"]  # given by `odoo shell`
logging.disable(logging.WARNING)
COUNT, DAY = 80, date.today()  # noqa: DTZ011 - a day here
#: Of an invoice that was sent: the state of its deposit, the outcome of its line, Chorus Pro's status, the reason.
STAGES = {
    "to_send": None,
    "rejected": ("rejected", "refused", "", ""),
    "deposited": ("integrated", "integrated", "DEPOSEE", ""),
    "received": ("integrated", "integrated", "MISE_A_DISPOSITION", ""),
    "to_complete": ("integrated", "integrated", "SUSPENDUE", "JUSTIF_ABS"),
    "refused": ("integrated", "integrated", "REJETEE", "EJ_ERR"),
    "paid": ("integrated", "integrated", "MISE_EN_PAIEMENT", ""),
}
WAY = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")
STATEMENTS: list[str] = []
LOGIN, PRIVATE = "screens", "Cliente privée"
REFUSAL = "Le code service de la structure destinataire n'est pas renseigné"
#: Markets, by what is invoiced for them: plain work, or monthly statements.
MARKETS = {"of a market": False, "of a works market": True}


# -- what there is to look at ------------------------------------------------------------------------------------------


def fill() -> None:
    """A company, a user, an invoice of a private customer and 80 of public bodies, in every state in turn."""
    company = env["res.company"].search([("name", "=like", "Ready for a test %")], order="id", limit=1)
    company.write({"name": "Atelier Démo", "company_registry": "12345678200077", "vat": "FR11123456782", "street": "1 rue",
                   "zip": "75002", "city": "Paris"})  # fmt: skip
    env.user.write({"company_ids": [Command.link(company.id)], "company_id": company.id})
    account = {"acc_number": "FR7630001007941234567890185", "partner_id": company.partner_id.id, "allow_out_payment": True}
    bank = env["res.partner.bank"].create(account)
    env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1).bank_account_id = bank
    company.write({"chorus_environment": "simulator", "chorus_simulator_url": "http://127.0.0.1:9"})  # nobody listens there
    company.write({"chorus_client_id": "client", "chorus_technical_account": "TECH_1_12345678200077@cpro.fr"})
    for name in ("client_secret", "technical_password"):
        company._chorus_set_secret(name, "Secret-of-nobody-1")
    groups = [env.ref(f"account.{name}").id for name in ("group_account_invoice",)]
    groups.append(env.ref("l10n_fr_chorus_pro.group_chorus_user").id)
    env["res.users"].create({"name": "Camille", "login": LOGIN, "lang": "fr_FR", "tz": "Europe/Paris", "company_id": company.id,
                             "company_ids": [Command.set(company.ids)], "group_ids": [Command.set(groups)]})  # fmt: skip
    own = env(context={**env.context, "allowed_company_ids": company.ids})
    tax = own["account.tax"].search(
        [("type_tax_use", "=", "sale"), ("amount", "=", 20), ("price_include", "=", False), ("company_id", "=", company.id)],
        limit=1,
    )
    address = {"street": "1 place", "zip": "35000", "city": "Rennes", "country_id": own.ref("base.fr").id}
    bodies = own["res.partner"].create(
        [{"name": f"Commune {n}", "is_company": True, "company_registry": f"2000000080{n:04d}",
          "invoice_sending_method": "chorus_pro", **address} for n in range(8)]
    )  # fmt: skip
    now = datetime.now().replace(microsecond=0)  # noqa: DTZ005 - as Odoo writes it
    bodies.write({"chorus_directory_date": now, "chorus_directory_environment": "simulator", "chorus_structure_active": True,
                  "chorus_structure_public": True, "chorus_service_required": True})  # fmt: skip
    own["chorus.service"].sudo().create(
        [{"partner_id": body.id, "identifier": f"{body.id}{n}", "code": f"SRV-{n}", "name": f"Service {n}", "enabled": True,
          "detail_date": now} for body in bodies for n in range(3)]
    )  # fmt: skip
    connections = own["chorus.connection"].sudo()
    connection = connections.search([("company_id", "=", company.id), ("environment", "=", "simulator")])
    connection = connection or connections.create({"company_id": company.id, "environment": "simulator"})
    connection.last_poll = now
    person = own["res.partner"].create({"name": PRIVATE, **address})
    partners = [bodies[n % len(bodies)] for n in range(COUNT)]
    moves = own["account.move"].create(
        [{"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": DAY - timedelta(days=n // 4),
          "buyer_reference": n % 3 != 0 and "SRV-1",
          "invoice_line_ids": [Command.create({"name": f"Prestation {line}", "quantity": 1, "price_unit": 100 * (n + 1),
                                               "tax_ids": [Command.set(tax.ids)]}) for line in range(3)]}
         for n, partner in enumerate([person, *partners, bodies[0]])]
    )  # fmt: skip
    moves[:-1].action_post()
    stages = list(STAGES)
    for n, move in enumerate(moves[1:-1]):
        if STAGES[stages[n % len(stages)]]:
            send(move, *STAGES[stages[n % len(stages)]])
    for number, works in MARKETS.items():
        body = bodies[0]
        market = own["chorus.market"].create({"number": number, "name": number, "partner_id": body.id, "works": works})
        move = own["account.move"].create(
            {"move_type": "out_invoice", "partner_id": body.id, "invoice_date": DAY, "chorus_market_id": market.id,
             "invoice_line_ids": [Command.create({"name": "Prestation", "price_unit": 900, "tax_ids": [Command.set(tax.ids)]})]}
        )  # fmt: skip
        move.action_post()
        if not works:
            send(move, *STAGES["received"])
    env.cr.commit()


def send(move: Any, state: str, outcome: str, status: str, motif: str) -> None:
    """As if the invoice had been sent and come so far."""
    at = datetime.now().replace(microsecond=0) - timedelta(days=5)  # noqa: DTZ005 - as Odoo writes it
    live = outcome != "refused"
    line = {"move_id": move.id, "number": move.name, "recipient": "20000000800017", "issue_date": move.invoice_date,
            "total": move.amount_total, "currency_id": move.currency_id.id, "outcome": outcome, "live": live,
            "message": not live and REFUSAL}  # fmt: skip
    move.env["chorus.deposit"].sudo().create(
        {"company_id": move.company_id.id, "environment": "simulator", "state": state, "syntax": "IN_DP_E1_CII_16B",
         "file_name": f"{move.id}.xml", "flow_number": f"CPP{move.id}", "deposited_at": at, "sending_at": at,
         "line_ids": [Command.create(line)]}
    )  # fmt: skip
    if not status:
        return
    steps = [*WAY, status] if status not in WAY else WAY[: WAY.index(status) + 1]
    move.env["chorus.status.entry"].sudo().create(
        [{"move_id": move.id, "status": step, "at": at + timedelta(hours=rank), "rank": rank, "from_history": True,
          "comment": "Motif de l'entité" if step == status and motif else False} for rank, step in enumerate(steps, 1)]
    )  # fmt: skip
    move.sudo().write({"chorus_identifier": str(move.id), "chorus_status": status, "chorus_status_at": at, "chorus_motif": motif})


# -- what a screen asks ------------------------------------------------------------------------------------------------


def watch() -> None:
    """From now on, keep every statement that goes to PostgreSQL."""
    execute = Cursor.execute

    def watched(cursor: Cursor, query: Any, params: Any = None, log_exceptions: bool = True) -> Any:
        try:
            return execute(cursor, query, params, log_exceptions)
        finally:
            STATEMENTS.append(cursor._obj.query.decode(errors="replace"))

    Cursor.execute = watched


def count(function: Callable[[], Any], name: str, times: int = 2) -> int:
    """How many statements a function takes, nothing of the records in memory; by default what is read once is read."""
    for _time in range(times):
        env.flush_all()
        env.invalidate_all()
        STATEMENTS.clear()
        function()
    if os.environ.get("CHORUS_BENCH_DETAILS"):
        for query in STATEMENTS:
            sys.stderr.write(f"{name}: {' '.join(query.split())[:400]}\n")
    return len(STATEMENTS)


def spec(views: dict[str, Any], model: str, arch: Any) -> dict[str, Any]:
    """What the web client asks of a view's records: its fields and, of those in a list or a card within it, theirs."""
    found: dict[str, Any] = {}
    for node in own_fields(arch):
        name = node.get("name")
        kind = views["models"][model]["fields"][name]
        asked = found.setdefault(name, {})
        if kind["type"] in ("one2many", "many2many") and node.get("invisible") not in ("1", "True"):
            modes = node.get("mode", "list,kanban").split(",")
            inner = [child for mode in modes for child in node if child.tag == mode]
            if inner:
                asked["fields"] = spec(views, kind["relation"], inner[0])
                asked["limit"] = int(inner[0].get("limit", 40))
            elif "tags" in node.get("widget", ""):
                asked["fields"] = {"display_name": {}}
        elif kind["type"] == "many2one":
            asked["fields"] = {"display_name": {}} if node.get("invisible") not in ("1", "True") else {}
    return found


def own_fields(node: Any) -> Iterable[Any]:
    """The fields of a view, not those of the views within it."""
    for child in node:
        if child.tag == "field":
            yield child
        else:
            yield from own_fields(child)


def measure() -> dict[str, int]:
    """Statements by screen; the first is also the first of this process."""
    watch()
    user = env["res.users"].search([("login", "=", LOGIN)])
    context = {"lang": "fr_FR", "tz": "Europe/Paris", "uid": user.id, "allowed_company_ids": user.company_id.ids}
    found: dict[str, int] = {}

    def board() -> Any:
        return env(user=user, context=context)["account.move"]

    def views(action: str, *kinds: str) -> dict[str, Any]:
        """The views of an action, as the web client loads them."""
        record = env.ref(action)
        given = {view.view_mode: view.view_id.id for view in record.view_ids}
        given.setdefault(record.view_mode.split(",")[0], record.view_id.id)
        pairs = [[given.get(kind, False), kind] for kind in kinds]
        return board().get_views([*pairs, [record.search_view_id.id, "search"]], {"toolbar": True, "action_id": record.id})

    chorus, invoices = "l10n_fr_chorus_pro.action_chorus_invoices", "account.action_move_out_invoice_type"
    domain = [("chorus_state", "!=", False)]

    def asked(action: str, kind: str) -> tuple[dict[str, Any], str]:
        told = views(action, kind)
        arch = etree.fromstring(told["views"][kind]["arch"])
        return spec(told, "account.move", arch), arch.get("default_order", "")

    def grouped() -> None:
        fields, order = asked(chorus, "list")
        moves = board()
        groups = moves.web_read_group(domain, ["chorus_state"], ["amount_total_in_currency_signed:sum"], limit=80)["groups"]
        for group in groups:  # each is opened
            within = [*domain, *group["__extra_domain"]]
            moves.web_search_read(within, fields, limit=80, order=order)

    found["Chorus Pro's list by state, first after a start"] = count(grouped, "start", times=1)
    found["the same again"] = count(grouped, "grouped")
    for what, action, kind, within in (
        ("list of 80, Odoo's invoices", invoices, "list", [("move_type", "=", "out_invoice")]),
        ("list of 80, Chorus Pro's invoices", chorus, "list", domain),
        ("80 cards, Odoo's invoices", invoices, "kanban", [("move_type", "=", "out_invoice")]),
        ("80 cards, Chorus Pro's invoices", chorus, "kanban", domain),
    ):
        fields, order = asked(action, kind)

        def shown(fields: Any = fields, order: str = order, within: Any = within) -> None:
            board().web_search_read(within, fields, limit=80, order=order, count_limit=10001)

        found[what] = count(shown, what)
    fields, _order = asked(invoices, "form")
    numbers = env["account.move"].with_context(active_test=False)
    public = numbers.search([*domain, ("chorus_market_id", "=", False)], order="id")
    opened = {"private customer": numbers.search([("partner_id.name", "=", PRIVATE)], limit=1)}
    opened |= {stage: public[place : place + 1] for place, stage in enumerate(STAGES)}
    opened |= {number: numbers.search([("chorus_market_id.number", "=", number)], limit=1) for number in MARKETS}
    opened["draft"] = numbers.search([("state", "=", "draft")], limit=1)
    for what, move in opened.items():
        if len(move) != 1 or (what in STAGES and move.chorus_state != what):
            raise SystemExit(f"not {what}: {move} ({move.chorus_state})")

        def read(move: Any = move) -> None:
            board().browse(move.id).web_read(fields)

        found[f"form, {what}"] = count(read, f"form {what}")
    return found


if os.environ.get("CHORUS_BENCH_FILL"):
    fill()
else:
    sys.stdout.write(f"RESULT {json.dumps(measure())}\n")
    sys.stdout.flush()
