from odoo import models

from ..services.follow import expiry
from ..services.vocabulary.places import Place


class AccountMove(models.Model):
    _inherit = "account.move"

    # EXTENDS account_move_alerts
    def _chorus_alerts(self):
        return {**self._chorus_expiry_alert(), **super()._chorus_alerts()}

    def _chorus_expiry_alert(self):
        """The technical password is about to end, or has ended: on each invoice that has still to go or to be followed."""
        if self.chorus_state in (False, "paid", "cancelled", "refused"):
            return {}
        connection = self.env["chorus.connection"]._known(self.company_id)
        if not connection.password_ends_on or expiry.threshold(connection.password_days_left) is None:
            return {}
        return {
            "chorus_expiry": {
                "level": "danger" if connection.password_days_left <= 0 else "warning",
                "message": connection.with_context(lang=self.env.lang)._expiry_text(),
                **self._chorus_button(Place.SETTINGS),
            }
        }
