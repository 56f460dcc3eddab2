from odoo import models


class AccountJournal(models.Model):
    _inherit = "account.journal"

    # EXTENDS 'account'
    def _get_journal_dashboard_data_batched(self):
        dashboard_data = super()._get_journal_dashboard_data_batched()
        late = self.env["account.move"]._chorus_late_domain()
        counters = {
            "chorus_to_send": [("chorus_state", "=", "to_send")],
            "chorus_to_complete": [("chorus_state", "=", "to_complete")],
            "chorus_refused": [("chorus_state", "in", ("rejected", "refused")), ("payment_state", "!=", "reversed")],
            "chorus_late": late,
        }
        for name, domain in counters.items():
            self._fill_dashboard_data_count(dashboard_data, "account.move", name, domain)
        for company, journals in self.filtered(lambda journal: journal.type == "sale").grouped("company_id").items():
            silence = company._chorus_silence_text()
            for journal in journals:
                dashboard_data[journal.id]["chorus_silence"] = silence
        return dashboard_data
