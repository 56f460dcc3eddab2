from odoo import api, fields, models

from ...services.vocabulary import statuses


class ChorusStatusEntry(models.Model):
    """One step in an invoice's life at Chorus Pro: the time line is made of them. See ``services.follow.timeline``."""

    _name = "chorus.status.entry"
    _inherit = ["chorus.evidence"]
    _description = "Step in an invoice's life at Chorus Pro"
    _check_company_auto = True
    _order = "at, rank, id"
    _rec_name = "status"

    move_id = fields.Many2one(
        "account.move", "Invoice", required=True, readonly=True, index=True, ondelete="cascade", check_company=True
    )
    company_id = fields.Many2one(related="move_id.company_id", store=True, index=True)
    status = fields.Char("Code", required=True, readonly=True)
    label = fields.Char("Status", compute="_compute_texts")
    state = fields.Selection(selection="_selection_state", compute="_compute_texts")
    at = fields.Datetime("Date", readonly=True)
    author = fields.Char(
        readonly=True,
        help="Who acted at Chorus Pro; empty for the platform itself, and where only a search told of the step: "
        "asking Chorus Pro about the invoice brings it.",
    )
    comment = fields.Text(readonly=True)
    rank = fields.Integer(readonly=True, help="Its place in the history: many steps may bear the same second.")
    from_history = fields.Boolean(readonly=True, help="Told by the history of the invoice; else seen by a search.")

    #: When all invoices were deposited and made available, which the analysis reads of each.
    _deposited_and_available = models.Index("(move_id, status, at) WHERE status IN ('DEPOSEE', 'MISE_A_DISPOSITION')")
    _step_unique = models.Constraint("UNIQUE (move_id, status, at)", "This step is in the time line already.")

    @api.model
    def _selection_state(self):
        return self.env["account.move"]._fields["chorus_state"]._description_selection(self.env)

    @api.depends("status")
    @api.depends_context("lang")
    def _compute_texts(self):
        for entry in self:
            status = statuses.get(entry.status)
            entry.label = status.label.of(self.env.lang)
            entry.state = status.state
