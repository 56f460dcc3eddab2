from dataclasses import replace

from odoo import api, fields, models
from odoo.tools import format_amount
from odoo.tools.sql import column_exists, create_column

from ..services.document.invoice import Period
from ..services.follow import works
from ..services.rules import market as market_rules
from ..services.rules import situations
from ..services.vocabulary.actors import Actor
from ..services.vocabulary.frameworks import Role

CUSTOMER_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """An invoice in its public market: engagement, framework, and for works its place among the situations."""

    _inherit = "account.move"

    chorus_is_works = fields.Boolean(related="chorus_market_id.works")
    chorus_engagement_id = fields.Many2one(
        "chorus.market.engagement",
        "Engagement",
        compute="_compute_chorus_engagement_id",
        inverse="_inverse_chorus_engagement_id",
        store=True,
        index="btree_not_null",
        check_company=True,
        domain="[('market_id', '=', chorus_market_id)]",
        help="The engagement of the market whose number the invoice carries.",
    )
    chorus_framework = fields.Selection(
        selection=lambda self: self.env["chorus.market"]._selection_framework(),
        string="Billing framework",
        compute="_compute_chorus_framework",
        store=True,
        readonly=False,
        tracking=True,
        help="Cadre de facturation: which document this is and who handles it in turn.",
    )
    chorus_framework_choices = fields.Json(compute="_compute_chorus_framework_choices")
    chorus_situation = fields.Integer(
        "Situation no.", compute="_compute_chorus_situation", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_period_start = fields.Date(
        "Period from", compute="_compute_chorus_period_start", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_period_end = fields.Date(
        "Period to", compute="_compute_chorus_period_end", store=True, readonly=False, copy=False, tracking=True
    )
    chorus_works_now = fields.Monetary("Work of this situation", compute="_compute_chorus_works")
    chorus_works_before = fields.Monetary("Previous situations", compute="_compute_chorus_works")
    chorus_works_total = fields.Monetary("Work to date", compute="_compute_chorus_works")
    chorus_revision = fields.Monetary("Price revision", compute="_compute_chorus_works")
    chorus_retention = fields.Monetary("Retention", compute="_compute_chorus_works")
    chorus_advance = fields.Monetary("Advance", compute="_compute_chorus_works")
    chorus_other = fields.Monetary("Other amounts", compute="_compute_chorus_works")

    def _auto_init(self):
        # on installation no invoice is in a market: empty columns spare computing them for all of them
        for name, kind in (
            ("chorus_engagement_id", "int4"),
            ("chorus_framework", "varchar"),
            ("chorus_situation", "int4"),
            ("chorus_period_start", "date"),
            ("chorus_period_end", "date"),
        ):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    # -- engagement ----------------------------------------------------------------------------------------------------

    @api.depends("chorus_market_id.engagement_ids.number", "purchase_order_reference")
    def _compute_chorus_engagement_id(self):
        for move in self:
            number = (move.purchase_order_reference or "").strip()
            move.chorus_engagement_id = move.chorus_market_id.engagement_ids.filtered(
                lambda engagement, number=number: engagement.number == number
            )

    @api.onchange("chorus_engagement_id")
    def _inverse_chorus_engagement_id(self):
        """The number is what counts, and what Chorus Pro gets."""
        for move in self:
            if move.chorus_engagement_id and move.purchase_order_reference != move.chorus_engagement_id.number:
                move.purchase_order_reference = move.chorus_engagement_id.number

    # -- framework -----------------------------------------------------------------------------------------------------

    # the market's own fields are left out on purpose: what was decided for an invoice stays
    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_framework(self):
        for move in self:
            market = move.chorus_market_id
            if not market or move.move_type not in CUSTOMER_TYPES:
                move.chorus_framework = False
            elif move.reversed_entry_id.chorus_market_id == market:
                move.chorus_framework = move.reversed_entry_id.chorus_framework
            elif not move.chorus_framework or move.chorus_framework not in move._chorus_offered():
                offered = move._chorus_offered()
                usual = market.framework if market.framework in offered else next(iter(offered), False)
                move.chorus_framework = usual

    @api.depends("chorus_market_id.role", "chorus_market_id.works", "chorus_market_id.stage")
    def _compute_chorus_framework_choices(self):
        for move in self:
            move.chorus_framework_choices = move._chorus_offered()

    def _chorus_offered(self):
        """The frameworks this invoice may take now, the usual one first; A1 outside any market."""
        self.ensure_one()
        market = self.chorus_market_id
        if not market:
            return ["A1"]
        filed = market._chorus_filed(but=self._origin)
        return [framework.code for framework in works.offered(Role(market.role), works=market.works, filed=filed)]

    # -- situation -----------------------------------------------------------------------------------------------------

    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_situation(self):
        for move in self:
            if not move._chorus_is_situation():
                move.chorus_situation = 0
            elif move.reversed_entry_id:
                move.chorus_situation = move.reversed_entry_id.chorus_situation
            elif not move.chorus_situation:
                move.chorus_situation = situations.proposed_number(move._chorus_other_situations())

    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_period_start(self):
        for move in self:
            if not move._chorus_is_situation():
                move.chorus_period_start = False
            elif move.reversed_entry_id:
                move.chorus_period_start = move.reversed_entry_id.chorus_period_start
            elif not move.chorus_period_start:
                market, today = move.chorus_market_id, fields.Date.context_today(move)
                move.chorus_period_start = situations.proposed_start(
                    move._chorus_other_situations(), market.date_notified or market.date_signed or today.replace(day=1)
                )

    @api.depends("chorus_market_id", "reversed_entry_id", "chorus_period_start")
    def _compute_chorus_period_end(self):
        for move in self:
            if not move._chorus_is_situation() or not move.chorus_period_start:
                move.chorus_period_end = False
            elif move.reversed_entry_id:
                move.chorus_period_end = move.reversed_entry_id.chorus_period_end
            elif not move.chorus_period_end or move.chorus_period_end < move.chorus_period_start:
                move.chorus_period_end = situations.end_of_month(move.chorus_period_start)

    def _chorus_is_situation(self):
        """Whether this is a statement, or the credit note of one, of a works market."""
        self.ensure_one()
        return self.chorus_market_id.works and self.move_type in CUSTOMER_TYPES

    @api.depends(
        "chorus_market_id",
        "chorus_situation",
        "invoice_line_ids.price_subtotal",
        "invoice_line_ids.chorus_line_kind",
        "invoice_line_ids.display_type",
    )
    def _compute_chorus_works(self):
        for move in self:
            amounts = move._chorus_kinds()
            before = situations.previous(move._chorus_this_situation(), move._chorus_other_situations())
            move.chorus_works_now = amounts["works"]
            move.chorus_works_before = float(before)
            move.chorus_works_total = amounts["works"] + float(before)
            move.chorus_revision = amounts["revision"]
            move.chorus_retention = amounts["retention"]
            move.chorus_advance = amounts["advance"] + amounts["advance_repayment"]
            move.chorus_other = amounts["other"]

    def _chorus_kinds(self):
        """This document's amounts without VAT by kind of line; those of a credit note are negative."""
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        found = dict.fromkeys(self.env["account.move.line"]._fields["chorus_line_kind"].get_values(self.env), 0.0)
        for line in self.invoice_line_ids:
            if line.display_type == "product":
                found[line.chorus_line_kind or "works"] += sign * line.price_subtotal
        return {kind: self.currency_id.round(amount) for kind, amount in found.items()}

    def _chorus_this_situation(self):
        self.ensure_one()
        kinds = self._chorus_kinds()
        return situations.Situation(
            self.chorus_situation,
            self.chorus_period_start or None,
            self.chorus_period_end or None,
            self._chorus_money(kinds["works"]),
            self._chorus_money(kinds["retention"]),
        )

    def _chorus_other_situations(self):
        """The other statements of the market in the books, each with its credit notes deducted; fully credited ones are gone."""
        self.ensure_one()
        market = self.chorus_market_id
        if not market.works:
            return []
        posted = (market.invoice_ids - self._origin).filtered(
            lambda move: move.state == "posted" and move.chorus_situation and move.move_type in CUSTOMER_TYPES
        )
        found = []
        for number, moves in posted.grouped("chorus_situation").items():
            invoices = moves.filtered(lambda move: move.move_type == "out_invoice" and move.payment_state != "reversed")
            kinds = [move._chorus_kinds() for move in moves]
            if invoices:
                last = invoices.sorted("id")[-1:]
                found.append(
                    situations.Situation(
                        number,
                        last.chorus_period_start or None,
                        last.chorus_period_end or None,
                        self._chorus_money(sum(one["works"] for one in kinds)),
                        self._chorus_money(sum(one["retention"] for one in kinds)),
                    )
                )
        return found

    def _chorus_waiting_situations(self):
        """The other statements of the market that have not left: drafts, and those to send or to correct."""
        self.ensure_one()
        return [
            situations.Waiting(move.chorus_situation, move.name if move.state == "posted" else "")
            for move in self.chorus_market_id.invoice_ids._origin - self._origin
            if move.chorus_situation
            and move.move_type == "out_invoice"
            and move.payment_state != "reversed"
            and (move.state == "draft" or move.chorus_state in ("to_send", "rejected"))
        ]

    # -- checks --------------------------------------------------------------------------------------------------------

    # EXTENDS models/account_move_document
    def _chorus_findings(self):
        return super()._chorus_findings() + self._chorus_market_findings()

    def _chorus_market_findings(self):
        """What is wrong with this invoice as a document of its market; see ``services/rules``, ``market`` and ``situations``."""
        self.ensure_one()
        market = self.chorus_market_id
        if not market or self.move_type != "out_invoice":
            return []
        found = market_rules.check(self._chorus_market_document())
        if market.works:
            found += situations.check(
                self._chorus_this_situation(), self._chorus_other_situations(), self._chorus_waiting_situations()
            )
        return found

    def _chorus_market_document(self):
        market, engagement = self.chorus_market_id, self.chorus_engagement_id
        waits = self.state != "posted"  # once posted it counts in the market's amounts already
        currency = market.currency_id
        engaged = engagement.amount_invoiced + (self.amount_total_signed if waits else 0)
        done = market.amount_works + (self._chorus_kinds()["works"] if waits else 0)
        return market_rules.MarketDocument(
            framework=self.chorus_framework or "",
            role=Role(market.role),
            works=market.works,
            filed=tuple(market._chorus_filed(but=self._origin)),
            parties={actor: party._chorus_siret() for actor, party in self._chorus_named().items() if party},
            market=market_rules.Room(self._chorus_money(market.amount_total, currency), self._chorus_money(done, currency)),
            engagement=market_rules.Room(self._chorus_money(engagement.amount, currency), self._chorus_money(engaged, currency)),
        )

    def _chorus_named(self):
        """The market's parties that documents name, by what they do with it."""
        market = self.chorus_market_id
        return {
            Actor.VALIDATOR: market.validator_id,
            Actor.MOE: market._chorus_parties(Role.MOE)[:1],
            Actor.MOA: market._chorus_parties(Role.MOA)[:1],
        }

    # EXTENDS models/account_move_document
    def _chorus_document(self):
        document = super()._chorus_document()
        if not self.chorus_market_id:
            return document
        party = self.chorus_market_id.validator_id if works.needs(self.chorus_framework).first else None
        period = Period(self.chorus_period_start or None, self.chorus_period_end or None)
        return replace(
            document,
            framework="A2" if self._chorus_is_paid() else self.chorus_framework or document.framework,
            validator=self._chorus_party(party.partner_id, document.recipient.contact) if party else None,
            validator_service=(party and party.service_code) or "",
            period=period if period.start or period.end else document.period,
        )

    # EXTENDS 'account'
    @api.depends("chorus_framework", "chorus_situation", "chorus_period_start", "chorus_period_end", "chorus_works_now",
                 "chorus_retention", "chorus_engagement_id", "chorus_market_id.amount_total",
                 "chorus_market_id.party_ids")  # fmt: skip
    def _compute_alerts(self):
        super()._compute_alerts()

    # -- printed -------------------------------------------------------------------------------------------------------

    def _chorus_statement(self):
        """The recapitulation printed on a situation: rows of a label, a formatted amount and whether it is a sum."""
        self.ensure_one()
        rows = [
            (self.env._("Works to date (without VAT)"), self.chorus_works_total, False),
            (self.env._("Previous situations"), -self.chorus_works_before, False),
            (self.env._("Work of this situation"), self.chorus_works_now, True),
        ]
        for label, amount in (
            (self.env._("Price revision"), self.chorus_revision),
            (self.env._("Advance or its repayment"), self.chorus_advance),
            (self.env._("Retention"), self.chorus_retention),
            (self.env._("Other amounts"), self.chorus_other),
        ):
            if not self.currency_id.is_zero(amount):
                rows.append((label, amount, False))
        rows.append((self.env._("Total without VAT of this situation"), self.amount_untaxed, True))
        return [(label, format_amount(self.env, amount, self.currency_id), is_sum) for label, amount, is_sum in rows]
