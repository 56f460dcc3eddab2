from odoo import api, fields, models

from ...services.vocabulary.frameworks import Role


class ChorusMarketParty(models.Model):
    """What a party is paid of the situations of its market.

    One without a part in any situation may be taken off its market, though situations were asked for its part.
    """

    _inherit = "chorus.market.party"

    share_ids = fields.One2many("chorus.works.share", "party_id", "Parts")
    amount_stated = fields.Monetary(
        "Parts stated", compute="_compute_amounts_paid", help="In the situations that were posted and not credited, without VAT."
    )
    amount_settled = fields.Monetary(
        "Parts paid", compute="_compute_amounts_paid", help="Of the situations that the public body has paid, without VAT."
    )
    amount_open = fields.Monetary("Left of its part", compute="_compute_amounts_paid", help="Of what was accepted.")
    nearly_spent = fields.Boolean(compute="_compute_amounts_paid", export_string_translation=False)

    @api.depends(
        "amount",
        "share_ids.amount",
        "share_ids.move_id.state",
        "share_ids.move_id.payment_state",
        "share_ids.move_id.chorus_state",
    )
    def _compute_amounts_paid(self):
        for party in self:
            counted = party.share_ids.filtered(lambda share: share.move_id._chorus_counts())
            paid = counted.filtered(lambda share: (share.move_id.reversed_entry_id or share.move_id)._chorus_is_settled())
            party.amount_stated = counted._chorus_sum()
            party.amount_settled = paid._chorus_sum()
            party.amount_open = party.amount - party.amount_stated if party.amount else 0
            # a tenth: time to have more accepted
            party.nearly_spent = (
                bool(party.amount) and party.currency_id.compare_amounts(party.amount_open, party.amount / 10) < 0
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_empty_shares(self):
        self.env["chorus.works.share"].search([("party_id", "in", self.ids), ("amount", "=", 0)]).unlink()

    def _chorus_is_paid_apart(self):
        """Whether the public body may pay this party its part of our situations: a subcontractor, or a member of the group we
        lead."""
        self.ensure_one()
        leads = self.market_id.role == Role.MANDATAIRE.value
        return self.role == Role.SOUS_TRAITANT.value or (leads and self.role == Role.COTRAITANT.value)
