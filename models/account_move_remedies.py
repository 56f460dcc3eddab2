from odoo import models
from odoo.exceptions import RedirectWarning, UserError

from ..services.vocabulary.places import LABELS, Place

#: Where only some may go.
RESERVED = {Place.SUPPLIER, Place.SETTINGS, Place.TAXES}


class AccountMove(models.Model):
    """The buttons beside what is to be mended: each ``services.vocabulary.places.Place`` and the way there."""

    _inherit = "account.move"

    def _chorus_button(self, place):
        """The button that leads where something is mended, as alerts take it.

        :param place: a ``Place``, or None.
        :return: ``action_text`` with ``action`` or ``action_call``; empty when there is nothing to open, or no right to.
        """
        self.ensure_one()
        move = self._origin  # alerts are computed in onchanges too; what is not saved yet is mended on the spot
        way = move._chorus_way(place) if place and move else {}
        return {"action_text": LABELS[place].of(self.env.lang), **way} if way else {}

    def _chorus_alert(self, level, message, place):
        """A banner with its button; who may not go there is told whom to ask.

        :param place: see ``_chorus_button``.
        """
        button = self._chorus_button(place)
        if not button and place in RESERVED and self._origin:
            message = " ".join((message, self.env._("Your administrator can do it.")))
        return {"level": level, "message": message, **button}

    def _chorus_way(self, place):
        """How to get to a place: a dict with ``action`` or ``action_call`` and maybe words of its own, or an empty one."""
        return getattr(self, f"_chorus_way_to_{place}")()

    def _chorus_mended(self, place):
        """The record that is mended there: the same one for all the invoices that suffer from it."""
        self.ensure_one()
        return {
            "recipient": self.commercial_partner_id,
            "supplier": self.company_id,
            "settings": self.company_id,
            "market": self.chorus_market_id,
        }.get(str(place)) or self

    def _chorus_refusal(self, refused):
        """The error that tells why nothing can be sent; with the way to the set-up when the company is not connected."""
        text = "\n\n".join(move._chorus_refusal_text(why) for move, why in refused.items())
        company = self.company_id[:1]
        if company._chorus_missing_settings() and not self.env.su and self.env["chorus.setup"]._may_connect(company):
            action = self.env.ref("l10n_fr_chorus_pro.action_chorus_setup")
            return RedirectWarning(text, action.id, self.env._("Connect to Chorus Pro"), {"chorus_company_id": company.id})
        return UserError(text)

    # -- on the invoice itself -----------------------------------------------------------------------------------------

    def _chorus_way_to_number(self):
        may = self.state == "posted" and not self.inalterable_hash and not self._chorus_is_live()
        return self._chorus_dialog(self, "view_move_form_number", self.env._("Number of the invoice")) if may else {}

    def _chorus_way_to_references(self):
        return self._chorus_dialog(self, "view_move_form_references", self.env._("References asked for by the public body"))

    def _chorus_way_to_bank(self):
        return self._chorus_dialog(self, "view_move_form_bank", self.env._("Your bank account"))

    def _chorus_way_to_draft(self):
        may = self.state == "posted" and self.show_reset_to_draft_button and self.has_access("write")
        return {"action_call": ("account.move", "button_draft", self.ids)} if may else {}

    def _chorus_way_to_original(self):
        return self._chorus_dialog(self, "view_move_form_chorus_origin", self.env._("Invoice that this credit note corrects"))

    def _chorus_way_to_attachments(self):
        return self._chorus_dialog(self, "view_move_form_chorus_files", self.env._("Attachments for Chorus Pro"))

    def _chorus_way_to_lookup(self):
        if not self._chorus_is_live():  # Odoo has nothing to ask about
            return {**self._chorus_way_to_portal(), "action_text": LABELS[Place.PORTAL].of(self.env.lang)}
        may = self.env.user.has_group("l10n_fr_chorus_pro.group_chorus_user")
        return {"action_call": ("account.move", "action_chorus_refresh", self.ids)} if may else {}

    # -- elsewhere -----------------------------------------------------------------------------------------------------

    def _chorus_way_to_recipient(self):
        customer = self.commercial_partner_id
        title = self.env._("The customer, as Chorus Pro knows it")
        # who may not change customers sees whom to ask about
        return self._chorus_dialog(customer, "view_partner_form_identity", title) or {"action": customer._get_records_action()}

    def _chorus_way_to_supplier(self):
        return self._chorus_dialog(
            self.company_id, "view_company_form_identity", self.env._("Your company, as Chorus Pro knows it")
        )

    def _chorus_way_to_taxes(self):
        taxes = self.invoice_line_ids.tax_ids
        if all(line.tax_ids for line in self.invoice_line_ids if line.display_type == "product"):
            may = taxes.has_access("write")
            return {"action": taxes._get_records_action(name=self.env._("Taxes of the invoice"))} if may else {}
        # a line has none: it is the line that is mended
        draft = self._chorus_way_to_draft()
        return {**draft, "action_text": LABELS[Place.DRAFT].of(self.env.lang)} if draft else {}

    def _chorus_way_to_market(self):
        market = self.chorus_market_id
        return {"action": market._get_records_action()} if market and market.has_access("read") else {}

    def _chorus_way_to_settings(self):
        if not self.env["chorus.setup"]._may_connect(self.company_id):
            return {}
        action = self.env.ref("l10n_fr_chorus_pro.action_chorus_setup")
        return {"action": {"type": "ir.actions.server", "id": action.id, "context": {"chorus_company_id": self.company_id.id}}}

    def _chorus_way_to_portal(self):
        target = self.company_id._chorus_target()
        return {"action": {"type": "ir.actions.act_url", "url": target.portal_url, "target": "new"}} if target else {}

    def _chorus_dialog(self, record, view, title):
        """A small form with just what is to be mended; saving it reloads the invoice."""
        if not record.has_access("write"):
            return {}
        return {
            "action": {
                "type": "ir.actions.act_window",
                "name": title,
                "res_model": record._name,
                "res_id": record.id,
                "views": [(self.env.ref(f"l10n_fr_chorus_pro.{view}").id, "form")],
                "target": "new",
                "context": {"dialog_size": "medium"},
            }
        }
