import base64
import hashlib
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ..services.api.errors import OutcomeUnknown
from ..services.vocabulary import messages
from . import timing


def says_duplicate(text):
    """Whether the platform says that an invoice is there already."""
    return any(told.duplicate for told in messages.explain(text))


class Claim(NamedTuple):
    """What a sender needs once it holds a deposit."""

    content: bytes
    file_name: str
    syntax: str
    #: what goes with the file when it is not a flow; see ``chorus_deposit_submit``
    submission: tuple | None = None


class ChorusDeposit(models.Model):
    _inherit = "chorus.deposit"

    # EXTENDS 'chorus.exchange'
    def _chorus_go_on(self, client):
        self.ensure_one()
        if self.state == "ready":
            self._chorus_send_one(client)
        elif self.state == "unknown":
            self._chorus_settle_one(client)
        elif self.state == "deposited":
            self._chorus_read_report(client)

    # EXTENDS 'chorus.exchange'
    def _chorus_is_intact(self, claim):
        return super()._chorus_is_intact(claim) and hashlib.sha256(claim.content).hexdigest() == self.sha256

    # EXTENDS 'chorus.exchange'
    def _chorus_load(self):
        return Claim(base64.b64decode(self.file or b""), self.file_name, self.syntax, self._chorus_load_submission())

    def _chorus_load_submission(self):
        """What goes with the file besides; None for a flow."""
        self.ensure_one()
        return

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_hand_over(self, client, claim):
        return client.deposit_flow(claim.content, claim.file_name, claim.syntax)

    # EXTENDS 'chorus.exchange'
    def _chorus_receive(self, answer):
        self._chorus_accept(answer.flow_number)

    # EXTENDS 'chorus.exchange'
    def _chorus_take_refusal(self, error):
        if says_duplicate(error.detail):
            # it may be this very document: look it up before telling anybody that it was refused
            self._chorus_doubt(OutcomeUnknown(error.detail))
        else:
            self._chorus_reject(error.code, messages.with_code(error.detail, error.return_code, error.service))

    def _chorus_accept(self, flow_number, deposited_at=None):
        """Chorus Pro has the file under that flow number: follow it."""
        now = fields.Datetime.now()
        self._chorus_conclude(
            "deposited",
            flow_number=flow_number,
            deposited_at=deposited_at.replace(tzinfo=None) if deposited_at else now,
            attempts=0,
            next_try=now + timedelta(seconds=timing.FIRST_REPORTS[0]),
        )
        self._chorus_trigger("follow", *timing.FIRST_REPORTS)

    def _chorus_reject(self, code, detail):
        """The file was refused before or at integration: its invoices never entered Chorus Pro and may be sent again."""
        self._chorus_conclude("rejected", error_code=code, error_detail=detail)
        for line in self.line_ids.filtered(lambda line: line.outcome == "pending"):
            line.write({"outcome": "refused", "message": line.message or detail})

    # -- the cron ------------------------------------------------------------------------------------------------------

    @api.model
    def _cron_deposit(self):
        """Send what is ready, settle what is unknown."""
        self._chorus_serve()

    # EXTENDS 'chorus.exchange'
    @api.model
    def _chorus_gather(self, company):
        return self.env["account.move"]._chorus_transfer_due(company) or super()._chorus_gather(company)
