"""What the OCA connector leaves in a database that was upgraded to Odoo 19: its tables and columns, by their public names."""

from psycopg2.extras import Json

from odoo.tools import SQL

TABLES = """
    CREATE TABLE transmit_method (id serial PRIMARY KEY, code varchar, name jsonb);
    CREATE TABLE chorus_flow (
        id serial PRIMARY KEY, name varchar, date date, status varchar, status_display varchar, status_date timestamp,
        syntax varchar, notes text, attachment_id integer, company_id integer, invoice_identifiers boolean, create_uid integer
    );
    CREATE TABLE chorus_flow_initial_account_move_rel (chorus_flow_id integer, move_id integer);
    CREATE TABLE chorus_partner_service (
        id serial PRIMARY KEY, partner_id integer, code varchar, name varchar, active boolean, chorus_identifier integer,
        engagement_required boolean
    );
    CREATE TABLE account_move_chorus_ir_attachment_rel (account_move_id integer, ir_attachment_id integer);
    CREATE TABLE fr_chorus_api_expiry_remind_user_rel (company_id integer, user_id integer);
    ALTER TABLE account_move ADD chorus_flow_id integer, ADD oca_chorus_identifier integer, ADD oca_chorus_status varchar,
        ADD chorus_status_date timestamp;
    ALTER TABLE res_partner ADD fr_chorus_required varchar, ADD fr_chorus_identifier integer, ADD fr_chorus_service_id integer,
        ADD customer_invoice_transmit_method_id jsonb, ADD siren varchar, ADD nic varchar;
    ALTER TABLE res_company ADD fr_chorus_api_login varchar, ADD fr_chorus_api_password varchar, ADD fr_chorus_qualif boolean,
        ADD fr_chorus_invoice_format varchar, ADD fr_chorus_pwd_expiry_date date;
    INSERT INTO transmit_method (code, name) VALUES ('mail', '{"en_US": "Mail"}'), ('fr-chorus', '{"en_US": "Chorus Pro"}');
"""
#: What the connector's own columns of invoices are called before the add-on sets them aside.
BEFORE = """
    CREATE TABLE old_move (id serial PRIMARY KEY, chorus_flow_id integer, chorus_identifier integer, chorus_status varchar);
    INSERT INTO old_move (chorus_flow_id, chorus_identifier, chorus_status) VALUES (1, 4711, 'MISE_EN_PAIEMENT');
"""


def _as_stored(values):
    return tuple(Json(value) if isinstance(value, dict) else value for value in values.values())


class Leftovers:
    """Writes into those tables, in the transaction of a test."""

    def __init__(self, env):
        self.env, self.cr = env, env.cr
        self.cr.execute(TABLES)

    def insert(self, table, **values):
        """A row; its id, where the table has one."""
        columns = SQL(", ").join(map(SQL.identifier, values))
        self.cr.execute(SQL("INSERT INTO %s (%s) VALUES %s RETURNING *", SQL.identifier(table), columns, _as_stored(values)))
        return self.cr.fetchone()[0]

    def update(self, record, **values):
        """These columns of a record's row."""
        record.flush_recordset()
        columns = SQL(", ").join(map(SQL.identifier, values))
        self.cr.execute(
            SQL(
                "UPDATE %s SET (%s) = ROW %s WHERE id = %s", SQL.identifier(record._table), columns, _as_stored(values), record.id
            )
        )

    def flow(self, company, number, moves, status=None, refused=(), content=b"<old/>", **values):
        """A flow: its invoices, of which the connector let go of some that were refused.

        :param moves: dict, identifier and status by invoice.
        """
        attachment = self.env["ir.attachment"].create({"name": f"{number}.xml", "raw": content}) if content else None
        flow = self.insert(
            "chorus_flow", name=number, company_id=company.id, status=status, syntax="xml_cii", date="2026-03-02",
            attachment_id=attachment and attachment.id, create_uid=self.env.uid, **values,
        )  # fmt: skip
        for move in [*moves, *refused]:
            self.insert("chorus_flow_initial_account_move_rel", chorus_flow_id=flow, move_id=move.id)
        for move, (identifier, told) in moves.items():
            self.update(move, chorus_flow_id=flow, oca_chorus_identifier=identifier, oca_chorus_status=told,
                        chorus_status_date="2026-03-20 08:00:00")  # fmt: skip
        return flow
