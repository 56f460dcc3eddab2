import base64
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models import transactions
from ..services.follow import works
from ..services.vocabulary import frameworks
from ..services.vocabulary.frameworks import Role


class ChorusWorksDeposit(models.TransientModel):
    """The assistant for a works document that a person files on the portal: what it asks, ready to copy, with the PDF."""

    _name = "chorus.works.deposit"
    _description = "Filing a works document on the Chorus Pro portal"

    move_id = fields.Many2one("account.move", "Document", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="move_id.company_id")
    currency_id = fields.Many2one(related="move_id.currency_id")
    framework = fields.Char("Billing framework", compute="_compute_texts")
    first_piece = fields.Boolean(compute="_compute_texts")
    dossier = fields.Char("Billing file", compute="_compute_texts", help="The document is associated with this billing file.")
    previous_number = fields.Char("Previous document", compute="_compute_texts")
    recipient = fields.Char("Recipient's SIRET", compute="_compute_texts")
    recipient_name = fields.Char("Recipient", compute="_compute_texts")
    service = fields.Char("Service code", compute="_compute_texts")
    moe = fields.Char("MOE's SIRET", compute="_compute_texts")
    moe_name = fields.Char("Project manager (MOE)", compute="_compute_texts")
    moe_service = fields.Char("MOE's service", compute="_compute_texts")
    moa = fields.Char("MOA's SIRET", compute="_compute_texts")
    moa_name = fields.Char("Project owner (MOA)", compute="_compute_texts")
    moa_service = fields.Char("MOA's service", compute="_compute_texts")
    validator = fields.Char("Validator's SIRET", compute="_compute_texts")
    validator_name = fields.Char("Validator", compute="_compute_texts")
    validator_service = fields.Char("Validator's service", compute="_compute_texts")
    supplier = fields.Char("Our SIRET", compute="_compute_texts")
    number = fields.Char("Document number", compute="_compute_texts")
    date = fields.Char("Document date", compute="_compute_texts")
    market_number = fields.Char("Market number", compute="_compute_texts")
    engagement_number = fields.Char("Engagement number", compute="_compute_texts")
    untaxed = fields.Char("Amount without VAT", compute="_compute_texts")
    tax = fields.Char("VAT", compute="_compute_texts")
    total = fields.Char("Amount with VAT", compute="_compute_texts")
    retention = fields.Char(compute="_compute_texts", help="Kept back at payment.")
    penalty = fields.Char("Penalties", compute="_compute_texts", help="Taken off at payment.")
    net = fields.Char("Net to pay", compute="_compute_texts")
    parts = fields.Html(compute="_compute_texts", sanitize=False, export_string_translation=False)
    ours = fields.Char("Left to pay to us", compute="_compute_texts", help="The net to pay, less what others are paid directly.")
    pdf = fields.Binary("PDF of the document", compute="_compute_pdf")
    pdf_name = fields.Char(compute="_compute_pdf")
    filed = fields.Boolean("I have filed this document on the portal")
    counsel = fields.Char(compute="_compute_texts", export_string_translation=False)
    said = fields.Boolean(compute="_compute_texts", export_string_translation=False)

    @api.depends("move_id")
    def _compute_texts(self):
        for assistant in self:
            move = assistant.move_id
            document, market = move._chorus_document(), move.chorus_market_id
            framework = frameworks.get(move.chorus_framework)
            assistant.framework = f"{framework.code} – {framework.label.of('fr')}"  # the portal speaks French
            previous = assistant._previous_move()
            assistant.first_piece = not previous
            counsel = works.counsel(move.chorus_framework)
            assistant.counsel = counsel and counsel.of(self.env.lang)
            assistant.dossier = previous.chorus_dossier
            assistant.previous_number = previous.name
            assistant.recipient = document.recipient.identifier
            assistant.recipient_name = document.recipient.name
            assistant.service = document.service_code
            needed = works.needs(move.chorus_framework)
            for actor, party in move._chorus_named().items():
                named = party if actor in (needed.first, *needed.later) else party.browse()
                assistant[str(actor)] = named._chorus_siret() if named else False
                assistant[f"{actor}_name"] = named.partner_id.name
                assistant[f"{actor}_service"] = named.service_code
            assistant.supplier = document.supplier.identifier
            assistant.number = document.number
            assistant.said = move.chorus_state == "checking"
            # as the portal's form takes them
            assistant.date = document.issue_date and document.issue_date.strftime("%d/%m/%Y")
            assistant.market_number = document.market_number or market.number
            assistant.engagement_number = document.engagement_number
            # [INF] nothing public says whether the portal's amounts are before or after the retention: before it, the VAT is
            # the rate of the amount without VAT, which the MOE checks; the retention is then kept back at payment
            stated = move._chorus_stated()
            assistant.untaxed = _french(stated.untaxed)
            assistant.tax = _french(stated.vat)
            assistant.total = _french(stated.taxed)
            assistant.retention = _french(-stated.retention) if stated.retention else False
            assistant.penalty = _french(-stated.deductions) if stated.deductions else False
            parts = [(party, amounts[-1]) for party, amounts in move._chorus_parts_paid() if amounts[-1]]
            assistant.net = _french(stated.net) if stated.net != stated.taxed or parts else False
            assistant.ours = _french(stated.net - sum(amount for _party, amount in parts)) if parts else False
            assistant.parts = bool(parts) and self.env["ir.qweb"]._render(
                "l10n_fr_chorus_pro.works_deposit_parts",
                {"parts": [(move._chorus_paid_label(party), party._chorus_siret(), _french(-amount)) for party, amount in parts]},
            )

    @api.depends("move_id")
    def _compute_pdf(self):
        for assistant in self:
            number = re.sub("[^0-9A-Za-z-]+", "_", assistant.move_id._chorus_number())
            assistant.pdf = base64.b64encode(assistant.move_id._chorus_portal_pdf())
            assistant.pdf_name = f"{number}.pdf"

    def _previous_move(self):
        """The document of ours that this one follows in its billing file: A8 follows A7, A22 takes its place, A23 follows A22."""
        self.ensure_one()
        move = self.move_id
        role = Role(move.chorus_market_id.role)
        before = move.chorus_market_id.invoice_ids.filtered(
            lambda other: (
                other != move
                and other.chorus_framework
                and works.takes_place_of(move.chorus_framework, other.chorus_framework, role)
                and other.chorus_identifier
            )
        )
        return before.sorted("id")[-1:]

    def action_portal(self):
        """Open the portal in another tab."""
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        target = self.company_id._chorus_target()
        if not target:
            raise UserError(self.env._("Choose the Chorus Pro environment in the settings first."))
        return {"type": "ir.actions.act_url", "url": target.portal_url, "target": "new"}

    def action_pdf(self):
        """Download the document as it is to be filed; the assistant stays open."""
        self.ensure_one()
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        if problem := self.move_id._chorus_pdf_obstacle():
            raise UserError(problem)
        url = f"/web/content/{self._name}/{self.id}/pdf/{self.pdf_name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_filed(self):
        """It is filed: look for it at Chorus Pro by its number, now and until it shows."""
        self.ensure_one()
        move = self.move_id
        self.env["res.users"]._chorus_check_transfer()
        move.check_access("write")
        if not self.filed:
            raise UserError(self.env._("Tick the box once the portal has said that the document is filed."))
        problems = move._chorus_by_hand_obstacles()
        if problems or not move._chorus_claim():
            raise UserError("\n".join(problems) or self.env._("It is being worked on by somebody else. Try again in a moment."))
        deposit = self.env["chorus.deposit"]._chorus_make_by_hand(move, base64.b64decode(self.pdf), self.pdf_name)
        transactions.commit(self.env)
        deposit._chorus_refresh()
        return {"type": "ir.actions.act_window_close"}


def _french(amount):
    """An amount as the portal's form takes it: 1234,50."""
    return f"{amount:.2f}".replace(".", ",")
