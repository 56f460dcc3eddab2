from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount, format_date


class ChorusClaim(models.TransientModel):
    """What a public body owes for paying late: interest and a lump sum for each invoice, as a letter, a message or an invoice.

    Both are due without being asked for (doc/RULES.md §4.6); a body that forgot them is told what they come to.
    """

    _name = "chorus.claim"
    _description = "Claim for late payment"

    partner_id = fields.Many2one("res.partner", "Public body", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    rate = fields.Float("Yearly rate (%)", digits=(16, 3), readonly=True)
    line_ids = fields.One2many("chorus.claim.line", "claim_id", "Late invoices", readonly=True)
    total = fields.Monetary("Total claimed", compute="_compute_total")

    @api.depends("line_ids.interest", "line_ids.fee")
    def _compute_total(self):
        for claim in self:
            claim.total = sum(line.interest + line.fee for line in claim.line_ids)

    @api.model
    def _chorus_open(self, moves):
        """The dialog about these late invoices of one public body."""
        company = moves.company_id
        claim = self.create(
            {
                "partner_id": moves.commercial_partner_id.id,
                "company_id": company.id,
                "rate": company.chorus_ecb_rate + company.chorus_late_points,
                "line_ids": [
                    Command.create(
                        {
                            "move_id": move.id, "days": move.chorus_days_late, "amount": move.amount_residual_signed,
                            "interest": float(move._chorus_late_interest()), "fee": company.chorus_late_fee,
                        }
                    )
                    for move in moves.sorted("chorus_expected_date")
                ],
            }
        )  # fmt: skip
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Claim for late payment"),
            "res_model": self._name,
            "res_id": claim.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _chorus_law(self):
        """Why the public body owes interest and lump sum, in the record's language."""
        self.ensure_one()
        company = self.company_id
        return self.env._(
            "The invoices below were not paid within the legal time. By law, without any reminder being needed, you owe interest"
            " for late payment from the day after that time was over, at the main refinancing rate of the European Central Bank"
            " raised by %(points)s points, %(rate)s %% in all (Code de la commande publique, R. 2192-31), and a lump sum for"
            " recovery of %(fee)s for each of them (D. 2192-35).",
            points=f"{company.chorus_late_points:n}",
            rate=f"{self.rate:n}",
            fee=format_amount(self.env, company.chorus_late_fee, self.currency_id),
        )

    def _chorus_asked(self):
        """What the public body is asked for."""
        return self.env._(
            "Interest and lump sums come to %s today, besides what is left to pay; interest goes on until payment. We ask you to"
            " pay both.",
            format_amount(self.env, self.total, self.currency_id),
        )

    def action_letter(self):
        """Print the letter; it stands in the chatter of the invoices that it was printed."""
        self.ensure_one()
        self.line_ids.move_id.check_access("write")
        for line in self.line_ids:
            line.move_id._message_log(body=self.env._("Claim for late payment printed: %s.", line._shown()))
        return self.env.ref("l10n_fr_chorus_pro.action_report_claim").report_action(self)

    def action_message(self):
        """Write to the public body: a message with what is late, to be read over and sent."""
        self.ensure_one()
        lang = self.partner_id.lang or self.env.lang
        speaking = self.with_context(lang=lang)
        body = speaking.env["ir.qweb"]._render("l10n_fr_chorus_pro.claim_text", {"o": speaking})
        return {
            "type": "ir.actions.act_window",
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_composition_mode": "comment",
                "default_model": "res.partner",
                "default_res_ids": self.partner_id.ids,
                "default_partner_ids": self.partner_id.ids,
                "default_subject": speaking.env._("Late payment of our invoices"),
                "default_body": body,
            },
        }

    def action_invoice(self):
        """Make a draft invoice of interest and lump sums, without VAT: they are damages, no price (doc/RULES.md §4.6)."""
        self.ensure_one()
        lang = self.partner_id.lang or self.env.lang
        lines = []
        for line in self.with_context(lang=lang).line_ids:
            day = format_date(self.env, line.move_id.chorus_expected_date)
            text = line.env._(
                "Interest for late payment of %(name)s, due on %(day)s: %(days)s days at %(rate)s %%",
                name=line.move_id.name, day=day, days=line.days, rate=line.claim_id.rate,
            )  # fmt: skip
            lines.append((text, line.interest))
            lines.append((line.env._("Lump sum for recovery, %s", line.move_id.name), line.fee))
        invoice = (
            self.env["account.move"]
            .with_company(self.company_id)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": self.partner_id.id,
                    "company_id": self.company_id.id,
                    "invoice_origin": ", ".join(self.line_ids.move_id.mapped("name")),
                    "invoice_line_ids": [
                        Command.create({"name": text, "quantity": 1, "price_unit": amount, "tax_ids": [Command.clear()]})
                        for text, amount in lines
                        if amount
                    ],
                }
            )
        )
        return invoice._get_records_action()


class ChorusClaimLine(models.TransientModel):
    _name = "chorus.claim.line"
    _description = "Late invoice in a claim"

    claim_id = fields.Many2one("chorus.claim", required=True, ondelete="cascade")
    move_id = fields.Many2one("account.move", "Invoice", required=True, readonly=True, ondelete="cascade")
    currency_id = fields.Many2one(related="claim_id.currency_id")
    expected_date = fields.Date("Payment expected by", related="move_id.chorus_expected_date", related_sudo=False)
    amount = fields.Monetary("Left to pay", readonly=True)
    days = fields.Integer("Days late", readonly=True)
    interest = fields.Monetary(readonly=True)
    fee = fields.Monetary("Lump sum", readonly=True)

    def _shown(self):
        self.ensure_one()
        return format_amount(self.env, self.interest + self.fee, self.currency_id)


class AccountMove(models.Model):
    _inherit = "account.move"

    def action_chorus_claim(self):
        """Claim interest and lump sum for those of these invoices that are late, of one public body."""
        self.check_access("write")
        late = self.filtered("chorus_days_late")
        if not late:
            raise UserError(self.env._("None of them is late."))
        if len(late.commercial_partner_id) > 1 or len(late.company_id) > 1:
            raise UserError(self.env._("Choose the invoices of one public body: it gets one claim."))
        return self.env["chorus.claim"]._chorus_open(late)
