import base64
import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import format_amount

from ...services.follow import works
from ...services.vocabulary import frameworks, states
from ...services.vocabulary.frameworks import SUPPLIER_ROLES, Role
from ...services.works import schedule_file
from .product_template import APART, KINDS

#: Posted customer documents: what the books say was invoiced.
_INVOICED = [("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund"))]


#: The frameworks that a supplier may choose.
FRAMEWORKS = [
    (framework.code, f"{framework.code} – {framework.label.en}")
    for framework in frameworks.FRAMEWORKS.values()
    if framework.offered_to_supplier
]


class Totals:
    """The amounts of a set of documents, VAT included, credit notes deducted.

    All but ``net`` and ``paid`` are before what is kept back or taken off at payment: the public body engages it too.
    """

    def __init__(self):
        self.invoiced = self.net = self.suspended = self.refused = self.paid = 0.0

    def add(self, state, status, total, residual, apart):
        """Count documents in a Chorus Pro state: what is to be paid, what is not paid of it, what is kept back or taken off."""
        taxed = total + apart
        self.invoiced += taxed
        self.net += total
        self.paid += total - residual
        # a final account that waits for our signature of the general one is with us, and nothing of it is suspended
        if state in states.RETURNED and status != "A_ASSOCIER_FOURNISSEUR":
            self.suspended += taxed
        elif state in states.TURNED_DOWN:
            self.refused += taxed

    def put(self, record):
        """Set the four amounts of a market or an engagement."""
        record.amount_invoiced = self.invoiced
        record.amount_suspended = self.suspended
        record.amount_refused = self.refused
        record.amount_paid = self.paid


def _documents(env, field, ids):
    """The ``Totals`` of the posted documents by what ``field`` gives: ``{id: Totals}``."""
    rows = env["account.move"]._read_group(
        [*_INVOICED, (field, "in", ids)],
        [field, "chorus_state", "chorus_status"],
        ["amount_total_signed:sum", "amount_residual_signed:sum"],
    )
    lines = env["account.move.line"]._read_group(
        [
            ("move_id", "any", [*_INVOICED, (field, "in", ids)]),
            ("display_type", "=", "product"),
            ("chorus_line_kind", "in", APART),
            ("tax_ids", "not any", [("amount", "!=", 0)]),
        ],
        [f"move_id.{field}", "move_id.chorus_state", "move_id.chorus_status"],
        ["balance:sum"],
    )
    apart = {(record.id, *kind): balance for record, *kind, balance in lines}
    found = {}
    for record, *kind, total, residual in rows:
        found.setdefault(record.id, Totals()).add(*kind, total, residual, apart.get((record.id, *kind), 0.0))
    return found


