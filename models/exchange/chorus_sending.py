import logging
import re
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import split_every

from ...services.api.errors import failure
from ...services.document import archive, submission
from ...services.document.archive import MAX_FILES
from ...services.document.attachments import distinct
from ...services.document.en16931 import DocumentError
from ...services.document.factur_x import UnshownText
from ...services.document.invoice import Attachment
from ...services.document.pdfa import PdfError
from ...services.rules.files import FLOW_SIZE
from ...services.siret import compact
from .. import transactions
from ..core import other_channels

_logger = logging.getLogger(__name__)


#: Bytes of the PDF that goes with a submission (doc/RULES.md R-30).
PDF_SIZE = 10_000_000


#: Invoices printed while the user waits, a second or more each; more are left to Odoo's own sending job.
PRINTED_AT_ONCE = 10


#: Deposits made while the user waits; more are left to the cron, which starts at once.
SENT_AT_ONCE = 10


#: What Chorus Pro told of an invoice, true of one deposit alone.
TOLD = ("chorus_identifier", "chorus_status", "chorus_status_at", "chorus_status_comment")


class ChorusFile(NamedTuple):
    """What Chorus Pro gets for one invoice: its file, and for a submission the data and the other files."""

    content: bytes
    name: str
    data: dict | None = None
    others: tuple[Attachment, ...] = ()


