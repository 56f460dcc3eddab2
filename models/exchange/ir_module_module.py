from odoo import models
from odoo.exceptions import UserError
from odoo.tools import str2bool

from ..connection import server_file

MODULE = "l10n_fr_chorus_pro"


class IrModuleModule(models.Model):
    """Uninstalling takes the record of what was sent along: installed again, the add-on would propose all of it to be sent."""

    _inherit = "ir.module.module"

    # EXTENDS 'base'
    def button_uninstall(self):
        # what depends on a module goes with it; `uninstall_hook` runs after this one is committed
        leaving = self | self.downstream_dependencies()
        result = super().button_uninstall()
        leaving._chorus_check_uninstall()
        return result

    # EXTENDS 'base'
    def module_uninstall(self):
        self._chorus_check_uninstall()
        return super().module_uninstall()

    def _chorus_check_uninstall(self):
        """:raises UserError: when this add-on is among these modules while invoices are, or may be, at Chorus Pro."""
        if MODULE not in self.mapped("name") or str2bool(server_file.options().get("may_uninstall", ""), False):
            return
        lines = self.env["chorus.deposit.line"].sudo()  # sudo: of all companies, only how many
        held = {
            label: lines.search_count([("live", "=", True), ("deposit_id.environment", "=", environment)])
            for environment, label in lines.deposit_id._selection_environment()
        }
        if not any(held.values()):
            return
        counts = ", ".join(f"{label}: {count}" for label, count in held.items() if count)
        raise UserError(
            self.env._(
                "France - Chorus Pro is not uninstalled: invoices are, or may be, at Chorus Pro (%(counts)s). The record of what"
                " was sent would go with it, and all of them could be sent a second time. Deposits of a test environment can be"
                " released from their form once the company has left it. For the rest, whoever runs this server may allow it:"
                " “may_uninstall = True” under [%(section)s] in Odoo's configuration file.",
                counts=counts,
                section=server_file.SECTION,
            )
        )
