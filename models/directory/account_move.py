from odoo import api, fields, models

from ...services.vocabulary import states
from .chorus_recipient import SALES

#: A change of these may leave something to be asked for; of markets too, where there are any.
ASKING_FIELDS = frozenset({"buyer_reference", "chorus_service_id", "purchase_order_reference", "partner_id", "chorus_market_id"})


class AccountMove(models.Model):
    """What an invoice's recipient requires: asked for on the form, checked before sending, read in the background."""

    _name = "account.move"
    _inherit = ["account.move", "chorus.recipient"]

    _chorus_code_field = "buyer_reference"
    _chorus_recipient_field = "commercial_partner_id"

    # EXTENDS 'l10n_fr_facturx_chorus_pro': proposed, and still free to change
    buyer_reference = fields.Char("Service code", compute="_compute_buyer_reference", store=True, readonly=False, precompute=True)

    # of a body that was never given a service, all invoices would be read otherwise
    _chorus_service_given = models.Index("(commercial_partner_id, id) WHERE buyer_reference IS NOT NULL AND state = 'posted'")

    # EXTENDS 'chorus.references'
    def _chorus_is_for_chorus(self):
        return self._chorus_is_destined()

    # EXTENDS 'chorus.offers'
    @api.depends(lambda self: self._chorus_asked_depends())
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        return [*super()._chorus_offers(), *self._chorus_asked_words()]

    @api.depends("partner_id")
    def _compute_buyer_reference(self):
        for move in self:
            if move.state == "draft" and move._chorus_is_for_chorus():
                move.buyer_reference = move._chorus_usual_service()
            else:
                move.buyer_reference = move.buyer_reference

    @api.model
    def _chorus_propose_service(self, body, environment):
        """Put the only service of a body that requires one on its invoices that have none and did not leave yet."""
        code = body._chorus_only_service(environment)
        if not code:
            return
        moves = self.sudo().search(  # sudo: what the directory tells is proposed whoever had it asked
            [
                ("commercial_partner_id", "=", body.id),
                ("company_id.chorus_environment", "=", environment),
                ("move_type", "in", SALES),
                ("buyer_reference", "in", (False, "")),
                "|",
                ("state", "=", "draft"),
                ("chorus_state", "in", ("to_send", "rejected")),
            ]
        )
        moves.filtered(lambda move: move._chorus_is_for_chorus()).buyer_reference = code

    # EXTENDS 'account'
    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._chorus_ask_directory()
        return moves

    # EXTENDS 'account'
    def write(self, vals):
        result = super().write(vals)
        if ASKING_FIELDS & vals.keys():
            self._chorus_ask_directory()
        return result

    # EXTENDS 'account'
    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._chorus_ask_directory()
        return posted

    # EXTENDS account_move_alerts.py
    @api.depends("commercial_partner_id.chorus_directory_date", "commercial_partner_id.chorus_service_ids.detail_date")
    def _compute_alerts(self):
        super()._compute_alerts()

    # EXTENDS account_move_alerts.py
    def _chorus_alerts(self):
        return {**super()._chorus_alerts(), **self._chorus_directory_alerts()}

    # EXTENDS 'chorus.recipient'
    def _chorus_directory_alerts(self):
        draft = self.state == "draft" and bool(self.invoice_line_ids) and self._chorus_is_destined()
        return super()._chorus_directory_alerts() if draft or self.chorus_state in states.TO_LEAVE else {}
