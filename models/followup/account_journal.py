from odoo import models

from ...services.vocabulary import Group, states


class AccountJournal(models.Model):
    """The sales journal's card counts what waits for a person, and leads to the guided set-up until the company is connected."""

    _inherit = "account.journal"

    # EXTENDS 'account'
    def _get_journal_dashboard_data_batched(self):
        dashboard_data = super()._get_journal_dashboard_data_batched()
        late = self.env["account.move"]._chorus_late_domain()
        counters = {
            "chorus_to_send": [("chorus_state", "=", "to_send")],
            "chorus_to_file": [("chorus_state", "=", "to_file")],
            "chorus_to_complete": [("chorus_state", "in", states.RETURNED)],
            "chorus_refused": [("chorus_state", "in", states.of_group(Group.REFUSED))],
            "chorus_late": late,
        }
        for name, domain in counters.items():
            self._fill_dashboard_data_count(dashboard_data, "account.move", name, domain)
        setup = self.env["chorus.setup"]
        for company, journals in self.grouped("company_id").items():
            may_connect = company._chorus_may_use() and setup._may_connect(company) and not company._chorus_is_connected()
            # tried out already: what is left is to leave the simulator
            production = company.chorus_environment == "simulator" and not company._chorus_missing_settings()
            label = self.env._("Go to production") if production else self.env._("Connect to Chorus Pro")
            silence = company._chorus_silence_text()
            for journal in journals:
                sale = journal.type == "sale"
                dashboard_data[journal.id] |= {"chorus_setup": sale and may_connect and label, "chorus_silence": sale and silence}
        return dashboard_data
