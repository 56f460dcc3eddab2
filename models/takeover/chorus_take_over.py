import base64
import hashlib
import logging
from datetime import datetime, time, timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL, config, sql

from ...services.clock import PARIS, UTC
from ...services.siret import compact, is_siret
from ...services.vocabulary import oca, statuses
from .. import timing, transactions

_logger = logging.getLogger(__name__)

#: Flows taken over in one transaction: what is interrupted goes on where it was.
AT_ONCE = 50
#: Lines of a report on what was left.
TOLD = 200

#: Of the OCA connector, all in columns of invoices.
IDENTIFIER, STATUS = "oca_chorus_identifier", "oca_chorus_status"


#: The flows of a company, in the order of ``Flow``, oldest first.
FLOWS = """
    SELECT flow.id, flow.name, flow.date, flow.status, flow.status_date, flow.syntax, flow.notes, flow.attachment_id,
           flow.create_uid,
           coalesce((SELECT array_agg(move_id) FROM chorus_flow_initial_account_move_rel WHERE chorus_flow_id = flow.id), '{}'),
           coalesce((SELECT array_agg(id) FROM account_move WHERE chorus_flow_id = flow.id), '{}')
    FROM chorus_flow flow WHERE company_id = %s ORDER BY id
"""
#: The files of invoices of a company.
FILES = """
    SELECT rel.account_move_id, array_agg(rel.ir_attachment_id ORDER BY rel.ir_attachment_id)
    FROM account_move_chorus_ir_attachment_rel rel JOIN account_move move ON move.id = rel.account_move_id
    WHERE move.company_id = %s GROUP BY rel.account_move_id ORDER BY rel.account_move_id
"""
ALONE = "SELECT id FROM account_move WHERE company_id = %s AND oca_chorus_identifier > 0 AND chorus_flow_id IS NULL"
BODIES = "SELECT id, fr_chorus_required, fr_chorus_identifier FROM res_partner WHERE fr_chorus_required IS NOT NULL ORDER BY id"
SERVICES = """
    SELECT id, partner_id, code, name, active, chorus_identifier, engagement_required FROM chorus_partner_service ORDER BY id
"""
CONTACTS = "SELECT id, fr_chorus_service_id FROM res_partner WHERE fr_chorus_service_id IS NOT NULL ORDER BY id"
#: Customers whose way of sending was one of these, as Odoo 18 keeps it, as one for all companies, and as it was until 17.
BY_COMPANY = "SELECT id FROM res_partner WHERE (customer_invoice_transmit_method_id ->> %s)::integer = ANY(%s)"
FOR_ALL = "SELECT id FROM res_partner WHERE customer_invoice_transmit_method_id = ANY(%s)"
AS_PROPERTY = """
    SELECT split_part(res_id, ',', 2)::integer FROM ir_property
    WHERE name = 'customer_invoice_transmit_method_id' AND res_id LIKE 'res.partner,%%' AND value_reference = ANY(%s)
      AND (company_id = %s OR company_id IS NULL)
"""


class Flow(NamedTuple):
    """A flow as the OCA connector kept it; ``sent`` are the ids of all invoices that were in it, ``kept`` those it still had."""

    id: int
    number: str
    day: object
    status: str | None
    status_at: object
    syntax: str | None
    notes: str | None
    attachment: int | None
    user: int | None
    sent: list
    kept: list


