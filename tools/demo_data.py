"""Script for `odoo shell`: makes a new database that of a French company which invoices public bodies.

The names and numbers are fictional; the simulator knows the SIRETs. It is run once, before the web server starts.
"""

import os
from datetime import date

SIMULATOR = os.environ["CHORUS_DEMO_SIMULATOR"]
PARIS = {"tz": "Europe/Paris"}
COMPANY = {
    "name": "Atelier Démo",
    "company_registry": "12345678200077",
    "vat": "FR11123456782",
    "street": "12 rue de l'Exemple",
    "zip": "75011",
    "city": "Paris",
    "email": "facturation@atelier.example",
    "phone": "+33 1 99 00 12 34",
}
BANK = {"bank_name": "Banque de Démonstration", "bank_bic": "AGRIFRPPXXX", "acc_number": "FR7630006000011234567890189"}
CUSTOMERS = [
    ("20000000800017", "Commune de Démonville", "1 place de la Mairie", "69001", "Démonville"),
    ("20000001600010", "Services de l'État (démonstration)", "2 avenue de la République", "75007", "Paris"),
]
MARKETS = [
    ("20000000800017", {"number": "2026-M-0042", "name": "Rénovation de la salle des fêtes"}),
    (
        "20000001600010",
        {
            "number": "2026-AC-0007",
            "name": "Conseil en accessibilité numérique",
            "service_code": "FAC-001",
            "engagement_number": "1300012345",
        },
    ),
]
WORKS_CUSTOMER = ("20000007300011", "Communauté de communes de Démo", "6 route de Démonville", "69001", "Démonville")
WORKS_MARKET = {
    "number": "2026-TVX-0117",
    "name": "Réhabilitation du groupe scolaire Jules-Ferry",
    "lot": "3 – Couverture",
    "works": True,
    "amount_initial": 180000.0,
}
#: The price schedule: number, designation, unit, quantity, unit price; a chapter has no unit. The last one is the amendment's.
SCHEDULE = [
    ("1", "Installation de chantier", "", 0, 0),
    ("1.1", "Base vie et clôtures", "Ft", 1, 6000.0),
    ("1.2", "Échafaudage de pied", "m²", 600, 20.0),
    ("2", "Charpente", "", 0, 0),
    ("2.1", "Reprise de pannes", "m3", 12, 1500.0),
    ("2.2", "Voligeage", "m²", 600, 30.0),
    ("3", "Couverture", "", 0, 0),
    ("3.1", "Dépose de la couverture", "m²", 600, 25.0),
    ("3.2", "Zinc à joint debout", "m²", 600, 150.0),
    ("3.3", "Solins", "ml", 200, 45.0),
    ("4", "Évacuation des eaux pluviales", "", 0, 0),
    ("4.1", "Gouttières", "ml", 120, 60.0),
    ("4.2", "Descentes", "ml", 80, 60.0),
    ("5", "Avenant n° 1", "", 0, 0),
    ("5.1", "Désamiantage", "m²", 240, 40.0),
]
#: Invented values of an index, by month of the works' year.
INDEX = ("BT34", {4: 131.0, 6: 131.4, 7: 131.9, 8: 132.1})
WORKS_PRODUCTS = [
    ("TRAVAUX", "Travaux de couverture", "works"),
    ("REVISION", "Révision de prix", "revision"),
    ("RETENUE", "Retenue de garantie", "retention"),
    ("PENALITE", "Pénalité de retard", "penalty"),
]
MOE = ("Cabinet Moreau, architectes", "20000005700014")
SUBCONTRACTOR = ("Seconde Entreprise", "90000000100017")
PRODUCTS = [("CONSEIL", "Journée de conseil", 650.0), ("ATELIER", "Atelier de formation (une demi-journée)", 420.0)]


def language(env):
    """French where the database has it, else the one that everybody has there."""
    return "fr_FR" if "fr_FR" in dict(env["res.lang"].get_installed()) else "en_US"


def set_up_company(env):
    company = env.company
    company.write({**COMPANY, "country_id": env.ref("base.fr").id})
    env["account.chart.template"].try_loading("fr", company, install_demo=False)
    company.partner_id.lang = language(env)  # what the scheduled jobs write on the invoices
    company.external_report_layout_id = env.ref("web.external_layout_standard")
    bank = env["res.bank"].create({"name": BANK["bank_name"], "bic": BANK["bank_bic"]})
    account = env["res.partner.bank"].create(
        {
            "acc_number": BANK["acc_number"],
            "bank_id": bank.id,
            "partner_id": company.partner_id.id,
            "allow_out_payment": True,
        }
    )
    journals = env["account.journal"].search([("company_id", "=", company.id)])
    journals.filtered(lambda journal: journal.type == "bank")[:1].bank_account_id = account
    journals.filtered(lambda journal: journal.type == "sale")[:1].code = "FAC"
    return company


def connect(company):
    company.write(
        {
            "chorus_environment": "simulator",
            "chorus_simulator_url": SIMULATOR,
            "chorus_client_id": "simulator-client",
            "chorus_technical_account": "TECH_1_12345678200077@cpro.fr",
            "chorus_referent_email": COMPANY["email"],
            "chorus_start_date": date.today().replace(month=1, day=1),  # noqa: DTZ011 - a day of this machine's calendar
        }
    )
    company._chorus_set_secret("client_secret", "simulator-secret")
    company._chorus_set_secret("technical_password", "Simulator-Password-1")


