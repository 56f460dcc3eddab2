"""What `test_secrets_dump` runs in `odoo shell`, with real commits: one step a process, named by the variable ``STEP``.

Each prints its result as JSON after ``RESULT``.
"""

import json
import os
import sys

from odoo.exceptions import ValidationError

env = globals()["env"]  # given by `odoo shell`


def setup():
    """A company connected by the guided way: its secrets typed as a person does."""
    company = env.company
    company.write({"country_id": env.ref("base.fr").id, "company_registry": os.environ["SUPPLIER"]})
    way = env["chorus.setup"].create(
        {
            "company_id": company.id,
            "step": "company",
            "environment": "simulator",
            "simulator_url": os.environ["SIMULATOR"],
            "siret": os.environ["SUPPLIER"],
        }
    )
    while not way.is_last:
        if way.step == "oauth":
            way.write(
                {
                    "client_id": os.environ["CLIENT_ID"],
                    "chorus_client_secret": os.environ["CLIENT_SECRET"],
                    "chorus_client_secret_again": os.environ["CLIENT_SECRET"],
                }
            )
        if way.step == "technical":
            way.write(
                {
                    "technical_account": os.environ["ACCOUNT"],
                    "chorus_technical_password": os.environ["PASSWORD"],
                    "chorus_technical_password_again": os.environ["PASSWORD"],
                }
            )
        way.action_next()
    env.cr.commit()
    return {"established": way.established}


def look():
    """What a copy of the database can do."""
    company = env.company
    try:
        company.write({"chorus_environment": "production", "chorus_production_confirmed": True})
        production = True
    except ValidationError:
        production = False
        env.cr.rollback()
    for name in ("deposit", "follow", "expiry"):
        env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
    env.cr.rollback()
    return {
        "environment": company.chorus_environment,
        "companies": len(env["res.company"]._chorus_companies()),
        "secrets": env["chorus.connection"].sudo().search_count(
            ["|", "|", "|", ("client_secret_sealed", "!=", False), ("technical_password_sealed", "!=", False),
             ("client_id", "!=", False), ("technical_account", "!=", False)]
        ),
        "production": production,
        "neutralized": company._chorus_is_neutralized(),
    }  # fmt: skip


sys.stdout.write(f"RESULT {json.dumps({'setup': setup, 'look': look}[os.environ['STEP']]())}\n")
sys.stdout.flush()
