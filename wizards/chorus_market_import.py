import base64
import re

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount

from ..services.works import grid, schedule

#: Rows and remarks of the preview; the rest is counted.
_SHOWN = 60


class ChorusMarketImport(models.TransientModel):
    """Imports a price schedule into a market: a file or copied cells, shown as they are understood before anything is written."""

    _name = "chorus.market.import"
    _description = "Import of a public market's price schedule"

    market_id = fields.Many2one("chorus.market", "Public market", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="market_id.currency_id")
    file = fields.Binary(help="XLSX or CSV, as the public body published it or as your estimate gives it.")
    file_name = fields.Char(export_string_translation=False)
    pasted = fields.Text("Copied cells", help="Cells copied from a spreadsheet, headings included.")
    amendment_id = fields.Many2one("chorus.market.amendment", domain="[('market_id', '=', market_id)]")
    replace = fields.Boolean("Replace the present lines", help="Those on which a situation states something stay.")
    skip = fields.Boolean("Leave out the lines that cannot be read")
    count = fields.Integer("Lines", compute="_compute_preview")
    bad_count = fields.Integer("Cells to correct", compute="_compute_preview")
    total = fields.Monetary("Total without VAT", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview", sanitize=False, export_string_translation=False)
    has_lines = fields.Boolean(compute="_compute_has_lines", export_string_translation=False)

    @api.depends("market_id")
    def _compute_has_lines(self):
        for wizard in self:
            wizard.has_lines = bool(wizard.market_id.line_ids)

    @api.depends("file", "pasted", "market_id")
    @api.depends_context("lang")
    def _compute_preview(self):
        for wizard in self:
            found = wizard._read()
            wizard.count = len(found.lines)
            wizard.bad_count = len(found.bad)
            wizard.total = float(found.total)
            wizard.preview = wizard._shown(found) if found.rows or found.remarks else False

    def _read(self):
        """What the file, or else the copied cells, hold: a ``services.works.schedule.Preview``."""
        self.ensure_one()
        if self.file:
            content = base64.b64decode(self.with_context(bin_size=False).file)
        elif self.pasted:
            content = self.pasted.encode()
        else:
            return schedule.Preview()
        try:
            return schedule.read(grid.read(content))
        except grid.GridError as error:
            return schedule.Preview(remarks=[schedule.Remark("", "", error.text, blocks=True)])

    def _shown(self, found):
        """The preview as HTML: what is wrong first, each with its cell, then the lines as they are understood."""
        lang, currency = self.env.lang, self.currency_id
        remarks = sorted(found.remarks, key=lambda remark: not remark.blocks)
        return self.env["ir.qweb"]._render(
            "l10n_fr_chorus_pro.market_import_preview",
            {
                "remarks": [
                    {"where": one.where, "value": one.value, "text": one.message.of(lang), "blocks": one.blocks}
                    for one in remarks[:_SHOWN]
                ],
                "more_remarks": max(len(remarks) - _SHOWN, 0),
                "rows": [
                    {
                        "row": row,
                        "quantity": _plain(row.quantity, lang),
                        "price": _plain(row.price, lang),
                        "vat": "" if row.vat is None else _plain(row.vat, lang),
                        "amount": format_amount(self.env, float(row.amount), currency),
                    }
                    for row in found.rows[:_SHOWN]
                ],
                "more_rows": max(len(found.rows) - _SHOWN, 0),
            },
        )

    def action_import(self):
        """Write the lines into the market, and close."""
        self.ensure_one()
        market = self.market_id
        market.check_access("write")
        found = self._read()
        if not found.lines:
            problem = found.bad[0].message.of(self.env.lang) if found.bad else self.env._("Choose a file, or paste the cells.")
            raise UserError(problem)
        if found.bad and not self.skip:
            raise UserError(self.env._("%s cells cannot be read. Correct the file, or leave these lines out.", len(found.bad)))
        taxes, problems = self._taxes(found)
        if problems:
            raise UserError(
                self.env._(
                    "No sales tax of %s %% is active in this company: have it activated in the configuration of taxes.",
                    ", ".join(problems),
                )
            )
        kept = market.line_ids
        if self.replace:
            kept = market._chorus_lines_used()
            (market.line_ids - kept).unlink()
        first = max(kept.mapped("sequence"), default=0)
        usual = market._chorus_tax()
        market.line_ids = [
            Command.create(
                {
                    "sequence": first + rank,
                    "display_type": "line_section" if row.chapter else False,
                    "code": row.code,
                    "name": row.name,
                    "unit": row.unit or False,
                    "quantity": float(row.quantity),
                    "price_unit": float(row.price),
                    "tax_id": row.vat is not None and taxes[row.vat] != usual and taxes[row.vat].id,
                    "lot": row.lot,
                    "amendment_id": self.amendment_id.id,
                }
            )
            for rank, row in enumerate(found.rows, start=1)
        ]
        if not market.amount_initial and not self.amendment_id:
            market.amount_initial = market.amount_lines
        return {"type": "ir.actions.act_window_close"}

    def _taxes(self, found):
        """The sales taxes by the rates of the file, ``{Decimal: account.tax}``, and the rates for which there is none."""
        sales = self.env["account.tax"].search(
            [
                *self.env["account.tax"]._check_company_domain(self.market_id.company_id),
                ("type_tax_use", "=", "sale"),
                ("amount_type", "=", "percent"),
                ("price_include", "=", False),
            ]
        )
        usual = self.market_id._chorus_tax()
        taxes, missing = {}, []
        for rate in {row.vat for row in found.lines if row.vat is not None}:
            fitting = (usual | sales).filtered(lambda tax, rate=rate: tax.amount == float(rate))
            # works are services: one for goods only where there is no other
            taxes[rate] = fitting.sorted(lambda tax: (tax != usual, self.market_id.works and tax.tax_scope == "consu"))[:1]
            if not fitting:
                missing.append(_plain(rate, self.env.lang))
        return taxes, sorted(missing)


def _plain(value, lang):
    """A number without superfluous zeros, with the comma of French."""
    text = re.sub(r"(\.\d*?)0+$", r"\1", f"{value:f}").rstrip(".") if "." in f"{value:f}" else f"{value:f}"
    return text.replace(".", ",") if (lang or "").startswith("fr") else text
