from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.document.invoice import IdentifierType
from ...services.siret import compact, is_siret


class ResPartner(models.Model):
    _inherit = "res.partner"

    # EXTENDS 'account'
    invoice_sending_method = fields.Selection(selection_add=[("chorus_pro", "by Chorus Pro")])
    chorus_identifier_type = fields.Selection(
        [
            (IdentifierType.EU_OUTSIDE_FRANCE.value, "VAT number (European Union)"),
            (IdentifierType.OUTSIDE_EU.value, "Outside the European Union"),
            (IdentifierType.RIDET.value, "RIDET (New Caledonia)"),
            (IdentifierType.TAHITI.value, "Tahiti number (French Polynesia)"),
            (IdentifierType.INDIVIDUAL.value, "Private person"),
            (IdentifierType.OTHER.value, "Other"),
        ],
        string="Identified at Chorus Pro by",
        help="Empty: by its SIRET.",
    )

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
