from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_amount

from ...services.siret import compact
from ...services.vocabulary.frameworks import Role
from .chorus_market import Totals, _documents


class ChorusMarketEngagement(models.Model):
    """An engagement (engagement juridique) of a market: what the public body reserved under one number."""

    _name = "chorus.market.engagement"
    _inherit = ["chorus.told"]
    _description = "Engagement of a public market"
    _check_company_auto = True
    _order = "sequence, id"
    _rec_name = "number"

    sequence = fields.Integer(default=10)
    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    number = fields.Char("Engagement number", required=True, size=50, index=True, help="At most 50 characters (EN 16931 BT-13).")
    name = fields.Char("Subject")
    amount = fields.Monetary(
        "Amount with VAT", help="What the public body reserved, VAT included; nothing is checked when it is zero."
    )
    invoice_ids = fields.One2many("account.move", "chorus_engagement_id", "Invoices", readonly=True)
    amount_invoiced = fields.Monetary(
        "Invoiced", compute="_compute_amounts", help="VAT included, before what is kept back or taken off at payment."
    )
    amount_suspended = fields.Monetary("Amount suspended", compute="_compute_amounts")
    amount_refused = fields.Monetary("Refused", compute="_compute_amounts")
    amount_paid = fields.Monetary("Paid", compute="_compute_amounts")
    amount_left = fields.Monetary("Left", compute="_compute_amounts", help="Of the engagement, VAT included.")
    exceeded = fields.Boolean(compute="_compute_amounts")

    _number_unique = models.Constraint("UNIQUE (market_id, number)", "This market already has an engagement with this number.")

    @api.depends("number", "name")
    def _compute_display_name(self):
        for engagement in self:
            engagement.display_name = " — ".join(filter(None, (engagement.number, engagement.name)))

    @api.depends(
        "amount",
        "invoice_ids.state",
        "invoice_ids.amount_total_signed",
        "invoice_ids.amount_residual_signed",
        "invoice_ids.chorus_state",
        "invoice_ids.invoice_line_ids.chorus_line_kind",
    )
    def _compute_amounts(self):
        documents = _documents(self.env, "chorus_engagement_id", self.ids)
        for engagement in self:
            documents.get(engagement.id, Totals()).put(engagement)
            engagement.amount_left = engagement.amount - engagement.amount_invoiced if engagement.amount else 0
            engagement.exceeded = bool(engagement.amount) and (
                engagement.currency_id.compare_amounts(engagement.amount_invoiced, engagement.amount) > 0
            )

    def _chorus_excess(self):
        """What there is to say of those on which more was invoiced than they allow, with what to do."""
        return [
            self.env._(
                "%(invoiced)s were invoiced on the engagement %(number)s, which is of %(amount)s, VAT included. Ask the public"
                " body for another one, or put that of the amendment on its invoices.",
                invoiced=format_amount(self.env, engagement.amount_invoiced, engagement.currency_id),
                number=engagement.number,
                amount=format_amount(self.env, engagement.amount, engagement.currency_id),
            )
            for engagement in self.filtered("exceeded")
        ]


class ChorusMarketAmendment(models.Model):
    """An amendment (avenant): what a later act adds to, or takes from, the market's amount."""

    _name = "chorus.market.amendment"
    _inherit = ["chorus.told"]
    _description = "Amendment of a public market"
    _check_company_auto = True
    _order = "date, id"

    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    name = fields.Char("Amendment", required=True)
    date = fields.Date("Notified on")
    date_end = fields.Date("New end date")
    amount = fields.Monetary("Amount without VAT", help="Negative when the amendment takes something away.")
    engagement_id = fields.Many2one(
        "chorus.market.engagement",
        "Own engagement",
        index="btree_not_null",
        check_company=True,
        domain="[('market_id', '=', market_id)]",
        help="When the public body gave it a number of its own: situations of its work alone carry it.",
    )

    @api.constrains("engagement_id", "market_id")
    def _check_engagement_id(self):
        for amendment in self:
            if amendment.engagement_id and amendment.engagement_id.market_id != amendment.market_id:
                raise ValidationError(self.env._("The engagement of “%s” is that of another market.", amendment.name))


class ChorusMarketParty(models.Model):
    """A party (intervenant) of a market: who it is and by which service it acts in Chorus Pro."""

    _name = "chorus.market.party"
    _inherit = ["chorus.told"]
    _description = "Party of a public market"
    _check_company_auto = True
    _order = "sequence, id"

    sequence = fields.Integer(default=10)
    market_id = fields.Many2one(
        "chorus.market", "Public market", required=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="market_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    role = fields.Selection(selection="_selection_role", required=True, default=Role.MOE.value)
    partner_id = fields.Many2one("res.partner", "Party", required=True, check_company=True, domain=[("is_company", "=", True)])
    siret = fields.Char("SIRET", related="partner_id.company_registry")
    service_code = fields.Char("Service code", size=100)
    validates = fields.Boolean(
        "Validates our requests", help="Only needed when it is not the main contractor: the co-contractor of a subcontractor."
    )
    amount = fields.Monetary(
        "Direct payment",
        help="Amount up to which the public body accepted to pay this subcontractor directly; of works without VAT, which the"
        " main contractor declares. Of a co-contractor: its part of the market without VAT.",
    )
    accepted_on = fields.Date("Accepted on", help="When the public body accepted the subcontractor.")

    _party_unique = models.Constraint("UNIQUE (market_id, role, partner_id)", "This party has this role in the market already.")

    @api.model
    def _selection_role(self):
        return [(role.value, role.label.of(self.env.lang)) for role in Role]

    @api.depends("role", "partner_id")
    def _compute_display_name(self):
        for party in self:
            label = Role(party.role).label.of(self.env.lang) if party.role else ""
            party.display_name = " : ".join(filter(None, (label, party.partner_id.name)))

    def _chorus_siret(self):
        """The party's SIRET without blanks, ``""`` when it has none."""
        self.ensure_one()
        return compact(self.partner_id.commercial_partner_id.company_registry)