class ChorusTakeOver(models.Model):
    """What one company takes over from the OCA connector, whose tables an upgrade to Odoo 19 left in the database.

    Nothing of the old tables is changed, and what was taken over once is not again: the button may be pressed until nothing is
    left. Invoices that were sent are followed from then on, and none is sent a second time. Start at ``action_take_over``.
    """

    _name = "chorus.take.over"
    _inherit = ["chorus.evidence"]
    _description = "Taking over from the OCA connector"
    _check_company_auto = True
    _rec_name = "company_id"
    _order = "id desc"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, default=lambda self: self.env.company)
    found = fields.Text("What is there", compute="_compute_found")
    may_begin = fields.Boolean(compute="_compute_found", export_string_translation=False)
    done_at = fields.Datetime("Taken over on", readonly=True)
    report = fields.Text("What was taken over", readonly=True)
    left = fields.Text("What was left, and why", readonly=True)

    # -- what there is -------------------------------------------------------------------------------------------------

    @api.model
    def _has(self, table, *columns):
        """Whether the OCA connector's table is there, with these columns."""
        cr = self.env.cr
        return bool(sql.table_exists(cr, table)) and all(sql.column_exists(cr, table, name) for name in columns)

    @api.model
    def _is_there(self):
        """Whether there is anything to be taken over in this database."""
        return self._has("chorus_flow", "name", "company_id") and self._has("account_move", "chorus_flow_id")

    @api.depends("company_id", "done_at")
    def _compute_found(self):
        there = self._is_there()
        for record in self:
            record.may_begin = there
            if not there:
                record.found = self.env._("This database holds nothing of the OCA connector.")
                continue
            company = record.company_id
            flows = self._ask("SELECT count(*) FROM chorus_flow WHERE company_id = %s", company.id)[0][0]
            moves = self._ask(
                "SELECT count(*) FROM account_move WHERE chorus_flow_id IS NOT NULL AND company_id = %s", company.id
            )[0][0]
            services = self._has("chorus_partner_service") and self._ask("SELECT count(*) FROM chorus_partner_service")[0][0]
            record.found = self.env._(
                "%(flows)s flows with %(moves)s invoices of %(company)s; %(services)s services of public bodies.",
                flows=flows,
                moves=moves,
                company=company.name,
                services=services or 0,
            )

    @api.model
    def _ask(self, query, *values):
        """The rows of one statement on the old tables."""
        self.env.cr.execute(query, values)
        return self.env.cr.fetchall()

    # -- the button ----------------------------------------------------------------------------------------------------

    @api.model
    def _begin(self):
        """What there is for the present company, as a record to begin with: the one that it has, else a new one."""
        self.env["res.users"]._chorus_check_manager()
        company = self.env.company
        # sudo: nobody makes one by hand
        return self.search([("company_id", "=", company.id)], limit=1) or self.sudo().create({"company_id": company.id})

    def action_take_over(self):
        """Take over what is there, a few flows in a transaction each; then say what was taken and what was not.

        :raises UserError: when there is nothing.
        """
        self.ensure_one()
        self.env["res.users"]._chorus_check_manager()
        self.check_access("read")
        if not self._is_there():
            raise UserError(self.env._("This database holds nothing of the OCA connector."))
        self._check_environment()
        self.env.flush_all()
        record = self.sudo()  # sudo: settings, deposits and services are facts, which users only read
        told, left = [], []
        for step in ("_take_settings", "_take_flows", "_take_files", "_take_customers", "_take_services"):
            getattr(record, step)(told, left)
            transactions.commit(self.env)
        more = len(left) - TOLD
        if more > 0:
            left = [*left[:TOLD], self.env._("… and %s more.", more)]
        record.write({"done_at": fields.Datetime.now(), "report": "\n".join(told), "left": "\n".join(left) or False})
        _logger.info("Chorus Pro: company %s: taken over from the OCA connector", self.company_id.id)

    def _check_environment(self):
        """What was sent is where it was sent: taken for another place's, it would be neither followed nor kept from leaving.

        :raises UserError: while this company works in another environment than the connector did.
        """
        place, own = self._environment(), self.company_id.chorus_environment
        if own and own != place:
            names = dict(self.env["chorus.environment"]._selection_environment())
            raise UserError(
                self.env._(
                    "The OCA connector worked in the environment “%(theirs)s”, %(company)s works in “%(ours)s” here: choose the"
                    " same one in the settings first.",
                    theirs=names[place],
                    company=self.company_id.name,
                    ours=names[own],
                )
            )

    # -- the settings --------------------------------------------------------------------------------------------------

    def _take_settings(self, told, left):
        """The environment, the technical account and the like, as far as this company has none of its own yet."""
        company = self.company_id
        old = self._row("res_company", company.id, "fr_chorus_qualif", "fr_chorus_api_login", "fr_chorus_api_password",
                        "fr_chorus_invoice_format", "fr_chorus_pwd_expiry_date")  # fmt: skip
        taken = []
        if not company.chorus_environment:
            place = self._environment()
            try:
                with self.env.cr.savepoint():
                    # that it really sends was confirmed by years of it
                    company.write({"chorus_environment": place, "chorus_production_confirmed": place == "production"})
                taken.append(place)
            except (UserError, ValidationError) as error:
                left.append(f"{company.name}: {error}")
        if company.chorus_environment:
            taken += self._take_access(old)
        values = {}
        form = oca.FORMATS.get(old["fr_chorus_invoice_format"] or "")
        if form and company.chorus_format == self.env["res.company"]._fields["chorus_format"].default(company):
            values["chorus_format"] = form[0]
        if not company.chorus_referent_email and (email := self._reminded()):
            values["chorus_referent_email"] = email
        if not company.chorus_start_date and (day := self._last_day()):
            values["chorus_start_date"] = day
        if values:
            company.write(values)
            taken += [str(value) for value in values.values()]
        told.append(self.env._("Settings: %s.", ", ".join(taken) or self.env._("nothing")))
        if values.get("chorus_start_date"):
            told.append(
                self.env._(
                    "Invoices dated before %s, the day of the last flow, are not proposed for transfer: see the settings.",
                    values["chorus_start_date"],
                )
            )
        if company.chorus_environment and company._chorus_missing_settings():
            left.append(self.env._("The access data are not complete: go through the guided set-up."))

    def _take_access(self, old):
        """The technical account and PISTE's client, where this company's environment has none yet; their names."""
        company, taken = self.company_id, []
        connection = self.env["chorus.connection"]._of(company)
        client, secret = config.get("chorus_api_oauth_id"), config.get("chorus_api_oauth_secret")
        for name, login, word, value in (
            ("chorus_technical_account", old["fr_chorus_api_login"], "technical_password", old["fr_chorus_api_password"]),
            ("chorus_client_id", client, "client_secret", secret),
        ):
            if login and not company[name]:
                company[name] = login
                taken.append(login)
                if value and not connection[f"{word}_sealed"]:
                    company._chorus_set_secret(word, value)
        if old["fr_chorus_pwd_expiry_date"] and not connection.password_expires_on:
            connection.password_expires_on = old["fr_chorus_pwd_expiry_date"]
        return taken

    def _reminded(self):
        """The address of the first person who was reminded of the password's end; "" when there was none."""
        if not self._has("fr_chorus_api_expiry_remind_user_rel", "company_id", "user_id"):
            return ""
        query = "SELECT min(user_id) FROM fr_chorus_api_expiry_remind_user_rel WHERE company_id = %s"
        ((user,),) = self._ask(query, self.company_id.id)
        return self.env["res.users"].browse(user or 0).exists().email or ""

    def _last_day(self):
        """The day of this company's last flow, None when there was none."""
        return self._ask("SELECT max(date) FROM chorus_flow WHERE company_id = %s", self.company_id.id)[0][0]

    def _row(self, table, identifier, *columns):
        """These columns of one row; None for those that are not there."""
        return self._rows(table, [identifier], *columns)[identifier]

    def _rows(self, table, ids, *columns):
        """These columns of rows, by id; None for those that are not there."""
        there = [name for name in columns if sql.column_exists(self.env.cr, table, name)]
        names = SQL(", ").join(map(SQL.identifier, ("id", *there)))
        rows = self.env.execute_query(SQL("SELECT %s FROM %s WHERE id = ANY(%s)", names, SQL.identifier(table), list(ids)))
        return {identifier: {**dict.fromkeys(columns), **dict(zip(there, row, strict=True))} for identifier, *row in rows}

    # -- the flows -----------------------------------------------------------------------------------------------------

    def _take_flows(self, told, left):
        """Each flow becomes a deposit, with the invoices that were in it; then the invoices that have an identifier alone."""
        flows = self._flows()
        taken, known = 0, self._known_numbers()
        fresh = [flow for flow in flows if flow.number not in known]
        held = {move for flow in flows for move in flow.kept}
        for start in range(0, len(fresh), AT_ONCE):
            part = fresh[start : start + AT_ONCE]
            number, kept_back = transactions.retry_and_commit(self.env, self._take_part, part, held)
            taken += number
            left += kept_back
        told.append(
            self.env._("%(taken)s flows, and %(known)s that were taken over before.", taken=taken, known=len(flows) - len(fresh))
        )
        alone = self._identified_alone()
        facts = self._facts(alone)
        for move in alone:
            self._note_elsewhere(move, facts[move.id])
        if alone:
            told.append(self.env._("%s invoices with an identifier and no flow.", len(alone)))

    def _known_numbers(self):
        """The numbers of flows that this company has already."""
        deposits = self.env["chorus.deposit"].search([("company_id", "=", self.company_id.id), ("flow_number", "!=", False)])
        return set(deposits.mapped("flow_number"))

    def _flows(self):
        """The ``Flow`` s of this company, oldest first."""
        return [Flow(*row) for row in self._ask(FLOWS, self.company_id.id)]

    def _take_part(self, flows, held):
        """Record some flows.

        :param held: ids of the invoices that the connector held for one of any flow's.
        :return: how many, and what was left of them, as sentences: a step that is carried out again says it once.
        """
        taken, left = 0, []
        for flow in flows:
            moves = self.env["account.move"].browse({*flow.sent, *flow.kept}).exists()
            moves = moves.filtered(lambda move: move.company_id == self.company_id)
            if not moves:
                left.append(self.env._("Flow %s: none of its invoices is there any more.", flow.number))
                continue
            self._make_deposit(flow, moves.sorted("id"), held, left)
            taken += 1
        return taken, left

    def _make_deposit(self, flow, moves, held, left):
        """The deposit that a flow was."""
        state = oca.deposit_state(flow.status)
        content = self._content(flow.attachment)
        lines, facts, outcomes, known = [], {}, set(), self._facts(moves)
        for move in moves:
            old = known[move.id]
            kept = move.id in flow.kept
            outcome = oca.line_outcome(state, kept, bool(old["identifier"]) and (kept or move.id not in held))
            if outcome != "refused" and not kept and move._chorus_is_live():
                # it entered with an earlier one; what was let go of here is its duplicate
                outcome = "refused"
            if outcome != "refused" and move._chorus_is_live():
                left.append(self.env._("%(move)s: sent by this add-on too, not taken over with flow %(flow)s.",
                                       move=move.name, flow=flow.number))  # fmt: skip
                continue
            # they left long ago: of two with one number the reports tell which one entered
            lines.append(fields.Command.create({**move._chorus_line_values(), **self._history_wanted(outcome, old),
                                                "outcome": outcome, "number_place": False}))  # fmt: skip
            outcomes.add(outcome)
            if outcome != "refused":
                facts[move] = old
        if not lines:
            return
        state = oca.settled_state(outcomes)
        company, day = self.company_id, datetime.combine(flow.day, time.min, PARIS).astimezone(UTC).replace(tzinfo=None)
        _form, syntax = oca.FORMATS.get(flow.syntax or "", ("", flow.syntax or self.env._("unknown")))
        attachment = self.env["ir.attachment"].browse(flow.attachment or 0).exists()
        deposit = self.env["chorus.deposit"].create(
            {
                "company_id": company.id,
                "environment": self._environment(),
                "state": state,
                "syntax": syntax,
                "file_name": attachment.name or flow.number,
                "sha256": hashlib.sha256(content).hexdigest() if content else False,
                "size": len(content),
                "supplier": company._chorus_siret(),
                "user_id": flow.user if self.env["res.users"].browse(flow.user or 0).exists() else False,
                "flow_number": flow.number,
                "flow_state": flow.status or False,
                "flow_state_at": flow.status_at or False,
                "sending_at": day,
                "deposited_at": day,
                "uploads": 1,
                "report": flow.notes or False,
                "line_ids": lines,
            }
        )
        if content:
            deposit.file = base64.b64encode(content)
        for move, old in facts.items():
            self._note_facts(move, old)
        moves._chorus_mark_sent()
        if state == "deposited":
            transactions.trigger(self.env, "follow")

    def _environment(self):
        """Where the connector worked; where that is not kept any more, where this company does."""
        self.ensure_one()
        if not self._has("res_company", "fr_chorus_qualif"):
            return self.company_id.chorus_environment or "production"
        old = self._row("res_company", self.company_id.id, "fr_chorus_qualif")
        return "qualification" if old["fr_chorus_qualif"] else "production"

    def _content(self, attachment):
        """The bytes of a file that the connector kept; b"" when they are gone."""
        return self.env["ir.attachment"].browse(attachment or 0).exists().raw or b""

    def _facts(self, moves):
        """What the connector knew of invoices, by id: identifier, status, when it was read."""
        rows = self._rows("account_move", moves.ids, IDENTIFIER, STATUS, "chorus_status_date")
        return {
            identifier: {"identifier": row[IDENTIFIER], "status": row[STATUS], "at": row["chorus_status_date"]}
            for identifier, row in rows.items()
        }

    def _history_wanted(self, outcome, old):
        """Have the time line of an invoice read that is not at its end, so that its reason is known."""
        open_one = outcome == "integrated" and not (old["status"] and statuses.get(old["status"]).terminal)
        return {"history_due": fields.Datetime.now()} if open_one and old["identifier"] else {}

    def _note_facts(self, move, old):
        """What was known of an invoice, as if it had been read; nobody is called for what happened long ago."""
        values = {}
        if old["identifier"]:
            values["chorus_identifier"] = str(old["identifier"])
        if old["status"]:
            values |= {"chorus_status": old["status"], "chorus_status_at": old["at"] or False}
        if values:
            move._chorus_note(**values)

    def _identified_alone(self):
        """Invoices that Chorus Pro identified, of no flow of ours."""
        if not self._has("account_move", IDENTIFIER):
            return self.env["account.move"]
        moves = self.env["account.move"].browse(row[0] for row in self._ask(ALONE, self.company_id.id))
        return moves.filtered(lambda move: move.state == "posted" and not move._chorus_is_live())

    def _note_elsewhere(self, move, old):
        """An invoice that is at Chorus Pro by no flow of ours.

        :param old: of ``_facts``.
        """
        self.env["chorus.deposit"].create(
            {
                "company_id": self.company_id.id,
                "environment": self._environment(),
                "state": "integrated",
                "elsewhere": True,
                "syntax": self.env._("Deposited elsewhere"),
                "file_name": move.name,
                "supplier": self.company_id._chorus_siret(),
                "deposited_at": move.invoice_date,
                "line_ids": [
                    fields.Command.create(
                        {**move._chorus_line_values(), **self._history_wanted("integrated", old), "outcome": "integrated"}
                    )
                ],
            }
        )
        self._note_facts(move, old)
        move._chorus_mark_sent()

    # -- the files -----------------------------------------------------------------------------------------------------

    def _take_files(self, told, left):
        """The attachments of invoices that were not sent yet; those of the others stand in the files that were."""
        table = "account_move_chorus_ir_attachment_rel"
        if not self._has(table, "account_move_id", "ir_attachment_id"):
            return
        taken = 0
        for identifier, attachments in self._ask(FILES, self.company_id.id):
            move = self.env["account.move"].browse(identifier)
            if move._chorus_is_live() or move.chorus_attachment_ids:
                continue
            files = self.env["ir.attachment"].browse(attachments).exists().filtered("raw")
            self.env["chorus.attachment"].create(
                [{"move_id": move.id, "name": file.name, "file": base64.b64encode(file.raw)} for file in files]
            )
            taken += len(files)
        told.append(self.env._("%s files to go with invoices that are not sent yet.", taken))

    # -- the customers -------------------------------------------------------------------------------------------------

    def _take_customers(self, told, left):
        """Customers that were invoiced through Chorus Pro are from now on; those with another way already keep it."""
        taken = 0
        customers = self.env["res.partner"].browse(self._old_customers()).exists().with_company(self.company_id)
        for partner in customers.commercial_partner_id:
            if partner.invoice_sending_method:
                continue
            values = {"invoice_sending_method": "chorus_pro"}
            if not is_siret(compact(partner.company_registry)) and (siret := self._old_siret(partner)):
                values["company_registry"] = siret
            try:
                with self.env.cr.savepoint():
                    partner.write(values)
                    partner.flush_recordset()
                taken += 1
            except (UserError, ValidationError) as error:
                left.append(str(error))
        told.append(self.env._("%s customers to be invoiced by Chorus Pro.", taken))
        day = self.company_id.chorus_start_date
        for move in self._unsent_before(customers.commercial_partner_id, day) if day else ():
            left.append(
                self.env._(
                    "%(move)s: dated before %(day)s and never deposited, it is not proposed for transfer.",
                    move=move.name,
                    day=day,
                )
            )

    def _unsent_before(self, customers, day):
        """Invoices of these customers dated before that day, not paid, of which nothing is known at Chorus Pro."""
        found = self.env["account.move"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("commercial_partner_id", "in", customers.ids),
                ("move_type", "in", ("out_invoice", "out_refund")),
                ("state", "=", "posted"),
                ("invoice_date", "<", day),
                ("payment_state", "in", ("not_paid", "partial")),
            ],
            order="invoice_date, id",
        )
        return found.filtered(lambda move: not move.chorus_deposit_line_ids)

    def _old_customers(self):
        """The ids of the partners whose way of sending was Chorus Pro's in this company, however that version kept it."""
        name = "customer_invoice_transmit_method_id"
        if not self._has("transmit_method", "code"):
            return []
        ids, company = (
            [row[0] for row in self._ask("SELECT id FROM transmit_method WHERE code = %s", oca.METHOD)],
            self.company_id.id,
        )
        found = []
        column = sql.table_columns(self.env.cr, "res_partner").get(name)
        if column and column["udt_name"] == "jsonb":
            found += self._ask(BY_COMPANY, str(company), ids)
        elif column:
            found += self._ask(FOR_ALL, ids)
        if self._has("ir_property", "name", "res_id", "value_reference", "company_id"):
            found += self._ask(AS_PROPERTY, [f"transmit.method,{identifier}" for identifier in ids], company)
        return sorted({row[0] for row in found})

    def _old_siret(self, partner):
        """The SIRET that OCA's modules kept in columns of their own; "" when there is none."""
        row = self._row("res_partner", partner.id, "siret", "siren", "nic")
        siret = compact(row["siret"] or f"{row['siren'] or ''}{row['nic'] or ''}")
        return siret if is_siret(siret) else ""

    # -- the public bodies ---------------------------------------------------------------------------------------------

    def _take_services(self, told, left):
        """What was known of public bodies, where nothing is yet: what they require and their services. It is read anew soon."""
        taken = bodies = 0
        place = self._environment()
        for identifier, required, structure in self._old_bodies():
            partner = self.env["res.partner"].browse(identifier).exists().commercial_partner_id
            if not partner or partner.chorus_directory_date:
                continue
            needs = oca.REQUIRED.get(required or "")
            if not needs or not structure:
                continue
            partner.write(
                {
                    "chorus_structure_id": str(structure),
                    "chorus_structure_active": True,
                    "chorus_structure_public": True,
                    "chorus_service_required": needs.service,
                    "chorus_engagement_required": needs.engagement,
                    "chorus_either_required": needs.either,
                    # old enough for the next weekly run to read it anew
                    "chorus_directory_date": fields.Datetime.now() - timedelta(days=timing.FRESH_DAYS + 1),
                    "chorus_directory_environment": place,
                }
            )
            bodies += 1
        services = self.env["chorus.service"].with_context(active_test=False)
        known = {(service.partner_id.id, service.identifier): service for service in services.search([])}
        old_ids = {}
        for old, partner, code, name, active, number, engagement in self._old_services():
            body = self.env["res.partner"].browse(partner or 0).exists().commercial_partner_id
            if not body or not number or not code:
                left.append(
                    self.env._("Service %s: without Chorus Pro's identifier, it is read with its public body.", code or name)
                )
                continue
            service = known.get((body.id, str(number)))
            if not service:
                service = services.create(
                    {
                        "partner_id": body.id,
                        "identifier": str(number),
                        "code": code,
                        "name": name or False,
                        "active": bool(active),
                        "enabled": bool(active),
                        "engagement_required": bool(engagement),
                    }
                )
                known[body.id, str(number)] = service
                taken += 1
            old_ids[old] = service
        contacts = 0
        for identifier, old in self._old_contacts():
            contact, service = self.env["res.partner"].browse(identifier).exists(), old_ids.get(old)
            if contact and service and not contact.chorus_contact_service_id:
                contact.chorus_contact_service_id = service
                contacts += 1
        told.append(
            self.env._(
                "%(bodies)s public bodies with what they require, %(services)s services, %(contacts)s contacts with theirs.",
                bodies=bodies,
                services=taken,
                contacts=contacts,
            )
        )

    def _old_bodies(self):
        if not self._has("res_partner", "fr_chorus_required", "fr_chorus_identifier"):
            return []
        return self._ask(BODIES)

    def _old_services(self):
        if not self._has("chorus_partner_service", "partner_id", "code", "chorus_identifier"):
            return []
        return self._ask(SERVICES)

    def _old_contacts(self):
        if not self._has("res_partner", "fr_chorus_service_id"):
            return []
        return self._ask(CONTACTS)
