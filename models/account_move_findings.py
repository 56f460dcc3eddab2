from dataclasses import replace
from typing import NamedTuple

from odoo import api, fields, models

from ..services.api.errors import failure
from ..services.vocabulary.places import Place


class Remark(NamedTuple):
    """Something to say of an invoice before it is sent, in the user's language; ``blocks``: it cannot be sent like this."""

    message: str
    remedy: str
    blocks: bool
    place: Place | None = None


class AccountMove(models.Model):
    """What must be said of invoices before they are sent: one place asked by the form, the list, Send & Print and the cron."""

    _inherit = "account.move"

    # asked of all the invoices of a list at once, whichever one wants it first
    chorus_number_taken_by = fields.Char(compute="_compute_chorus_number_taken_by", compute_sudo=True)

    @api.depends("name", "invoice_date", "chorus_deposit_line_ids.live")
    def _compute_chorus_number_taken_by(self):
        """Who has this number at Chorus Pro, where a number serves once for a year and a SIREN (DOMAIN R-06)."""

        def key(environment, company, number, day):
            return environment, "".join((company.company_registry or "").split())[:9], number, day.year

        own = {
            move: key(move.company_id.chorus_environment, move.company_id, move._chorus_number(), move.invoice_date)
            for move in self
            if move.invoice_date and move._chorus_number().strip("/")
        }
        numbers = list({number for _environment, _siren, number, _year in own.values()})
        taken = {}
        for line in self.env["chorus.deposit.line"].search([("number", "in", numbers), ("live", "=", True)]):
            place = key(line.deposit_id.environment, line.company_id, line.number, line.issue_date)
            taken.setdefault(place, self.browse())
            taken[place] |= line.move_id
        for move in self:
            other = (taken.get(own.get(move), self.browse()) - move._origin)[:1]
            move.chorus_number_taken_by = f"{other.journal_id.name}, {other.company_id.name}" if other else False

    # EXTENDS account_move_document
    def _chorus_rules_context(self):
        return replace(super()._chorus_rules_context(), taken_by=self.chorus_number_taken_by or "")

    def _chorus_remarks(self):
        """All there is to say of this invoice before it is sent, what blocks first."""
        self.ensure_one()
        if prior := self._chorus_prior_remark():
            return [prior]
        lang = self.env.lang
        return [
            *(Remark(text, "", True, Place.SETTINGS) for text in self._chorus_format_obstacles()),
            *(
                Remark(finding.message.of(lang), finding.remedy.of(lang), finding.blocks, finding.place)
                for finding in self._chorus_findings()
            ),
            # nothing tells whether it was mended since
            *(
                Remark(self.env._("Refused last time: %s", trouble.cause), trouble.remedy, False, trouble.place)
                for trouble in (self._chorus_troubles() if self.chorus_state == "rejected" else ())
            ),
        ]

    def _chorus_prior_remark(self):
        """Why there is no point in looking at what this invoice holds; None when there is."""
        lang, prior = self.env.lang, None
        if self.chorus_state not in ("to_send", "rejected"):
            if self._chorus_is_live():
                waits = self._chorus_line().deposit_id.state == "ready"
                prior = (
                    self.env._("It waits to be sent already; Odoo tries again by itself.")
                    if waits
                    else self.env._("Sent to Chorus Pro already.")
                )
            elif self.state != "posted" or self.move_type not in ("out_invoice", "out_refund"):
                prior = self.env._("Only posted customer invoices and credit notes can be sent.")
            elif not self.company_id.chorus_environment:
                return Remark(failure("not_configured").remedy.of(lang), "", True, Place.SETTINGS)
            elif self.chorus_market_id and not self.chorus_market_id.transferred:
                return Remark(self.env._("Its market is not transferred to Chorus Pro."), "", True, Place.MARKET)
        if prior:
            return Remark(prior, "", True)
        missing = self.company_id._chorus_missing_settings()
        if missing:
            texts = failure("not_configured")
            return Remark(f"{texts.cause.of(lang)} ({', '.join(missing)})", texts.remedy.of(lang), True, Place.SETTINGS)
        return None

    def _chorus_obstacles(self):
        """Why this invoice cannot be sent now, as sentences in the user's language; empty when it can."""
        return [f"{remark.message} {remark.remedy}".strip() for remark in self._chorus_remarks() if remark.blocks]
