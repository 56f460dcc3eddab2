from odoo import models


class ResCompany(models.Model):
    _inherit = "res.company"

    # EXTENDS connection
    def _chorus_uses(self):
        deposits, uses = self.env["chorus.deposit"], super()._chorus_uses()
        if deposits._chorus_has_works(self):
            uses.add("works")
        if self.env["chorus.validation"]._chorus_validates(self):
            uses.add("validation")
        return uses
