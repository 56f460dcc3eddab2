from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..services.document import formats, submission
from ..services.document.attachments import distinct
from ..services.document.en16931 import DocumentError
from ..services.document.invoice import Attachment
from ..services.document.pdfa import PdfError
from ..services.rules.files import FLOW_SIZE

#: Bytes of the PDF that goes with a submission (DOMAIN R-30).
PDF_SIZE = 10_000_000
#: Invoices printed while the user waits, a second or more each; more are left to Odoo's own sending job.
PRINTED_AT_ONCE = 10


class ChorusFile(NamedTuple):
    """What Chorus Pro gets for one invoice: its file, and for a submission the data and the other files."""

    content: bytes
    name: str
    data: dict | None = None
    others: tuple[Attachment, ...] = ()


class AccountMove(models.Model):
    """Writes an invoice in its company's format."""

    _inherit = "account.move"

    chorus_attachment_ids = fields.One2many(
        "chorus.attachment", "move_id", "Attachments for Chorus Pro", copy=False, help="Sent with the invoice."
    )

    def _chorus_format(self):
        """In what this invoice goes: the ``FileFormat``, and the ``Format`` that describes it."""
        self.ensure_one()
        return self.company_id._chorus_format()

    # EXTENDS 'account'
    @api.depends("chorus_attachment_ids.name", "chorus_attachment_ids.size", "company_id.chorus_format")
    def _compute_alerts(self):
        super()._compute_alerts()

    def _chorus_file(self, printed=None):
        """What Chorus Pro gets for this invoice, as a ``ChorusFile``.

        :param bytes printed: its PDF, when it was printed already.
        :raises DocumentError: when it cannot be made.
        """
        self.ensure_one()
        chosen, form = self._chorus_format()
        document = self._chorus_document()
        pdf = self._chorus_pdf(printed) if form.needs_pdf else None
        try:
            content = formats.write(chosen, document, pdf)
        except PdfError as error:
            raise DocumentError([self.env._("The printed invoice is no readable PDF (%s).", error)]) from error
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
            return ChorusFile(content, self._chorus_file_name())
        data = submission.to_submission(document, self.company_id.chorus_structure_id)
        return ChorusFile(content, self._chorus_file_name(), data, document.attachments)

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
        return distinct(self.chorus_attachment_ids._chorus_content())

    def _chorus_format_obstacles(self):
        """Why the company's format cannot be written now, as sentences in the user's language."""
        self.ensure_one()
        _chosen, form = self._chorus_format()
        lang, obstacles = self.env.lang, []
        if self._chorus_must_print() and not self._chorus_can_print():
            others = ", ".join(other.name.of(lang) for other in formats.FORMATS.values() if not other.needs_pdf)
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
        return self._chorus_format()[1].needs_pdf and not self.invoice_pdf_report_id

    def _chorus_can_print(self):
        return self.env["ir.actions.report"].get_wkhtmltopdf_state() != "install"

    def _chorus_leave_to_odoo(self):
        """Have Odoo's own job print these invoices and send them, as its batch sending does."""
        self.sending_data = {
            "author_user_id": self.env.user.id,
            "author_partner_id": self.env.user.partner_id.id,
        }
        self.env.ref("account.ir_cron_account_move_send").sudo()._trigger()  # sudo: triggering a job is no right of users
