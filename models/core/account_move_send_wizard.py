"""Odoo's two windows that send invoices.

An add-on that stands above ours may answer for the sending methods without asking ours: said here once more, of the windows
themselves, the answer is ours in any order of loading.
"""

from odoo import models

from . import other_channels
from .account_move_send import CHORUS


def _without_platform(alerts, moves):
    """The alerts of a window in which no invoice goes by the platform: without its invitations to use it."""
    if not moves or not all(move._chorus_is_claimed() for move in moves):
        return alerts
    return {name: alert for name, alert in (alerts or {}).items() if not name.startswith("account_peppol_")}


class AccountMoveSendWizard(models.TransientModel):
    """The window that sends one invoice: one electronic way, the other one's box told why and closed."""

    _inherit = "account.move.send.wizard"

    # EXTENDS 'account'
    def _is_applicable_to_move(self, method, move, **move_data):
        kept_out = method == other_channels.METHOD and move._chorus_is_claimed()
        return not kept_out and super()._is_applicable_to_move(method, move, **move_data)

    # EXTENDS 'account'
    def _get_default_sending_methods(self, move):
        methods = super()._get_default_sending_methods(move)
        return methods - {other_channels.METHOD} if move._chorus_is_claimed() else methods

    # EXTENDS 'account'
    def _compute_sending_method_checkboxes(self):
        super()._compute_sending_method_checkboxes()
        for wizard in self:
            boxes = dict(wizard.sending_method_checkboxes or {})
            for method, reason in wizard._chorus_closed_boxes().items():
                if method in boxes:
                    label = f"{boxes[method]['label']} ({reason})"
                    boxes[method] = {**boxes[method], "checked": False, "readonly": True, "label": label}
            wizard.sending_method_checkboxes = boxes

    def _chorus_closed_boxes(self):
        """The boxes that are not to be ticked for this invoice, each with its reason in the user's language."""
        self.ensure_one()
        move = self.move_id
        if move._chorus_is_live():
            return {CHORUS: self.env._("sent already"), other_channels.METHOD: self.env._("sent to Chorus Pro already")}
        if other_channels.holds(move):
            closed = {CHORUS: self.env._("sent already %s", other_channels.label(self.env))}
            if move._chorus_is_destined():
                closed[other_channels.METHOD] = self.env._("sent already")
            return closed
        if move._chorus_is_destined():
            closed = {other_channels.METHOD: self.env._("goes by Chorus Pro")}
            return closed | {CHORUS: self.env._("to be filed on the portal")} if move.chorus_state == "to_file" else closed
        return {} if move._chorus_is_chosen() else {CHORUS: self.env._("not this customer's method")}

    # EXTENDS 'account'
    def _compute_alerts(self):
        super()._compute_alerts()
        for wizard in self:
            if other_channels.METHOD not in (wizard.sending_methods or ()):
                wizard.alerts = _without_platform(wizard.alerts, wizard.move_id)


class AccountMoveSendBatchWizard(models.TransientModel):
    """The window that sends several invoices: what it counts is what leaves."""

    _inherit = "account.move.send.batch.wizard"

    # EXTENDS 'account'
    def _is_applicable_to_move(self, method, move, **move_data):
        kept_out = method == other_channels.METHOD and move._chorus_is_claimed()
        return not kept_out and super()._is_applicable_to_move(method, move, **move_data)

    # EXTENDS 'account'
    def _get_default_sending_methods(self, move):
        methods = super()._get_default_sending_methods(move)
        return methods - {other_channels.METHOD} if move._chorus_is_claimed() else methods

    # EXTENDS 'account'
    def _compute_alerts(self):
        super()._compute_alerts()
        for wizard in self:
            wizard.alerts = _without_platform(wizard.alerts, wizard.move_ids._origin)
