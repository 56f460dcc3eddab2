"""What `test_commits_submission` runs in `odoo shell`, with real commits: one step a process, named by the variable ``STEP``.

As `commits_script`, for invoices that go as their PDF and data (``soumettre``).
"""

import json
import os
import sys

import requests

from odoo.addons.l10n_fr_chorus_pro.models import transactions
from odoo.addons.l10n_fr_chorus_pro.services.api.client import ChorusClient
from odoo.addons.l10n_fr_chorus_pro.tests.support import printed
from odoo.addons.l10n_fr_chorus_pro.tests.support.commits_steps import (
    after,
    kill,
    kill_once,
    make_company,
    make_invoices,
    together,
)

env = globals()["env"]  # given by `odoo shell`
POINTS = ("after_intent", "after_file", "after_request", "after_answer", "before_result")
Move = type(env["account.move"])
Move._chorus_can_print = lambda self: True
Move._chorus_print = lambda self: printed.pdf()


def invoice(step):
    return env["account.move"].search([("ref", "=", step)])


def setup():
    company = make_company(env)
    company.chorus_format = "pdf"
    with company._chorus_client() as client:
        company.chorus_structure_id = client.find_structures(os.environ["SUPPLIER"])[0].identifier
    make_invoices(env, (*POINTS, "double_click"))
    env.cr.commit()


def killed(point):
    """Click the button, and die at that point."""
    deposits = type(env["chorus.deposit"])
    if point == "after_intent":
        transactions.commit = after(transactions.commit, kill)
    elif point == "after_file":
        ChorusClient.add_file = after(ChorusClient.add_file, kill)
    elif point == "after_request":
        kill_once(lambda state: state["invoices"])
    elif point == "after_answer":
        ChorusClient.submit_invoice = after(ChorusClient.submit_invoice, kill)
    elif point == "before_result":
        deposits._chorus_write_answer = after(deposits._chorus_write_answer, kill)
    invoice(point).action_chorus_send()


def double_click():
    return together(env, ["double_click"] * 2, *[lambda _env, move: move.action_chorus_send()] * 2)


def recover():
    """The next start: platform and crons run until nothing is left to find out."""
    for _turn in range(4):
        requests.post(os.environ["SIMULATOR"] + "/_simulator/advance", json={}, timeout=20).raise_for_status()
        env["chorus.connection"].search([]).paused_until = False
        env["chorus.deposit"].search([("next_try", "!=", False)]).next_try = False
        env["chorus.deposit"]._cron_deposit()
        env["chorus.deposit"]._cron_follow()
    env.cr.commit()


name = os.environ["STEP"]
result = killed(name) if name in POINTS else globals()[name]()
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
