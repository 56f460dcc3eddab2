import base64
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.clock import UTC
from ..services.errors import ChorusError, NotAllowed, NotReceived, OutcomeUnknown, Refused, failure
from ..services.vocabulary import motifs, statuses
from ..services.vocabulary.frameworks import Role
from ..services.works_clock import VALIDATOR_DAYS
from . import timing

_logger = logging.getLogger(__name__)

#: The reasons a validator may give (REFERENCE §3.7): the first says that the invoice is not for it.
REASONS = ("ERR_VALIDEUR", "AUT_MOTIF_ERR_VALIDEUR")


class ChorusValidation(models.Model):
    """An invoice of a subcontractor or co-contractor that waits, or waited, for our decision at Chorus Pro.

    A decision is committed before it leaves, and nothing is sent again while nobody knows whether it arrived.
    """

    _name = "chorus.validation"
    _description = "Invoice to validate at Chorus Pro"
    _check_company_auto = True
    _order = "state, deposited_at, id"
    _rec_name = "number"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    environment = fields.Selection(selection="_selection_environment", required=True, readonly=True)
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
    status = fields.Char("Chorus Pro status code", readonly=True)
    status_label = fields.Char("Chorus Pro status", compute="_compute_texts")
    decision = fields.Selection([("accept", "Accept"), ("refuse", "Refuse")], "Our decision", readonly=True)
    motif = fields.Selection(selection="_selection_motif", string="Reason", readonly=True)
    comment = fields.Text("Comment for the supplier", readonly=True)
    decided_by = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime("Decided on", readonly=True)
    sending_at = fields.Datetime(readonly=True)
    attempts = fields.Integer(readonly=True)
    next_try = fields.Datetime(readonly=True)
    error_code = fields.Char(readonly=True)
    error_detail = fields.Text("Message of Chorus Pro", readonly=True)
    error_text = fields.Char("What happened", compute="_compute_texts")
    pdf = fields.Binary("PDF", attachment=True, readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")

    _identifier_unique = models.Constraint(
        "UNIQUE (company_id, environment, identifier)", "This invoice to validate is recorded already."
    )

    @api.model
    def _selection_environment(self):
        return self.env["res.company"]._fields["chorus_environment"]._description_selection(self.env)

    @api.model
    def _selection_motif(self):
        return [(code, motifs.get(code).label.of(self.env.lang)) for code in REASONS]

    @api.depends("deposited_at")
    def _compute_deadline(self):
        for validation in self:
            start = validation.deposited_at
            validation.deadline = start and start + timedelta(days=VALIDATOR_DAYS)

    @api.depends("status", "error_code", "error_detail")
    @api.depends_context("lang")
    def _compute_texts(self):
        lang = self.env.lang
        for validation in self:
            validation.status_label = validation.status and statuses.get(validation.status).label.of(lang)
            texts = failure(validation.error_code) if validation.error_code else None
            words = texts and [texts.cause.of(lang), validation.error_detail and f"« {validation.error_detail} »"]
            validation.error_text = texts and " ".join(filter(None, [*words, texts.remedy.of(lang)]))

    @api.depends("supplier", "number", "market_number")
    def _compute_links(self):
        """What we have of it in the books: by SIRET, by the bill's reference, by the market's number."""
        partners = self.env["res.partner"].search([("company_registry", "in", self.mapped("supplier"))])
        for validation in self:
            company = validation.company_id
            partner = partners.filtered(
                lambda one, validation=validation: one.company_registry == validation.supplier
                and one.company_id in (one.company_id.browse(), validation.company_id)
            )[:1]
            validation.partner_id = partner
            validation.market_id = validation.market_number and self.env["chorus.market"].search(
                [("number", "=ilike", validation.market_number), ("company_id", "=", company.id)], limit=1
            )
            validation.bill_id = partner and self.env["account.move"].search(
                [
                    ("move_type", "in", ("in_invoice", "in_refund")),
                    ("company_id", "=", company.id),
                    ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                    ("ref", "=", validation.number),
                    ("state", "!=", "cancel"),
                ],
                limit=1,
            )

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_accept(self):
        """Accept these invoices: recorded and committed, then sent."""
        return self._chorus_decide("accept")

    def action_refuse(self):
        """Ask for the reason of a refusal."""
        self.env["account.move"]._chorus_check_user()
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
        self.env["account.move"]._chorus_check_user()
        self.check_access("read")
        validation = self.sudo()  # sudo: users read validations only; this keeps what the platform gives
        if not validation.pdf:
            identifier, deposits = self.identifier, self.env["chorus.deposit"]
            deposits._chorus_commit()
            try:
                with self.company_id._chorus_client(retries=0) as client:
                    content = client.download_pdf(identifier)
            except ChorusError as error:
                texts = failure(error.code)
                raise UserError(
                    " ".join(filter(None, [texts.cause.of(self.env.lang), error.detail, texts.remedy.of(self.env.lang)]))
                ) from error
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
        self.env["account.move"]._chorus_check_user()
        company = self.company_id[:1] or self.env.company
        with company._chorus_client(retries=0) as client:
            self.sudo()._chorus_read_waiting(company, client)  # sudo: writes what the platform says, nothing of the user's
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _chorus_decide(self, decision, motif=False, comment=False):
        """Record a decision on each of these invoices and send it.

        :raises UserError: for one that does not wait for us.
        """
        self.env["account.move"]._chorus_check_user()
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
                "next_try": False,
                "error_code": False,
                "error_detail": False,
            }
        )
        self.env["chorus.deposit"]._chorus_trigger("follow")
        self.env["chorus.deposit"]._chorus_commit()
        validations._chorus_send()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    # -- sending -------------------------------------------------------------------------------------------------------

    def _chorus_send(self):
        """Send these decisions, one at a time; the caller has committed them."""
        for company, validations in self.grouped("company_id").items():
            try:
                with company._chorus_client(retries=0) as client:
                    for validation in validations:
                        validation._chorus_send_one(client)
            except NotAllowed as error:
                # before any call: the settings are not complete
                validations.filtered(lambda validation: validation.state == "ready")._chorus_again(error)
                self.env["chorus.deposit"]._chorus_commit()

    def _chorus_send_one(self, client):
        firmly = self.env["chorus.deposit"]._chorus_firmly
        claim = firmly(self._chorus_claim)
        if not claim:
            return
        try:
            answer = client.decide(**claim)
        except ChorusError as error:
            answer = error
        except Exception as error:
            _logger.exception("Chorus Pro: validation %s broke while sending", self.id)
            answer = OutcomeUnknown(type(error).__name__, code="internal")
        firmly(self._chorus_write_answer, answer)

    def _chorus_claim(self):
        """Take a decision for sending: lock, check again, mark; what the call needs, or None."""
        self.ensure_one()
        validation = self.try_lock_for_update(allow_referencing=True)
        if not validation:
            return None
        validation.invalidate_recordset()
        if validation.state != "ready" or validation.environment != validation.company_id.chorus_environment:
            return None
        validation.write({"state": "sending", "sending_at": fields.Datetime.now(), "next_try": False})
        return {
            "identifier": validation.identifier,
            "accept": validation.decision == "accept",
            "validator": validation.validator or "",
            "motif": validation.motif or "",
            "comment": validation.comment or "",
        }

    def _chorus_write_answer(self, answer):
        """Turn the answer, a ``Decision`` or the error met, into the state. See the state diagram."""
        self.ensure_one()
        self.lock_for_update(allow_referencing=True)
        self.invalidate_recordset()
        if self.state not in ("sending", "unknown"):
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if not isinstance(answer, ChorusError):
            connection._note_success()
            self._chorus_settle(answer.status)
        elif isinstance(answer, Refused):
            connection._note_success()
            self.write({"state": "waiting", "error_code": answer.code, "error_detail": answer.detail, "next_try": False})
        elif isinstance(answer, (NotReceived, NotAllowed)):
            connection._note_failure(answer)
            self.write({"state": "ready"})
            self._chorus_again(answer)
        else:
            self.write({"state": "unknown"})
            self._chorus_again(answer)

    def _chorus_again(self, error):
        for validation in self:
            wait = timing.step(timing.RETRY, validation.attempts)
            validation.write(
                {
                    "attempts": validation.attempts + 1,
                    "next_try": fields.Datetime.now() + timedelta(seconds=wait),
                    "error_code": error.code,
                    "error_detail": error.detail,
                }
            )
            self.env["chorus.deposit"]._chorus_trigger("follow", wait)

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
        self.write({"state": state, "status": status, "next_try": False, "error_code": False, "error_detail": False})

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
    def _chorus_read_waiting(self, company, client):
        """Read what waits for our decision, and what became of what no longer does; send the decisions that are due."""
        deposits = self.env["chorus.deposit"]
        open_ones = self._chorus_open(company)
        for validation in open_ones.filtered(lambda one: one.state == "ready" and one._chorus_is_due()):
            validation._chorus_send_one(client)
        structure = company.chorus_structure_id or None
        deposits._chorus_commit()
        try:
            found = list(client.search_to_validate(structure))
        except ChorusError as error:
            self.env["chorus.connection"]._of(company)._note_failure(error)
            deposits._chorus_commit()
            return
        deposits._chorus_firmly(self._chorus_write_waiting, company, found)
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

    def _chorus_is_due(self):
        self.ensure_one()
        return not self.next_try or self.next_try <= fields.Datetime.now()

    def _chorus_find_out(self, client):
        """An invoice no longer waits: read its status."""
        self.ensure_one()
        number, identifier = self.number, self.identifier
        self.env["chorus.deposit"]._chorus_commit()
        try:
            found = [row for row in client.search_as_validator(number) if row.identifier == identifier]
        except ChorusError as error:
            _logger.info("Chorus Pro: what became of %s could not be read: %s", identifier, error)
            return
        if found:
            self.env["chorus.deposit"]._chorus_firmly(self._chorus_settle, found[0].status)

    @api.model
    def _chorus_write_waiting(self, company, found):
        """Record what waits for our decision.

        :param found: a list of ``ToValidate``.
        """
        connection = self.env["chorus.connection"]._of(company)
        connection._note_success()
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
            elif validation.state == "unknown" and validation._chorus_unknown_long():
                # the answer was lost and it still waits: our decision did not arrive
                validation.write({"state": "ready", "next_try": False, "attempts": 0})
            elif validation.state == "sending" and validation._chorus_sender_died():
                validation.write({"state": "unknown"})
            elif validation.state in ("tacit", "elsewhere", "accepted", "refused"):
                # it waits again, such as for a second validation
                validation.write({"state": "waiting", "decision": False, "motif": False, "comment": False, "status": row.status})

    @api.model
    def _chorus_known(self, company, identifiers):
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("identifier", "in", identifiers),
            ]
        )

    def _chorus_unknown_long(self):
        """Whether the platform has had the time to show a decision it received."""
        return fields.Datetime.now() - self.sending_at >= timedelta(seconds=timing.SHOWN_AFTER)

    def _chorus_sender_died(self):
        return fields.Datetime.now() - self.sending_at >= timedelta(seconds=timing.STALE)


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # EXTENDS 'chorus.deposit'
    @api.model
    def _chorus_follows(self, company):
        return super()._chorus_follows(company) or self.env["chorus.validation"]._chorus_validates(company)

    # EXTENDS 'chorus.deposit'
    @api.model
    def _chorus_read_statuses(self, company, client):
        super()._chorus_read_statuses(company, client)
        if self.env["chorus.validation"]._chorus_validates(company):
            self.env["chorus.validation"]._chorus_read_waiting(company, client)
