from dataclasses import replace
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...services import vat_number
from ...services.api import recipients as directory
from ...services.document.invoice import IdentifierType
from ...services.rules import Requirements
from ...services.rules.references import FORBIDDEN_SERVICE
from ...services.siret import compact
from ..core import other_channels

#: What Chorus Pro's directory tells of a body, all read together and forgotten together.
FACTS = (
    "chorus_structure_id",
    "chorus_structure_active",
    "chorus_structure_public",
    "chorus_service_required",
    "chorus_engagement_required",
    "chorus_either_required",
    "chorus_works_owner_only",
    "chorus_payment_not_reported",
    "chorus_directory_date",
    "chorus_directory_environment",
)


class FormNeeds(NamedTuple):
    """What the form of an invoice or of a market asks for, given its recipient; see ``services.api.recipients.Asked``."""

    known: bool
    has_services: bool
    service: str
    engagement: str
    sentence: str


class ResPartner(models.Model):
    """What Chorus Pro's directory says of a public body, read from there and never typed.

    They are facts about the body, hence shared by all companies and kept on the commercial entity, while "by Chorus Pro" is each
    company's own choice. Those of the qualification platform are not production's: each company reads what is of its own.
    """

    _name = "res.partner"
    _inherit = ["res.partner", "chorus.told"]

    chorus_structure_id = fields.Char("Structure at Chorus Pro", copy=False, readonly=True, help="idStructureCPP")
    chorus_structure_active = fields.Boolean("Active at Chorus Pro", copy=False, readonly=True)
    chorus_structure_public = fields.Boolean("Public body", copy=False, readonly=True)
    chorus_service_required = fields.Boolean("Service code required", copy=False, readonly=True)
    chorus_engagement_required = fields.Boolean("Engagement number required", copy=False, readonly=True)
    chorus_either_required = fields.Boolean("Service code or engagement number required", copy=False, readonly=True)
    chorus_works_owner_only = fields.Boolean(
        "Works invoices only", copy=False, readonly=True, help="As project owner (maître d'ouvrage)."
    )
    chorus_payment_not_reported = fields.Boolean(
        "Payment never reported", copy=False, readonly=True, help="“Payment sent” never comes back from this public body."
    )
    chorus_directory_date = fields.Datetime("Read from Chorus Pro on", copy=False, readonly=True)
    chorus_directory_environment = fields.Selection(
        selection="_chorus_selection_environment", copy=False, readonly=True, export_string_translation=False
    )
    chorus_service_ids = fields.One2many("chorus.service", "partner_id", "Services", readonly=True)
    chorus_service_count = fields.Integer(compute="_compute_chorus_service_count", export_string_translation=False)
    chorus_contact_service_id = fields.Many2one(
        "chorus.service",
        "Chorus Pro service of this contact",
        domain="[('partner_id', '=', commercial_partner_id), ('enabled', '=', True), ('code', '!=', 'FACTURES_PUBLIQUES')]",
        help="Proposed on the invoices addressed to this contact.",
    )
    chorus_contact_service_code = fields.Char(
        "Code of this contact's service",
        compute="_compute_chorus_contact_service_code",
        inverse="_inverse_chorus_contact_service_code",
        help="By which a file that is imported names it; the public body must have been read from Chorus Pro before.",
    )
    chorus_body_has_services = fields.Boolean(compute="_compute_chorus_service_count", export_string_translation=False)
    chorus_needs = fields.Char("Requirements", compute="_compute_chorus_needs")
    chorus_may_flag = fields.Boolean(compute="_compute_chorus_needs", export_string_translation=False)

    @api.model
    def _chorus_selection_environment(self):
        return self.env["chorus.environment"]._selection_environment()

    @api.depends("chorus_service_ids", "commercial_partner_id")
    def _compute_chorus_service_count(self):
        bodies = self | self.commercial_partner_id
        counts = dict(self.env["chorus.service"]._read_group([("partner_id", "in", bodies.ids)], ["partner_id"], ["__count"]))
        for partner in self:
            partner.chorus_service_count = counts.get(partner._origin, 0)
            partner.chorus_body_has_services = bool(counts.get(partner.commercial_partner_id._origin))

    @api.depends("chorus_contact_service_id")
    def _compute_chorus_contact_service_code(self):
        for partner in self:
            partner.chorus_contact_service_code = partner.chorus_contact_service_id.code

    def _inverse_chorus_contact_service_code(self):
        for partner in self:
            code, body = (partner.chorus_contact_service_code or "").strip(), partner.commercial_partner_id
            service = self.env["chorus.service"]._chorus_of_code(body, code) if code else self.env["chorus.service"]
            if code and not service:
                raise ValidationError(
                    self.env._(
                        "%(contact)s: no service “%(code)s” of %(body)s is known. Complete this customer from Chorus Pro first,"
                        " or correct the code.",
                        contact=partner.name,
                        code=code,
                        body=body.name,
                    )
                )
            partner.chorus_contact_service_id = service

    # EXTENDS 'base'
    @api.model
    def get_import_templates(self):
        return [
            *super().get_import_templates(),
            {
                "label": self.env._("Public bodies invoiced through Chorus Pro"),
                "template": "/l10n_fr_chorus_pro/static/import/clients.csv",
            },
            {
                "label": self.env._("Contacts of public bodies, each with its service"),
                "template": "/l10n_fr_chorus_pro/static/import/services.csv",
            },
        ]

    @api.depends(*FACTS, "invoice_sending_method", "is_company")
    @api.depends_context("lang", "company")
    def _compute_chorus_needs(self):
        environment = self.env.company.chorus_environment
        for partner in self:
            needs = partner._chorus_form_needs(environment)
            partner.chorus_needs = needs.sentence if needs.known else False
            partner.chorus_may_flag = (
                needs.known
                and partner.chorus_structure_public
                and partner.chorus_structure_active
                and partner == partner.commercial_partner_id
                and partner.invoice_sending_method != "chorus_pro"
            )

    def _chorus_is_known(self, environment):
        """Whether the directory of that environment told about this body."""
        self.ensure_one()
        return bool(self.chorus_directory_date and environment and self.chorus_directory_environment == environment)

    def _chorus_is_fresh(self, environment, days):
        """Whether the directory of that environment told about this body less than ``days`` ago."""
        return self._chorus_is_known(environment) and self.chorus_directory_date > fields.Datetime.subtract(
            fields.Datetime.now(), days=days
        )

    def _chorus_requirements(self, environment, code=None):
        """What is known of this body's requirements, as the rules take it; nothing when it was not read in that environment.

        :param code: the service code in question. Of a body's services the rules need that one alone, and bodies have hundreds.
        """
        self.ensure_one()
        body = self.commercial_partner_id
        if not body._chorus_is_known(environment):
            return Requirements()
        choices = () if code or not body.chorus_service_required else tuple(body._chorus_choices().mapped("code"))
        return replace(body._chorus_required(self.env["chorus.service"]._chorus_of_code(body, code)), choices=choices)

    def _chorus_required(self, service):
        """What this body requires, and one of its services, empty where none is chosen; not which there are to choose from."""
        return Requirements(
            active=self.chorus_structure_active,
            service=self.chorus_service_required,
            engagement=self.chorus_engagement_required,
            either=self.chorus_either_required,
            moa_only=self.chorus_works_owner_only,
            services=tuple(one._chorus_as_rule() for one in service),
        )

    def _chorus_choices(self):
        """The services that a supplier may choose of this body: two at most, which tells the only one from one of several."""
        self.ensure_one()
        open_ones = [("partner_id", "=", self.id), ("enabled", "=", True), ("code", "!=", FORBIDDEN_SERVICE)]
        return self.env["chorus.service"].search(open_ones, limit=2)

    def _chorus_only_service(self, environment):
        """The code of the service to propose where nobody chose: the only one of a body that requires one; else False."""
        self.ensure_one()
        known = self._chorus_is_known(environment) and self.chorus_service_required and not self.chorus_either_required
        choices = self._chorus_choices() if known else ()
        return len(choices) == 1 and choices.code

    def _chorus_form_needs(self, environment, service=None):
        """What a form asks for when this is its recipient and that service was chosen, as ``FormNeeds``."""
        body = self.commercial_partner_id
        if not body or not body._chorus_is_known(environment):
            return FormNeeds(False, False, "", "", "")
        requirements = body._chorus_required(service or self.env["chorus.service"])
        asked = directory.asked(requirements, next(iter(requirements.services), None))
        text = directory.sentence(requirements, asked).of(self.env.lang)
        # a body of which a service is known already is not asked how many it has
        return FormNeeds(True, bool(service or body.chorus_service_count), asked.service, asked.engagement, text)

    def _chorus_question(self):
        """Whom to ask the directory for, as a ``services.api.recipients.Question``."""
        self.ensure_one()
        return directory.Question(
            identifier=compact(self.company_registry),
            identifier_type=self.chorus_identifier_type or IdentifierType.SIRET.value,
            name=(self.name or "").strip(),
            town=(self.city or "").strip(),
            postcode=(self.zip or "").strip(),
        )

    # EXTENDS 'base'
    def write(self, vals):
        changed = self.browse()
        if "company_registry" in vals or "chorus_identifier_type" in vals:
            changed = self.filtered(lambda partner: partner.chorus_directory_date and partner._chorus_renames(vals))
        result = super().write(vals)
        changed._chorus_forget()
        if {"company_registry", "invoice_sending_method"} & vals.keys():
            self._chorus_ask_if_flagged()
        return result

    # EXTENDS 'base'
    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        if any(vals.get("invoice_sending_method") for vals in vals_list):
            partners._chorus_ask_if_flagged()
        return partners

    def _chorus_renames(self, vals):
        """Whether writing ``vals`` makes this another structure; blanks in a SIRET mean nothing."""
        registry = compact(vals.get("company_registry", self.company_registry))
        kind = vals.get("chorus_identifier_type", self.chorus_identifier_type) or False
        return (registry, kind) != (self._chorus_question().identifier, self.chorus_identifier_type)

    def _chorus_forget(self):
        """Forget what the directory said: another SIRET is another body. Its services are archived."""
        if self:
            self.sudo().write(dict.fromkeys(FACTS, False))  # sudo: facts of the platform, nobody's input
            self.env["chorus.service"].sudo().search([("partner_id", "in", self.ids)]).write(
                {"active": False, "enabled": False, "detail_wanted": False}
            )

    def _chorus_ask_if_flagged(self):
        """Have the directory asked, in the background, about those that a connected company invoices by Chorus Pro."""
        company = self.env.company
        flagged = self.filtered(
            lambda partner: (
                partner.invoice_sending_method == "chorus_pro"
                and partner == partner.commercial_partner_id
                and not partner._chorus_is_known(company.chorus_environment)
            )
        )
        if flagged and not company._chorus_missing_settings():
            self.env["chorus.lookup"]._ask(flagged, company)

    def _chorus_apply(self, answer, environment, complete=True):
        """Take over what the directory answered about this body.

        :param answer: a ``services.api.recipients.Answer``, found or inactive.
        :param complete: fill in the name, the address… that are empty; what people typed stays.
        """
        self.ensure_one()
        values = {
            "chorus_structure_id": answer.structure.identifier,
            "chorus_structure_active": answer.structure.active,
            "chorus_directory_date": fields.Datetime.now(),
            "chorus_directory_environment": environment,
        }
        details = answer.details
        if details:
            values |= {
                "chorus_structure_public": details.public,
                "chorus_service_required": details.service_required,
                "chorus_engagement_required": details.engagement_required,
                "chorus_either_required": details.either_required,
                "chorus_works_owner_only": details.works_owner_only,
                "chorus_payment_not_reported": details.payment_not_reported,
            }
        partner = self.sudo()  # sudo: facts of the platform, whoever had it asked
        if complete:
            missing = {name: value for name, value in self._chorus_identity(answer).items() if value and not partner[name]}
            partner.write(missing)
        # after the SIRET, whose change would forget them
        partner.write({name: value for name, value in values.items() if partner[name] != value})
        if details:
            self.env["chorus.service"]._chorus_replace(partner, answer.services)
            if answer.only:
                partner._chorus_choices()._chorus_write_details(answer.only)
            self.env["account.move"]._chorus_propose_service(partner, environment)

    def _chorus_identity(self, answer):
        """Who the structure of an answer is, as values of a partner."""
        structure, details = answer.structure, answer.details
        values = {"name": structure.name, "company_registry": structure.registry, "is_company": True}
        if details:
            address = details.address
            country = self.env["res.country"].search([("code", "=", address.country.upper())], limit=1)
            values |= {
                "name": details.name or structure.name,
                "street": address.street,
                "street2": address.street2,
                "zip": address.postcode,
                "city": address.city,
                "country_id": country.id,
                "vat": self._chorus_vat_number(details.vat, structure.registry, country or self.country_id),
            }
        return values

    def _chorus_vat_number(self, told, registry, country):
        """The VAT number of a body that the directory told of; "" when it is not known.

        The platform reports a sale to a customer without one as a sale to a private person, though Chorus Pro reports it too:
        beside it, the number that the SIREN makes is worth more than none.
        """
        place = country.code or ""
        return vat_number.known(told, registry if other_channels.is_there(self.env) else "", place)

    def action_chorus_complete(self):
        """Ask Chorus Pro about one body now: fill it in, or offer what was found to choose from.

        Who may transfer invoices may have a body's requirements read; who may change contacts gets the address filled in too.

        :raises UserError: when the directory does not know it, or cannot be asked.
        """
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        body = self.commercial_partner_id
        question = body._chorus_question()
        if not question.can_be_asked:
            return body.action_chorus_find()
        lookups = self.env["chorus.lookup"]
        answer = lookups._ask_now(lambda client: directory.look_up(client, question))
        lookups._note_now(body, question, answer)
        if answer.candidates:
            return self.env["chorus.structure.search"]._chorus_offer(body, question, answer)
        if answer.outcome == directory.Outcome.UNKNOWN and question.identifier:
            raise UserError(
                self.env._(
                    "Chorus Pro does not know %s. Check it against the company register (annuaire-entreprises.data.gouv.fr), or"
                    " empty it and look for the public body by its name.",
                    question.key,
                )
            )
        if answer.outcome == directory.Outcome.UNKNOWN:
            return body.action_chorus_find()
        return self._chorus_say(answer.structure.name, body._chorus_form_needs(self.env.company.chorus_environment).sentence)

    def action_chorus_find(self):
        """Open the search for structures, with what is known of this contact."""
        self.env["res.users"]._chorus_check_transfer()
        question = self.commercial_partner_id._chorus_question() if self else directory.Question()
        search = self.env["chorus.structure.search"]
        values = search._chorus_values(self.commercial_partner_id, question)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find a public body at Chorus Pro"),
            "res_model": search._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    def action_chorus_flag(self):
        """Invoice these bodies through Chorus Pro, in the user's company."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")
        self.filtered("chorus_may_flag").write({"invoice_sending_method": "chorus_pro"})

    def action_chorus_services(self):
        """Open the services of this body."""
        self.ensure_one()
        body = self.commercial_partner_id
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("l10n_fr_chorus_pro.action_chorus_service"),
            "domain": [("partner_id", "=", body.id)],
            "context": {"create": False},
            "display_name": self.env._("Services of %s", body.display_name),
        }

    def action_chorus_complete_all(self):
        """Have the directory asked about all these customers, in the background; open their results."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        bodies = self.commercial_partner_id
        lookups = self.env["chorus.lookup"]._ask(bodies, self.env.company, again=True)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("l10n_fr_chorus_pro.action_chorus_lookup"),
            "domain": [("id", "in", lookups.ids)],
        }

    @api.model
    def _chorus_say(self, title, message):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": title,
                "message": message,
                "type": "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
