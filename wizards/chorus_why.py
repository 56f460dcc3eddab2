from odoo import api, fields, models

from ..services.follow.advice import Button
from ..services.vocabulary import motifs, statuses


class ChorusWhy(models.TransientModel):
    """Why an invoice came back: the public body's words, the cause they stand for, the remedy and its button."""

    _name = "chorus.why"
    _description = "Why an invoice came back from Chorus Pro"
    _inherit = ["chorus.invoice.wizard"]

    status_label = fields.Char("Status", compute="_compute_texts")
    status = fields.Char("Chorus Pro status code", related="move_id.chorus_status", related_sudo=False)
    at = fields.Datetime("Since", related="move_id.chorus_status_at", related_sudo=False)
    author = fields.Char("By", compute="_compute_texts")
    comment = fields.Text("In their words", related="move_id.chorus_status_comment", related_sudo=False)
    motif = fields.Char("Reason", compute="_compute_texts")
    cause = fields.Text("What it means", compute="_compute_texts")
    remedy = fields.Text("What to do", compute="_compute_texts")
    can_complete = fields.Boolean(compute="_compute_can")
    can_recycle = fields.Boolean(compute="_compute_can")
    can_validator = fields.Boolean(compute="_compute_can")
    can_reissue = fields.Boolean(compute="_compute_can")

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_texts(self):
        lang = self.env.lang
        for why in self:
            move = why.move_id
            status = statuses.get(move.chorus_status)
            known = motifs.recognise(move.chorus_status_comment)
            last = move.chorus_entry_ids.filtered(lambda entry: entry.status == move.chorus_status)  # noqa: B023
            why.status_label = status.label.of(lang)
            why.author = last.sorted("at")[-1:].author
            why.motif = ", ".join(motif.label.of(lang) for motif in known)
            why.cause = "\n".join(motif.cause.of(lang) for motif in known)
            why.remedy = move._chorus_advice_text()

    @api.depends("move_id")
    def _compute_can(self):
        for why in self:
            told = why.move_id._chorus_advice() if why.move_id else None
            for button in (Button.COMPLETE, Button.RECYCLE, Button.VALIDATOR, Button.REISSUE):
                why[f"can_{button}"] = bool(told) and told.button is button

    def action_complete(self):
        """Open the wizard that completes the invoice."""
        return self.move_id.action_chorus_complete()

    def action_recycle(self):
        """Open the wizard that corrects the routing."""
        return self.move_id.action_chorus_recycle()

    def action_validator(self):
        """Open the wizard that corrects the validator."""
        return self.move_id.action_chorus_validator()

    def action_reissue(self):
        """Open the wizard that credits the invoice and makes a new one."""
        return self.move_id.action_chorus_reissue()
