from odoo import api, models


class AccountMoveSend(models.AbstractModel):
    _inherit = "account.move.send"

    # EXTENDS account_move_send.py
    @api.model
    def _get_alerts(self, moves, moves_data):
        alerts = super()._get_alerts(moves, moves_data)
        chosen = moves.filtered(lambda move: "chorus_pro" in moves_data[move]["sending_methods"])
        unchecked = {move: text for move in chosen for text in move._chorus_unchecked().values()}
        if unchecked:
            texts = dict.fromkeys(unchecked.values())
            alerts["chorus_pro_unchecked"] = {"level": "warning", "message": "\n".join(texts)}
        return alerts
