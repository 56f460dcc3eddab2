"""What `test_restore` runs in `odoo shell`, one step a process, named by the variable ``STEP``; see `commits_script.py`."""

import json
import os
import sys

import requests

from odoo.addons.l10n_fr_chorus_pro.tests.support.commits_steps import make_company, make_invoices

env = globals()["env"]  # given by `odoo shell`


def invoice(name):
    return env["account.move"].search([("ref", "=", name)])


def setup():
    make_company(env)
    make_invoices(env, ("sent", "lost", "queued", "later"))
    env.cr.commit()
    invoice("sent").action_chorus_send()
    advance()
    # to be sent by the job, which runs after the backup
    invoice("queued")._chorus_enqueue()
    env.cr.commit()


def advance():
    requests.post(os.environ["SIMULATOR"] + "/_simulator/advance", json={}, timeout=20).raise_for_status()


def send():
    """Click the button on the invoices named in ``NAMES``, and run the jobs."""
    for name in os.environ["NAMES"].split():
        invoice(name).action_chorus_send()
    env["chorus.deposit"]._cron_deposit()
    advance()
    env.cr.commit()


def told():
    """What is told of each invoice's deposit."""
    return {
        move.ref: move.sudo().chorus_deposit_ids[:1].error_code or ""
        for move in env["account.move"].search([("ref", "!=", False)])
    }


def recover():
    """Time passes: the jobs run until nothing is left to find out."""
    for _turn in range(3):
        env["chorus.deposit"].search([("next_try", "!=", False)]).next_try = False
        env["chorus.deposit"]._cron_deposit()
        advance()
        env["chorus.deposit"].search([("next_try", "!=", False)]).next_try = False
        env["chorus.deposit"]._cron_follow()
    env.cr.commit()


result = globals()[os.environ["STEP"]]()
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
