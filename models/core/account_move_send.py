from odoo import api, models

from ...services.document.en16931 import DocumentError
from .. import transactions


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    # EXTENDS 'account'
    @api.model
    def _is_applicable_to_company(self, method, company):
        if method == "chorus_pro":
            return company.country_code == "FR" and bool(company.chorus_environment)
        return super()._is_applicable_to_company(method, company)

    # EXTENDS 'account'
    @api.model
    def _is_applicable_to_move(self, method, move, **move_data):
        if method == "chorus_pro":
            return move.chorus_state in ("to_send", "rejected")
        return super()._is_applicable_to_move(method, move, **move_data)

    # EXTENDS 'account'
    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda move: "chorus_pro" in moves_data[move]["sending_methods"])
        if chosen and not self.env.user._chorus_may_transfer():
            # of several, the others need not wait
            level = "danger" if len(moves) == 1 else "warning"
            alerts["chorus_pro_right"] = {"level": level, "message": self.env.user._chorus_no_right()}
            return alerts
        if len(moves) == 1:
            alerts.update(self._chorus_single_alerts(chosen))
        elif blocked := chosen.filtered(lambda move: move.chorus_state in ("to_send", "rejected") and move._chorus_obstacles()):
            alerts["chorus_pro_obstacles"] = {
                "level": "warning",
                "message": self.env._("Not ready for Chorus Pro: %s. The others are sent.", blocked._chorus_names()),
                "action_text": self.env._("See what to mend"),
                "action": blocked._chorus_review_action(),
            }
        return alerts

    def _chorus_single_alerts(self, move):
        """One banner for each thing to mend or to look at; what blocks keeps Odoo from sending."""
        return {
            f"chorus_pro_{rank}": move._chorus_alert(
                "danger" if remark.blocks else "warning",
                f"Chorus Pro : {remark.message}\n{remark.remedy}".strip(),
                remark.place,
            )
            for rank, remark in enumerate(move._chorus_remarks() if move else ())
        }

    # EXTENDS 'account'
    def _call_web_service_after_invoice_pdf_render(self, invoices_data):
        super()._call_web_service_after_invoice_pdf_render(invoices_data)
        chosen = {move: data for move, data in invoices_data.items() if "chorus_pro" in data["sending_methods"]}
        if not chosen:
            return
        ready = []
        for move, data in chosen.items():
            # Odoo leaves several to a job that runs as root: what counts is the right of who asked
            author = self.env["res.users"].browse(data["author_user_id"])
            # sudo: as Odoo gives us these invoices; the author stands on the deposit
            asked = move.with_user(author).with_context(lang=self.env.lang or author.lang).sudo()
            obstacles = asked._chorus_obstacles() if author._chorus_may_transfer() else [asked.env.user._chorus_no_right()]
            if obstacles:
                data["error"] = asked.env["account.move.send"]._chorus_error(obstacles)
            else:
                ready.append(asked)
        for move in ready:
            try:
                pdf = (chosen[move].get("pdf_attachment_values") or {}).get("raw")
                deposit = move._chorus_enqueue(printed={move: pdf} if pdf else None)
            except DocumentError as error:
                chosen[move]["error"] = self._chorus_error(error.problems)
                continue
            transactions.commit(self.env)
            deposit._chorus_send()
            if move.chorus_state == "rejected":
                chosen[move]["error"] = self._chorus_error(move._chorus_line_errors())

    @api.model
    def _chorus_error(self, texts):
        return {"error_title": self.env._("Not sent to Chorus Pro"), "errors": list(texts)}
