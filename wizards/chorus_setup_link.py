from odoo import api, fields, models

from ..services.api.errors import failure
from ..services.setup import diagnosis
from ..services.setup import steps as setup_steps
from ..services.text import unbroken


class ChorusSetupLink(models.TransientModel):
    """What a test found of one link of the chain."""

    _name = "chorus.setup.link"
    _description = "Link of the chain to Chorus Pro"

    setup_id = fields.Many2one("chorus.setup", required=True, ondelete="cascade", index=True, export_string_translation=False)
    link = fields.Char("Code of the link", required=True, export_string_translation=False)
    outcome = fields.Selection(
        [("ok", "Good"), ("warn", "To look at"), ("failed", "Broken"), ("unknown", "Not reached")], required=True
    )
    code = fields.Char(export_string_translation=False)
    detail = fields.Char("Message of the platform")
    name = fields.Char("Link", compute="_compute_texts")
    cause = fields.Char("What happened", compute="_compute_texts")
    remedy = fields.Char("What to do", compute="_compute_texts")
    serves = fields.Char("What it stops", compute="_compute_texts")
    place = fields.Char("Where", compute="_compute_texts")
    address = fields.Char("Portal", compute="_compute_texts")

    @api.depends("link", "code")
    @api.depends_context("lang")
    def _compute_texts(self):
        lang = self.env.lang
        for row in self:
            link = diagnosis.LINKS[row.link]
            texts = failure(row.code) if row.code else None
            row.name = link.label.of(lang)
            # the header of a refused login says nothing to a person
            detail = row.detail and row.code != "technical_account" and f"({row.detail})"
            row.cause = texts and unbroken(" ".join(filter(None, (texts.cause.of(lang), detail))))
            row.remedy = texts and unbroken(setup_steps.remedy(row.code, row.setup_id.environment, lang))
            row.serves = unbroken(link.serves.of(lang)) if texts else False
            row.place = unbroken(link.path.of(lang)) if texts else False
            row.address = setup_steps.page_address(link.site, row.setup_id.company_id._chorus_target()) if texts else False
