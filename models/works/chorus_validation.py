import base64
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.sql import escape_psql

from ...services.api.errors import ChorusError, OutcomeUnknown
from ...services.clock import UTC
from ...services.follow.works_clock import VALIDATOR_DAYS
from ...services.rules import direct_payment
from ...services.siret import compact
from ...services.vocabulary import motifs, statuses
from ...services.vocabulary.frameworks import Role
from .. import timing, transactions

#: The reasons a validator may give (doc/API.md §3.7): the first says that the invoice is not for it.
REASONS = ("ERR_VALIDEUR", "AUT_MOTIF_ERR_VALIDEUR")


_logger = logging.getLogger(__name__)


#: States in which an invoice waits for nothing of ours.
DECIDED = ("accepted", "refused", "tacit", "elsewhere")


class ChorusValidation(models.Model):
    """An invoice of a subcontractor or co-contractor that waits, or waited, for our decision at Chorus Pro.

    A decision is committed before it leaves, and nothing is sent again while nobody knows whether it arrived.
    """

    _name = "chorus.validation"
    _inherit = ["chorus.exchange"]
    _description = "Invoice to validate at Chorus Pro"
    _check_company_auto = True
    _order = "state, deposited_at, id"
    _rec_name = "number"

    _chorus_cron = "follow"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    state = fields.Selection(
        # STATE DIAGRAM
        # * waiting --[we decide; committed]--------------> ready
        # * ready   --[claimed by a sender; committed]----> sending
        # * sending --[done]------------------------------> accepted, refused
        # * sending --[surely not received]---------------> ready, tried again at next_try
        # * sending --[the platform says no]--------------> waiting, with its words
        # * sending --[answer lost; or a dead process]----> unknown
        # * unknown --[its status shows it]---------------> accepted, refused
        # * unknown --[it still waits]--------------------> ready
        # * waiting --[15 days]---------------------------> tacit
        # * waiting --[somebody decided on the portal]----> accepted, refused, elsewhere
        [
            ("waiting", "To validate"),
            ("ready", "Decision to send"),
            ("sending", "Sending"),
            ("unknown", "Outcome unknown"),
            ("accepted", "Accepted"),
            ("refused", "Refused"),
            ("tacit", "Accepted by silence"),
            ("elsewhere", "No longer waiting"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    identifier = fields.Char("Chorus Pro identifier", required=True, readonly=True, index=True)
    validator = fields.Char("Our identifier as validator", readonly=True, help="idValideur")
    number = fields.Char("Invoice number", required=True, readonly=True)
    supplier = fields.Char("Supplier's SIRET", readonly=True, index=True)
    supplier_name = fields.Char("Supplier", readonly=True)
    recipient_name = fields.Char("Public body", readonly=True)
    issue_date = fields.Date("Invoice date", readonly=True)
    deposited_at = fields.Datetime("Deposited on", readonly=True)
    deadline = fields.Datetime(
        "Decide before", compute="_compute_deadline", store=True, help="Without a decision within 15 days it counts as accepted."
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount_untaxed = fields.Monetary("Amount without VAT", readonly=True)
    amount_total = fields.Monetary("Amount with VAT", readonly=True)
    market_number = fields.Char("Market number", readonly=True)
    market_id = fields.Many2one("chorus.market", "Public market", compute="_compute_links")
    partner_id = fields.Many2one("res.partner", "Subcontractor", compute="_compute_links")
    bill_id = fields.Many2one("account.move", "Vendor bill", compute="_compute_links")
    remark = fields.Char(compute="_compute_remark", export_string_translation=False)
    status = fields.Char("Chorus Pro status code", readonly=True)
    status_label = fields.Char("Chorus Pro status", compute="_compute_status_label")
    decision = fields.Selection([("accept", "Accept"), ("refuse", "Refuse")], "Our decision", readonly=True)
    motif = fields.Selection(selection="_selection_motif", string="Reason", readonly=True)
    comment = fields.Text("Comment for the supplier", readonly=True)
    decided_by = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)
    pdf = fields.Binary("PDF", attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")

    _identifier_unique = models.Constraint(
        "UNIQUE (company_id, environment, identifier)", "This invoice to validate is recorded already."
    )

    @api.model
    def _selection_motif(self):
        return [(code, motifs.get(code).label.of(self.env.lang)) for code in REASONS]

    @api.depends("deposited_at")
    def _compute_deadline(self):
        for validation in self:
            start = validation.deposited_at
            validation.deadline = start and start + timedelta(days=VALIDATOR_DAYS)

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_status_label(self):
        for validation in self:
            validation.status_label = validation.status and statuses.get(validation.status).label.of(self.env.lang)

    @api.depends("supplier", "market_number", "amount_untaxed", "amount_total", "state")
    @api.depends_context("lang")
    def _compute_remark(self):
        for validation in self:
            texts = direct_payment.judge(validation._chorus_request()) if validation.market_id else []
            validation.remark = " ".join(text.of(self.env.lang) for text in texts) or False

    def _chorus_request(self):
        """This as a ``services.rules.direct_payment.Request``: beside what was accepted of it before, and what we stated."""
        self.ensure_one()
        market = self.market_id
        party = market.party_ids.filtered(
            lambda one: (
                one.role in (Role.SOUS_TRAITANT.value, Role.COTRAITANT.value) and one._chorus_siret() == (self.supplier or "")
            )
        )[:1]
        before = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("environment", "=", self.environment),
                ("supplier", "=", self.supplier),
                ("market_number", "=", self.market_number),
                ("state", "in", ("accepted", "tacit", "elsewhere")),
                ("id", "!=", self._origin.id),
            ]
        )
        money = market._chorus_money
        return direct_payment.Request(
            money(self.amount_untaxed),
            money(sum(before.mapped("amount_untaxed"))),
            money(party.amount_stated),
            money(party.amount),
            money(self.amount_total - self.amount_untaxed),
            bool(party),
            party.role == Role.COTRAITANT.value,
            market.works,
        )

    @api.depends("supplier", "number", "market_number")
    def _compute_links(self):
        """What we have of it in the books: by SIRET, by the bill's reference, by the market's number."""
        partners, companies = self._chorus_suppliers(), self.company_id
        numbers = {validation.market_number for validation in self if validation.market_number}
        # another's number is no pattern
        alike = Domain.OR(Domain("number", "=ilike", escape_psql(number)) for number in numbers)
        markets = self.env["chorus.market"].search(alike & Domain("company_id", "in", companies.ids))
        by_number = markets.grouped(lambda market: (market.company_id, market.number.lower()))
        bills = self.env["account.move"].search(
            [
                ("move_type", "in", ("in_invoice", "in_refund")),
                ("company_id", "in", companies.ids),
                ("commercial_partner_id", "in", partners.commercial_partner_id.ids),
                ("ref", "in", self.mapped("number")),
                ("state", "!=", "cancel"),
            ]
        )
        by_reference = bills.grouped(lambda bill: (bill.company_id, bill.commercial_partner_id, bill.ref))
        for validation in self:
            company = validation.company_id
            partner = partners.filtered(
                lambda one, validation=validation: (
                    compact(one.company_registry) == validation.supplier
                    and one.company_id in (one.company_id.browse(), validation.company_id)
                )
            )[:1]
            validation.partner_id = partner
            validation.market_id = by_number.get((company, (validation.market_number or "").lower()), markets.browse())[:1]
            found = by_reference.get((company, partner.commercial_partner_id, validation.number), bills.browse())
            validation.bill_id = found[:1] if partner else bills.browse()

    def _chorus_suppliers(self):
        """The partners with the suppliers' SIRETs, in the ways people write them."""
        sirets = [siret for siret in set(self.mapped("supplier")) if siret]
        spelt = [
            text
            for siret in sirets
            for text in (siret, f"{siret[:9]} {siret[9:]}", f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}")
        ]
        return self.env["res.partner"].search([("company_registry", "in", spelt)])

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_accept(self):
        """Accept these invoices: recorded and committed, then sent."""
        return self._chorus_decide("accept")

    def action_refuse(self):
        """Ask for the reason of a refusal."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Refuse"),
            "res_model": "chorus.validation.refusal",
            "view_mode": "form",
            "target": "new",
            "context": {"default_validation_ids": [fields.Command.set(self.ids)]},
        }

    def action_pdf(self):
        """Show the invoice as the supplier filed it."""
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        validation = self.sudo()  # sudo: users read validations only; this keeps what the platform gives
        if not validation.pdf:
            identifier = self.identifier
            transactions.commit(self.env)
            with self.company_id._chorus_client_for_user() as client:
                content = client.download_pdf(identifier)
            validation.pdf = base64.b64encode(content)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/pdf/{self.number.replace('/', '_')}.pdf",
            "target": "new",
        }

    def action_create_bill(self):
        """Start the vendor bill of this invoice."""
        self.ensure_one()
        self.check_access("read")
        self.env["account.move"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "context": {
                "default_move_type": "in_invoice",
                "default_partner_id": self.partner_id.id,
                "default_ref": self.number,
                "default_invoice_date": self.issue_date,
            },
        }

    def action_refresh(self):
        """Read what waits for us at Chorus Pro now."""
        self.env["res.users"]._chorus_check_transfer()
        company = self.company_id[:1] or self.env.company
        with company._chorus_client_for_user() as client:
            before = self.mapped("state")
            self.sudo()._chorus_read_waiting(company, client)  # sudo: writes what the platform says, nothing of the user's
            failures = company._chorus_failures(client)
        self.invalidate_recordset()
        return company._chorus_told(failures, self.mapped("state") != before if self else None)

    def _chorus_decide(self, decision, motif=False, comment=False):
        """Record a decision on each of these invoices and send it.

        :raises UserError: for one that does not wait for us.
        """
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        validations = self.sudo()  # sudo: users read validations only; this records their decision
        for validation in validations:
            locked = validation.try_lock_for_update(allow_referencing=True)
            if not locked or locked.state != "waiting":
                raise UserError(self.env._("%s does not wait for a decision any more.", validation.number))
        validations.write(
            {
                "state": "ready",
                "decision": decision,
                "motif": motif,
                "comment": comment,
                "decided_by": self.env.user.id,
                "decided_at": fields.Datetime.now(),
                "attempts": 0,
                "uploads": 0,
                "next_try": False,
                "error_code": False,
                "error_detail": False,
            }
        )
        transactions.trigger(self.env, self._chorus_cron)
        transactions.commit(self.env)
        validations._chorus_send(retries=0)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- sending -------------------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.exchange'
    def _chorus_advance(self, client):
        self._chorus_send_one(client)

    # EXTENDS 'chorus.exchange'
    def _chorus_load(self):
        return {
            "identifier": self.identifier,
            "accept": self.decision == "accept",
            "validator": self.validator or "",
            "motif": self.motif or "",
            "comment": self.comment or "",
        }

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_hand_over(self, client, claim):
        return client.decide(**claim)

    # EXTENDS 'chorus.exchange'
    def _chorus_receive(self, answer):
        self._chorus_settle(answer.status)
        if self.state not in DECIDED:
            # taken, but not shown yet: its status will tell
            self._chorus_mark_unknown(OutcomeUnknown(answer.status))

    # EXTENDS 'chorus.exchange'
    def _chorus_take_refusal(self, error):
        self._chorus_conclude("waiting", error_code=error.code, error_detail=error.detail)

    # EXTENDS 'chorus.exchange'
    def _chorus_give_up(self):
        self._chorus_conclude("waiting", error_code="not_taken", error_detail=self.error_detail)

    def _chorus_settle(self, status):
        """Chorus Pro shows this status: say what it means for our decision."""
        self.ensure_one()
        if status.startswith("A_VALIDER"):
            return
        if status.startswith("ABSENCE_VALIDATION"):
            state = "tacit"
        elif status.startswith("VALIDEE"):
            state = "accepted"
        elif status.startswith("REFUSEE") or status.endswith("SUR_VALIDEUR"):
            state = "refused"
        else:
            # it went on since: with our decision when we made one, else by somebody on the portal or by silence
            state = {"accept": "accepted", "refuse": "refused"}.get(self.decision, "elsewhere")
        self._chorus_conclude(state, status=status)

    # -- reading -------------------------------------------------------------------------------------------------------

    @api.model
    def _chorus_validates(self, company):
        """Whether others' invoices may wait for this company: it leads a market with subcontractors or co-contractors."""
        return bool(
            self.env["chorus.market"]
            .sudo()  # sudo: crons serve all companies
            .search_count(
                [
                    ("company_id", "=", company.id),
                    ("role", "in", (Role.TITULAIRE.value, Role.MANDATAIRE.value, Role.COTRAITANT.value)),
                    ("party_ids.role", "in", (Role.SOUS_TRAITANT.value, Role.COTRAITANT.value)),
                ],
                limit=1,
            )
        )

    @api.model
    def _chorus_is_read_now(self, connection):
        """Whether the hourly reading asks for what waits for us: while a decision of ours is on its way, else once in a while,
        as fifteen days are left to decide."""
        company, read = connection.company_id, timing.credible(connection.last_validation_poll)
        under_way = self._chorus_open(company).filtered(lambda validation: validation.state != "waiting")
        fresh = read and fields.Datetime.now() - read < timedelta(seconds=timing.VALIDATIONS)
        return bool(under_way or not fresh) and self._chorus_validates(company)

    @api.model
    def _chorus_read_waiting(self, company, client):
        """Read what waits for our decision, and what became of what no longer does; send the decisions that are due."""
        self._chorus_find_dead_senders()
        for validation in self._chorus_due(company, ("ready",)):
            validation._chorus_send_one(client)
        structure = company.chorus_structure_id or None
        transactions.commit(self.env)
        unreadable = []
        try:
            found = list(client.search_to_validate(structure, unreadable))
        except ChorusError as error:
            self.env["chorus.connection"]._of(company)._note_failure(error, optional=True)
            transactions.commit(self.env)
            return
        transactions.retry_and_commit(self.env, self._chorus_write_waiting, company, found, unreadable)
        shown = {row.identifier for row in found}
        for validation in self._chorus_open(company):
            if validation.identifier not in shown:
                validation._chorus_find_out(client)

    @api.model
    def _chorus_open(self, company):
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("state", "in", ("waiting", "ready", "sending", "unknown")),
            ]
        )

    def _chorus_find_out(self, client):
        """An invoice no longer waits: read its status."""
        self.ensure_one()
        number, identifier = self.number, self.identifier
        transactions.commit(self.env)
        try:
            found = [row for row in client.search_as_validator(number) if row.identifier == identifier]
        except ChorusError as error:
            _logger.info("Chorus Pro: what became of %s could not be read: %s", identifier, error)
            return
        if found:
            transactions.retry_and_commit(self.env, self._chorus_settle, found[0].status)

    @api.model
    def _chorus_write_waiting(self, company, found, unreadable=()):
        """Record what waits for our decision.

        :param found: a list of ``ToValidate``. :param unreadable: the rows that could not be read.
        """
        connection = self.env["chorus.connection"]._of(company)
        connection._note_success()
        connection._note_unreadable(unreadable)
        connection.last_validation_poll = fields.Datetime.now()
        known = {one.identifier: one for one in self._chorus_known(company, [row.identifier for row in found])}
        currencies = self.env["res.currency"].with_context(active_test=False)
        for row in found:
            validation = known.get(row.identifier)
            if not validation:
                currency = currencies.search([("name", "=", row.currency)], limit=1) or company.currency_id
                self.sudo().create(  # sudo: written by the crons or for whoever may transfer
                    {
                        "company_id": company.id,
                        "environment": company.chorus_environment,
                        "identifier": row.identifier,
                        "validator": row.validator,
                        "number": row.number,
                        "supplier": row.supplier,
                        "supplier_name": row.supplier_name,
                        "recipient_name": row.recipient_name,
                        "issue_date": row.issue_date or False,
                        "deposited_at": row.deposited_at and row.deposited_at.astimezone(UTC).replace(tzinfo=None),
                        "currency_id": currency.id,
                        "amount_untaxed": float(row.untaxed or 0),
                        "amount_total": float(row.total or 0),
                        "market_number": row.market,
                        "status": row.status,
                    }
                )
            elif validation.state == "unknown" and validation._chorus_unknown_for(timing.SHOWN_AFTER):
                # the answer was lost and it still waits: our decision did not arrive
                validation._chorus_ready_again()
            elif validation.state in DECIDED and not validation._chorus_decided_lately():
                # it waits again, such as for a second validation
                validation.write({"state": "waiting", "decision": False, "motif": False, "comment": False, "status": row.status})

    def _chorus_decided_lately(self):
        """Whether a list that still shows this invoice may be older than our decision."""
        since = fields.Datetime.now() - timedelta(seconds=timing.SHOWN_AFTER)
        return bool(self.decided_at) and self.decided_at > since

    @api.model
    def _chorus_known(self, company, identifiers):
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("identifier", "in", identifiers),
            ]
        )
