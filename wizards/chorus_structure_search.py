from contextlib import suppress

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..services.api import recipients as directory
from ..services.api.answers_directory import FoundStructure
from ..services.api.errors import ChorusError
from ..services.siret import compact

#: Structures found whose towns are asked for, one call each.
NAMESAKES = 6


class ChorusStructureSearch(models.TransientModel):
    """Finds a public body in Chorus Pro's directory, by its SIRET or by its name and town, and makes it a customer."""

    _name = "chorus.structure.search"
    _description = "Search for a public body at Chorus Pro"

    partner_id = fields.Many2one("res.partner", "Customer", help="The customer to complete; empty: a new one.")
    company_id = fields.Many2one("res.company", required=True, default=lambda self: self.env.company)
    identifier = fields.Char("SIRET")
    identifier_type = fields.Selection(
        selection=lambda self: self.env["res.partner"]._fields["chorus_identifier_type"]._description_selection(self.env),
        string="Another kind of identifier",
    )
    name = fields.Char()
    town = fields.Char()
    line_ids = fields.One2many("chorus.structure.search.line", "search_id", "Structures found")
    page = fields.Integer(export_string_translation=False)
    pages = fields.Integer(export_string_translation=False)
    total = fields.Integer("Number of structures found")
    may_choose = fields.Boolean(compute="_compute_may_choose", export_string_translation=False)

    @api.depends("partner_id")
    @api.depends_context("uid")
    def _compute_may_choose(self):
        """Whether the user may create the customer, or complete the one given."""
        for search in self:
            partner = search.partner_id
            search.may_choose = partner.has_access("write") if partner else partner.has_access("create")

    @api.model
    def _chorus_values(self, partner, question):
        """The values of a search for a customer."""
        known = dict(self._fields["identifier_type"]._description_selection(self.env))
        return {
            "partner_id": partner.id,
            "identifier": question.identifier,
            "identifier_type": question.identifier_type if question.identifier_type in known else False,
            "name": question.name,
            "town": question.town,
        }

    @api.model
    def _chorus_offer(self, partner, question, answer):
        """Open the search with what was found already, to choose from: ``answer`` is a ``services.directory.Answer``."""
        search = self.create(self._chorus_values(partner, question))
        search._show(answer.candidates, 1, 1, answer.total)
        return search._reopen()

    def _reopen(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Find a public body at Chorus Pro"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def _show(self, structures, page, pages, total, towns=None):
        """Show structures, each with its town where that is known, and the customer it is already.

        :param towns: town by identifier of a structure.
        """
        domain = [("company_registry", "in", [one.registry for one in structures if one.registry]), ("parent_id", "=", False)]
        known = {partner.company_registry: partner for partner in self.env["res.partner"].search(domain, order="id desc")}
        towns = towns or {}
        rows = [
            Command.create(
                {
                    "structure": one.identifier,
                    "name": one.name,
                    "registry": one.registry,
                    "registry_type": one.registry_type,
                    "structure_active": one.active,
                    "partner_id": known.get(one.registry, self.env["res.partner"]).id,
                    "town": known.get(one.registry, self.env["res.partner"]).city or towns.get(one.identifier),
                }
            )
            for one in structures
        ]
        clear = [Command.clear()] if page <= 1 else []
        self.write({"line_ids": [*clear, *rows], "page": page, "pages": pages, "total": total})

    def action_search(self):
        """Search with what was typed: the first page."""
        return self._search_page(1)

    def action_more(self):
        """The next page, below the ones before."""
        return self._search_page(self.page + 1)

    def _search_page(self, page):
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        identifier = compact(self.identifier)
        if not identifier and not (self.name or "").strip():
            raise UserError(self.env._("Enter a SIRET, or a name with its town."))
        if identifier:
            criteria = {"identifier": identifier, "identifier_type": self.identifier_type or "SIRET"}
        else:
            criteria = {"name": self.name.strip(), "town": (self.town or "").strip(), "public_only": True, "active_only": True}
        found, towns = self.env["chorus.lookup"]._ask_now(lambda client: self._found(client, criteria, page))
        self._show(found.structures, found.page, found.pages, found.total, towns)
        return self._reopen()

    @api.model
    def _found(self, client, criteria, page):
        """What a search found, and the towns of a few namesakes, asked for apart: the platform's list does not tell them."""
        found, towns = client.search_structures(**criteria, page=page), {}
        if 1 < len(found.structures) <= NAMESAKES:
            for one in found.structures:
                with suppress(ChorusError):
                    towns[one.identifier] = client.structure(one.identifier).address.city
        return found, towns


class ChorusStructureSearchLine(models.TransientModel):
    _name = "chorus.structure.search.line"
    _description = "Structure found at Chorus Pro"
    _order = "id"

    search_id = fields.Many2one("chorus.structure.search", required=True, ondelete="cascade")
    structure = fields.Char(required=True, help="idStructureCPP")
    name = fields.Char()
    registry = fields.Char("SIRET")
    registry_type = fields.Char("Kind of identifier")
    town = fields.Char()
    partner_id = fields.Many2one("res.partner", "Customer already", readonly=True)
    structure_active = fields.Boolean("Active at Chorus Pro")

    def action_choose(self):
        """Read this structure and complete the customer with it, or make it one; then open the customer.

        What was typed on the customer stays, but for its SIRET: it is the one chosen. A new customer is invoiced through Chorus
        Pro.
        """
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        company = self.search_id.company_id
        kind = self.registry_type or "SIRET"
        found = FoundStructure(self.structure, self.name or "", self.registry or "", kind, self.structure_active)
        answer = self.env["chorus.lookup"]._ask_now(lambda client: directory.read(client, found))
        partners = self.env["res.partner"].with_company(company)
        domain = [
            ("company_registry", "=", found.registry),
            ("parent_id", "=", False),
            ("company_id", "in", (False, company.id)),
        ]
        known = partners.search(domain, limit=1)
        partner = self.search_id.partner_id.with_company(company) or known
        new = not partner
        kind = False if kind == "SIRET" else kind
        if partner:
            values = {"company_registry": found.registry, "chorus_identifier_type": kind}
            partner.write({name: value for name, value in values.items() if partner[name] != value})
        else:
            french = self.env["res.lang"]._get_data(code="fr_FR")
            values = {**partners._chorus_identity(answer), "chorus_identifier_type": kind}
            partner = partners.create(values | ({"lang": french.code} if french else {}))
        partner._chorus_apply(answer, company.chorus_environment)
        self.env["chorus.lookup"]._note_now(partner, partner._chorus_question(), answer)
        if new and partner.chorus_may_flag:
            partner.invoice_sending_method = "chorus_pro"
            partner._chorus_propose_term()
        return partner._get_records_action()
