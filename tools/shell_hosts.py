"""Run in `odoo shell`: companies of their own SIRET, each with an accountant and invoices to send; as JSON after RESULT."""

import json
import os
from datetime import date
from typing import Any

COMPANIES, INVOICES = int(os.environ["CHORUS_HOSTS_COMPANIES"]), int(os.environ["CHORUS_HOSTS_INVOICES"])
#: What the groups of an accountant are called.
GROUPS = ("base.group_user", "account.group_account_invoice", "l10n_fr_chorus_pro.group_chorus_user")


def with_key(digits: str) -> str:
    """Digits with their key by Luhn's rule, as in SIREN and SIRET."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return digits + str(-total % 10)


def company(env: Any, number: int) -> dict[str, Any]:
    """A company, its accountant and invoices; what the simulator is to know of it."""
    siren = with_key(f"5{number:07d}")
    siret = with_key(siren + "0001")
    france = env.ref("base.fr")
    name = f"Entreprise {number:02d}"
    made = env["res.company"].create(
        {
            "name": name,
            "company_registry": siret,
            "vat": f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}",
            "street": "1 rue de l'Exemple",
            "zip": "75011",
            "city": "Paris",
            "country_id": france.id,
            "currency_id": france.currency_id.id,
            "email": f"facturation{number}@entreprise.example",
            "phone": "+33 1 99 00 12 34",
        }
    )
    env["account.chart.template"].try_loading("fr", company=made, install_demo=False)
    env.user.company_ids += made
    account, password = f"TECH_1_{siret}@cpro.fr", f"Simulator-Password-{number}"
    made.write(
        {
            "chorus_environment": "simulator",
            "chorus_simulator_url": env.company.chorus_simulator_url,
            "chorus_client_id": f"client-{number}",
            "chorus_technical_account": account,
        }
    )
    made._chorus_set_secret("client_secret", f"secret-{number}")
    made._chorus_set_secret("technical_password", password)
    bank = env["res.partner.bank"].create(
        {"acc_number": "FR7630006000011234567890189", "partner_id": made.partner_id.id, "allow_out_payment": True}
    )
    env["account.journal"].search([("company_id", "=", made.id), ("type", "=", "bank")], limit=1).bank_account_id = bank
    login = f"comptable{number}"
    env["res.users"].create(
        {
            "name": login,
            "login": login,
            "password": login,
            "company_id": made.id,
            "company_ids": [(6, 0, made.ids)],
            "group_ids": [(6, 0, [env.ref(group).id for group in GROUPS])],
        }
    )
    town = env["res.partner"].search([("company_registry", "=", "20000000800017")], limit=1).with_company(made)
    town.invoice_sending_method = "chorus_pro"
    moves = env["account.move"].with_company(made)
    tax = env["account.tax"].search(
        [("company_id", "=", made.id), ("type_tax_use", "=", "sale"), ("amount", "=", 20), ("price_include", "=", False)], limit=1
    )
    line = {"name": "Prestation", "quantity": 2, "price_unit": 650, "tax_ids": [(6, 0, tax.ids)]}
    values = {
        "move_type": "out_invoice",
        "partner_id": town.id,
        "invoice_date": date.today(),  # noqa: DTZ011 - a day of this machine's calendar
        "company_id": made.id,
        "invoice_line_ids": [(0, 0, line)],
    }
    invoices = moves.create([dict(values) for _ in range(INVOICES)])
    invoices.action_post()
    env.cr.commit()
    env.invalidate_all()
    apis = ["factures", "structures", "transverses", "engagementsJuridiques"]
    return {
        "login": login,
        "invoices": invoices.ids,
        "structure": {"identifiantStructure": siret, "designationStructure": name, "typeStructure": "PRIVEE", "statut": "ACTIVE"},
        "application": {
            "client_id": f"client-{number}",
            "client_secret": f"secret-{number}",
            "apis": apis,
            "structures": [siret],
            "raccordementActif": True,
        },
        "account": {"login": account, "password": password, "structure": siret},
    }


print("RESULT", json.dumps([company(env, number) for number in range(1, COMPANIES + 1)]))  # noqa: F821 - of `odoo shell`
