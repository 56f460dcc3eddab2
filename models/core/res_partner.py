from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...services.document.invoice import IdentifierType
from ...services.siret import compact, is_siret
from . import other_channels

METHOD = "chorus_pro"
#: Customers named in a notification.
TOLD = 5


class ResPartner(models.Model):
    _inherit = "res.partner"

    # EXTENDS 'account'
    # asked of every invoice's customer: read with its other fields, not alone as those of one company are
    invoice_sending_method = fields.Selection(selection_add=[("chorus_pro", "by Chorus Pro")], prefetch=True)
    chorus_identifier_type = fields.Selection(
        [
            (IdentifierType.EU_OUTSIDE_FRANCE.value, "VAT number (European Union)"),
            (IdentifierType.OUTSIDE_EU.value, "Outside the European Union"),
            (IdentifierType.RIDET.value, "RIDET (New Caledonia)"),
            (IdentifierType.TAHITI.value, "Tahiti number (French Polynesia)"),
            (IdentifierType.INDIVIDUAL.value, "Private person"),
            (IdentifierType.OTHER.value, "Being registered, or other"),
        ],
        string="Identified at Chorus Pro by",
        help="Empty: by its SIRET.",
    )
    chorus_route = fields.Selection(
        [
            ("chorus", "Chorus Pro alone"),
            ("both", "Chorus Pro, and within reach of the platform"),
            ("platform", "The platform, which hands over to Chorus Pro"),
        ],
        string="Way to Chorus Pro",
        compute="_compute_chorus_route",
        search="_search_chorus_route",
    )
    chorus_route_text = fields.Char(compute="_compute_chorus_route", export_string_translation=False)

    @api.constrains("invoice_sending_method", "company_registry", "chorus_identifier_type", "parent_id")
    def _check_chorus_siret(self):
        """A public body is addressed by its SIRET, 14 digits (doc/RULES.md R-02); whether it is a true one is checked before
        sending, since qualification works with fictitious ones. What is identified otherwise (R-03) has the identifier of its
        kind."""
        for partner in self:
            # the flag is asked of the commercial entity, the one that is invoiced
            if partner.invoice_sending_method != "chorus_pro" or partner != partner.commercial_partner_id:
                continue
            if partner.chorus_identifier_type:
                if not partner.company_registry:
                    raise ValidationError(
                        self.env._("%s is invoiced through Chorus Pro: its identifier is required.", partner.display_name)
                    )
                continue
            siret = compact(partner.company_registry)
            if not is_siret(siret):
                raise ValidationError(
                    self.env._(
                        "%s is invoiced through Chorus Pro: its SIRET (14 digits) is required, beside the sending method.",
                        partner.display_name,
                    )
                )

    # -- the way of its invoices ---------------------------------------------------------------------------------------

    @api.depends(lambda self: ["invoice_sending_method", *other_channels.partner_fields(self)])
    @api.depends_context("company", "lang")
    def _compute_chorus_route(self):
        there = other_channels.is_there(self.env)
        for partner in self:
            ours = partner.invoice_sending_method == METHOD
            if ours:
                partner.chorus_route = "both" if there and other_channels.is_reached(partner) else "chorus"
            else:
                partner.chorus_route = "platform" if there and other_channels.means_chorus(partner) else False
            partner.chorus_route_text = partner._chorus_told_route() if partner.chorus_route in ("both", "platform") else False

    def _chorus_told_route(self):
        """That another way leads to this customer, or that one alone, and what it means."""
        address, platform = other_channels.address_text(self), other_channels.label(self.env)
        if self.chorus_route == "platform":
            return self.env._(
                "Its electronic address, %(address)s, is Chorus Pro: what is sent “%(platform)s” arrives there by the platform."
                " To send its invoices from here and follow them, choose “by Chorus Pro” above.",
                address=address,
                platform=platform,
            )
        if other_channels.means_chorus(self):
            return self.env._(
                "Its electronic address, %(address)s, is Chorus Pro too: a document sent “%(platform)s” would arrive a second"
                " time. Odoo sends it by Chorus Pro alone.",
                address=address,
                platform=platform,
            )
        return self.env._(
            "It can be reached “%(platform)s” too, at %(address)s: a document sent there would arrive a second time. Odoo sends"
            " it by Chorus Pro alone.",
            address=address,
            platform=platform,
        )

    @api.model
    def _search_chorus_route(self, operator, value):
        if operator != "in":
            return NotImplemented
        candidates = self.search([("invoice_sending_method", "=", METHOD)]) | self.search(other_channels.STATE_DOMAIN)
        found = candidates.filtered(lambda partner: partner.chorus_route in value)
        known = fields.Domain("id", "in", found.ids)
        return known if False not in value else known | ~fields.Domain("id", "in", candidates.ids)

    def action_chorus_clear_address(self):
        """Forget the electronic addresses by which another way leads to these customers."""
        self.check_access("write")
        other_channels.forget_address(self)

    def action_chorus_route_chorus(self):
        """From now on these customers' invoices go by Chorus Pro, and by no other way."""
        self._chorus_check_move()
        return self._chorus_move(
            METHOD,
            lambda partner: is_siret(compact(partner.company_registry)) or partner.chorus_identifier_type,
            self.env._("without a SIRET, left as they are"),
        )

    def action_chorus_route_platform(self):
        """From now on these customers' invoices go by the platform, which hands them over to Chorus Pro."""
        self._chorus_check_move()
        if not other_channels.is_there(self.env):
            raise UserError(self.env._("This Odoo has no approved platform: its module is not installed."))
        return self._chorus_move(
            other_channels.METHOD, other_channels.address, self.env._("without an electronic address, left as they are")
        )

    def _chorus_check_move(self):
        """:raises AccessError: for who may not transfer invoices, or not change these customers."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")

    def _chorus_move(self, method, may, left):
        """Give these customers one sending method, in the user's company.

        :param may: whether a customer can have it. :param left: what is said of those that cannot.
        :return: a notification.
        """
        customers = self.commercial_partner_id
        moved = customers.filtered(may)
        moved.write({"invoice_sending_method": method})
        if method == METHOD:
            other_channels.forget_address(moved)
        others = customers - moved
        names = ", ".join(others[:TOLD].mapped("display_name")) + ("…" if len(others) > TOLD else "")
        words = [self.env._("Customers moved: %s.", len(moved)), others and f"{len(others)} {left}: {names}."]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "message": " ".join(filter(None, words)),
                "type": "warning" if others else "success",
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
