from odoo import api, models

from ...services.document.en16931 import DocumentError
from ...services.vocabulary import states
from .. import transactions
from . import other_channels

CHORUS = "chorus_pro"


class AccountMoveSend(models.AbstractModel):
    """Chorus Pro as a sending method, and the only electronic one of an invoice that is for it.

    Odoo proposes its own platform beside the customer's method wherever it reaches the customer. Which add-on's answer counts
    depends on the order in which they load, and the platform's own does not always ask the others: so it is kept out in the
    defaults, in what is applicable, in the settings with which a job sends, and in both windows (account_move_send_wizard.py); an
    alert and an error stand behind that.
    """

    _inherit = "account.move.send"

    # EXTENDS 'account'
    @api.model
    def _is_applicable_to_company(self, method, company):
        if method == CHORUS:
            return company._chorus_may_use() and bool(company.chorus_environment)
        return super()._is_applicable_to_company(method, company)

    # EXTENDS 'account'
    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        if method == CHORUS:
            return move.chorus_state in states.TO_LEAVE
        if method == other_channels.METHOD and move._chorus_is_claimed():
            return False
        return super()._is_applicable_to_move(method, move, **move_data)

    # EXTENDS 'account'
    @api.model
    def _get_default_sending_methods(self, move):
        methods = super()._get_default_sending_methods(move)
        return methods - {other_channels.METHOD} if move._chorus_is_claimed() else methods

    # EXTENDS 'account'
    @api.model
    def _get_default_sending_settings(self, move, from_cron=False, **custom_settings):
        if "sending_methods" not in custom_settings and move._chorus_is_claimed():
            # an add-on that stands above ours may have put the platform back
            custom_settings["sending_methods"] = self._get_default_sending_methods(move) - {other_channels.METHOD}
        return super()._get_default_sending_settings(move, from_cron=from_cron, **custom_settings)

    # EXTENDS 'account'
    @api.model
    def _get_default_invoice_edi_format(self, move, **kwargs):
        methods = set(kwargs.get("sending_methods") or ())
        if CHORUS in methods and not methods & {"email", other_channels.METHOD}:
            # nobody gets that file, and its own conditions would keep the invoice from leaving
            return False
        return super()._get_default_invoice_edi_format(move, **kwargs)

    # EXTENDS 'account'
    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        alerts.update(self._chorus_other_channel_alerts(moves, moves_data))
        chosen = moves.filtered(lambda move: CHORUS in moves_data[move]["sending_methods"])
        if chosen and not self.env.user._chorus_may_transfer():
            # of several, the others need not wait
            level = "danger" if len(moves) == 1 else "warning"
            alerts["chorus_pro_right"] = {"level": level, "message": self.env.user._chorus_no_right()}
            return alerts
        if len(moves) == 1:
            alerts.update(self._chorus_single_alerts(chosen))
            return alerts
        if there := chosen.filtered(lambda move: move._chorus_is_live() or other_channels.holds(move)):
            message = self.env._("Sent already, or being sent: %s. They do not leave a second time.", there._chorus_names())
            alerts["chorus_pro_there"] = {"level": "info", "message": message}
        if blocked := chosen.filtered(lambda move: move.chorus_state in states.TO_LEAVE and move._chorus_obstacles()):
            alerts["chorus_pro_obstacles"] = {
                "level": "warning",
                "message": self.env._("Not ready for Chorus Pro: %s. The others are sent.", blocked._chorus_names()),
                "action_text": self.env._("See what to mend"),
                "action": blocked._chorus_review_action(),
            }
        return alerts

    def _chorus_other_channel_alerts(self, moves, moves_data):
        """Where the platform is chosen for an invoice that is for Chorus Pro, or is there, or is chosen as well as Chorus Pro."""
        both = moves.filtered(lambda move: self._chorus_leaves_twice(move, moves_data[move]["sending_methods"]))
        if not both:
            return {}
        # of several, the others need not wait
        level = "danger" if len(moves) == 1 else "warning"
        customers = both.commercial_partner_id._get_records_action(name=self.env._("Customers"))
        return {
            "chorus_pro_other_channel": {
                "level": level,
                "message": "\n".join(self._chorus_other_channel_text(move) for move in both[:5]),
                "action_text": self.env._("Open the customer") if len(both) == 1 else self.env._("Open the customers"),
                "action": customers,
            }
        }

    @api.model
    def _chorus_leaves_twice(self, move, methods):
        """Whether by these methods the platform would get what Chorus Pro has, is to have or gets too."""
        return other_channels.METHOD in methods and (CHORUS in methods or move._chorus_is_claimed())

    @api.model
    def _chorus_other_channel_text(self, move):
        """Why an invoice is not sent by the platform, and what to do."""
        platform = other_channels.label(self.env)
        if move._chorus_is_live():
            return self.env._(
                "%(number)s was sent to Chorus Pro: sent “%(platform)s” too, it would be refused as a duplicate. Untick that"
                " box.",
                number=move.name,
                platform=platform,
            )
        if not move._chorus_is_destined():
            return self.env._(
                "%(number)s would arrive twice, by Chorus Pro and “%(platform)s”. Untick one of the two.",
                number=move.name,
                platform=platform,
            )
        return self.env._(
            "%(number)s goes by Chorus Pro, its customer's sending method: sent “%(platform)s” too, it would arrive twice. Untick"
            " that box, or choose the other method on the customer.",
            number=move.name,
            platform=platform,
        )

    def _chorus_single_alerts(self, move):
        """One banner for each thing to mend or to look at; what blocks keeps Odoo from sending."""
        return {
            f"chorus_pro_{rank}": move._chorus_alert(
                "danger" if notice.blocks else "warning",
                f"Chorus Pro : {notice.message}\n{notice.remedy}".strip(),
                notice.place,
            )
            for rank, notice in enumerate(move._chorus_notices() if move else ())
        }

    # EXTENDS 'account'
    @api.model
    def _hook_invoice_document_before_pdf_report_render(self, invoice, invoice_data):
        super()._hook_invoice_document_before_pdf_report_render(invoice, invoice_data)
        if self._chorus_leaves_twice(invoice, invoice_data["sending_methods"]):
            # asked for in so many words: nothing leaves by either way
            invoice_data["error"] = self._chorus_error([self._chorus_other_channel_text(invoice)])

    # EXTENDS 'account'
    @api.model
    def _link_invoice_documents(self, invoices_data):
        super()._link_invoice_documents(invoices_data)
        for move, data in invoices_data.items():
            if set(data["sending_methods"]) == {CHORUS} and move.chorus_state in ("sending", "checking"):
                # printed, and not taken yet: it is sent once Chorus Pro has it
                move.is_move_sent = False

    # EXTENDS 'account'
    def _call_web_service_after_invoice_pdf_render(self, invoices_data):
        super()._call_web_service_after_invoice_pdf_render(invoices_data)
        chosen = {move: data for move, data in invoices_data.items() if CHORUS in data["sending_methods"]}
        if not chosen:
            return
        for move, data in chosen.items():
            # Odoo leaves several to a job that runs as root: what counts is the right of who asked
            author = self.env["res.users"].browse(data["author_user_id"])
            # sudo: as Odoo gives us these invoices; the author stands on the deposit
            asked = move.with_user(author).with_context(lang=self.env.lang or author.lang).sudo()
            sender = asked.env["account.move.send"]
            if not author._chorus_may_transfer():
                data["error"] = sender._chorus_error([asked.env.user._chorus_no_right()])
                continue
            try:
                pdf = (data.get("pdf_attachment_values") or {}).get("raw")
                deposit = asked._chorus_enqueue(printed={asked: pdf} if pdf else None)
            except DocumentError as error:
                data["error"] = sender._chorus_error(error.problems)
                continue
            transactions.commit(self.env)
            deposit._chorus_send()
            if asked.chorus_state == "rejected":
                data["error"] = self._chorus_error(asked._chorus_line_errors())

    @api.model
    def _chorus_error(self, texts):
        return {"error_title": self.env._("Not sent to Chorus Pro"), "errors": list(texts)}
