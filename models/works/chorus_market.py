from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import format_amount, format_date

from ...services.follow import works
from ...services.follow.works import Stage
from ...services.rules import accounts
from ...services.vocabulary import states
from ...services.vocabulary.frameworks import Role
from ...services.works import advance, penalty, retention
from ...services.works.clauses import MARKET, Clauses
from ...services.works.retention import Base, Guarantee
from ...services.works.revision import Formula, Rounding, is_updated, updating
from ..market.account_move import CUSTOMER_TYPES
from ..market.chorus_market_line import exact
from ..market.product_template import APART

#: What situations are made of.
MAKES = frozenset(
    {
        "amount_initial",
        "amendment_ids",
        "line_ids",
        "works_lines",
        "tax_id",
        "date_end",
        "date_notified",
        "date_consulted",
        "date_priced",
        "date_started",
        "retention_rate",
        "retention_base",
        "retention_ceiling",
        "retention_guarantee",
        "retention_released",
        "advance_rate",
        "advance_amount",
        "advance_start",
        "advance_end",
        "price_kind",
        "revision_fixed",
        "revision_lag",
        "revision_digits",
        "revision_rounding",
        "term_ids",
        "formula_ids",
        "penalty_ids",
        "penalty_divisor",
        "penalty_highest",
        "penalty_exempt",
    }
)