def add_user(env):
    groups = [
        "base.group_user",
        "base.group_partner_manager",  # to make a customer of a public body found in the directory
        "account.group_account_invoice",
        "l10n_fr_chorus_pro.group_chorus_user",
    ]
    env["res.users"].create(
        {
            **PARIS,
            "lang": language(env),
            "name": "Camille Comptable",
            "login": "comptable",
            "password": "comptable",
            "email": "comptable@atelier.example",
            "group_ids": [(6, 0, [env.ref(group).id for group in groups])],
        }
    )


def add_business(env):
    country = env.ref("base.fr").id
    partners = {}
    for siret, name, street, code, city in CUSTOMERS:
        partners[siret] = env["res.partner"].create(
            {
                "is_company": True,
                "name": name,
                "company_registry": siret,
                "street": street,
                "zip": code,
                "city": city,
                "country_id": country,
                "lang": language(env),
                "invoice_sending_method": "chorus_pro",
            }
        )
        partners[siret]._chorus_propose_term()  # as the form does
    for code, name, price in PRODUCTS:
        env["product.product"].create({"default_code": code, "name": name, "list_price": price, "type": "service"})
    return partners


def add_markets(env, company, partners):
    for siret, values in MARKETS:
        env["chorus.market"].create({**values, "partner_id": partners[siret].id, "company_id": company.id})


def add_works(env, company):
    """A works market with its parties, and a subcontractor in the State's ordinary market."""
    siret, name, street, code, city = WORKS_CUSTOMER
    base = {"is_company": True, "country_id": env.ref("base.fr").id, "lang": language(env)}
    owner = env["res.partner"].create(
        {
            **base,
            "name": name,
            "company_registry": siret,
            "street": street,
            "zip": code,
            "city": city,
            "invoice_sending_method": "chorus_pro",
        }
    )
    moe, subcontractor = (
        env["res.partner"].create({**base, "name": name, "company_registry": siret}) for name, siret in (MOE, SUBCONTRACTOR)
    )
    year = date.today().year  # noqa: DTZ011 - a day of this machine's calendar
    market = env["chorus.market"].create(
        {
            **WORKS_MARKET,
            "partner_id": owner.id,
            "company_id": company.id,
            "date_signed": date(year, 5, 12),
            "date_notified": date(year, 6, 1),
            "date_end": date(year + 1, 3, 31),
            "engagement_ids": [
                (0, 0, {"number": "EJ-2026-00871", "name": "Tranche ferme", "amount": 216000}),
                (0, 0, {"number": "EJ-2026-01340", "name": "Avenant n° 1", "amount": 11520}),
            ],
            "amendment_ids": [(0, 0, {"name": "Avenant n° 1 – Désamiantage", "date": date(year, 8, 20), "amount": 9600})],
            "party_ids": [
                (0, 0, {"role": "moe", "partner_id": moe.id}),
                (0, 0, {"role": "moa", "partner_id": owner.id}),
            ],
        }
    )
    market.amendment_ids.engagement_id = market.engagement_ids[1]
    market.line_ids = [
        (0, 0, {
            "sequence": rank,
            "display_type": False if unit else "line_section",
            "code": code,
            "name": name,
            "unit": unit,
            "quantity": quantity,
            "price_unit": price,
            "amendment_id": code.startswith("5") and market.amendment_ids.id,
        })
        for rank, (code, name, unit, quantity, price) in enumerate(SCHEDULE)
    ]  # fmt: skip
    owner.property_payment_term_id = env.ref("account.account_payment_term_30days")
    if "chorus.works.progress" in env:  # as above
        add_clauses(env, market, year)
    state = env["chorus.market"].search([("number", "=", "2026-AC-0007")])
    state.party_ids = [(0, 0, {"role": "sous_traitant", "partner_id": subcontractor.id, "amount": 12000})]
    retention = env["account.account"].search([("code", "=like", "467%"), ("company_ids", "in", company.ids)], limit=1)
    for code, name, kind in WORKS_PRODUCTS:
        values = {"default_code": code, "name": name, "type": "service", "chorus_line_kind": kind}
        if kind == "retention":
            # kept back on what is paid: no revenue, no VAT
            values |= {"taxes_id": [(5, 0, 0)], "property_account_income_id": retention.id}
        elif kind == "penalty":
            values["taxes_id"] = [(5, 0, 0)]
        env["product.product"].create(values)


def add_clauses(env, market, year):
    """A retention of 5 %, an advance of 5 % and a revision."""
    name, values = INDEX
    market.write(
        {
            "date_consulted": date(year, 2, 2),
            "retention_rate": 5,
            "advance_rate": 5,
            "term_ids": [(0, 0, {"name": name, "weight": 0.85, "initial": values[4]})],
        }
    )
    index = env["chorus.works.index"].with_company(market.company_id)
    index.create([{"name": name, "month": date(year, month, 1), "value": value} for month, value in values.items()])


def main(env):
    env = env(context={**env.context, "lang": language(env)})
    env.ref("base.user_admin").write({**PARIS, "lang": language(env)})
    company = set_up_company(env)
    connect(company)
    add_user(env)
    partners = add_business(env)
    if "chorus.market" in env:  # `check-install` takes it away, and what needs it
        add_markets(env, company, partners)
        add_works(env, company)
    env.cr.commit()


main(env)  # noqa: F821 - `odoo shell` gives it
