from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.rules import direct_payment
from ...services.vocabulary.frameworks import Role
from ...services.works.money import part
from .chorus_works_making import tax_rate


class ChorusWorksShare(models.Model):
    """What the public body pays directly of one situation to a subcontractor, or to a member of the group that we lead.

    A part is without VAT. The situation's amounts stay whole, and its recapitulation says who is paid what: a subcontractor its
    part without VAT, for that on it all is ours; a co-contractor its part with VAT (doc/RULES.md §11.6). The part in a credit
    note lowers those of the situations.
    """

    _name = "chorus.works.share"
    _inherit = ["chorus.told"]
    _description = "Part of a party in a situation"
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
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
        domain=f"[('market_id', '=', market_id), ('role', 'in', ['{Role.SOUS_TRAITANT.value}', '{Role.COTRAITANT.value}'])]",
    )
    amount = fields.Monetary("Part without VAT")
    amount_before = fields.Monetary(
        "Parts before", compute="_compute_amount_before", help="In the situations before that were not credited."
    )
    amount_paid = fields.Monetary(
        "Paid to it", compute="_compute_amount_paid", help="Without VAT to a subcontractor, with VAT to a co-contractor."
    )
    amount_after = fields.Monetary("Left after", compute="_compute_amount_after", help="Of what was accepted.")
    amount_accepted = fields.Monetary("Accepted", related="party_id.amount")
    accepted_on = fields.Date(related="party_id.accepted_on")

    _share_unique = models.UniqueIndex("(move_id, party_id)", "This subcontractor has its part of the situation already.")

    @api.depends("party_id", "move_id.chorus_situation")
    def _compute_amount_before(self):
        for share in self:
            share.amount_before = share.party_id.share_ids.filtered(
                lambda other, share=share: other._chorus_is_before(share.move_id)
            )._chorus_sum()

    @api.depends("party_id.role", "amount", "move_id.chorus_market_id")
    def _compute_amount_paid(self):
        for share in self:
            amount = share.move_id._chorus_money(share.amount)
            if share.party_id.role == Role.COTRAITANT.value:
                tax = share.move_id._chorus_works_tax(self.env["chorus.market.line"])
                amount += part(amount, tax_rate(tax))
            share.amount_paid = float(amount)

    @api.depends("amount", "amount_before", "amount_accepted")
    def _compute_amount_after(self):
        for share in self:
            signed = share._chorus_sum()
            share.amount_after = share.amount_accepted - share.amount_before - signed if share.amount_accepted else 0

    def _chorus_sum(self, field="amount"):
        """These parts together; those of credit notes lower the others."""
        return sum(-share[field] if share.move_id.move_type == "out_refund" else share[field] for share in self)

    def _chorus_is_before(self, move):
        """Whether this part is in a situation before that one which counts."""
        self.ensure_one()
        own = self.move_id
        return own != move._origin and own.chorus_situation < move.chorus_situation and own._chorus_counts()

    @api.constrains("amount")
    def _check_credited(self):
        for share in self.filtered(lambda share: share.move_id.reversed_entry_id):
            stated, parts = share.move_id.reversed_entry_id, share.party_id.share_ids
            given = sum(parts.filtered(lambda one, stated=stated: one.move_id == stated).mapped("amount"))
            notes = parts.filtered(
                lambda one, stated=stated: one.move_id.reversed_entry_id == stated and one.move_id.state != "cancel"
            )
            taken = share.currency_id.round(sum(notes.mapped("amount")))
            # a part that lowered those before is taken back below zero
            lowest, highest = min(given, 0), max(given, 0)
            if share.amount and not all(lowest <= amount <= highest for amount in (share.amount, taken)):
                raise UserError(self.env._("The credit notes of a situation take back of a part at most what it gave."))

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
        parties = move.chorus_market_id.party_ids.filtered(lambda party: party._chorus_is_paid_apart())
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
            money(self.amount_paid),
            self.party_id.role == Role.COTRAITANT.value,
        )
