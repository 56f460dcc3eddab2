import hashlib
import json
from typing import NamedTuple

from odoo import api, fields, models

from ..services.api.answers import SubmittedInvoice
from ..services.document import submission
from ..services.document.invoice import Attachment


class Submission(NamedTuple):
    """What goes with the PDF of one invoice: the data, and the other files."""

    data: dict
    others: tuple[Attachment, ...]


class ChorusDeposit(models.Model):
    """Deposits of one invoice as its PDF and its data (``soumettre``): the same promises as a flow, an identifier at once."""

    _inherit = "chorus.deposit"

    data = fields.Text("Data sent", readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user")
    data_sha256 = fields.Char("SHA-256 of the data", readonly=True)
    attachment_ids = fields.Many2many(
        "ir.attachment", string="Attachments sent", readonly=True, groups="l10n_fr_chorus_pro.group_chorus_user"
    )

    @api.model
    def _chorus_make_one(self, move, file, code):
        """Record the intent to send one invoice.

        :param file: a ``ChorusFile``. :param code: its format's.
        """
        if file.data is None:
            return self._chorus_make(move, file.content, file.name, code)
        text = json.dumps(file.data, ensure_ascii=False, sort_keys=True)
        deposit = self._chorus_make(
            move, file.content, file.name, code, data=text, data_sha256=hashlib.sha256(text.encode()).hexdigest()
        )
        deposit.attachment_ids = deposit.attachment_ids.create(  # of a deposit in sudo, see _chorus_make
            [
                {
                    "name": other.name,
                    "description": other.description,
                    "raw": other.content,
                    "res_model": self._name,
                    "res_id": deposit.id,
                }
                for other in file.others
            ]
        )
        return deposit

    # EXTENDS 'chorus.exchange'
    def _chorus_is_intact(self, claim):
        data = not self.data or hashlib.sha256(self.data.encode()).hexdigest() == self.data_sha256
        files = zip(self.attachment_ids.sorted("id"), claim.submission.others if claim.submission else (), strict=True)
        others = all(file._compute_checksum(other.content) == file.checksum for file, other in files)
        return super()._chorus_is_intact(claim) and data and others

    # EXTENDS 'chorus.deposit'
    def _chorus_load_submission(self):
        if not self.data:
            return None
        files = self.attachment_ids.sorted("id")
        others = tuple(Attachment(file.name, file.raw or b"", file.description or "") for file in files)
        return Submission(json.loads(self.data), others)

    # EXTENDS 'chorus.deposit'
    @api.model
    def _chorus_hand_over(self, client, claim):
        if not claim.submission:
            return super()._chorus_hand_over(client, claim)
        data, others = claim.submission
        return submission.hand_over(client, data, claim.content, claim.file_name, others)

    # EXTENDS 'chorus.deposit'
    def _chorus_receive(self, answer):
        if not isinstance(answer, SubmittedInvoice):
            return super()._chorus_receive(answer)
        self._chorus_accept(False)
        line = self.line_ids
        line._chorus_integrated()
        if answer.number and answer.number != line.number:
            # Chorus Pro knows it by that number from now on
            line.write({"number": answer.number, "message": self.env._("Chorus Pro gave it the number %s.", answer.number)})
        line.move_id.sudo().write(  # sudo: told by the platform
            {
                "chorus_identifier": answer.identifier,
                "chorus_status": answer.status or "DEPOSEE",
                "chorus_status_at": fields.Datetime.now(),
            }
        )
