from odoo import api, fields, models
from odoo.addons.l10n_fr_chorus_pro.services import rules
from odoo.exceptions import UserError

#: States of an order of which an invoice may still come.
OPEN = ("draft", "sent", "sale")
#: A change of these may leave something to be asked for.
ASKING_FIELDS = frozenset(
    {
        "chorus_engagement_id",
        "chorus_engagement_number",
        "chorus_market_id",
        "chorus_service_code",
        "chorus_service_id",
        "client_order_ref",
        "partner_id",
        "partner_invoice_id",
    }
)
#: What changes what is said of an order, beside what its recipient requires.
TOLD_OF = (
    "state",
    "invoice_status",
    "amount_untaxed",
    "client_order_ref",
    "chorus_market_id",
    "chorus_market_number",
    "chorus_engagement_number",
)


class SaleOrder(models.Model):
    """What a public body asks for on its invoices, known from the quotation on.

    Each invoice made of the order gets it: see ``_chorus_invoice_references``. Nothing here keeps anybody from selling.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "chorus.offers", "chorus.recipient"]

    _chorus_code_field = "chorus_service_code"
    _chorus_recipient_field = "chorus_recipient_id"
    _chorus_contact_field = "partner_invoice_id"
    _chorus_engagement_field = "chorus_engagement_number"

    chorus_recipient_id = fields.Many2one(
        related="partner_invoice_id.commercial_partner_id", string="Public body", export_string_translation=False
    )
    chorus_market_id = fields.Many2one(
        "chorus.market",
        "Public market",
        check_company=True,
        index="btree_not_null",
        tracking=True,
        domain="[('partner_id', '=', chorus_recipient_id)]",
        help="Gives the order and its invoices their service code, market number and engagement number.",
    )
    chorus_service_code = fields.Char(
        "Service code", compute="_compute_chorus_service_code", store=True, readonly=False, precompute=True, tracking=True
    )
    chorus_market_number = fields.Char(
        "Market number", compute="_compute_chorus_market_number", store=True, readonly=False, tracking=True
    )
    chorus_engagement_number = fields.Char(
        "Engagement number",
        compute="_compute_chorus_engagement_number",
        store=True,
        readonly=False,
        copy=False,
        tracking=True,
        help="Commitment or order number that the public body gave with its order.",
    )
    chorus_engagement_hint = fields.Char(compute="_compute_chorus_engagement_hint", export_string_translation=False)
    chorus_engagement_id = fields.Many2one(
        "chorus.market.engagement",
        "Engagement of the market",
        compute="_compute_chorus_engagement_id",
        inverse="_inverse_chorus_engagement_id",
        domain="[('market_id', '=', chorus_market_id)]",
    )
    chorus_alerts = fields.Json(compute="_compute_chorus_alerts", export_string_translation=False)

    # -- what is proposed ----------------------------------------------------------------------------------------------

    @api.depends("partner_invoice_id", "chorus_market_id")
    def _compute_chorus_service_code(self):
        for order in self:
            if order.chorus_market_id.service_code:
                order.chorus_service_code = order.chorus_market_id.service_code
            elif order.state in ("draft", "sent") and order._chorus_is_for_chorus():
                order.chorus_service_code = order._chorus_usual_service()
            else:
                order.chorus_service_code = order.chorus_service_code

    @api.depends("chorus_market_id")
    def _compute_chorus_market_number(self):
        for order in self:
            order.chorus_market_number = order.chorus_market_id.number or order.chorus_market_number

    @api.depends("chorus_market_id")
    def _compute_chorus_engagement_number(self):
        for order in self:
            order.chorus_engagement_number = order.chorus_market_id.engagement_number or order.chorus_engagement_number

    @api.depends("chorus_market_id.engagement_ids.number", "chorus_engagement_number")
    def _compute_chorus_engagement_id(self):
        for order in self:
            number = order.chorus_engagement_number
            order.chorus_engagement_id = order.chorus_market_id.engagement_ids.filtered(
                lambda engagement, number=number: number and engagement.number == number
            )[:1]

    @api.onchange("chorus_engagement_id")
    def _inverse_chorus_engagement_id(self):
        for order in self:
            if order.chorus_engagement_id:
                order.chorus_engagement_number = order.chorus_engagement_id.number

    @api.depends(lambda self: ["chorus_engagement_number", "client_order_ref", *self._chorus_asked_depends()])
    def _compute_chorus_engagement_hint(self):
        for order in self:
            order.chorus_engagement_hint = order._chorus_understood_engagement()

    def _chorus_understood_engagement(self):
        """The engagement number that the customer's reference is taken for: where one is required and none was entered.

        It is never written down, so that it follows the reference; "" when the reference is not taken for one.
        """
        self.ensure_one()
        needs = self._chorus_asked()
        required = needs and (needs.engagement == "required" or (needs.engagement and not self.chorus_service_code))
        if self.chorus_engagement_number or not required:
            return ""
        found = rules.engagement_in(self.client_order_ref or "")
        return "" if found == (self.chorus_market_number or "").strip() else found

    # EXTENDS 'chorus.recipient'
    def _chorus_engagement_number(self):
        return super()._chorus_engagement_number() or self._chorus_understood_engagement()

    @api.model
    def _chorus_propose_service(self, body, environment):
        """Put the only service of a body that requires one on its orders that have none and are not invoiced yet."""
        code = body._chorus_only_service(environment)
        if not code:
            return
        orders = self.sudo().search(  # sudo: what the directory tells is proposed whoever had it asked
            [
                ("partner_invoice_id", "child_of", body.id),
                ("company_id.chorus_environment", "=", environment),
                ("state", "in", OPEN),
                ("invoice_status", "!=", "invoiced"),
                ("chorus_service_code", "in", (False, "")),
            ]
        )
        orders.filtered(lambda order: order._chorus_is_for_chorus()).chorus_service_code = code

    # -- what the form shows -------------------------------------------------------------------------------------------

    # EXTENDS 'chorus.offers'
    @api.depends(lambda self: ["chorus_recipient_id", *self._chorus_asked_depends()])
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        chorus = ["chorus"] if self._chorus_is_for_chorus() else []
        return [*super()._chorus_offers(), *chorus, *self._chorus_asked_words()]

    @api.depends(lambda self: [*TOLD_OF, *self._chorus_asked_depends()])
    @api.depends_context("lang", "uid")
    def _compute_chorus_alerts(self):
        for order in self:
            waits = order.state in OPEN and order.invoice_status != "invoiced"
            order.chorus_alerts = (waits and order._chorus_is_for_chorus() and order._chorus_order_alerts()) or False

    def _chorus_order_alerts(self):
        """What is to be known before this order is confirmed and invoiced, as alerts by name. None of it keeps from doing so."""
        alerts, lang = self._chorus_directory_alerts(), self.env.lang
        references = (self.chorus_service_code or "", self.chorus_market_number or "", self._chorus_engagement_number())
        context = rules.Context(today=fields.Date.context_today(self), recipient=self._chorus_requirements())
        missing = [finding.message.of(lang) for finding in rules.check_references(*references, context)]
        if missing:
            remedy = self.env._("What is entered here goes onto each invoice of this order.")
            alerts["chorus_references"] = {"level": "warning", "message": " ".join(("Chorus Pro :", *missing, remedy))}
        understood = self._chorus_understood_engagement()
        if understood:
            words = self.env._("Chorus Pro: the customer's reference is taken as the engagement number, %s.", understood)
            alerts["chorus_understood"] = {"level": "info", "message": words}
        return alerts | self._chorus_market_alerts()

    def _chorus_market_alerts(self):
        """What is odd about this order in its market."""
        market = self.chorus_market_id.sudo()  # sudo: what is left of it is computed from the books
        if not market:
            return {}
        if market.partner_id != self.chorus_recipient_id:
            words = self.env._(
                "Chorus Pro: the market %(market)s is one of %(owner)s, this order is invoiced to %(body)s.",
                market=market.number,
                owner=market.partner_id.display_name,
                body=self.chorus_recipient_id.display_name,
            )
            return {"chorus_market": {"level": "warning", "message": words}}
        left, same = market.amount_left, market.currency_id == self.currency_id
        if self.state in ("draft", "sent") and market.amount_total and same and self.amount_untaxed > left:
            words = self.env._(
                "Chorus Pro: this order exceeds what is left to invoice of the market %(market)s.", market=market.number
            )
            return {"chorus_market": {"level": "warning", "message": words}}
        return {}

    # -- what goes onto the invoices -----------------------------------------------------------------------------------

    def _chorus_invoice_references(self):
        """The values of an invoice of this order that it takes from here; what is empty is left to the invoice to propose."""
        self.ensure_one()
        values = {
            "chorus_market_id": self.chorus_market_id.id,
            "buyer_reference": self.chorus_service_code,
            "contract_reference": self.chorus_market_number,
            "purchase_order_reference": self._chorus_engagement_number(),
        }
        return {name: value for name, value in values.items() if value}

    # EXTENDS 'sale'
    def _prepare_invoice(self):
        return {**super()._prepare_invoice(), **self._chorus_invoice_references()}

    # EXTENDS 'sale'
    def _create_invoices(self, grouped=False, final=False, date=None):
        """An invoice carries one set of references: orders that differ in them are invoiced apart."""
        alike = self._chorus_alike()
        if grouped or len(alike) < 2:
            return super()._create_invoices(grouped=grouped, final=final, date=date)
        moves = self.env["account.move"]
        for orders in alike:
            # what cannot be invoiced is none of the others' concern
            orders = orders.with_context(raise_if_nothing_to_invoice=False)
            moves |= super(SaleOrder, orders)._create_invoices(grouped=grouped, final=final, date=date)
        if not moves and self.env.context.get("raise_if_nothing_to_invoice", True):
            raise UserError(self._nothing_to_invoice_error_message())
        return moves

    def _chorus_alike(self):
        """These orders, those with the same references together, as a list."""
        return list(self.grouped(lambda order: tuple(sorted(order._chorus_invoice_references().items()))).values())

    # -- what is asked of Chorus Pro -----------------------------------------------------------------------------------

    # EXTENDS 'sale'
    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._chorus_ask_directory()
        return orders

    # EXTENDS 'sale'
    def write(self, vals):
        result = super().write(vals)
        if ASKING_FIELDS & vals.keys():
            self._chorus_ask_directory()
        return result

    # -- the market's price schedule -----------------------------------------------------------------------------------

    def action_chorus_price_schedule(self):
        """Open the import of a price schedule into this order's market, with the order's lines as they are understood."""
        self.ensure_one()
        self.check_access("read")
        action = self.chorus_market_id.action_import_lines()
        return {**action, "context": {**action["context"], "default_order_id": self.id}}
