from odoo import models


class AccountJournal(models.Model):
    """The sales journal's card leads to the guided set-up until the company is connected."""

    _inherit = "account.journal"

    # EXTENDS 'account'
    def _get_journal_dashboard_data_batched(self):
        data = super()._get_journal_dashboard_data_batched()
        setup = self.env["chorus.setup"]
        for journal in self:
            company = journal.company_id
            data[journal.id]["chorus_setup"] = (
                journal.type == "sale"
                and company.country_code == "FR"
                and setup._may_connect(company)
                and not company._chorus_is_connected()
            )
        return data
