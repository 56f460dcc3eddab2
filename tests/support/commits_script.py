"""What `test_commits` runs in `odoo shell`, with real commits: one step a process, named by the variable ``STEP``.

A killed step ends by SIGKILL at a named point of the deposit. The other steps print their result as JSON after ``RESULT``.
"""

import contextlib
import json
import os
import sys
import threading

import psycopg2.errorcodes
import psycopg2.errors
import requests

from odoo.addons.l10n_fr_chorus_pro.models import transactions
from odoo.addons.l10n_fr_chorus_pro.services.api.client import ChorusClient
from odoo.addons.l10n_fr_chorus_pro.tests.support.commits_steps import (
    after,
    kill,
    kill_once,
    make_company,
    make_invoices,
    together,
)
from odoo.exceptions import UserError
from odoo.service.model import retrying

env = globals()["env"]  # given by `odoo shell`
POINTS = ("before_intent", "after_intent", "after_request", "after_answer", "before_result")
#: The same of an answer to a suspended invoice.
ACT_POINTS = ("act_after_intent", "act_after_request", "act_after_answer", "act_before_result")


class SerializationFailure(psycopg2.errors.SerializationFailure):
    """As PostgreSQL's own, whose code Odoo looks up."""

    pgcode = psycopg2.errorcodes.SERIALIZATION_FAILURE


def invoice(step):
    return env["account.move"].search([("ref", "=", step)])


def setup():
    make_company(env)
    make_invoices(
        env, (*POINTS, *ACT_POINTS, "act_double_click", "retry", "double_click", "time_out", "beside_cron", "first_journal")
    )
    twin(invoice("first_journal"), "second_journal")
    env.cr.commit()


def twin(move, step):
    """An invoice like this one with the same number, in another journal."""
    journal = env["account.journal"].create({"name": "Ventes 2", "code": "V2", "type": "sale"})
    values = {"journal_id": journal.id, "invoice_date": move.invoice_date, "ref": step, "name": move.name}
    move.copy(values).action_post()


def killed(point):
    """Click the button, and die at that point."""
    deposits = type(env["chorus.deposit"])
    if point == "before_intent":
        transactions.commit = kill
    elif point == "after_intent":
        transactions.commit = after(transactions.commit, kill)
    elif point == "after_request":
        kill_once(lambda state: state["deposits"])
    elif point == "after_answer":
        ChorusClient.deposit_flow = after(ChorusClient.deposit_flow, kill)
    elif point == "before_result":
        deposits._chorus_write_answer = after(deposits._chorus_write_answer, kill)
    invoice(point).action_chorus_send()


def suspended(step):
    """An invoice of that step that arrived and that the recipient suspended."""
    move = invoice(step)
    move.action_chorus_send()
    recover()
    control = f"{os.environ['SIMULATOR']}/_simulator/invoices/{move.chorus_identifier}/status"
    requests.post(control, json={"statut": "SUSPENDUE", "commentaire": "Bon absent"}, timeout=20).raise_for_status()
    move.chorus_deposit_ids._chorus_refresh()
    env.cr.commit()
    return move


def act_killed(point):
    """Complete a suspended invoice, and die at that point."""
    wizard = env["chorus.action.wizard"].create({"move_id": suspended(point).id, "kind": "complete", "comment": "Voici"})
    env.cr.commit()
    actions = type(env["chorus.action"])
    if point == "act_after_intent":
        transactions.commit = after(transactions.commit, kill)
    elif point == "act_after_request":
        fault = {"path": "/cpro/factures/v1/completer", "kind": "timeout_after", "times": 1, "delay": 5}
        requests.post(os.environ["SIMULATOR"] + "/_simulator/faults", json=fault, timeout=20).raise_for_status()
        kill_once(lambda state: any(step["statut"] == "COMPLETEE" for row in state["invoices"] for step in row["history"]))
    elif point == "act_after_answer":
        ChorusClient.complete_invoice = after(ChorusClient.complete_invoice, kill)
    elif point == "act_before_result":
        actions._chorus_write_answer = after(actions._chorus_write_answer, kill)
    wizard.action_confirm()


def retry():
    """PostgreSQL refuses the commit after the deposit; Odoo rolls back and runs the request again."""
    tries = []

    def request():
        tries.append(1)
        move = invoice("retry")
        if len(tries) == 1:
            move.action_chorus_send()
            raise SerializationFailure
        try:
            move.action_chorus_send()
        except UserError:
            return "told"
        return "sent again"

    return {"second": retrying(request, env), "tries": len(tries)}


def double_click():
    return together(env, ["double_click"] * 2, *[lambda _env, move: move.action_chorus_send()] * 2)


def same_number():
    """Two people send two invoices with one number at once: neither sees the other's before it is committed."""
    look = type(env["account.move"])._chorus_checked_file
    both = threading.Barrier(2)

    def looked(self, *args, **options):
        file = look(self, *args, **options)
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(10)
        return file

    type(env["account.move"])._chorus_checked_file = looked
    return together(env, ("first_journal", "second_journal"), *[lambda _env, move: move.action_chorus_send()] * 2)


def act_double_click():
    """Two people complete the same suspended invoice at once."""
    suspended("act_double_click")
    values = {"kind": "complete", "comment": "Voici"}
    return together(
        env,
        ["act_double_click"] * 2,
        *[lambda own, move: own["chorus.action.wizard"].create({"move_id": move.id, **values}).action_confirm()] * 2,
    )


def beside_cron():
    """A user clicks while the cron sends what is ready."""
    return together(
        env,
        ["beside_cron"] * 2,
        lambda _env, move: move.action_chorus_send(),
        lambda own, _move: [own["chorus.deposit"]._cron_deposit() for _turn in range(5)],
    )


def time_out():
    """The deposit times out; the user clicks again."""
    move = invoice("time_out")
    move.action_chorus_send()
    state = move.chorus_state
    try:
        move.action_chorus_send()
    except UserError:
        return [state, "told"]
    return [state, "sent again"]


def recover():
    """The next start: platform and crons run until nothing is left to find out."""
    for _turn in range(4):
        requests.post(os.environ["SIMULATOR"] + "/_simulator/advance", json={}, timeout=20).raise_for_status()
        env["chorus.connection"].search([]).paused_until = False
        for model in ("chorus.deposit", "chorus.action"):
            env[model].search([("next_try", "!=", False)]).next_try = False
        env["chorus.deposit"]._cron_deposit()
        env["chorus.deposit"]._cron_follow()
    env.cr.commit()


name = os.environ["STEP"]
result = killed(name) if name in POINTS else act_killed(name) if name in ACT_POINTS else globals()[name]()
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
