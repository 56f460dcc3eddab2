from dataclasses import replace

from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ...services.document import formats
from ...services.follow import works
from ...services.rules import market as market_rules
from ...services.vocabulary.actors import Actor
from ...services.vocabulary.frameworks import Role
from ...services.vocabulary.places import Place
from ..core.chorus_notice import Notice
from .chorus_market import FRAMEWORKS

CUSTOMER_TYPES = ("out_invoice", "out_refund")


class AccountMove(models.Model):
    """An invoice in its public market: references, engagement, framework, and what is wrong with it there."""

    _inherit = "account.move"

    chorus_market_id = fields.Many2one(
        "chorus.market",
        "Public market",
        copy=True,
        check_company=True,
        index="btree_not_null",
        tracking=True,
        domain="[('partner_id', '=', commercial_partner_id)]",
        help="Gives the invoice its service code, market number and engagement number.",
    )
    # one name for one thing, on every screen and paper
    contract_reference = fields.Char("Market number", compute="_compute_contract_reference", store=True, readonly=False)
    purchase_order_reference = fields.Char(
        "Engagement number", compute="_compute_purchase_order_reference", store=True, readonly=False
    )
    chorus_engagement_id = fields.Many2one(
        "chorus.market.engagement",
        "Engagement of the market",
        compute="_compute_chorus_engagement_id",
        inverse="_inverse_chorus_engagement_id",
        store=True,
        index="btree_not_null",
        check_company=True,
        domain="[('market_id', '=', chorus_market_id)]",
        help="The engagement of the market whose number the invoice carries.",
    )
    chorus_framework = fields.Selection(
        FRAMEWORKS,
        "Billing framework",
        compute="_compute_chorus_framework",
        inverse="_inverse_chorus_framework",
        store=True,
        readonly=False,
        tracking=True,
        help="Cadre de facturation: which document this is and who handles it in turn.",
    )

    @api.depends("chorus_market_id")
    def _compute_contract_reference(self):
        self._chorus_take_from_market("contract_reference", "number")

    @api.depends("chorus_market_id")
    def _compute_purchase_order_reference(self):
        self._chorus_take_from_market("purchase_order_reference", "engagement_number")

    def _chorus_take_from_market(self, name, source):
        """Set a reference from the market; what was typed stays where the market has nothing to say."""
        for move in self:
            move[name] = move.chorus_market_id[source] or move[name]

    # one method a field: Odoo leaves alone all fields of a method when one of them is given

    # EXTENDS directory
    @api.depends("chorus_market_id")
    def _compute_buyer_reference(self):
        given = self.filtered(lambda move: move.chorus_market_id.service_code)
        given._chorus_take_from_market("buyer_reference", "service_code")
        super(AccountMove, self - given)._compute_buyer_reference()

    def _auto_init(self):
        # on installation no invoice is in a market: empty columns spare computing them for all of them
        for name, kind in (("chorus_engagement_id", "int4"), ("chorus_framework", "varchar")):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, kind)
        return super()._auto_init()

    # -- engagement and framework --------------------------------------------------------------------------------------

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

    # the market's own fields are left out on purpose: what was decided for an invoice stays
    @api.depends("chorus_market_id", "reversed_entry_id")
    def _compute_chorus_framework(self):
        for move in self:
            market = move.chorus_market_id
            if not market or move.move_type not in CUSTOMER_TYPES:
                move.chorus_framework = False
            elif move.reversed_entry_id.chorus_market_id == market:
                move.chorus_framework = move.reversed_entry_id.chorus_framework
            elif not move.chorus_framework or move.chorus_framework not in move._chorus_frameworks():
                offered = move._chorus_frameworks()
                usual = market.framework if market.framework in offered else next(iter(offered), False)
                move.chorus_framework = usual

    # EXTENDS 'chorus.offers'
    def _inverse_chorus_framework(self):
        """What a framework that a person chose changes besides."""

    @api.depends("chorus_market_id.role", "chorus_market_id.works", "chorus_market_id.stage", "chorus_framework")
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        # "market" also keeps the list from being empty where the form chooses a framework from it
        by_hand = self._chorus_by_hand()
        said_filed = by_hand and self.chorus_state == "checking" and self._chorus_line().deposit_id.state == "by_hand"
        kinds = {"market": self.chorus_market_id, "works": self.chorus_market_id.works, "by_hand": by_hand,
                 "said_filed": said_filed}  # fmt: skip
        return [*super()._chorus_offers(), *(kind for kind, it_is in kinds.items() if it_is), *self._chorus_frameworks()]

    def _chorus_by_hand(self):
        """Whether it is filed on the portal by a person."""
        self.ensure_one()
        return bool(self.chorus_framework) and works.channel(self.chorus_framework) is works.Channel.HAND

    def _chorus_frameworks(self):
        """The frameworks this invoice may take now, the usual one first; A1 outside any market."""
        self.ensure_one()
        market = self.chorus_market_id
        if not market:
            return ["A1"]
        filed = market._chorus_filed(but=self._origin)
        return [framework.code for framework in works.offered(Role(market.role), works=market.works, filed=filed)]

    # -- amounts -------------------------------------------------------------------------------------------------------

    def _chorus_kinds(self):
        """This document's amounts without VAT by kind of line; those of a credit note are negative."""
        self.ensure_one()
        sign = -1 if self.move_type == "out_refund" else 1
        found = dict.fromkeys(self.env["account.move.line"]._fields["chorus_line_kind"].get_values(self.env), 0.0)
        for line in self.invoice_line_ids:
            if line.display_type == "product":
                found[line.chorus_line_kind or "works"] += sign * line.price_subtotal
        return {kind: self.currency_id.round(amount) for kind, amount in found.items()}

    def _chorus_taxed_signed(self):
        """Its total with VAT before what is kept back or taken off at payment, in the company's currency; a credit note's is
        negative."""
        self.ensure_one()
        apart = self.invoice_line_ids.filtered(lambda line: line._chorus_is_apart())
        return self.amount_total_signed + sum(apart.mapped("balance"))

    # EXTENDS 'account'
    @api.depends("chorus_market_id.works", "invoice_line_ids.chorus_line_kind")
    def _compute_amount(self):
        """The list shows of works what the paper calls the amount without VAT: nothing is kept back of it yet."""
        super()._compute_amount()
        for move in self:
            if move.chorus_market_id.works and move.move_type in CUSTOMER_TYPES:
                apart = move.invoice_line_ids.filtered(lambda line: line._chorus_is_apart())
                move.amount_untaxed_in_currency_signed += sum(apart.mapped("amount_currency"))

    # EXTENDS 'mail'
    def _mail_track(self, tracked_fields, initial_values):
        """Odoo's amount without VAT of works is after what is kept back: it would contradict the totals beside it."""
        if self.sudo().chorus_market_id.works:  # sudo: whoever may read an invoice need not read markets
            tracked_fields = {name: field for name, field in tracked_fields.items() if name != "amount_untaxed"}
        return super()._mail_track(tracked_fields, initial_values)

    # -- checks --------------------------------------------------------------------------------------------------------

    # What a market changes is asked only of an invoice that is in one: ``…_in_market``, which works documents extend.

    # EXTENDS core
    def _chorus_findings(self, document=None, form=None):
        found = super()._chorus_findings(document, form)
        return self._chorus_findings_in_market(found) if self.chorus_market_id else found

    def _chorus_findings_in_market(self, found):
        """All that is wrong with it, given what is wrong with it as any invoice."""
        return found + self._chorus_market_findings()

    # EXTENDS core
    def _chorus_findings_at_once(self):
        return [finding for finding in self._chorus_market_findings() if finding.at_once]

    def _chorus_market_findings(self):
        """What is wrong with this invoice as a document of its market; see ``services/rules/market``."""
        self.ensure_one()
        if not self.chorus_market_id or self.move_type != "out_invoice":
            return []
        return market_rules.check(self._chorus_market_document())

    def _chorus_market_document(self):
        market, engagement = self.chorus_market_id, self.chorus_engagement_id
        waits = self.state != "posted"  # once posted it counts in the market's amounts already
        currency = market.currency_id
        engaged = engagement.amount_invoiced + (self._chorus_taxed_signed() if waits else 0)
        done = market.amount_works + (self._chorus_kinds()["works"] if waits else 0)
        return market_rules.MarketDocument(
            framework=self.chorus_framework or "",
            role=Role(market.role),
            works=market.works,
            filed=tuple(market._chorus_filed(but=self._origin)),
            parties={actor: party._chorus_siret() for actor, party in self._chorus_named().items() if party},
            market=market_rules.Room(self._chorus_money(market.amount_total, currency), self._chorus_money(done, currency)),
            engagement=market_rules.Room(self._chorus_money(engagement.amount, currency), self._chorus_money(engaged, currency)),
            carried=(self.purchase_order_reference or "").strip(),
            amended=tuple(self._chorus_amended()),
        )

    def _chorus_amended(self):
        """Its work of amendments that have an engagement of their own, as ``services.rules.market.Amended``."""
        return []

    def _chorus_named(self):
        """The market's parties that documents name, by what they do with it."""
        market = self.chorus_market_id
        return {
            Actor.VALIDATOR: market.validator_id,
            Actor.MOE: market._chorus_parties(Role.MOE)[:1],
            Actor.MOA: market._chorus_parties(Role.MOA)[:1],
        }

    # EXTENDS core
    def _chorus_grand_total(self):
        total = super()._chorus_grand_total()
        return self._chorus_total_in_market(total) if self.chorus_market_id else total

    def _chorus_total_in_market(self, total):
        """The total with VAT of an invoice of a market, given what it is outside any."""
        return total

    # EXTENDS core
    def _chorus_document(self):
        document = super()._chorus_document()
        return self._chorus_document_in_market(document) if self.chorus_market_id else document

    def _chorus_document_in_market(self, document):
        """The document, given what it says outside any market: its framework, and who validates it."""
        party = self.chorus_market_id.validator_id if works.needs(self.chorus_framework).first else None
        # what was paid before is an A2 where it would be an A1; other frameworks say more than that
        paid = self._chorus_is_paid() or (document.framework == "A2" and self.chorus_framework == "A1")
        return replace(
            document,
            framework="A2" if paid else self.chorus_framework or document.framework,
            validator=self._chorus_party(party.partner_id, document.recipient.contact) if party else None,
            validator_service=(party and party.service_code) or "",
        )

    # EXTENDS exchange
    def _chorus_format(self):
        form = super()._chorus_format()
        if not self.chorus_market_id or works.channel(self.chorus_framework) is not works.Channel.SUBMIT:
            return form
        # few name a validator (doc/API.md §2.A, doc/RULES.md §8.1)
        printable = self.invoice_pdf_report_id or self._chorus_can_print()
        return next(
            known for known in (form, formats.PDF, formats.UBL) if known.names_validator and (printable or not known.needs_pdf)
        )

    # EXTENDS 'account'
    @api.depends("chorus_market_id.amount_total", "chorus_market_id.party_ids", "chorus_framework", "chorus_engagement_id")
    def _compute_alerts(self):
        super()._compute_alerts()

    # -- where the market decides --------------------------------------------------------------------------------------

    # EXTENDS exchange
    @api.model
    def _chorus_state_facts(self):
        return [*super()._chorus_state_facts(), "chorus_market_id.transferred"]

    # EXTENDS core
    def _chorus_is_destined(self):
        return super()._chorus_is_destined() and (not self.chorus_market_id or self.chorus_market_id.transferred)

    # EXTENDS core
    def _chorus_is_paid(self):
        return super()._chorus_is_paid() or (self.move_type == "out_invoice" and self.chorus_framework == "A2")

    # EXTENDS core
    def _chorus_says_retention(self, line):
        kind = line.chorus_line_kind
        return kind == "retention" or (kind != "penalty" and super()._chorus_says_retention(line))

    # EXTENDS core
    def _chorus_says_penalty(self, line):
        return line.chorus_line_kind == "penalty" or super()._chorus_says_penalty(line)

    # EXTENDS core
    def _chorus_look(self, form=None, missing=None):
        look = super()._chorus_look(form, missing)
        return look._replace(notices=self._chorus_notices_in_market(look.notices)) if self.chorus_market_id else look

    def _chorus_notices_in_market(self, notices):
        """All there is to say of it before it is sent, given what is said of any invoice."""
        return notices

    # EXTENDS core
    def _chorus_apart_remark(self):
        if self.chorus_market_id and not self.chorus_market_id.transferred:
            return Notice(self.env._("Its market is not transferred to Chorus Pro."), "", True, Place.MARKET)
        return super()._chorus_apart_remark()

    # EXTENDS core
    def _chorus_alerts(self):
        alerts = super()._chorus_alerts()
        return alerts | self._chorus_alerts_in_market() if self.chorus_market_id else alerts

    # EXTENDS exchange
    def _chorus_case(self):
        case = super()._chorus_case()
        return self._chorus_case_in_market(case) if self.chorus_market_id else case

    def _chorus_case_in_market(self, case):
        """This document of a market as far as advice depends on it, given what any invoice has."""
        return replace(case, framework=self.chorus_framework or "", by_hand=self._chorus_by_hand())

    def _chorus_alerts_in_market(self):
        """What an accountant must know about it as a document of its market."""
        return {}

    # EXTENDS exchange
    def _chorus_set_status(self, values):
        take_over = super()._chorus_set_status
        if self.chorus_market_id:
            self._chorus_set_status_in_market(values, take_over)
        else:
            take_over(values)

    def _chorus_set_status_in_market(self, values, take_over):
        """Take over what Chorus Pro says of a document of a market, by the method that does so for any invoice."""
        take_over(values)

    # the history of one document is not that of its billing file, which the searches tell

    # EXTENDS exchange
    def _chorus_want_history(self):
        if not self._chorus_by_hand():
            super()._chorus_want_history()

    # EXTENDS exchange
    def _chorus_with_history(self):
        by_hand = self.filtered(lambda move: move._chorus_by_hand())
        # asked for by whoever found them at Chorus Pro
        by_hand._chorus_note_history(False)
        return super(AccountMove, self - by_hand)._chorus_with_history()

    # EXTENDS core
    def _chorus_mended(self, place):
        return self.chorus_market_id if place is Place.MARKET and self.chorus_market_id else super()._chorus_mended(place)

    # EXTENDS core
    def _chorus_way_to_market(self):
        market = self.chorus_market_id
        return {"action": market._get_records_action()} if market and market.has_access("read") else {}
