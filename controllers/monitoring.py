"""What a monitoring system reads of the connections; off unless the server gives a token."""

import hmac

from odoo import http
from odoo.http import request

from ..models.connection.server_file import monitoring_token

#: Shorter tokens are guessed.
SHORTEST = 20


class ChorusMonitoring(http.Controller):
    @http.route("/l10n_fr_chorus_pro/health", type="http", auth="public", methods=["GET"], save_session=False)
    def health(self):
        """The connections of all companies as JSON, without business data; ``ok`` while none has a problem.

        The token comes in the header ``Authorization: Bearer …``.

        :raises NotFound: while the server gives no token, and for any other one.
        """
        token = monitoring_token()
        scheme, _, shown = request.httprequest.headers.get("Authorization", "").partition(" ")
        right = scheme.lower() == "bearer" and hmac.compare_digest(shown.strip().encode(), token.encode())
        if len(token) < SHORTEST or not right:
            raise request.not_found()
        # sudo: the server's token was shown
        companies = request.env["chorus.connection"].sudo()._supervised()
        answer = {"ok": not any(company["problems"] for company in companies), "companies": companies}
        return request.make_json_response(answer, headers=[("Cache-Control", "no-store")])