class ChorusSending(models.AbstractModel):
    """How an invoice leaves for Chorus Pro: a mix-in of ``account.move``.

    Start at ``action_chorus_send``, the button, then ``_chorus_enqueue``, which records the intent, and ``_chorus_file``, the
    bytes.
    """

    _name = "chorus.sending"
    _description = "Invoice on its way to Chorus Pro"

    # -- by a click ----------------------------------------------------------------------------------------------------

    def action_chorus_send(self):
        """Send these invoices to Chorus Pro: the button of the form and the action of the list.

        What can be sent is recorded and committed, then sent; the rest is reported with its reasons and stays as it was.

        :raises UserError: when nothing can be sent.
        """
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("write")
        refused, printing = {}, self.filtered(lambda move: move._chorus_must_print())
        if len(printing) > PRINTED_AT_ONCE:
            refused = {move: reasons for move in printing if (reasons := move._chorus_obstacles())}
            printing = printing.filtered(lambda move: move not in refused)
        if len(printing) > PRINTED_AT_ONCE:
            printing._chorus_leave_to_odoo()
        else:
            printing = self.browse()
        deposits = self.filtered(lambda move: move not in printing and move not in refused)._chorus_enqueue(refused)
        ready = self.filtered(lambda move: move not in printing and move not in refused)
        for move in ready.filtered(lambda move: not move._chorus_is_live()):
            # somebody else was at it; the others go their way
            refused[move] = [self.env._("It is being worked on by somebody else. Try again in a moment.")]
            ready -= move
        if not ready and not printing:
            raise self._chorus_refusal(refused)
        at_once = deposits if len(deposits) <= SENT_AT_ONCE else deposits.browse()
        ways_in = at_once._chorus_ways_in()
        transactions.commit(self.env)
        at_once._chorus_send(ways_in)
        return ready._chorus_notification(refused, printing)

    def _chorus_enqueue(self, refused=None, printed=None, by_itself=False):
        """Record the intent to send those of these invoices that can be sent, bytes included: ``ready`` deposits. Nothing leaves.

        Several share flows, where the format is known to allow it, so that two hundred take two calls.

        An invoice that somebody else is at is left out.

        :param dict refused: takes the invoices that cannot be sent, each with its reasons; without it the first raises.
        :param dict printed: PDF by invoice, of those that were printed already.
        :param by_itself: no person looks at them first.
        :raises DocumentError: with the reasons why one cannot be sent.
        """
        deposits, printed = self.env["chorus.deposit"], printed or {}
        first, twins = {}, self.browse()
        for (company, form), moves in self.grouped(lambda move: (move.company_id, move._chorus_format())).items():
            files, ours = [], moves._chorus_lock()
            moves._chorus_read_ahead()
            # of a hundred invoices it is asked once
            missing = company._chorus_missing_settings()
            for move in moves:
                if len(self) > 1 and first.setdefault(move._chorus_number_place() or move, move) != move:
                    # nothing of the first is recorded yet, which its check would find
                    twins |= move
                    continue
                try:
                    file = move._chorus_checked_file(form, missing, by_itself, printed.get(move), write=move in ours)
                    if file:
                        files.append((move, file))
                except DocumentError as error:
                    if refused is None:
                        raise
                    refused[move] = error.problems
            self.browse(move.id for move, _file in files)._chorus_forget_told()
            # what is looked for at Chorus Pro before it leaves goes alone: found there, it keeps no other one back
            shared = [(move, file) for move, file in files if not other_channels.may_have_left(move)]
            if len(shared) < 2 or not form.shares_flows:
                shared = []
            taken = {move for move, _file in shared}
            for move, file in files:
                if move not in taken:
                    deposits |= deposits._chorus_make_one(move, file, form.code)
            for part in archive.split(len(file.content) for _move, file in shared) if shared else ():
                packed = archive.pack((file.name, file.content) for _move, file in shared[part])
                together = self.browse(move.id for move, _file in shared[part])
                name = f"{shared[part][0][1].name.removesuffix(form.suffix)}_{len(together)}.tar.gz"
                deposits |= deposits._chorus_make(together, packed, name, form.code)
        if deposits:
            transactions.trigger(self.env, "deposit")
        if twins:
            # where the first did not leave, they may, alone
            deposits |= twins._chorus_enqueue(refused, printed, by_itself)
        return deposits

    def _chorus_checked_file(self, form, missing, by_itself, printed, *, write):
        """Look at this invoice, then make its file of what was read; the files that go with it are in memory no longer than that.

        :param missing: see ``_chorus_look``. :param write: False to look only. :return: a ``ChorusFile``, or None.
        :raises DocumentError: with what keeps it from leaving.
        """
        look = self._chorus_look(form, missing)
        if obstacles := look.obstacles(by_itself):
            raise DocumentError(obstacles)
        return self._chorus_file(form, look.document, printed) if write else None

    def _chorus_claim(self):
        """Take invoices for sending: lock them, check again, forget what was known of a former, refused deposit.

        :return: those taken: somebody else is at the others, or sent them meanwhile.
        """
        taken = self._chorus_lock()
        taken._chorus_forget_told()
        return taken

    def _chorus_lock(self):
        """Lock these invoices, all at once, and check again: those that nobody else is at, nor sent meanwhile."""
        return self.try_lock_for_update(allow_referencing=True).filtered(lambda move: not move._chorus_is_live())

    def _chorus_forget_told(self):
        """Forget what was known of a former, refused deposit of these invoices, where something was."""
        told = self.filtered(lambda move: any(move[name] for name in TOLD))
        told._chorus_note(**dict.fromkeys(TOLD, False))

    @api.model
    def _chorus_told_fields(self):
        """Names of the fields that hold what Chorus Pro told of an invoice, whose deposit may turn out to be none."""
        return TOLD

    def _chorus_forget_test(self, deposit):
        """What a test deposit told of these invoices is no longer theirs; it stands in their history."""
        for move in self:
            move._chorus_set_status(dict.fromkeys(self._chorus_told_fields(), False))
            move._message_log(body=self.env._("Chorus Pro: the deposit %s was a test, it holds the invoice no more.",
                                              deposit.file_name))  # fmt: skip

    def _chorus_file_name(self, form, document):
        """The number with what a file name takes; the id keeps apart numbers that would look alike."""
        self.ensure_one()
        return f"{re.sub('[^0-9A-Za-z-]+', '_', document.number)}_{self.id}{form.suffix}"

    def _chorus_line_values(self):
        """What a deposit remembers of this invoice: enough to recognise it at Chorus Pro."""
        self.ensure_one()
        place = self._chorus_number_place()
        return {
            "move_id": self.id,
            "number": self._chorus_number(),
            "number_place": place and " ".join(map(str, place)),
            # before the amount, which Odoo would otherwise read it again for
            "currency_id": self.currency_id.id,
            "total": self._chorus_grand_total(),
            "recipient": compact(self.commercial_partner_id.company_registry),
            "issue_date": self.invoice_date,
        }

    def _chorus_likeness(self):
        """This invoice as the line of a deposit, in memory alone: to be compared with what Chorus Pro shows."""
        self.ensure_one()
        return self.env["chorus.deposit.line"].sudo().new(self._chorus_line_values())  # sudo: never kept

    def _chorus_notification(self, refused, printing):
        """Tell the user what became of a sending: of each invoice when it is not well, of their number when all is.

        :param dict refused: the reasons of those that did not leave. :param printing: those left to Odoo's own job.
        """
        # all that is told of what went well: the commit has forgotten the rest
        self.fetch(["name", "chorus_state"])
        sent = self.filtered(lambda move: move.chorus_state == "deposited")
        waiting = self.filtered(lambda move: move.chorus_state == "sending")
        troubled = self - sent - waiting
        parts = []
        if sent:
            parts.append(self.env._("Deposited: %s.", sent._chorus_names()))
        if waiting:
            errors = waiting._chorus_line_errors()
            parts.append(self.env._("Waiting to be sent: %s.", waiting._chorus_names()))
            parts += errors
        if printing:
            parts.append(self.env._("%s invoices are being printed and sent in the background.", len(printing)))
        parts += [f"{move.name}: {text}" for move in troubled for text in move._chorus_line_errors()]
        parts += [move._chorus_refusal_text(why) for move, why in refused.items()]
        well = not troubled and not refused and len(parts) - bool(printing) <= 1
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "type": "warning" if not well else "info" if printing else "success",
                # what is wrong with a single one stands on its form
                "sticky": not well and len(self) + len(refused) > 1,
                "message": "\n".join(parts),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # -- by itself -----------------------------------------------------------------------------------------------------

    def _chorus_plan(self):
        """Plan the transfer of invoices just posted, where their company wants it. The scope is that of ``chorus_state``."""
        for company, moves in self.filtered(lambda move: move.chorus_state == "to_send").grouped("company_id").items():
            if company.chorus_auto_transfer:
                delay = timedelta(hours=max(0, company.chorus_auto_delay))
                moves._chorus_note(chorus_auto_at=fields.Datetime.now() + delay)
                transactions.trigger(self.env, "deposit", delay.total_seconds())

    @api.model
    def _chorus_is_transfer_due(self):
        """Whether the delay of an invoice of any company is over; for the cron, before it looks at each company."""
        due = [("chorus_auto_at", "<=", fields.Datetime.now())]
        return bool(self.sudo().search(due, order="chorus_auto_at", limit=1))  # sudo: crons serve all companies

    @api.model
    def _chorus_transfer_due(self, company):
        """Record the intent to send the invoices whose delay is over, a few at a time; for the cron, which sends next.

        What was planned under former settings follows the present ones. An invoice that cannot go is told to a person, once.
        Half of the cron's time that is left is used, for the other companies want some; what remains comes in another run.

        :return: whether any was seen to.
        """
        if not company.chorus_auto_transfer:
            return False
        progress = self.env["ir.cron"]._commit_progress
        left = progress()
        due = self.search(
            [
                ("company_id", "=", company.id),
                ("chorus_state", "=", "to_send"),
                ("chorus_hold", "=", False),
                ("chorus_auto_at", "<=", fields.Datetime.now()),
            ],
            order="id",
        )
        printed = due.filtered(lambda move: move._chorus_must_print())
        for part in [*split_every(MAX_FILES, (due - printed).ids, self.browse), *printed]:
            part._chorus_transfer_guarded()
            if progress(len(part)) <= left / 2:
                transactions.trigger(self.env, "deposit")
                break
        return not all(due.mapped("chorus_auto_at"))

    def _chorus_transfer_guarded(self):
        """Record and commit the intent to send these; one that breaks is told to a person and does not stop the others."""
        try:
            transactions.retry_and_commit(self.env, self._chorus_transfer)
        except Exception:
            if self._can_commit():
                self.env.cr.rollback()
            if len(self) > 1:
                # which one it was shows alone
                for move in self:
                    move._chorus_transfer_guarded()
                return
            _logger.exception("Chorus Pro: invoice %s broke", self.id)
            texts = failure("internal")
            reasons = [texts.cause.of(self.env.lang), self.env._("Send it by the button.")]
            transactions.retry_and_commit(self.env, self._chorus_leave_to_person, reasons)

    def _chorus_transfer(self):
        """Record the intent to send those of these invoices that can go; say of the others why not."""
        refused = {}
        self._chorus_enqueue(refused, by_itself=True)
        for move, reasons in refused.items():
            move._chorus_leave_to_person(reasons)
        self.filtered(lambda move: move._chorus_is_live())._chorus_note(chorus_auto_at=False)

    def _chorus_leave_to_person(self, reasons):
        """This invoice is not transferred by itself: say so to who made it, with the reasons."""
        self.ensure_one()
        self._chorus_note(chorus_auto_at=False)
        user = self.invoice_user_id or self.create_uid
        self.activity_schedule(
            "mail.mail_activity_data_warning",
            summary=self.env._("Not transferred to Chorus Pro by itself"),
            note="\n".join(reasons),
            user_id=user.id if user.active else self.env.user.id,
        )
        _logger.info("Chorus Pro: invoice %s is not transferred by itself", self.id)

    # -- its file ------------------------------------------------------------------------------------------------------

    def _chorus_format(self):
        """In what this invoice goes: a ``services.document.formats.Format``."""
        self.ensure_one()
        return self.env["chorus.hooks"]._formats()[self.company_id.chorus_format]

    def _chorus_file(self, form, document, printed=None):
        """What Chorus Pro gets for this invoice, as a ``ChorusFile``.

        :param form: the ``Format`` in which it goes. :param document: what it says.
        :param bytes printed: its PDF, when it was printed already.
        :raises DocumentError: when it cannot be made.
        """
        self.ensure_one()
        pdf = self._chorus_pdf(printed) if form.needs_pdf else None
        try:
            content = form.write(document, pdf)
        except PdfError as error:
            raise DocumentError([self.env._("The printed invoice is no readable PDF (%s).", error)]) from error
        except UnshownText as error:
            raise DocumentError([self._chorus_unshown(error.lines)]) from error
        limit = PDF_SIZE if form.submitted else FLOW_SIZE
        if len(content) > limit:
            weight = self.env._(
                "The file of the invoice has %(size)s MB, Chorus Pro takes %(limit)s MB: lighten the pictures that are printed on"
                " it (logo), or its attachments.",
                size=round(len(content) / 1_000_000, 1),
                limit=limit // 1_000_000,
            )
            raise DocumentError([weight])
        if not form.submitted:
            return ChorusFile(content, self._chorus_file_name(form, document))
        data = submission.to_submission(document, self.company_id.chorus_structure_id, self.company_id.chorus_own_service or "")
        return ChorusFile(content, self._chorus_file_name(form, document), data, document.attachments)

    def _chorus_unshown(self, lines):
        """What to do about characters that the printed invoice does not show."""
        return self.env._(
            "The printed invoice shows a box in the place of characters that no font of this server has: %(lines)s. A Factur-X"
            " may not. Have fonts for them installed on the server (on Debian and Ubuntu: fonts-noto-cjk for Chinese, Japanese"
            " and Korean, fonts-symbola for pictograms, fonts-noto-core for other alphabets), then send again; an invoice that"
            " was printed before is reset to draft and confirmed again first. Or write this text without these characters, or"
            " choose a format without PDF in the settings.",
            lines=" / ".join(line if len(line) <= 80 else f"{line[:79]}…" for line in lines[:3]),
        )

    def _chorus_pdf(self, printed=None):
        """The printed invoice: as the customer got it, else printed now.

        :raises DocumentError: when it cannot be printed.
        """
        self.ensure_one()
        # sudo: the file is shown to those who see the invoice, who need not see the attachment's record
        content = printed or self.sudo().invoice_pdf_report_id.raw
        try:
            return content or self._chorus_print()
        except UserError as error:
            raise DocumentError([str(error)]) from error

    def _chorus_print(self):
        report = self.env["account.move.send"]._get_default_pdf_report_id(self)
        printer = self.env["ir.actions.report"].with_company(self.company_id).with_context(report_pdf_no_attachment=True)
        return printer._render_qweb_pdf(report.report_name, self.ids)[0]

    def _chorus_attachments(self):
        """The files that go with this invoice, each under a name of its own."""
        return distinct(self.chorus_attachment_ids._chorus_content()) if self.chorus_attachment_ids else ()

    def _chorus_format_obstacles(self, form):
        """Why that ``Format`` cannot be written now, as sentences in the user's language."""
        self.ensure_one()
        lang, obstacles = self.env.lang, []
        if form.needs_pdf and not self.invoice_pdf_report_id and not self._chorus_can_print():
            known = self.env["chorus.hooks"]._formats()
            others = ", ".join(other.name.of(lang) for other in known.values() if not other.needs_pdf)
            obstacles.append(
                self.env._(
                    "The format %(format)s needs the invoice as a PDF, and this server has no PDF engine (wkhtmltopdf). Have it"
                    " installed, or choose in the settings a format that needs no PDF: %(others)s.",
                    format=form.name.of(lang),
                    others=others,
                )
            )
        if form.submitted and not self.company_id.chorus_structure_id:
            obstacles.append(
                self.env._(
                    "The format %s needs our identifier at Chorus Pro: use “Test the connection” in the settings once.",
                    form.name.of(lang),
                )
            )
        return obstacles

    def _chorus_must_print(self):
        """Whether sending this invoice begins with printing it."""
        self.ensure_one()
        return self._chorus_format().needs_pdf and not self.invoice_pdf_report_id

    def _chorus_can_print(self):
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() != "install"

    def _chorus_leave_to_odoo(self):
        """Have Odoo's own job print these invoices and send them, as its batch sending does."""
        self.sending_data = {
            "author_user_id": self.env.user.id,
            "author_partner_id": self.env.user.partner_id.id,
        }
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()  # sudo: triggering a job is no right of users
