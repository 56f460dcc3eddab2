from odoo import models

from ...services.api import recipients as directory
from .. import timing

SALES = ("out_invoice", "out_refund")


class ChorusRecipient(models.AbstractModel):
    """A document addressed to a public body, an invoice or what becomes one: what Chorus Pro is asked about it, and told of it.

    Its fields are named by the class that takes it in. Nothing here calls Chorus Pro but ``action_chorus_check_recipient``.
    """

    _name = "chorus.recipient"
    _inherit = ["chorus.references"]
    _description = "Document addressed to a public body"

    #: Names of the fields of the engagement number and of the address to which the document goes.
    _chorus_engagement_field = "purchase_order_reference"
    _chorus_contact_field = "partner_id"

    def _chorus_body(self):
        """The public body that it is addressed to."""
        return self[self._chorus_recipient_field].commercial_partner_id

    def _chorus_engagement_number(self):
        """The engagement number that it carries, ``""`` without one."""
        self.ensure_one()
        return (self[self._chorus_engagement_field] or "").strip()

    # -- what is proposed ----------------------------------------------------------------------------------------------

    def _chorus_usual_service(self):
        """The code of the service to propose: what was typed where it may be right, the address's, the last one chosen."""
        self.ensure_one()
        services, body, typed = self.env["chorus.service"], self._chorus_body(), self[self._chorus_code_field]

        def usable(code):
            known = body.chorus_service_count
            return services._chorus_of_code(body, code).enabled if known else not body.chorus_directory_date

        if typed and usable(typed):
            return typed
        address = self[self._chorus_contact_field].chorus_contact_service_id
        if address.enabled and address.partner_id == body:
            return address.code
        last = self._chorus_last_service()
        return last if last and usable(last) else body._chorus_only_service(self.company_id.chorus_environment)

    def _chorus_last_service(self):
        """The code of the service that this customer was invoiced with last; False where it never was with one."""
        domain = [
            ("company_id", "=", self.company_id.id),
            ("commercial_partner_id", "=", self._chorus_body().id),
            ("move_type", "in", SALES),
            ("state", "=", "posted"),
            ("buyer_reference", "!=", False),
        ]
        # sudo: the code is the body's, whoever made that invoice
        return self.env["account.move"].sudo().search(domain, order="id desc", limit=1).buyer_reference

    # -- what is asked -------------------------------------------------------------------------------------------------

    def _chorus_ask_directory(self):
        """Have what these documents need to know asked for in the background: customers, services, engagement numbers.

        Nothing is called here, so that an outage of the platform keeps nobody from working.
        """
        documents = self.filtered(lambda document: document.state != "cancel" and document._chorus_is_for_chorus())
        for company, own in documents.grouped("company_id").items():
            environment = company.chorus_environment
            bodies = own[self._chorus_recipient_field].commercial_partner_id
            unknown = bodies.filtered(lambda body: not body._chorus_is_known(environment))  # noqa: B023
            services, numbered = own.chorus_service_id, own.filtered(lambda one: one._chorus_engagement_is_published())
            if not (unknown or services or numbered) or company._chorus_missing_settings():
                continue
            self.env["chorus.lookup"]._ask(unknown, company)
            services._chorus_want_details()
            for document in numbered:
                self.env["chorus.engagement"]._ask(company, document._chorus_engagement_number())

    def _chorus_engagement_is_published(self):
        """Whether this document bears a number that Chorus Pro can be asked about."""
        self.ensure_one()
        company, body = self.company_id, self._chorus_body()
        return bool(self._chorus_engagement_number()) and directory.publishes_engagements(
            body._chorus_question().identifier,
            body._chorus_requirements(company.chorus_environment),
            company.chorus_environment == "production",
        )

    def action_chorus_check_recipient(self):
        """Ask Chorus Pro about this document's customer now.

        :raises UserError: when it cannot be asked, or does not know the customer.
        """
        self.ensure_one()
        return self._chorus_body().with_company(self.company_id).action_chorus_complete()

    # -- what is known, and what is not --------------------------------------------------------------------------------

    def _chorus_requirements(self):
        """What is known of what the recipient requires, as the rules take it."""
        return self._chorus_body()._chorus_requirements(self.company_id.chorus_environment, self[self._chorus_code_field])

    def _chorus_lookup(self):
        """The last question about this document's customer, in sudo; empty when there was none."""
        # sudo: whoever sees the document may know why nothing is known of its customer
        lookups, body = self.env["chorus.lookup"].sudo(), self._chorus_body()._origin
        return lookups.search([("company_id", "=", self.company_id.id), ("partner_id", "=", body.id)])

    def _chorus_unchecked(self):
        """What of this document could not be checked before it leaves, as sentences by name; empty when all was."""
        self.ensure_one()
        body, environment, lookup = self._chorus_body(), self.company_id.chorus_environment, self._chorus_lookup()
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

    def _chorus_directory_alerts(self):
        """What could not be checked at Chorus Pro yet, and what the check of the engagement number gave, as alerts by name."""
        alerts = {name: {"level": "warning", "message": text} for name, text in self._chorus_unchecked().items()}
        if alerts and self._origin and self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_user"):
            way = {
                "action_text": self.env._("Ask Chorus Pro now"),
                "action_call": (self._name, "action_chorus_check_recipient", self._origin.ids),
            }
            if self._chorus_lookup().state in ("unknown", "ambiguous", "missing"):
                way = {"action_text": self.env._("Find it at Chorus Pro"), "action": self._chorus_body().action_chorus_find()}
            for alert in alerts.values():
                alert |= way
        engagement = self.env["chorus.engagement"]._of(self.company_id, self._chorus_engagement_number())
        if engagement and self._chorus_engagement_is_published():
            level, text = engagement._alert(self[self._chorus_code_field])
            alerts["chorus_engagement"] = {"level": level, "message": text}
        return alerts
