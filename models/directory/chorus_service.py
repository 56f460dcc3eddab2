import logging

from odoo import api, fields, models

from ...services.api.errors import ChorusError, NotAllowed, NotReceived
from ...services.clock import paris_day
from ...services.rules import Service
from ...services.text import cleaned
from .. import timing, transactions

_logger = logging.getLogger(__name__)


class ChorusService(models.Model):
    """A service of a public body, as Chorus Pro's directory has it: a fact about the body, shared like its contact.

    The list comes with the body; what a service requires is asked for once it is chosen, in the background.
    """

    _name = "chorus.service"
    _inherit = ["chorus.evidence"]
    _description = "Service of a public body"
    _order = "code, id"
    _rec_names_search = ["code", "name"]

    partner_id = fields.Many2one("res.partner", "Public body", required=True, index=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one(related="partner_id.company_id", store=True, index="btree_not_null")
    identifier = fields.Char("Chorus Pro identifier", required=True, readonly=True, help="idService")
    code = fields.Char("Service code", required=True, readonly=True, index="trigram")
    name = fields.Char("Service", readonly=True, index="trigram")
    active = fields.Boolean(default=True, readonly=True, help="Archived: the public body no longer has this service.")
    enabled = fields.Boolean("Active at Chorus Pro", readonly=True, help="A service that is not active receives no invoices.")
    valid_from = fields.Date(readonly=True)
    valid_until = fields.Date(readonly=True)
    engagement_required = fields.Boolean("Engagement number required", readonly=True)
    detail_date = fields.Datetime(
        "Details read on", readonly=True, help="Empty: what the service requires is asked for once it is chosen on an invoice."
    )
    # to be asked by the scheduled job
    detail_wanted = fields.Boolean(readonly=True, index="btree_not_null", export_string_translation=False)

    _identifier_unique = models.Constraint("UNIQUE (partner_id, identifier)", "This public body already has this service.")

    @api.depends("code", "name", "enabled")
    def _compute_display_name(self):
        for service in self:
            shown = " — ".join(filter(None, (service.code, service.name)))
            service.display_name = shown if service.enabled else self.env._("%s (inactive)", shown)

    @api.model
    def _chorus_of_code(self, partner, code):
        """The service of a public body with that code, archived ones left out; empty when there is none."""
        code = cleaned(code)
        services = self.search([("partner_id", "=", partner.id), ("code", "=", code)]) if partner and code else self
        return services.sorted("enabled", reverse=True)[:1]

    def _chorus_as_rule(self):
        """This service as the rules know it; what was not read yet stays unknown."""
        self.ensure_one()
        return Service(
            code=self.code,
            active=self.enabled,
            engagement_required=self.engagement_required if self.detail_date else None,
            valid_from=self.valid_from or None,
            valid_until=self.valid_until or None,
        )

    def _chorus_want_details(self):
        """Have the scheduled job ask what these services require, where that is not known."""
        wanted = self.filtered(lambda service: not service.detail_date and not service.detail_wanted)
        if wanted:
            wanted.sudo().detail_wanted = True  # sudo: whoever chooses a service may have it looked up
            transactions.trigger(self.env, "directory")

    def _chorus_read_details(self, client):
        """Ask what one service requires and write it down, in a transaction of its own.

        :raises NotReceived, NotAllowed: when the platform could not be asked; it is asked again later.
        """
        self.ensure_one()
        structure, identifier = self.partner_id.chorus_structure_id, self.identifier
        transactions.commit(self.env)
        try:
            details = client.service(structure, identifier) if structure else None
        except (NotReceived, NotAllowed):
            raise
        except ChorusError as error:
            # a service that is gone: the next reading of its body archives it
            _logger.info("Chorus Pro: service %s: %s", self.id, error)
            details = None
        transactions.retry_and_commit(self.env, self._chorus_write_details, details)

    def _chorus_write_details(self, details):
        """Take over a ``ServiceDetails``; None when there is nothing to learn."""
        values = {"detail_wanted": False}
        if details:
            values |= {
                "engagement_required": details.engagement_required,
                "valid_from": details.valid_from and paris_day(details.valid_from),
                "valid_until": details.valid_until and paris_day(details.valid_until),
                "detail_date": fields.Datetime.now(),
            }
        self.write(values)

    def action_read_details(self):
        """Ask now what these services require, where nobody asked yet: the field in which one is chosen calls it before.

        What cannot be asked now is left to the scheduled job.
        """
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        company = self.env.company
        unread = self.filtered(
            lambda service: (
                not service.detail_date and service.partner_id.chorus_directory_environment == company.chorus_environment
            )
        )
        if not unread or company._chorus_missing_settings():
            return
        try:
            with company._chorus_client(retries=0, timeout=timing.WHILE_WAITING) as client:
                for service in unread.sudo():  # sudo: facts of the platform, whoever had them asked
                    service._chorus_read_details(client)
        except ChorusError as error:
            _logger.info("Chorus Pro: services %s: %s", unread.ids, error)
            unread._chorus_want_details()

    @api.model
    def _chorus_replace(self, partner, found):
        """Make a body's services those that Chorus Pro gives: new ones come, changed ones change, gone ones are archived.

        The details of a service that somebody chose once are asked for again, since they change too.

        :param found: ``FoundService`` values, all of them.
        """
        services = self.sudo().with_context(active_test=False)  # sudo: facts of the platform, nobody's input
        known = services.search([("partner_id", "=", partner.id)]).grouped("identifier")
        new = []
        for row in {row.identifier: row for row in found if row.identifier and row.code}.values():
            values = {"code": row.code, "name": row.name or False, "enabled": row.active, "active": True}
            service = known.pop(row.identifier, None)
            if not service:
                new.append({**values, "partner_id": partner.id, "identifier": row.identifier})
                continue
            if service.detail_date:
                values["detail_wanted"] = True
            service.write({name: value for name, value in values.items() if service[name] != value})
        services.create(new)
        gone = services.union(*known.values()).filtered("active")
        gone.write({"active": False, "enabled": False, "detail_wanted": False})