class ChorusMarket(models.Model):
    """The situations of a works market, and the clauses by which each is computed (doc/RULES.md §11).

    ``_chorus_clauses`` is what the arithmetic takes of them; ``_chorus_next_situation`` begins the next month.
    """

    _inherit = "chorus.market"

    situation_ids = fields.One2many(
        "account.move",
        "chorus_market_id",
        "Situations",
        domain=[("chorus_situation", ">", 0), ("move_type", "=", "out_invoice"), ("state", "!=", "cancel")],
        readonly=True,
    )
    works_lines = fields.Selection(
        [("chapter", "One for each chapter"), ("line", "One for each line of the price schedule")],
        "Lines of an invoice",
        default="chapter",
        required=True,
        help="What the lines of a situation's invoice are made of.",
    )
    date_consulted = fields.Date("Consultation launched on", help="Which rules the advance follows depends on it.")
    retention_rate = fields.Float(
        "Retention, %", digits=(5, 2), tracking=True,
        help="5 % at most; 3 % for a small or medium firm with the State and large public bodies (CCP R.2191-33). Only where the"
        " market has the clause.",
    )  # fmt: skip
    retention_base = fields.Selection(
        [
            (Base.WORKS.value, "Work with VAT, without revision"),
            (Base.REVISED.value, "Work and revision with VAT"),
            (Base.NET.value, "Work and revision with VAT, less the advance repaid"),
            (Base.UNTAXED.value, "Work without VAT"),
        ],
        "Taken on",
        default=Base.WORKS.value,
        required=True,
        help="The code says “the amount”: the market's clause tells which.",
    )
    retention_guarantee = fields.Selection(
        [
            (Guarantee.NONE.value, "Nothing"),
            (Guarantee.ALL.value, "The whole retention"),
            (Guarantee.INITIAL.value, "That of the initial market, not of its amendments"),
        ],
        "A guarantee replaces",
        default=Guarantee.NONE.value,
        required=True,
        tracking=True,
        help="A first-demand guarantee, or a surety that the public body accepts. What was kept back before is then given back.",
    )
    retention_ceiling = fields.Monetary(
        "Ceiling of the retention", help="Zero: the rate of the market's amount, amendments included."
    )
    date_accepted = fields.Date("Works accepted on", tracking=True)
    guarantee_months = fields.Integer("Guarantee, months", default=retention.GUARANTEE_MONTHS)
    date_reserves_lifted = fields.Date("Reserves lifted on")
    date_release = fields.Date(
        "Retention due back by", compute="_compute_date_release", help="Thirty days after the guarantee ends (CCP R.2191-35)."
    )
    release_asked = fields.Json(compute="_compute_release_asked", export_string_translation=False)
    release_told = fields.Char("Retention to be asked back", compute="_compute_release_asked")
    retention_released = fields.Boolean(
        "Give back the retention", tracking=True, help="The next situation gives back all that was kept."
    )
    advance_rate = fields.Float("Advance, %", digits=(5, 2), tracking=True)
    advance_amount = fields.Monetary(
        "Advance without VAT", compute="_compute_advance_amount", store=True, readonly=False, tracking=True,
        help="On the initial amount; beyond twelve months, on that of twelve months (CCP R.2191-7). Lower it by what"
        " subcontractors are paid directly.",
    )  # fmt: skip
    advance_start = fields.Float(
        "Repaid from, %", digits=(5, 2), compute="_compute_advance_marks", store=True, readonly=False,
        help="Of the market's work. Where the market is silent: 65 %, or from the first request for an advance above 30 %.",
    )  # fmt: skip
    advance_end = fields.Float(
        "Repaid at, %", digits=(5, 2), compute="_compute_advance_marks", store=True, readonly=False,
        help="Of the market's work. 80 % at the latest for consultations before 2025.",
    )  # fmt: skip
    revision_fixed = fields.Float("Fixed part", digits=(16, 6), default=0.15)
    revision_lag = fields.Integer("Month read", help="0: the month of the works; -3: that of three months before.")
    revision_digits = fields.Integer("Decimals of the coefficient", default=3)
    revision_rounding = fields.Selection(
        [(Rounding.UP.value, "Up"), (Rounding.NEAREST.value, "To the nearest")],
        "Rounding of the coefficient",
        default=Rounding.UP.value,
        required=True,
        help="Up to the thousandth, unless the market says otherwise.",
    )
    penalty_ids = fields.One2many("chorus.works.penalty", "market_id", "Penalties")
    penalty_divisor = fields.Integer(
        "Part of the market a day, 1 /", default=penalty.DIVISOR, help="1/3000 where the market says nothing else."
    )
    penalty_highest = fields.Float(
        "Most, % of the market",
        digits=(5, 2),
        default=float(penalty.HIGHEST),
        help="10 % (CCAG 2021); zero: no ceiling, as in 2009.",
    )
    penalty_exempt = fields.Monetary(
        "Nothing is due up to", default=float(penalty.EXEMPT), help="1,000 € (CCAG 2021); above it, all of it is due."
    )
    term_ids = fields.One2many("chorus.works.term", "market_id", "Indices", domain=[("formula_id", "=", False)], copy=True)
    formula_ids = fields.One2many("chorus.works.formula", "market_id", "Formulas of lots", copy=True)
    price_kind = fields.Selection(
        [("revised", "Revised each month"), ("updated", "Firm, updated once")],
        "Prices",
        default="revised",
        required=True,
        help="A firm price is updated once, by one index, when more than three months lie between the offer and the start.",
    )
    date_priced = fields.Date("Prices fixed on", help="The day of the offer.")
    date_started = fields.Date("Works started on")
    price_updated = fields.Boolean(compute="_compute_price_updated", export_string_translation=False)
    small_firm = fields.Boolean("We are a small or medium firm")
    large_buyer = fields.Boolean(
        "The State or a large public body", help="With more than 60 M€ of running costs (CCP R.2191-33)."
    )
    retention_highest = fields.Float("Highest retention, %", compute="_compute_retention_highest", digits=(5, 2))

    account_due = fields.Char("Next of the accounts", compute="_compute_account_due")

    # -- clauses -------------------------------------------------------------------------------------------------------

    @api.depends("price_kind", "date_priced", "date_started")
    def _compute_price_updated(self):
        for market in self:
            market.price_updated = market.price_kind == "updated" and bool(
                market.date_priced and market.date_started and is_updated(market.date_priced, market.date_started)
            )

    @api.depends("small_firm", "large_buyer")
    def _compute_retention_highest(self):
        for market in self:
            market.retention_highest = float(retention.highest_rate(small=market.small_firm, large_buyer=market.large_buyer))

    @api.onchange("works")
    def _onchange_works(self):
        """A works market usually has the clause of the retention: what the law has as its highest is proposed."""
        if self.works and not self._origin.works and not self.retention_rate:
            self.retention_rate = self.retention_highest

    @api.depends("advance_rate", "amount_initial", "date_notified", "date_end")
    def _compute_advance_amount(self):
        for market in self:
            months = advance.YEAR
            if market.date_notified and market.date_end:
                span = market.date_end.year * 12 + market.date_end.month - market.date_notified.year * 12
                months = max(span - market.date_notified.month + (market.date_end.day >= market.date_notified.day), 1)
            market.advance_amount = float(
                advance.amount(market._chorus_money(market.amount_initial), exact(market.advance_rate), months)
            )

    @api.depends("advance_rate", "date_consulted")
    def _compute_advance_marks(self):
        for market in self:
            market.advance_start = float(advance.usual_start(exact(market.advance_rate)))
            market.advance_end = float(advance.usual_end(market.date_consulted or None))

    @api.depends("date_accepted", "guarantee_months", "date_reserves_lifted")
    def _compute_date_release(self):
        for market in self:
            market.date_release = market.date_accepted and retention.repaid_by(
                market.date_accepted, market.guarantee_months, market.date_reserves_lifted or None
            )

    @api.depends("works", "amount_retention", "date_accepted", "guarantee_months", "date_reserves_lifted", "retention_guarantee")
    @api.depends_context("lang", "tz")
    def _compute_release_asked(self):
        """Whether the retention may be asked back: ``"now"``, ``"early"`` before its day; False where there is none."""
        for market in self:
            market.release_asked = market.release_told = False
            if (
                not market.works
                or not market.date_accepted
                or market.currency_id.compare_amounts(market.amount_retention, 0) <= 0
            ):
                continue
            day = retention.asked_from(market.date_accepted, market.guarantee_months, market.date_reserves_lifted or None)
            # a guarantee has it back at any time
            early = day > fields.Date.context_today(market) and market.retention_guarantee != Guarantee.ALL.value
            market.release_asked = "early" if early else "now"
            if early:
                market.release_told = self.env._(
                    "Retention of guarantee, %(amount)s: to be asked back from %(day)s, when the guarantee ends.",
                    amount=format_amount(self.env, market.amount_retention, market.currency_id),
                    day=format_date(self.env, day),
                )

    @api.constrains(
        "retention_rate", "advance_rate", "advance_start", "advance_end", "penalty_highest", "penalty_divisor", "penalty_exempt"
    )
    def _check_rates(self):
        for market in self:
            rates = (market.retention_rate, market.advance_rate, market.advance_start, market.advance_end, market.penalty_highest)
            if not all(0 <= rate <= 100 for rate in rates):
                raise ValidationError(self.env._("Rates of the market are between 0 and 100 %."))
            if market.penalty_divisor < 1 or market.penalty_exempt < 0:
                raise ValidationError(self.env._("A day's penalty is one part of the market among several, such as 1/3000."))

    @api.constrains("term_ids", "revision_fixed", "revision_lag", "revision_digits", "price_kind")
    def _check_formula(self):
        for market in self:
            formula = market._chorus_formula()
            problems = formula.problems() if formula else []
            if problems:
                raise ValidationError("\n".join(problem.of(self.env.lang) for problem in problems))
            if not 0 <= market.revision_digits <= 6 or not -12 <= market.revision_lag <= 12:
                raise ValidationError(self.env._("A coefficient has 0 to 6 decimals, and reads at most twelve months apart."))

    def _chorus_formula(self):
        """The formula of revision, as a ``services.works.revision.Formula``; None where prices are firm."""
        self.ensure_one()
        if not self.term_ids:
            return None
        if self.price_kind == "updated":
            formula = updating(self.term_ids[0]._chorus_term(), self.date_started or None)
            return replace(formula, digits=self.revision_digits, rounding=Rounding(self.revision_rounding))
        return Formula(
            exact(self.revision_fixed),
            tuple(term._chorus_term() for term in self.term_ids),
            lag=self.revision_lag,
            digits=self.revision_digits,
            rounding=Rounding(self.revision_rounding),
        )

    def _chorus_formulas(self):
        """The formulas of revision by what ``_chorus_formula_of`` gives; a firm price that is not updated has none."""
        self.ensure_one()
        own = self._chorus_formula() if self.price_kind == "revised" or self.price_updated else None
        of_lots = {one.id: one._chorus_formula() for one in self.formula_ids if one.term_ids}
        return of_lots | ({MARKET: own} if own else {})

    def _chorus_formula_of(self, formula, lot):
        """The key of the formula that a line follows, given its own and its lot."""
        self.ensure_one()
        if formula:
            return formula.id
        wanted = _tidied(lot)
        return next((one.id for one in self.formula_ids if wanted and _tidied(one.lot) == wanted), MARKET)

    def _chorus_clauses(self):
        """The clauses of this market, as a ``services.works.clauses.Clauses``."""
        self.ensure_one()
        ends = [day for day in (self.date_end, *self.amendment_ids.mapped("date_end")) if day]
        return Clauses(
            amount=self._chorus_money(self.amount_total),
            initial=self._chorus_money(self.amount_initial),
            retention_rate=exact(self.retention_rate),
            retention_base=Base(self.retention_base),
            retention_ceiling=self._chorus_money(self.retention_ceiling) if self.retention_ceiling else None,
            guarantee=Guarantee(self.retention_guarantee),
            released=self.retention_released,
            advance=self._chorus_money(self.advance_amount) if self.advance_rate else exact(0),
            advance_start=exact(self.advance_start),
            advance_end=exact(self.advance_end),
            formulas=self._chorus_formulas(),
            ends=max(ends) if ends else None,
            penalties_highest=exact(self.penalty_highest),
            penalties_exempt=self._chorus_money(self.penalty_exempt),
        )

    def _chorus_money(self, amount):
        """An amount of the database, already rounded there, as an exact Decimal."""
        return self.env["account.move"]._chorus_money(amount, self.currency_id)

    # -- the retention is given back -----------------------------------------------------------------------------------

    # EXTENDS market
    @api.model_create_multi
    def create(self, vals_list):
        markets = super().create(vals_list)
        accepted = markets.filtered("date_accepted")
        accepted._chorus_remind_release()
        accepted._chorus_remind_final()
        return markets

    # EXTENDS 'base'
    def copy(self, default=None):
        copies = super().copy(default)
        for market, copied in zip(self, copies, strict=True):
            if {"line_ids", "formula_ids"}.isdisjoint(default or {}):
                market._chorus_copy_formulas(copied)
        return copies

    def _chorus_copy_formulas(self, copied):
        """Have the lines of a copy follow its own formulas, as those of this market follow its."""
        self.ensure_one()
        formulas = dict(zip(self.formula_ids.sorted("id"), copied.formula_ids.sorted("id"), strict=True))
        for line, same in zip(self._chorus_lines_copied(), copied.line_ids.sorted("id"), strict=True):
            if line.formula_id:
                same.formula_id = formulas[line.formula_id]

    # EXTENDS market
    def write(self, vals):
        result = super().write(vals)
        if not MAKES.isdisjoint(vals):
            self._chorus_remake_drafts()
        if not {"date_accepted", "guarantee_months", "date_reserves_lifted", "retention_released"}.isdisjoint(vals):
            self._chorus_remind_release()
        if not {"date_accepted", "works", "role"}.isdisjoint(vals):
            self._chorus_remind_final()
        return result

    def _chorus_remake_drafts(self):
        """The situations in draft follow their market: who may not change them is told on them that they do not."""
        drafts = self.filtered("works").invoice_ids.filtered(
            lambda move: move.state == "draft" and move.move_type == "out_invoice" and move.chorus_situation
        )
        if drafts and drafts.has_access("write"):
            for move in drafts:
                move._chorus_remake()

    def _chorus_remind_release(self):
        """Call a person when the retention must be given back; the call follows the dates."""
        summary = self.env._("The retention of guarantee is due back")
        for market in self:
            market.activity_ids.filtered(lambda activity: activity.summary == summary).unlink()
            if market.date_release and not market.retention_released and market.retention_rate:
                day = format_date(self.env, market.date_release)
                note = self.env._(
                    "The guarantee has ended: the public body gives the retention back by %(day)s. “Ask for the retention back”,"
                    " on the market, makes the document.",
                    day=day,
                )
                if market.retention_guarantee != Guarantee.NONE.value:
                    bond = self.env._("Have the guarantee or surety released, too: it ends one month after (CCP R.2191-42).")
                    note = f"{note} {bond}"
                market.activity_schedule(
                    "mail.mail_activity_data_todo",
                    date_deadline=market.date_release,
                    summary=summary,
                    note=note,
                    user_id=self.env.uid,
                )

    def _chorus_remind_final(self):
        """Call whoever follows the market while the final account is ours to file; the call follows the day of the acceptance."""
        names = {accounts.FILE_FINAL.of(lang) for lang in ("en", "fr")}
        for market in self:
            # sudo: a colleague's
            there = market.sudo().activity_ids.filtered(lambda activity: activity.summary in names)
            offered = works.offered(Role(market.role), works=market.works, filed=market._chorus_filed())
            code = next((framework.code for framework in offered if works.is_final(framework.code)), None)
            next_one = accounts.due(market._chorus_course()) if code == "A7" and market.date_accepted else None
            (there.filtered(lambda one, due=next_one: not due or one.date_deadline != due[0])).unlink()
            if not next_one or there.exists():
                continue
            person = market._chorus_follower()
            speaking = market.with_context(lang=person.lang or self.env.lang)
            speaking.sudo().activity_schedule(  # sudo: whoever brings the news need not write markets
                "mail.mail_activity_data_todo",
                date_deadline=next_one[0],
                summary=accounts.FILE_FINAL.of(speaking.env.lang),
                note=speaking.account_due,
                user_id=person.id,
            )

    def _chorus_follower(self):
        """Who follows this market: who is called about its last situation, else the present user."""
        self.ensure_one()
        last = self.situation_ids.sorted("chorus_situation")[-1:]
        return last._chorus_person() if last else self.env.user

    def action_release_retention(self):
        """Open the draft that asks for the retention back: the next situation while there are some, then a document apart."""
        self.ensure_one()
        self.check_access("write")
        if not self.date_accepted or self.currency_id.compare_amounts(self.amount_retention, 0) <= 0:
            raise UserError(self.env._("The works are not accepted yet, or no retention is kept."))
        asked = self.situation_ids.filtered(lambda move: move.state == "draft" and move._chorus_is_release())[:1]
        if not asked and self.stage == works.Stage.MONTHLY.value and self.line_ids:
            self.retention_released = True
            situation = self._chorus_next_situation()
            situation._chorus_remake_lines()
            return situation._chorus_open_begun()
        if not asked:
            asked = self._chorus_make_release()
            self.retention_released = True
        return asked._get_records_action()

    def _chorus_make_release(self):
        move = self.env["account.move"].with_company(self.company_id)
        product = move._chorus_product_of("retention")
        speaking = self.with_context(lang=self.partner_id.lang or self.env.lang)
        line = {
            "name": speaking.env._("Retention of guarantee, given back"),
            "quantity": 1,
            "price_unit": self.amount_retention,
            "tax_ids": [Command.clear()],
            "chorus_line_kind": "retention",
        }
        values = {
            "move_type": "out_invoice",
            "partner_id": self.partner_id.id,
            "chorus_market_id": self.id,
            "invoice_line_ids": [Command.create({**line, "product_id": product.id} if product else line)],
        }
        if self.stage != works.Stage.MONTHLY.value:
            # no works document is known to be meant for it
            values |= {"chorus_framework": False, "chorus_period_start": False}
        return move.create(values)

    # -- situations ----------------------------------------------------------------------------------------------------

    # EXTENDS market
    def _chorus_lines_used(self):
        stated = self.env["chorus.works.progress"]._read_group([("market_line_id", "in", self.line_ids.ids)], ["market_line_id"])
        return super()._chorus_lines_used().union(*(line for (line,) in stated))

    # EXTENDS market
    def action_new_invoice(self):
        self.ensure_one()
        if not self.works or not self.line_ids:
            action = super().action_new_invoice()
            if self.works and self.stage in (Stage.GENERAL.value, Stage.TACIT.value):
                # its balance is in the books: only what the public body corrects is to be typed
                action["res_id"] = self._chorus_begin_general().id
            return action
        return self._chorus_next_situation()._chorus_open_begun()

    def _chorus_begin_general(self):
        """The draft of the general account of a market without a price schedule, which adds nothing to the books."""
        drafts = self.situation_ids.filtered(lambda move: move.state == "draft" and move._chorus_is_account())
        if drafts:
            return drafts[:1]
        move = self.env["account.move"].with_company(self.company_id).create(
            {"move_type": "out_invoice", "partner_id": self.partner_id.id, "chorus_market_id": self.id}
        )  # fmt: skip
        if move._chorus_is_account():
            move._chorus_take_whole_period()
            lines = move._chorus_told_elsewhere(move._chorus_told_credits())
            move.invoice_line_ids = [Command.create(values) for _label, values in lines.values()]
        return move

    def _chorus_next_situation(self):
        """The situation that is being typed; where there is none, the next one, every line as the last one left it."""
        self.ensure_one()
        drafts = self.situation_ids.filtered(lambda move: move.state == "draft" and move.chorus_progress_ids)
        if drafts:
            return drafts.sorted("chorus_situation")[-1:]
        move = self.env["account.move"].with_company(self.company_id).create(
            {"move_type": "out_invoice", "partner_id": self.partner_id.id, "chorus_market_id": self.id}
        )  # fmt: skip
        if works.is_account(move.chorus_framework):
            move._chorus_take_whole_period()
        move._chorus_start_progress()
        return move

    @api.depends("works", "date_accepted", "stage", "invoice_ids.chorus_status", "invoice_ids.chorus_waiting_since")
    @api.depends_context("lang")
    def _compute_account_due(self):
        for market in self:
            next_one = accounts.due(market._chorus_course()) if market.works and market.stage != Stage.CLOSED.value else None
            market.account_due = next_one and next_one[1].of(self.env.lang).format(day=format_date(self.env, next_one[0]))

    def _chorus_course(self):
        """How far its accounts are, as a ``services.rules.accounts.Course``: the days of the last of each."""
        self.ensure_one()

        def day(moment):
            return fields.Datetime.context_timestamp(self, moment).date() if moment else None

        told = self.invoice_ids._origin.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice" and move._chorus_is_account()
        )
        filed = {
            move.chorus_framework: (move._chorus_line().deposit_id.deposited_at, move)
            for move in told.sorted("id")
            if move._chorus_line() and move.chorus_state not in (*states.TO_LEAVE, *states.GONE, *states.TURNED_DOWN)
        }
        waiting = [move for _moment, move in filed.values() if move.chorus_status == "A_ASSOCIER_FOURNISSEUR"]
        return accounts.Course(
            self.date_accepted or None,
            day(filed.get("A7", (False,))[0]),
            day(filed.get("A22", (False,))[0]),
            day(waiting[-1].chorus_waiting_since) if waiting else None,
        )

    def action_final_account(self):
        """Start the draft of the final account: what the monthly statements have left, all of the advance paid back."""
        self.ensure_one()
        self.check_access("write")
        offered = works.offered(Role(self.role), works=self.works, filed=self._chorus_filed())
        code = next((framework.code for framework in offered if works.is_final(framework.code)), None)
        if not code:
            raise UserError(self.env._("The final account is with the public body already, or is not yours to file."))
        move = self._chorus_next_situation()
        if move.chorus_framework != code:
            move.chorus_framework = code
        move._chorus_take_whole_period()
        return move._chorus_open_begun()

    def _chorus_book_kinds(self):
        """What the posted documents of this market say without VAT: ``{move id: {kind: amount}}``; credit notes are negative.

        What of a retention or of penalties bears VAT stands beside as ``retention_taxed``, ``penalty_taxed``; what was carried
        over of them to the next situation, as ``retention_carried``, ``penalty_carried``.
        """
        self.ensure_one()
        lines = self.env["account.move.line"]
        domain = [
            ("move_id.chorus_market_id", "in", self._origin.ids),
            ("move_id.move_type", "in", CUSTOMER_TYPES),
            ("parent_state", "=", "posted"),
            ("display_type", "=", "product"),
        ]
        by, total = ["move_id", "chorus_line_kind"], ["price_subtotal:sum"]
        rows = []
        for move, kind, amount, carried in lines._read_group(domain, by, [*total, "chorus_carried:sum"]):
            rows.append((move, kind or "works", amount))
            if carried:
                rows.append((move, f"{kind}_carried", carried))
        taxed = [*domain, ("chorus_line_kind", "in", APART), ("tax_ids.amount", "!=", 0)]
        rows += [(move, f"{kind}_taxed", amount) for move, kind, amount in lines._read_group(taxed, by, total)]
        found = {}
        for move, kind, amount in rows:
            kinds = found.setdefault(move.id, {})
            kinds[kind] = kinds.get(kind, 0) + (-amount if move.move_type == "out_refund" else amount)
        return found


def _tidied(lot):
    """How a lot is compared: “Lot 2” is “lot 2 ”."""
    return " ".join((lot or "").split()).casefold()
