from odoo import api, fields, models

from ...services.api import recipients as directory
from ...services.vocabulary import states
from .. import timing

SALES = ("out_invoice", "out_refund")
#: A change of these may leave something to be asked for; of markets too, where there are any.
ASKING_FIELDS = frozenset({"buyer_reference", "chorus_service_id", "purchase_order_reference", "partner_id", "chorus_market_id"})


class AccountMove(models.Model):
    """What an invoice's recipient requires: asked for on the form, checked before sending, read in the background."""

    _name = "account.move"
    _inherit = ["account.move", "chorus.references"]

    _chorus_code_field = "buyer_reference"
    _chorus_recipient_field = "commercial_partner_id"

    # EXTENDS 'l10n_fr_facturx_chorus_pro': proposed, and still free to change
    buyer_reference = fields.Char("Service code", compute="_compute_buyer_reference", store=True, readonly=False, precompute=True)

    # of a body that was never given a service, all invoices would be read otherwise
    _chorus_service_given = models.Index("(commercial_partner_id, id) WHERE buyer_reference IS NOT NULL AND state = 'posted'")

    # EXTENDS 'chorus.references'
    def _chorus_is_for_chorus(self):
        return self._chorus_is_destined()

    # EXTENDS 'chorus.offers'
    @api.depends(lambda self: self._chorus_asked_depends())
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        return [*super()._chorus_offers(), *self._chorus_asked_words()]

    @api.depends("partner_id")
    def _compute_buyer_reference(self):
        for move in self:
            if move.state == "draft" and move._chorus_is_for_chorus():
                move.buyer_reference = move._chorus_usual_service()
            else:
                move.buyer_reference = move.buyer_reference

    def _chorus_usual_service(self):
        """The code of the service to propose: what was typed where it may be right, the address's, the last one chosen."""
        self.ensure_one()
        services, body = self.env["chorus.service"], self.commercial_partner_id

        def usable(code):
            known = body.chorus_service_count
            return services._chorus_of_code(body, code).enabled if known else not body.chorus_directory_date

        if self.buyer_reference and usable(self.buyer_reference):
            return self.buyer_reference
        address = self.partner_id.chorus_contact_service_id
        if address.enabled and address.partner_id == body:
            return address.code
        last = self._chorus_last_service()
        return last if last and usable(last) else body._chorus_only_service(self.company_id.chorus_environment)

    def _chorus_last_service(self):
        """The code of the service that this customer was invoiced with last; False where it never was with one."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("move_type", "in", SALES),
            ("state", "=", "posted"),
            ("buyer_reference", "!=", False),
        ]
        return self.search(domain, order="id desc", limit=1).buyer_reference

    @api.model
    def _chorus_propose_service(self, body, environment):
        """Put the only service of a body that requires one on its invoices that have none and did not leave yet."""
        code = body._chorus_only_service(environment)
        if not code:
            return
        moves = self.sudo().search(  # sudo: what the directory tells is proposed whoever had it asked
            [
                ("commercial_partner_id", "=", body.id),
                ("company_id.chorus_environment", "=", environment),
                ("move_type", "in", SALES),
                ("buyer_reference", "in", (False, "")),
                "|",
                ("state", "=", "draft"),
                ("chorus_state", "in", ("to_send", "rejected")),
            ]
        )
        moves.filtered(lambda move: move._chorus_is_for_chorus()).buyer_reference = code

    # EXTENDS 'account'
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._chorus_ask_directory()
        return moves

    # EXTENDS 'account'
    def write(self, vals):
        result = super().write(vals)
        if ASKING_FIELDS & vals.keys():
            self._chorus_ask_directory()
        return result

    # EXTENDS 'account'
    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._chorus_ask_directory()
        return posted

    def _chorus_ask_directory(self):
        """Have what these invoices need to know asked for in the background: their customers, services, engagement numbers.

        Nothing is called here, so that an outage of the platform keeps nobody from working.
        """
        moves = self.filtered(lambda move: move.state != "cancel" and move._chorus_is_for_chorus())
        for company, own in moves.grouped("company_id").items():
            environment = company.chorus_environment
            unknown = own.commercial_partner_id.filtered(lambda body: not body._chorus_is_known(environment))  # noqa: B023
            services, numbered = own.chorus_service_id, own.filtered(lambda move: move._chorus_engagement_is_published())
            if not (unknown or services or numbered) or company._chorus_missing_settings():
                continue
            self.env["chorus.lookup"]._ask(unknown, company)
            services._chorus_want_details()
            for move in numbered:
                self.env["chorus.engagement"]._ask(company, move.purchase_order_reference.strip())

    def _chorus_engagement_is_published(self):
        """Whether this invoice bears a number that Chorus Pro can be asked about."""
        self.ensure_one()
        company, body = self.company_id, self.commercial_partner_id
        return bool((self.purchase_order_reference or "").strip()) and directory.publishes_engagements(
            body._chorus_question().identifier,
            body._chorus_requirements(company.chorus_environment),
            company.chorus_environment == "production",
        )

    def action_chorus_check_recipient(self):
        """Ask Chorus Pro about this invoice's customer now.

        :raises UserError: when it cannot be asked, or does not know the customer.
        """
        self.ensure_one()
        return self.commercial_partner_id.with_company(self.company_id).action_chorus_complete()

    def _chorus_requirements(self):
        """What is known of what the recipient requires, as the rules take it."""
        return self.commercial_partner_id._chorus_requirements(self.company_id.chorus_environment, self.buyer_reference)

    # EXTENDS account_move_alerts.py
    @api.depends("commercial_partner_id.chorus_directory_date", "commercial_partner_id.chorus_service_ids.detail_date")
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS account_move_alerts.py
    def _chorus_alerts(self):
        return {**super()._chorus_alerts(), **self._chorus_directory_alerts()}

    def _chorus_directory_alerts(self):
        """What could not be checked at Chorus Pro yet, and what the check of the engagement number gave."""
        draft = self.state == "draft" and bool(self.invoice_line_ids) and self._chorus_is_destined()
        if not draft and self.chorus_state not in states.TO_LEAVE:
            return {}
        alerts = {name: {"level": "warning", "message": text} for name, text in self._chorus_unchecked().items()}
        if alerts and self._origin and self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_user"):
            way = {
                "action_text": self.env._("Ask Chorus Pro now"),
                "action_call": ("account.move", "action_chorus_check_recipient", self._origin.ids),
            }
            if self._chorus_lookup().state in ("unknown", "ambiguous", "missing"):
                body = self.commercial_partner_id
                way = {"action_text": self.env._("Find it at Chorus Pro"), "action": body.action_chorus_find()}
            for alert in alerts.values():
                alert |= way
        engagement = self.env["chorus.engagement"]._of(self.company_id, (self.purchase_order_reference or "").strip())
        if engagement and self._chorus_engagement_is_published():
            level, text = engagement._alert(self.buyer_reference)
            alerts["chorus_engagement"] = {"level": level, "message": text}
        return alerts

    def _chorus_lookup(self):
        """The last question about this invoice's customer, in sudo; empty when there was none."""
        # sudo: whoever sees the invoice may know why nothing is known of its customer
        lookups, body = self.env["chorus.lookup"].sudo(), self.commercial_partner_id._origin
        return lookups.search([("company_id", "=", self.company_id.id), ("partner_id", "=", body.id)])

    def _chorus_unchecked(self):
        """What of this invoice could not be checked before it leaves, as sentences by name; empty when all was."""
        self.ensure_one()
        body, environment, lookup = self.commercial_partner_id, self.company_id.chorus_environment, self._chorus_lookup()
        why = lookup.result if lookup.state in ("waiting", "failed") and lookup.result else ""
        if lookup.state == "unknown" and not body._chorus_is_known(environment):
            text = self.env._("Chorus Pro does not know this customer (%s): check its SIRET before sending.", lookup.question)
            return {"chorus_unchecked": text}
        if lookup.state in ("ambiguous", "missing") and not body._chorus_is_known(environment):
            text = self.env._("Chorus Pro: which public body %s is remains to be said.", body.display_name)
            return {"chorus_unchecked": text}
        if not body._chorus_is_known(environment):
            text = self.env._(
                "Chorus Pro: what %s requires (service code, engagement number) could not be checked yet.", body.display_name
            )
            return {"chorus_unchecked": f"{text} {why}".strip()}
        service = self.chorus_service_id
        if service and not service.detail_date:
            text = self.env._("Chorus Pro: what the service %s requires could not be checked yet.", service.code)
            return {"chorus_unchecked_service": text}
        if not body._chorus_is_fresh(environment, timing.STALE_DAYS):
            text = self.env._(
                "Chorus Pro: what %(name)s requires was last checked on %(date)s.",
                name=body.display_name,
                date=body.chorus_directory_date.date(),
            )
            return {"chorus_unchecked": f"{text} {why}".strip()}
        return {}
