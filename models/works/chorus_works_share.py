from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.rules import direct_payment
from ...services.vocabulary.frameworks import Role


class ChorusWorksShare(models.Model):
    """What the public body pays a subcontractor directly of one situation, without VAT (doc/RULES.md §11.6).

    The situation's amounts stay whole: the VAT on it all is ours, and its recapitulation says who is paid what.
    """

    _name = "chorus.works.share"
    _inherit = ["chorus.told"]
    _description = "Part of a subcontractor in a situation"
    _check_company_auto = True
    _order = "move_id desc, id"
    _rec_name = "party_id"

    move_id = fields.Many2one("account.move", "Situation", required=True, index=True, ondelete="cascade", check_company=True)
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    market_id = fields.Many2one(related="move_id.chorus_market_id")
    move_state = fields.Selection(related="move_id.state", export_string_translation=False)
    party_id = fields.Many2one(
        "chorus.market.party",
        "Subcontractor",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=f"[('market_id', '=', market_id), ('role', '=', '{Role.SOUS_TRAITANT.value}')]",
    )
    amount = fields.Monetary("Part without VAT")
    amount_before = fields.Monetary(
        "Parts before", compute="_compute_amount_before", help="In the situations before that were not credited."
    )
    amount_accepted = fields.Monetary("Accepted", related="party_id.amount")
    accepted_on = fields.Date(related="party_id.accepted_on")

    _share_unique = models.UniqueIndex("(move_id, party_id)", "This subcontractor has its part of the situation already.")

    @api.depends("party_id", "move_id.chorus_situation")
    def _compute_amount_before(self):
        for share in self:
            before = share.move_id._chorus_progressed()
            others = self.search([("party_id", "=", share.party_id.id), ("move_id", "in", before.ids)])
            share.amount_before = sum(others.mapped("amount"))

    @api.constrains("amount")
    def _check_draft(self):
        if any(share.move_id.state == "posted" for share in self):
            raise UserError(self.env._("The parts of a posted situation are on its paper: they do not change any more."))

    # EXTENDS 'base'
    def write(self, vals):
        moved = not {"move_id", "party_id"}.isdisjoint(vals)
        if moved:
            # what leaves a posted situation is no longer its own afterwards
            self._check_draft()
        result = super().write(vals)
        if moved:
            self._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_check_draft(self):
        self.filtered("amount")._check_draft()

    @api.model
    def _chorus_of(self, move):
        """The parts of a situation, those of subcontractors that have none yet included, which are made."""
        known = self.search([("move_id", "=", move.id), ("party_id.market_id", "=", move.chorus_market_id.id)])
        parties = move.chorus_market_id.party_ids.filtered(lambda party: party.role == Role.SOUS_TRAITANT.value)
        if move.state == "draft":
            known += self.create([{"move_id": move.id, "party_id": party.id} for party in parties - known.party_id])
        return known

    def _chorus_give_to(self, move):
        """Give the situation that replaces this one the same parts, where it is of the same market."""
        for share in self.filtered(lambda share: share.party_id.market_id == move.chorus_market_id):
            self.create({"move_id": move.id, "party_id": share.party_id.id, "amount": share.amount})

    def _chorus_share(self):
        """This part, as a ``services.rules.direct_payment.Share``."""
        self.ensure_one()
        money = self.move_id._chorus_money
        return direct_payment.Share(
            self.party_id.partner_id.name or "",
            money(self.amount),
            money(self.amount_before),
            money(self.amount_accepted),
            self.accepted_on or None,
        )
