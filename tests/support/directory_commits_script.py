"""What `test_directory_commits` runs in `odoo shell`, with real commits: one step a process, named by the variable ``STEP``."""

import json
import os
import sys

from odoo import Command, fields
from odoo.addons.l10n_fr_chorus_pro.services.api import recipients as directory
from odoo.addons.l10n_fr_chorus_pro.tests.support.commits_steps import kill, make_company

env = globals()["env"]  # given by `odoo shell`
SIRETS = json.loads(os.environ.get("SIRETS", "[]"))
UNKNOWN, AMBIGUOUS = 6, 6


def customers():
    return env["res.partner"].search([("ref", "=", "bulk")])


def setup():
    make_company(env)
    values = [{"name": f"Client {siret}", "company_registry": siret} for siret in SIRETS]
    values += [{"name": f"Inconnu {number}", "company_registry": f"9999999990{number:04d}"} for number in range(UNKNOWN)]
    values += [{"name": "Commune", "city": "Saint"} for _number in range(AMBIGUOUS)]
    env["res.partner"].create([{"is_company": True, "ref": "bulk", **one} for one in values])
    env.cr.commit()


def ask():
    """The action of the list, on all customers."""
    customers().action_chorus_complete_all()
    env.cr.commit()


def killed():
    """The scheduled job, killed when its hundredth answer has come and is not written down yet."""
    count, look_up = [], directory.look_up

    def counted(client, question):
        answer = look_up(client, question)
        count.append(1)
        # the first one is about our own structure
        if len(count) == 101:
            kill()
        return answer

    directory.look_up = counted
    env["chorus.lookup"]._cron_directory()


def job():
    env["chorus.lookup"]._cron_directory()
    env.cr.commit()


def states():
    """How many customers ended how, and how many have what the directory told of them."""
    rows = env["chorus.lookup"].search([("partner_id", "in", customers().ids)])
    counts = {state: len(some) for state, some in rows.grouped("state").items()}
    known = customers().filtered(lambda one: one.chorus_structure_id and one.city == "Partout")
    return {**counts, "customers": len(rows.partner_id), "filled": len(known)}


def offline():
    """With no Chorus Pro there: a customer, an invoice, posted, changed, printed; what the invoice says."""
    company = env.company
    body = env["res.partner"].create(
        {
            "name": "Hôpital", "is_company": True, "company_registry": "20000002400014", "street": "1 rue", "zip": "35000",
            "city": "Rennes", "country_id": company.country_id.id, "invoice_sending_method": "chorus_pro",
        }
    )  # fmt: skip
    tax = env["account.tax"].search([("type_tax_use", "=", "sale"), ("amount", "=", 20), ("price_include", "=", False)])[:1]
    line = {"name": "Travaux", "quantity": 1, "price_unit": 100, "tax_ids": [Command.set(tax.ids)]}
    values = {"partner_id": body.id, "invoice_date": fields.Date.today(), "invoice_line_ids": [Command.create(line)]}
    move = env["account.move"].create({"move_type": "out_invoice", "buyer_reference": "CHU-ACHATS", **values})
    move.action_post()
    move.button_draft()
    move.ref = "Changée"
    move.action_post()
    env.cr.commit()
    job()
    move.invalidate_recordset()
    html, _kind = env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)
    alerts = move._chorus_alerts()
    return {
        "state": move.state,
        "printed": "Travaux" in str(html),
        "alert": alerts.get("chorus_unchecked", {}).get("message"),
        "obstacles": move._chorus_obstacles(),
    }


result = globals()[os.environ["STEP"]]()
sys.stdout.write(f"RESULT {json.dumps(result)}\n")
sys.stdout.flush()
