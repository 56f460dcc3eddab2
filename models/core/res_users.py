from odoo import api, models
from odoo.exceptions import AccessError


class ResUsers(models.Model):
    """The right to transfer invoices."""

    _inherit = "res.users"

    def _chorus_may_transfer(self):
        """Whether this user may transfer invoices."""
        return self.has_group("l10n_fr_chorus_pro.group_chorus_user")

    @api.model
    def _chorus_check_transfer(self):
        """Ask it of the model, whose environment tells who acts: ``env.user`` itself always comes in sudo.

        :raises AccessError: where the user of the environment may not transfer invoices; the server itself may.
        """
        if not self.env.su and not self.env.user._chorus_may_transfer():
            raise AccessError(self.env.user._chorus_no_right())

    @api.model
    def _chorus_check_manager(self):
        """:raises AccessError: for whoever is no administrator of Chorus Pro; see ``_chorus_check_transfer``."""
        if not self.env.su and not self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_manager"):
            raise AccessError(self.env._("Only an administrator of Chorus Pro may do this."))

    def _chorus_no_right(self):
        """What one is told who may not, in the user's language: also whom to ask."""
        names = ", ".join((self._chorus_who_transfers(self.env.company) - self)[:3].mapped("name"))
        words = self.env._("You have no right to transfer invoices to Chorus Pro.")
        return " ".join((words, self.env._("Ask %s.", names))) if names else words

    @api.model
    def _chorus_who_transfers(self, company):
        """The people of a company who may transfer invoices, in sudo: their names are for whoever has to ask them."""
        may = self.env.ref("l10n_fr_chorus_pro.group_chorus_user").sudo().all_user_ids  # sudo: groups are not everybody's
        return may.filtered(lambda user: user.active and company in user.company_ids and user != self.env.ref("base.user_root"))
