from odoo import models

from ..services.vocabulary.places import Place

#: Invoices told one by one in a notification.
TOLD = 5


class AccountMove(models.Model):
    """Several invoices at once: what to mend first, and the others sent; what posting them leaves to be mended."""

    _inherit = "account.move"

    def action_chorus_send_selected(self):
        """Send the invoices selected in a list; when something is to be said of some of them, say it first."""
        self._chorus_check_user()
        self.check_access("write")
        if len(self) == 1:
            return self.action_chorus_send()
        remarks = {move: move._chorus_remarks() for move in self}
        if not any(remarks.values()):
            return self.action_chorus_send()
        return self.env["chorus.send.wizard"]._chorus_open(remarks)

    def _chorus_review_action(self):
        """The action that does so, for links."""
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_send_invoices")
        context = {"active_model": self._name, "active_ids": self.ids, "active_id": self[:1].id}
        return {"type": "ir.actions.server", "id": action.id, "context": context}

    # EXTENDS 'account'
    def action_validate_moves_with_confirmation(self):
        drafts = self.filtered(lambda move: move.state == "draft" and move._chorus_is_destined())
        return super().action_validate_moves_with_confirmation() or drafts._chorus_posted_notification()

    def _chorus_posted_notification(self):
        """Tell which of the invoices just posted are not ready for Chorus Pro; False when all are. Posting is never prevented."""
        # what a person files on the portal is ready for that
        unready = self.filtered(
            lambda move: (
                move.state == "posted"
                and any(remark.blocks and remark.place is not Place.BY_HAND for remark in move._chorus_remarks())
            )
        )
        if not unready:
            return False
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Posted, but not ready for Chorus Pro"),
                "type": "warning",
                "sticky": True,
                "message": (
                    "\n\n".join(move._chorus_refusal_text(move._chorus_obstacles()) for move in unready)
                    if len(unready) <= TOLD
                    else self.env._("%s: select them in the list and send them to see what to mend.", unready._chorus_names())
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
