from odoo import models


class ChorusReissue(models.TransientModel):
    """The parts of subcontractors in a situation go with it."""

    _inherit = "chorus.reissue"

    def _take_along(self, new):
        super()._take_along(new)
        self.move_id._chorus_shares()._chorus_give_to(new)
