"""Script for `odoo shell`, run by `bench_growth`: fills a database without the add-on with a company of 70,000 invoices.

One invoice of each kind is made by Odoo; the others are its copies, made by SQL.
"""

from datetime import date

from odoo import Command

env = globals()["env"]  # given by `odoo shell`
PRIVATE, PUBLIC, DAYS = 20_000, 50_000, 1_800
#: Public bodies; the first ones have so many invoices, the others share the rest.
BODIES, LARGEST = 200, (20_000, 2_000, 200)
FR = env.ref("base.fr")
cr = env.cr


def clone(table: str, source: int, rows: str, **columns: str) -> None:
    """Copy one row once for each row of a query ``rows``, whose columns are called ``row.…``.

    :param columns: an SQL expression for each column that differs; ``s`` is the row copied.
    """
    pairs = ", ".join(f"'{name}', {value}" for name, value in columns.items())
    cr.execute(
        f"""
        INSERT INTO {table}
        SELECT made.* FROM {table} s, ({rows}) row,
               LATERAL jsonb_populate_record(NULL::{table}, to_jsonb(s) || jsonb_build_object({pairs})) made
         WHERE s.id = %s
        """,  # noqa: S608 - written below
        [source],
    )
    cr.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")  # noqa: S608 - as above


def posted(partner: object) -> object:
    """An invoice made and posted by Odoo."""
    line = {"name": "Prestation", "quantity": 1, "price_unit": 1000, "tax_ids": [Command.set(TAX.ids)]}
    values = {"move_type": "out_invoice", "partner_id": partner.id, "invoice_date": date.today()}  # noqa: DTZ011 - a day here
    move = env["account.move"].create({**values, "invoice_line_ids": [Command.create(line)]})
    move.action_post()
    return move


company = env["res.company"].search([("name", "=like", "Ready for a test %")], order="id", limit=1)
admin = env.ref("base.user_admin")
admin.write({"company_ids": [Command.link(company.id)], "company_id": company.id, "email": "admin@atelier.example"})
company.write({"name": "Atelier Démo", "company_registry": "12345678200077", "vat": "FR11123456782", "street": "1 rue",
               "zip": "75002", "city": "Paris"})  # fmt: skip
env["res.partner.bank"].create(
    {"acc_number": "FR7630001007941234567890185", "partner_id": company.partner_id.id, "allow_out_payment": True}
)
env = env(user=admin, context={**env.context, "allowed_company_ids": company.ids})
TAX = env["account.tax"].search(
    [("type_tax_use", "=", "sale"), ("amount", "=", 20), ("price_include", "=", False), ("company_id", "=", company.id)], limit=1
)
person = env["res.partner"].create({"name": "Client", "street": "1 rue", "zip": "75002", "city": "Paris", "country_id": FR.id})
body = env["res.partner"].create(
    {"name": "Commune", "is_company": True, "company_registry": "20000000800017", "street": "1 place", "zip": "35000",
     "city": "Rennes", "country_id": FR.id}
)  # fmt: skip
private, public = posted(person), posted(body)
env.flush_all()

first = {}
for name, partner, count in (("person", person, 500), ("body", body, BODIES)):
    cr.execute("SELECT max(id) FROM res_partner")
    first[name] = cr.fetchone()[0] + 1
    start = first[name] - 1
    clone("res_partner", partner.id, f"SELECT generate_series(1, {count}) AS n", id=f"{start} + row.n",
          name="s.name || ' ' || row.n", complete_name="s.name || ' ' || row.n",
          commercial_partner_id=f"{start} + row.n")  # fmt: skip

sizes = [*LARGEST, 0]
edges = " ".join(f"WHEN n <= {sum(sizes[: rank + 1])} THEN {rank}" for rank in range(len(LARGEST)))
spread = f"CASE {edges} ELSE {len(LARGEST)} + n % {BODIES - len(LARGEST)} END"
kinds = (
    (private, PRIVATE, f"{first['person']} + n % 500", "NULL::varchar", 0),
    # every second body is given a service each time, the three largest never
    (public, PUBLIC, f"{first['body']} + {spread}", f"CASE WHEN {spread} % 2 = 0 AND {spread} > 2 THEN 'FAC-001' END", PRIVATE),
)
for move, count, partner, service, before in kinds:
    cr.execute("SELECT max(id) FROM account_move")
    start = cr.fetchone()[0]
    # no two neighbours of one day or body: rows of a body are not beside each other on the disk, as in life
    cr.execute(
        f"""
        CREATE TEMP TABLE made ON COMMIT DROP AS
        SELECT {start} + rank AS id, {before} + rank AS number, partner, service,
               CURRENT_DATE - 30 - {DAYS} + (rank * {DAYS} / {count})::int AS day,
               row_number() OVER (PARTITION BY EXTRACT(year FROM CURRENT_DATE - 30 - {DAYS} + (rank * {DAYS} / {count})::int)
                                  ORDER BY rank) AS place
          FROM (SELECT row_number() OVER (ORDER BY md5(n::text)) AS rank, {partner} AS partner, {service} AS service
                  FROM generate_series(1, {count}) n) spread
        """  # noqa: S608 - written above
    )
    prefix = f"'{'P' if before else 'C'}INV/' || EXTRACT(year FROM row.day) || '/'"
    clone(
        "account_move", move.id, "SELECT * FROM made", id="row.id", name=f"{prefix} || lpad(row.place::text, 5, '0')",
        payment_reference=f"{prefix} || lpad(row.place::text, 5, '0')", sequence_prefix=prefix, sequence_number="row.place",
        partner_id="row.partner", commercial_partner_id="row.partner", partner_shipping_id="row.partner",
        buyer_reference="row.service", invoice_date="row.day", date="row.day", invoice_date_due="row.day + 30",
        delivery_date="row.day", create_date="row.day::timestamp", write_date="row.day::timestamp", payment_state="'paid'",
        amount_residual="0", amount_residual_signed="0", access_token="NULL",
    )  # fmt: skip
    for line in move.line_ids:
        cr.execute("SELECT max(id) FROM account_move_line")
        top = cr.fetchone()[0]
        paid = {"amount_residual": "0", "amount_residual_currency": "0", "reconciled": "true"}
        clone(
            "account_move_line", line.id, "SELECT * FROM made", id=f"{top} + row.id - {start}", move_id="row.id",
            move_name=f"{prefix} || lpad(row.place::text, 5, '0')", partner_id="row.partner", date="row.day",
            invoice_date="row.day", **({"date_maturity": "row.day + 30"} if line.date_maturity else {}),
            **(paid if line.account_id.reconcile else {}),
        )  # fmt: skip
        cr.execute(
            """INSERT INTO account_move_line_account_tax_rel (account_move_line_id, account_tax_id)
               SELECT %s + made.id - %s, rel.account_tax_id FROM made, account_move_line_account_tax_rel rel
                WHERE rel.account_move_line_id = %s""",
            [top, start, line.id],
        )
    cr.execute("DROP TABLE made")
cr.commit()
print("RESULT", first["body"])
