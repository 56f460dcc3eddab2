import logging
from datetime import timedelta

from odoo import api, fields, models

from ..services.api.errors import ChorusError, OutcomeUnknown
from ..services.clock import UTC
from ..services.vocabulary.frameworks import Role
from . import timing

_logger = logging.getLogger(__name__)

#: States in which an invoice waits for nothing of ours.
DECIDED = ("accepted", "refused", "tacit", "elsewhere")


class ChorusValidation(models.Model):
    """Sending our decisions, and reading what waits for one. It has no job of its own: it goes with the reading of statuses."""

    _inherit = "chorus.validation"

    _chorus_cron = "follow"

    # -- sending -------------------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.exchange'
    def _chorus_go_on(self, client):
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
            self._chorus_doubt(OutcomeUnknown(answer.status))

    # EXTENDS 'chorus.exchange'
    def _chorus_take_refusal(self, error):
        self._chorus_conclude("waiting", error_code=error.code, error_detail=error.detail)

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
    def _chorus_read_waiting(self, company, client):
        """Read what waits for our decision, and what became of what no longer does; send the decisions that are due."""
        self._chorus_find_dead_senders()
        for validation in self._chorus_due(company, ("ready",)):
            validation._chorus_send_one(client)
        structure = company.chorus_structure_id or None
        self._chorus_commit()
        try:
            found = list(client.search_to_validate(structure))
        except ChorusError as error:
            self.env["chorus.connection"]._of(company)._note_failure(error, optional=True)
            self._chorus_commit()
            return
        self._chorus_firmly(self._chorus_write_waiting, company, found)
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
        self._chorus_commit()
        try:
            found = [row for row in client.search_as_validator(number) if row.identifier == identifier]
        except ChorusError as error:
            _logger.info("Chorus Pro: what became of %s could not be read: %s", identifier, error)
            return
        if found:
            self._chorus_firmly(self._chorus_settle, found[0].status)

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
