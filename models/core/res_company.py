from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...services.document.formats import CII, FORMATS


class ResCompany(models.Model):
    """How a company uses Chorus Pro. Its customers, on the portal, read none of these settings: hence the group on each."""

    _inherit = "res.company"

    chorus_auto_transfer = fields.Boolean(
        "Transfer by itself after posting",
        copy=False,
        groups="base.group_user",
        help="Invoices to transfer are sent without a click, once the delay is over. One that is on hold, or that Chorus Pro"
        " would refuse, waits for a person.",
    )
    chorus_auto_delay = fields.Integer(
        "Hours between posting and transfer",
        default=24,
        copy=False,
        groups="base.group_user",
        help="Time to look at an invoice again and to hold it.",
    )
    chorus_environment = fields.Selection(
        [
            ("production", "Production"),
            ("qualification", "Qualification (tests)"),
            ("simulator", "Simulator (demonstration)"),
        ],
        string="Chorus Pro environment",
        copy=False,
        groups="base.group_user",
        help="Empty: this company does not use Chorus Pro.",
    )
    chorus_identifier_type = fields.Selection(
        related="partner_id.chorus_identifier_type",
        readonly=False,
        groups="base.group_user",
        string="Identified at Chorus Pro by",
        help="Empty: by its SIRET.",
    )
    chorus_own_service = fields.Char(
        "Own service at Chorus Pro",
        copy=False,
        groups="base.group_user",
        help="Its idService, where this company invoices by a service of its structure. Deposits of a PDF with its data name it.",
    )
    chorus_production_confirmed = fields.Boolean(
        "Invoices are really sent to public bodies",
        copy=False,
        groups="base.group_user",
        help="Asked once, when the environment becomes production.",
    )
    chorus_simulator_url = fields.Char(
        "Simulator address", copy=False, groups="base.group_user", help="For instance http://127.0.0.1:8099"
    )
    chorus_referent_email = fields.Char(
        "Referent e-mail",
        copy=False,
        groups="base.group_user",
        help="Who is warned when a password is about to expire or invoices wait.",
    )
    chorus_start_date = fields.Date(
        "Transfer invoices from",
        copy=False,
        groups="base.group_user",
        help="Invoices dated before this day are not proposed for transfer.",
    )
    chorus_format = fields.Selection(
        [(form.key, form.label.en) for form in FORMATS.values()],
        string="Format of the invoices",
        required=True,
        default=CII.key,
        groups="base.group_user",
        help="What is deposited at Chorus Pro. Factur-X and the PDF show the public body your own printed invoice; they need a"
        " PDF engine on the server and take a second or two each. A PDF with its data gets its identifier at once.",
    )

    def _chorus_vat_number(self):
        """The company's VAT number; a branch without any has that of the company it belongs to. ``""`` when there is none."""
        self.ensure_one()
        # sudo: who works for a branch need not see the others
        return next((company.vat for company in reversed(self.sudo().parent_ids) if len(company.vat or "") > 2), "")

    def _chorus_may_use(self):
        """Whether this company can be a supplier at Chorus Pro: a French one, or one identified otherwise than by a SIRET."""
        self.ensure_one()
        return self.is_france_country or bool(self.sudo().chorus_identifier_type)  # sudo: whether there is one, for any user

    @api.constrains("chorus_own_service")
    def _check_chorus_own_service(self):
        for company in self:
            if company.chorus_own_service and not company.chorus_own_service.strip().isdecimal():
                raise ValidationError(self.env._("The service's identifier is a number, such as 5000025421."))

    def _chorus_lang(self):
        """The language in which scheduled jobs write on this company's records: its own, else French where it is installed."""
        self.ensure_one()
        installed = dict(self.env["res.lang"].get_installed())
        return self.partner_id.lang or ("fr_FR" if "fr_FR" in installed else self.env.lang)