class ChorusMarket(models.Model):
    """A public market (marché public), signed once with a public body: its identity sheet.

    It gives its invoices their references, their billing framework and the parties they name. What the books say of it is
    computed from accounting entries, in the company's currency, never stored.
    """

    _name = "chorus.market"
    _description = "Public market"
    _inherit = ["chorus.offers", "chorus.states", "chorus.references", "chorus.told", "mail.thread", "mail.activity.mixin"]
    _check_company_auto = True
    _order = "date_signed desc, number"
    _rec_names_search = ["number", "name"]

    number = fields.Char(
        "Market number", required=True, size=50, tracking=True, index="trigram", help="At most 50 characters (EN 16931 BT-12)."
    )
    name = fields.Char("Subject", tracking=True)
    lot = fields.Char(tracking=True, help="Chorus Pro has no field for it: it is printed on the invoices.")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one("res.company", required=True, index=True, default=lambda self: self.env.company)
    currency_id = fields.Many2one(related="company_id.currency_id")
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        required=True,
        index=True,
        check_company=True,
        tracking=True,
        domain=[("is_company", "=", True)],
    )
    service_code = fields.Char(
        "Service code", size=100, tracking=True, help="Service of the public body that handles the invoices (BT-10)."
    )
    engagement_ids = fields.One2many("chorus.market.engagement", "market_id", "Engagements")
    engagement_number = fields.Char(
        "Engagement number",
        size=50,
        compute="_compute_engagement_number",
        inverse="_inverse_engagement_number",
        search="_search_engagement_number",
        help="Commitment or order number given by the public body (BT-13): the first one, that new invoices carry.",
    )
    date_signed = fields.Date("Signed on", tracking=True)
    date_notified = fields.Date("Notified on", tracking=True)
    date_end = fields.Date("End date", tracking=True)
    transferred = fields.Boolean(
        "Transfer to Chorus Pro",
        default=True,
        tracking=True,
        help="Untick to keep this market's invoices out of Chorus Pro, for instance when they are filed by somebody else.",
    )
    works = fields.Boolean(
        "Works market",
        tracking=True,
        help="A works contract under the CCAG-Travaux: monthly statements go through the project manager and the project owner.",
    )
    role = fields.Selection(
        selection="_selection_role", string="Our role", required=True, default=Role.TITULAIRE.value, tracking=True
    )
    framework = fields.Selection(
        FRAMEWORKS,
        "Usual framework",
        compute="_compute_framework",
        store=True,
        readonly=False,
        tracking=True,
        help="Billing framework (cadre de facturation) that new invoices take.",
    )
    framework_choices = fields.Json(compute="_compute_framework_choices")
    stage = fields.Selection(selection="_selection_stage", compute="_compute_stage")
    party_ids = fields.One2many("chorus.market.party", "market_id", "Parties")
    validator_id = fields.Many2one(
        "chorus.market.party",
        compute="_compute_validator_id",
        help="Who validates our payment requests: the main contractor a subcontractor's, the group leader a co-contractor's.",
    )
    amendment_ids = fields.One2many("chorus.market.amendment", "market_id", "Amendments")
    line_ids = fields.One2many("chorus.market.line", "market_id", "Price schedule", copy=True)
    tax_id = fields.Many2one(
        "account.tax",
        "VAT of the work",
        check_company=True,
        domain=[("type_tax_use", "=", "sale")],
        help="Of the lines of the price schedule that name none; empty: the company's usual one, for works that of services.",
    )
    tax_usual_id = fields.Many2one("account.tax", compute="_compute_tax_usual_id", export_string_translation=False)
    tax_placeholder = fields.Char(compute="_compute_tax_usual_id", export_string_translation=False)
    amount_lines = fields.Monetary(
        "Total of the price schedule", compute="_compute_amount_lines", help="The lines of the price schedule, without VAT."
    )
    lines_differ = fields.Boolean(compute="_compute_amount_lines", export_string_translation=False)
    line_file = fields.Binary(compute="_compute_line_files", export_string_translation=False)
    line_text = fields.Binary(compute="_compute_line_files", export_string_translation=False)
    invoice_ids = fields.One2many("account.move", "chorus_market_id", "Invoices", readonly=True)
    invoice_count = fields.Integer("Number of invoices", compute="_compute_invoice_count")
    amount_initial = fields.Monetary("Initial amount without VAT", tracking=True)
    amount_amendments = fields.Monetary("Amount of the amendments", compute="_compute_amount_total")
    amount_total = fields.Monetary(
        "Amount without VAT", compute="_compute_amount_total", help="The initial amount and the amendments."
    )
    amount_works = fields.Monetary(
        "Done", compute="_compute_amounts", help="Work invoiced at the market's prices, without VAT, revision nor retention."
    )
    amount_left = fields.Monetary("Left to invoice", compute="_compute_amounts", help="Without VAT.")
    progress = fields.Float(compute="_compute_amounts", help="Done, in percent of the amount with amendments.")
    amount_revision = fields.Monetary("Price revision", compute="_compute_amounts")
    amount_retention = fields.Monetary("Retention", compute="_compute_amounts", help="Kept back on the invoices so far.")
    amount_penalty = fields.Monetary("Penalties taken off", compute="_compute_amounts", help="On the invoices so far.")
    amount_advance = fields.Monetary("Advance not repaid yet", compute="_compute_amounts")
    amount_invoiced = fields.Monetary(
        "Invoiced",
        compute="_compute_amounts",
        help="Invoices less credit notes, VAT included, before what is kept back or taken off at payment.",
    )
    amount_net = fields.Monetary("Net to pay", compute="_compute_amounts", help="After the retention and the penalties.")
    amount_suspended = fields.Monetary("Suspended or to complete", compute="_compute_amounts", help="VAT included.")
    amount_refused = fields.Monetary("Refused", compute="_compute_amounts", help="VAT included.")
    amount_paid = fields.Monetary("Paid", compute="_compute_amounts", help="VAT included.")
    amount_due = fields.Monetary("Due", compute="_compute_amounts", help="Of the net to pay, what is not paid.")
    exceeded_remark = fields.Text(compute="_compute_exceeded", export_string_translation=False)
    exceeded = fields.Boolean(compute="_compute_exceeded", help="More was invoiced than the market or an engagement allows.")

    _number_unique = models.UniqueIndex(
        "(company_id, partner_id, lower(number), COALESCE(lower(lot), ''))",
        "This customer already has a market with this number.",
    )

    @api.model
    def _selection_role(self):
        return [(role.value, role.label.of(self.env.lang)) for role in Role if role in SUPPLIER_ROLES]

    @api.model
    def _selection_stage(self):
        return [(stage.value, text.of(self.env.lang)) for stage, text in works.STAGES.items()]

    @api.depends("number", "name", "lot")
    def _compute_display_name(self):
        for market in self:
            lot = market.lot and self.env._("lot %s", market.lot)
            market.display_name = " — ".join(filter(None, (market.number, lot, market.name)))

    @api.depends("engagement_ids.number", "engagement_ids.sequence")
    def _compute_engagement_number(self):
        for market in self:
            market.engagement_number = market.engagement_ids.sorted("sequence")[:1].number

    def _inverse_engagement_number(self):
        for market in self:
            first = market.engagement_ids.sorted("sequence")[:1]
            if first and market.engagement_number:
                first.number = market.engagement_number
            elif market.engagement_number:
                market.engagement_ids = [fields.Command.create({"number": market.engagement_number})]
            else:
                first.unlink()

    def _search_engagement_number(self, operator, value):
        return [("engagement_ids.number", operator, value)]

    @api.depends("role", "works")
    def _compute_framework(self):
        for market in self:
            offered = works.offered(Role(market.role), works=market.works) if market.role else []
            if market.framework not in [framework.code for framework in offered]:
                market.framework = offered[0].code if offered else False

    # EXTENDS 'chorus.offers'
    @api.depends(lambda self: self._chorus_asked_depends())
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        return [*super()._chorus_offers(), *self._chorus_asked_words()]

    @api.depends("role", "works")
    def _compute_framework_choices(self):
        for market in self:
            market.framework_choices = [
                framework.code for framework in (works.offered(Role(market.role), works=market.works) if market.role else [])
            ]

    @api.depends("works", "invoice_ids.chorus_framework", "invoice_ids.chorus_state")
    def _compute_stage(self):
        for market in self:
            market.stage = works.stage(market._chorus_filed(), works=market.works).value

    @api.depends("role", "party_ids.role")
    def _compute_validator_id(self):
        leaders = {
            Role.SOUS_TRAITANT.value: (Role.TITULAIRE.value, Role.MANDATAIRE.value),
            Role.COTRAITANT.value: (Role.MANDATAIRE.value,),
        }
        for market in self:
            wanted = leaders.get(market.role, ())
            # a subcontractor of a co-contractor is validated by that one first (doc/RULES.md §3.1)
            parties = market.party_ids.filtered(lambda party, wanted=wanted: party.role in wanted)
            chosen = market.party_ids.filtered("validates")
            market.validator_id = (chosen or parties.sorted(lambda party, wanted=wanted: wanted.index(party.role)))[:1]

    @api.depends("invoice_ids")
    def _compute_invoice_count(self):
        counts = dict(
            self.env["account.move"]._read_group([("chorus_market_id", "in", self.ids)], ["chorus_market_id"], ["__count"])
        )
        for market in self:
            market.invoice_count = counts.get(market, 0)

    @api.constrains("date_notified", "date_end")
    def _check_dates(self):
        for market in self:
            if market.date_notified and market.date_end and market.date_end < market.date_notified:
                raise ValidationError(self.env._("The market %s ends before it was notified.", market.display_name))

    @api.constrains("framework", "role", "works")
    def _check_framework(self):
        for market in self:
            if market.framework and market.framework not in market.framework_choices:
                raise ValidationError(
                    self.env._(
                        "%(framework)s is not filed by a %(role)s in this kind of market.",
                        framework=dict(self._fields["framework"]._description_selection(self.env))[market.framework],
                        role=Role(market.role).label.of(self.env.lang),
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        markets = super().create(vals_list)
        markets.chorus_service_id._chorus_want_details()
        return markets

    # EXTENDS 'base'
    def copy_data(self, default=None):
        """Amendments are of one market: a copy has the schedule without what they brought."""
        copies = super().copy_data(default)
        if "line_ids" not in (default or {}):
            for market, values in zip(self, copies, strict=True):
                lines = market._chorus_lines_copied().copy_data()
                values["line_ids"] = [Command.create(line) for line in lines]
        return copies

    def _chorus_lines_copied(self):
        """The lines of the schedule that a copy of this market has, in their order there."""
        return self.line_ids.filtered(lambda line: not line.amendment_id).sorted("id")

    def write(self, vals):
        result = super().write(vals)
        if "service_code" in vals or "chorus_service_id" in vals:
            self.chorus_service_id._chorus_want_details()
        return result

    # -- its documents and parties -------------------------------------------------------------------------------------

    def _chorus_filed(self, but=None):
        """The frameworks of the documents filed in this market that were not refused; without the invoices ``but``."""
        self.ensure_one()
        filed = self.invoice_ids.filtered(
            lambda move: move.chorus_state and move.chorus_state not in (*states.TO_LEAVE, *states.GONE)
        )
        return [move.chorus_framework for move in filed - (but or filed.browse()) if move.chorus_framework]

    def _chorus_parties(self, role):
        """The parties of this market in a role, such as ``Role.MOE``."""
        self.ensure_one()
        return self.party_ids.filtered(lambda party: party.role == role.value)

    # -- what the books say --------------------------------------------------------------------------------------------

    @api.depends("amount_initial", "amendment_ids.amount")
    def _compute_amount_total(self):
        for market in self:
            market.amount_amendments = sum(market.amendment_ids.mapped("amount"))
            market.amount_total = market.amount_initial + market.amount_amendments

    @api.depends(
        "amount_total",
        "invoice_ids.state",
        "invoice_ids.amount_total_signed",
        "invoice_ids.amount_residual_signed",
        "invoice_ids.chorus_state",
        "invoice_ids.invoice_line_ids.balance",
        "invoice_ids.invoice_line_ids.chorus_line_kind",
    )
    def _compute_amounts(self):
        documents = _documents(self.env, "chorus_market_id", self.ids)
        kinds = self._chorus_by_kind()
        for market in self:
            totals, by_kind = documents.get(market.id, Totals()), kinds.get(market.id, {})
            market.amount_works = by_kind.get("works", 0)
            # nothing is left of an amount that nobody entered
            market.amount_left = market.amount_total - market.amount_works if market.amount_total else 0
            market.progress = 100 * market.amount_works / market.amount_total if market.amount_total else 0
            market.amount_revision = by_kind.get("revision", 0)
            market.amount_retention = -by_kind.get("retention", 0)
            market.amount_penalty = -by_kind.get("penalty", 0)
            market.amount_advance = by_kind.get("advance", 0) + by_kind.get("advance_repayment", 0)
            totals.put(market)
            market.amount_net = totals.net
            market.amount_due = totals.net - totals.paid

    @api.depends("amount_total", "amount_works", "engagement_ids.amount", "engagement_ids.amount_left", "amendment_ids")
    @api.depends_context("lang")
    def _compute_exceeded(self):
        for market in self:
            remarks = [*market._chorus_excess(), *market.engagement_ids._chorus_excess()]
            market.exceeded = bool(remarks)
            market.exceeded_remark = "\n".join(remarks)

    def _chorus_excess(self):
        """What there is to say of work beyond the market's amount, with what to do; empty where there is none."""
        self.ensure_one()
        if not self.amount_total or self.currency_id.compare_amounts(self.amount_works, self.amount_total) <= 0:
            return []
        done, foreseen = (format_amount(self.env, amount, self.currency_id) for amount in (self.amount_works, self.amount_total))
        if self.amendment_ids:
            remark = self.env._(
                "%(done)s of work were invoiced, and the market with its amendments is of %(foreseen)s, without VAT. Check the"
                " amounts of the amendments, or record the one that is missing.",
                done=done,
                foreseen=foreseen,
            )
        else:
            remark = self.env._(
                "%(done)s of work were invoiced, and the market is of %(foreseen)s, without VAT. Record the amendment.",
                done=done,
                foreseen=foreseen,
            )
        return [remark]

    def _chorus_by_kind(self):
        """What was invoiced without VAT, by market and kind of line: ``{market id: {kind: amount}}``."""
        rows = self.env["account.move.line"]._read_group(
            [
                ("move_id.chorus_market_id", "in", self.ids),
                ("move_id.move_type", "in", ("out_invoice", "out_refund")),
                ("parent_state", "=", "posted"),
                ("display_type", "=", "product"),
            ],
            ["move_id.chorus_market_id", "chorus_line_kind"],
            ["balance:sum"],
        )
        found = {}
        for market, kind, balance in rows:
            amounts = found.setdefault(market.id, dict.fromkeys(KINDS, 0.0))
            amounts[kind or "works"] -= balance
        return found

    @api.model
    def get_import_templates(self):
        """What Odoo's import of files offers to begin with."""
        return [{"label": self.env._("Public markets"), "template": "/l10n_fr_chorus_pro/static/import/marches.csv"}]

    # -- price schedule ------------------------------------------------------------------------------------------------

    @api.depends("line_ids.amount", "amount_total")
    def _compute_amount_lines(self):
        sums = dict(self.env["chorus.market.line"]._read_group([("market_id", "in", self.ids)], ["market_id"], ["amount:sum"]))
        for market in self:
            market.amount_lines = sums.get(market, 0) if isinstance(market.id, int) else sum(market.line_ids.mapped("amount"))
            market.lines_differ = bool(market.amount_lines) and bool(
                market.currency_id.compare_amounts(market.amount_lines, market.amount_total)
            )

    def _chorus_tax(self):
        """The VAT of work of this market that names no other: an ``account.tax``, empty where the company has none either."""
        self.ensure_one()
        return self.tax_id or self.tax_usual_id

    @api.depends("works", "company_id.account_sale_tax_id")
    @api.depends_context("lang")
    def _compute_tax_usual_id(self):
        for market in self:
            usual = market.company_id.account_sale_tax_id
            market.tax_usual_id = market._chorus_taxes_of_services(usual) if market.works else usual
            name = market.tax_usual_id.name
            market.tax_placeholder = name and self.env._("%s, the usual one", name)

    def _chorus_taxes_of_services(self, taxes):
        """For each VAT for goods the one for services of the same rate, where the company has one; works are services."""
        self.ensure_one()
        found = taxes.browse()
        for tax in taxes:
            found |= self._chorus_tax_of_services(tax) if tax.tax_scope == "consu" else tax
        return found

    def _chorus_tax_of_services(self, tax):
        same = tax.search(
            [
                *tax._check_company_domain(tax.company_id),
                ("type_tax_use", "=", tax.type_tax_use),
                ("tax_scope", "=", "service"),
                ("amount_type", "=", tax.amount_type),
                ("amount", "=", tax.amount),
                ("country_id", "=", tax.country_id.id),
            ]
        )
        return same.filtered(lambda one: one.price_include == tax.price_include)[:1] or tax

    def _chorus_lines_used(self):
        """The lines of the price schedule on which something was stated already, so that they cannot be taken away."""
        return self.env["chorus.market.line"]

    @api.depends("line_ids")
    def _compute_line_files(self):
        for market in self:
            rows = [line._chorus_row() for line in market.line_ids]
            market.line_file = base64.b64encode(schedule_file.xlsx(rows, market.display_name))
            market.line_text = base64.b64encode(schedule_file.text(rows))

    def action_export_lines(self):
        """Download the price schedule as XLSX."""
        return self._chorus_download("line_file", "xlsx")

    def action_export_text(self):
        """Download the price schedule as CSV."""
        return self._chorus_download("line_text", "csv")

    def _chorus_download(self, field, extension):
        self.ensure_one()
        self.check_access("read")
        name = re.sub("[^0-9A-Za-z-]+", "_", self.number)
        url = f"/web/content/{self._name}/{self.id}/{field}/DPGF_{name}.{extension}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_import_lines(self):
        """Open the import of a price schedule."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import a price schedule"),
            "res_model": "chorus.market.import",
            "view_mode": "form",
            "target": "new",
            "context": {"default_market_id": self.id},
        }

    # -- buttons -------------------------------------------------------------------------------------------------------

    def action_view_invoices(self):
        """Open the market's invoices."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("account.action_move_out_invoice_type"),
            "domain": [("chorus_market_id", "=", self.id)],
            "context": {
                "default_move_type": "out_invoice",
                "default_partner_id": self.partner_id.id,
                "default_chorus_market_id": self.id,
            },
        }

    def action_new_invoice(self):
        """Start the market's next invoice, or its next situation."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "view_mode": "form",
            "context": {
                "default_move_type": "out_invoice",
                "default_partner_id": self.partner_id.id,
                "default_chorus_market_id": self.id,
            },
        }

    def action_view_documents(self):
        """Open the files attached to this market."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Documents of %s", self.number),
            "res_model": "ir.attachment",
            "view_mode": "kanban,list,form",
            "domain": [("res_model", "=", self._name), ("res_id", "=", self.id)],
            "context": {"default_res_model": self._name, "default_res_id": self.id},
        }
