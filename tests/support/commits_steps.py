"""What the scripts share that `test_commits` and those like it run in `odoo shell`."""

import os
import signal
import threading
import time

import requests

from odoo import Command, api, fields
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.service.model import retrying


def kill(*_args, **_options):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_once(seen):
    """Die when the simulator has what ``seen`` finds in its state, and keeps its answer back."""

    def watch():
        while not seen(requests.get(os.environ["SIMULATOR"] + "/_simulator/state", timeout=20).json()):
            time.sleep(0.05)
        kill()

    threading.Thread(target=watch, daemon=True).start()


def after(function, then):
    """The function, with ``then`` called once it is done."""

    def wrapped(*args, **options):
        result = function(*args, **options)
        then()
        return result

    return wrapped


def make_company(env):
    """Make the database's company a French one connected to the simulator that the environment variables name."""
    company = env.company
    company.write(
        {
            "name": "Atelier Démo", "country_id": env.ref("base.fr").id, "vat": "FR11123456782",
            "company_registry": os.environ["SUPPLIER"], "street": "1 rue de l'Atelier", "zip": "75002", "city": "Paris",
            "email": "contact@atelier.example", "phone": "+33 1 23 45 67 89", "chorus_environment": "simulator",
            "chorus_simulator_url": os.environ["SIMULATOR"], "chorus_client_id": os.environ["CLIENT_ID"],
            "chorus_technical_account": os.environ["ACCOUNT"],
        }
    )  # fmt: skip
    company._chorus_set_secret("client_secret", os.environ["CLIENT_SECRET"])
    company._chorus_set_secret("technical_password", os.environ["PASSWORD"])
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    env["res.partner.bank"].create(
        {"acc_number": "FR7630001007941234567890185", "partner_id": company.partner_id.id, "allow_out_payment": True}
    )
    return company


def make_invoices(env, names):
    """A posted invoice of each name, as its ``ref``, to the town that the environment variables name."""
    town = env["res.partner"].create(
        {
            "name": "Commune de Démonville", "is_company": True, "company_registry": os.environ["RECIPIENT"], "street": "Place",
            "zip": "35000", "city": "Rennes", "country_id": env.ref("base.fr").id, "invoice_sending_method": "chorus_pro",
        }
    )  # fmt: skip
    taxes = env["account.tax"].search([("type_tax_use", "=", "sale"), ("amount", "=", 20)])
    tax = taxes.filtered(lambda tax: not tax.price_include)[:1]
    for name in names:
        line = {"name": name, "quantity": 1, "price_unit": 100, "tax_ids": [Command.set(tax.ids)]}
        move = env["account.move"].create(
            {
                "move_type": "out_invoice", "partner_id": town.id, "invoice_date": fields.Date.today(), "ref": name,
                "invoice_line_ids": [Command.create(line)],
            }
        )  # fmt: skip
        move.action_post()


def together(env, names, *works):
    """Carry these out at once, each in a transaction of its own, as Odoo does of requests; what each ended with.

    :param names: the step of the invoice that each is about. :param works: each takes its environment and its invoice.
    """
    moves = [env["account.move"].search([("ref", "=", name)]) for name in names]
    barrier, ends = threading.Barrier(len(works)), []

    def run(work, move):
        with Registry(env.cr.dbname).cursor() as cr:
            own = api.Environment(cr, env.uid, {})
            barrier.wait()
            try:
                retrying(lambda: work(own, move.with_env(own)), own)
                ends.append("sent")
            except UserError:
                # left as it is, the cursor would commit what was written, without the computed fields of it
                cr.rollback()
                ends.append("told")

    env.cr.commit()
    threads = [threading.Thread(target=run, args=pair) for pair in zip(works, moves, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)
