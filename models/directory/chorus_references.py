from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.rules.references import FORBIDDEN_SERVICE


class ChorusReferences(models.AbstractModel):
    """What the form of an invoice or of a market asks for, given its recipient, and the choice of a service by search.

    The service code itself stays where it is (``_chorus_code_field``): the choice only writes it, so that a code that was typed,
    or that Chorus Pro does not know yet, is a code like any other.
    """

    _name = "chorus.references"
    _description = "References that a public body requires"

    #: Names of the fields of the service code and of the recipient.
    _chorus_code_field = "service_code"
    _chorus_recipient_field = "partner_id"

    chorus_service_id = fields.Many2one(
        "chorus.service",
        "Service",
        compute="_compute_chorus_service_id",
        inverse="_inverse_chorus_service_id",
        domain=lambda self: self._chorus_service_domain(),
        help="The service of the public body that handles the invoice: search by code or by name.",
    )
    chorus_needs = fields.Char("Customer's requirements", compute="_compute_chorus_needs")

    @api.model
    def _chorus_service_domain(self):
        """What a supplier may choose (doc/RULES.md R-11, R-12), as the form evaluates it."""
        body = self._chorus_recipient_field
        return f"[('partner_id', '=', {body}), ('enabled', '=', True), ('code', '!=', '{FORBIDDEN_SERVICE}')]"

    def _chorus_asked_depends(self):
        recipient = self._chorus_recipient_field
        facts = (
            "chorus_directory_date",
            "chorus_directory_environment",
            "chorus_structure_active",
            "chorus_service_required",
            "chorus_engagement_required",
            "chorus_either_required",
            "chorus_works_owner_only",
            "chorus_service_ids.detail_date",
            "invoice_sending_method",
        )
        return (self._chorus_code_field, "company_id.chorus_environment", *(f"{recipient}.{name}" for name in facts))

    def _chorus_is_for_chorus(self):
        """Whether the form is about something for a Chorus Pro customer."""
        self.ensure_one()
        body = self[self._chorus_recipient_field].commercial_partner_id.with_company(self.company_id)
        return bool(self.company_id.chorus_environment) and body.invoice_sending_method == "chorus_pro"

    def _chorus_asked(self):
        """What the recipient requires, where it is one for Chorus Pro whose requirements are known; else None."""
        self.ensure_one()
        partner = self[self._chorus_recipient_field]
        needs = partner._chorus_form_needs(self.company_id.chorus_environment, self.chorus_service_id)
        return needs if needs.known and self._chorus_is_for_chorus() else None

    @api.depends(lambda self: self._chorus_asked_depends())
    @api.depends_context("lang")
    def _compute_chorus_needs(self):
        for record in self:
            needs = record._chorus_asked()
            record.chorus_needs = needs and needs.sentence

    def _chorus_asked_words(self):
        """What the form is to ask for, of the words in ``chorus_offered``."""
        needs = self._chorus_asked()
        if not needs:
            return []
        asked = {"services": needs.has_services, "service": needs.service, "engagement": needs.engagement}
        return ["requirements", *(word for word, wanted in asked.items() if wanted)]

    @api.depends(
        lambda self: (
            self._chorus_code_field,
            self._chorus_recipient_field,
            f"{self._chorus_recipient_field}.chorus_service_ids.enabled",
        )
    )
    def _compute_chorus_service_id(self):
        for record in self:
            body = record[self._chorus_recipient_field].commercial_partner_id
            record.chorus_service_id = record.env["chorus.service"]._chorus_of_code(body, record[self._chorus_code_field])

    def _inverse_chorus_service_id(self):
        for record in self:
            service, body = record.chorus_service_id, record[self._chorus_recipient_field].commercial_partner_id
            # in a list, one choice is written on all the lines selected
            if service and service.partner_id != body:
                raise UserError(
                    self.env._(
                        "%(service)s is a service of %(owner)s, and %(name)s is for %(body)s: choose the service of each customer"
                        " apart.",
                        service=service.code,
                        owner=service.partner_id.display_name,
                        name=record.display_name,
                        body=body.display_name,
                    )
                )
            record[self._chorus_code_field] = service.code

    @api.onchange("chorus_service_id")
    def _onchange_chorus_service_id(self):
        if self.chorus_service_id.code != self[self._chorus_code_field]:
            self[self._chorus_code_field] = self.chorus_service_id.code
