"""The evidence of invoices as a download: written to a file that goes away with the answer, never whole in memory."""

import tempfile

from odoo import http
from odoo.http import content_disposition, request

CHUNK = 1 << 18


def chunks(file):
    """The bytes of a file from where it stands; it is closed at the end, or when nobody reads on."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


class ChorusEvidence(http.Controller):
    @http.route("/l10n_fr_chorus_pro/evidence", type="http", auth="user", methods=["GET"])
    def evidence(self, ids=""):
        """The archive of these invoices, see ``chorus.story``.

        :param ids: their numbers in the database, with commas between.
        :raises NotFound: when they are no numbers, or of invoices that are gone.
        """
        words = ids.split(",")
        if not all(word.isascii() and word.isdigit() and len(word) <= 10 for word in words):
            raise request.not_found()
        moves = request.env["account.move"].browse(dict.fromkeys(map(int, words))).exists()
        if not moves:
            raise request.not_found()
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed once the answer is read
        try:
            archive = request.env["chorus.story"]._chorus_archive(moves, file)
        except Exception:
            file.close()
            raise
        size = file.seek(0, 2)
        file.seek(0)
        headers = [
            ("Content-Type", "application/zip"),
            ("Content-Length", str(size)),
            ("Content-Disposition", content_disposition(archive.name)),
            ("Cache-Control", "no-store"),
            ("X-Content-Type-Options", "nosniff"),
        ]
        return request.make_response(chunks(file), headers)
