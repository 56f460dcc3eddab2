"""Script for `odoo shell`, run by `bench_growth` with the add-on: 50,000 of the invoices went to Chorus Pro and were paid."""

env = globals()["env"]  # given by `odoo shell`
company = env["res.company"].search([("company_registry", "=", "12345678200077")])
company.write({"chorus_environment": "simulator", "chorus_simulator_url": "http://127.0.0.1:9"})  # nobody listens there
company.write({"chorus_client_id": "client", "chorus_technical_account": "TECH_1_12345678200077@cpro.fr"})
for name in ("client_secret", "technical_password"):
    company._chorus_set_secret(name, "Secret-of-nobody-1")
bodies = env["res.partner"].search([("name", "=like", "Commune%"), ("is_company", "=", True)])
# not by Odoo, which would look at all of their invoices
env.cr.execute(
    """
    UPDATE res_partner
       SET invoice_sending_method = jsonb_build_object(%s::text, 'chorus_pro'), chorus_directory_date = '2100-01-01',
           chorus_directory_environment = 'simulator', chorus_structure_active = true, chorus_structure_public = true
     WHERE id = ANY(%s)
    """,
    [str(company.id), bodies.ids],
)
TOLD = "move_type = 'out_invoice' AND commercial_partner_id = ANY(%s) AND company_id = %s AND payment_state = 'paid'"
told = [bodies.ids, company.id]
env.cr.execute(
    f"""
    UPDATE account_move
       SET chorus_state = 'paid', chorus_status = 'MISE_EN_PAIEMENT', chorus_identifier = id::text,
           chorus_status_at = invoice_date + 28, chorus_expected_date = invoice_date + 31,
           chorus_payment_at = invoice_date + 28, is_move_sent = true
     WHERE {TOLD}
    """,  # noqa: S608 - written above
    told,
)
env.cr.execute(
    f"""
    INSERT INTO chorus_deposit (id, company_id, environment, state, syntax, file_name, flow_number, flow_state, deposited_at,
                                flow_state_at, sending_at, supplier, structure, uploads, attempts, user_id, create_date,
                                write_date)
    SELECT id, company_id, 'simulator', 'integrated', 'IN_DP_E1_CII_16B', id || '.xml', 'CPP' || id, 'IN_INTEGRE',
           invoice_date + 1, invoice_date + 1, invoice_date + 1, '12345678200077', '1', 1, 0, 2, invoice_date, invoice_date
      FROM account_move WHERE {TOLD}
    """,  # noqa: S608 - written above
    told,
)
env.cr.execute(
    f"""
    INSERT INTO chorus_deposit_line (id, deposit_id, company_id, move_id, number, recipient, issue_date, total, currency_id,
                                     outcome, live, create_date, write_date)
    SELECT id, id, company_id, id, name, '20000000800017', invoice_date, amount_total, currency_id, 'integrated', true,
           invoice_date, invoice_date
      FROM account_move WHERE {TOLD}
    """,  # noqa: S608 - written above
    told,
)
STEPS = {"DEPOSEE": 1, "EN_COURS_ACHEMINEMENT": 1, "MISE_A_DISPOSITION": 2, "MANDATEE": 20, "MISE_EN_PAIEMENT": 28}
for rank, (status, days) in enumerate(STEPS.items(), 1):
    env.cr.execute(
        f"""
        INSERT INTO chorus_status_entry (move_id, company_id, status, at, rank, from_history, create_date, write_date)
        SELECT id, company_id, %s, invoice_date + %s, %s, true, invoice_date, invoice_date FROM account_move WHERE {TOLD}
        """,  # noqa: S608 - written above
        [status, days, rank, *told],
    )
for table in ("chorus_deposit", "chorus_deposit_line"):
    env.cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608 - written above
env.cr.commit()
