from odoo import api, fields, models
from odoo.tools import SQL

from ...services.vocabulary import motifs, states
from ..exchange.account_move import STATES


class ChorusReport(models.Model):
    """One row for each invoice that concerns Chorus Pro: where they stand, for how long, how fast they are taken in and paid."""

    _name = "chorus.report"
    _description = "Invoices at Chorus Pro: analysis"
    _inherit = ["chorus.states"]
    _auto = False
    _order = "state_since desc"
    _chorus_state_fields = ("state",)
    _rec_name = "move_id"

    move_id = fields.Many2one("account.move", "Invoice", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    state = fields.Selection(STATES, "Chorus Pro", readonly=True)
    motif = fields.Selection(selection="_selection_motif", string="Reason", readonly=True)
    invoice_date = fields.Date(readonly=True)
    deposited_on = fields.Date(readonly=True)
    available_on = fields.Date("Made available on", readonly=True)
    announced_on = fields.Date("Payment announced on", readonly=True)
    expected_date = fields.Date("Payment expected by", readonly=True)
    state_since = fields.Datetime(readonly=True)
    amount = fields.Monetary("Amount with tax", readonly=True)
    age = fields.Integer("Days in this state", aggregator="avg", readonly=True)
    days_to_available = fields.Float("Days from deposit to made available", aggregator="avg", digits=(16, 1), readonly=True)
    days_to_payment = fields.Float("Days from deposit to payment", aggregator="avg", digits=(16, 1), readonly=True)

    @api.model
    def _selection_motif(self):
        return [(code, motif.label.of(self.env.lang)) for code, motif in motifs.MOTIFS.items()]

    @property
    def _table_query(self):
        self.env["account.move"].flush_model()
        self.env["chorus.status.entry"].flush_model()
        self.env["chorus.deposit"].flush_model()
        self.env["chorus.deposit.line"].flush_model()
        # looked up only for an invoice of which nothing else tells
        deposited = SQL(
            """
            (SELECT deposit.deposited_at
               FROM chorus_deposit_line line
               JOIN chorus_deposit deposit ON deposit.id = line.deposit_id
              WHERE line.move_id = move.id AND line.live)
            """
        )
        # days of the calendar in Paris, where Chorus Pro counts them
        return SQL(
            """
            SELECT row.*,
                   row.available_on - row.deposited_on AS days_to_available,
                   row.announced_on - row.deposited_on AS days_to_payment
              FROM (
                SELECT move.id AS id,
                       move.id AS move_id,
                       move.company_id,
                       company.currency_id,
                       move.commercial_partner_id AS partner_id,
                       %s
                       move.invoice_user_id AS user_id,
                       move.chorus_state AS state,
                       move.chorus_motif AS motif,
                       move.invoice_date,
                       move.chorus_expected_date AS expected_date,
                       move.amount_total_signed AS amount,
                       COALESCE(move.chorus_status_at, %s, move.write_date) AS state_since,
                       CASE WHEN move.chorus_state NOT IN %s
                            THEN EXTRACT(DAY FROM NOW() AT TIME ZONE 'UTC'
                                         - COALESCE(move.chorus_status_at, %s, move.write_date))::integer
                       END AS age,
                       (COALESCE(step.deposited, %s)
                           AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris')::date AS deposited_on,
                       (step.available AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris')::date AS available_on,
                       (move.chorus_payment_at AT TIME ZONE 'UTC' AT TIME ZONE 'Europe/Paris')::date AS announced_on
                  FROM account_move move
                  JOIN res_company company ON company.id = move.company_id
             LEFT JOIN %s step ON step.move_id = move.id
                 WHERE move.chorus_state IS NOT NULL) row
            """,
            self._more_columns(),
            deposited,
            ("paid", *states.GONE),
            deposited,
            deposited,
            self._steps(),
        )

    def _steps(self):
        """When each invoice was deposited and made available, as a table: of all at once, or looked up for each row."""
        whole = self.env.context.get("chorus_all_rows")
        return SQL(
            """
            %s (
                SELECT entry.move_id,
                       MIN(entry.at) FILTER (WHERE entry.status = 'DEPOSEE') AS deposited,
                       MIN(entry.at) FILTER (WHERE entry.status = 'MISE_A_DISPOSITION') AS available
                  FROM chorus_status_entry entry
                 WHERE entry.status IN ('DEPOSEE', 'MISE_A_DISPOSITION') %s
              GROUP BY entry.move_id)
            """,
            SQL() if whole else SQL("LATERAL"),
            SQL() if whole else SQL("AND entry.move_id = move.id"),
        )

    # EXTENDS 'base'
    @api.model
    def _read_group(self, domain, groupby=(), aggregates=(), having=(), offset=0, limit=None, order=None):
        every = super(ChorusReport, self.with_context(chorus_all_rows=True))
        return every._read_group(domain, groupby, aggregates, having, offset, limit, order)

    def _more_columns(self):
        """Further columns taken from ``move``, each with a comma after it."""
        return SQL()

    def action_open_move(self):
        """Open the invoice itself."""
        self.ensure_one()
        self.check_access("read")
        return self.move_id._get_records_action()
