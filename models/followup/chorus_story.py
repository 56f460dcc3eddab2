from datetime import datetime
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import format_amount, html2plaintext

from ...services.clock import UTC, paris_today
from ...services.evidence import Bundle, Entry, Event, Exchange, File, Story, index_page, story_json, story_page
from ...services.evidence.bundle import safe_name
from ..mixins import stored_bytes

#: Invoices in one archive: their numbers go in one address, and whoever waits for more does not know whether it goes on.
MOST = 500
#: Whoever may read the books may have their evidence: those who transfer, and auditors, who may change nothing.
READERS = ("l10n_fr_chorus_pro.group_chorus_user", "account.group_account_readonly")
#: Messages that Odoo and this add-on write; what people wrote to each other is named, and not told.
AUTOMATIC = ("notification", "auto_comment")


class Archive(NamedTuple):
    """An archive written: its file's name, and the SHA-256 of its manifest."""

    name: str
    manifest: str


class ChorusStory(models.AbstractModel):
    """The evidence of invoices as one archive: what was sent, its fingerprints, the answers, the time line, who did what.

    Start at ``_chorus_archive``, which the controller calls. What the archive proves, and how, stands in
    ``services/evidence/verify.py``. Reading files of deposits takes the right that ``READERS`` names; of an invoice, Odoo's own.
    """

    _name = "chorus.story"
    _description = "Evidence of invoices at Chorus Pro"

    @api.model
    def _chorus_check(self, moves):
        """Those of these invoices that concern Chorus Pro.

        :raises AccessError: for whoever is none of ``READERS``, or may not read all of these invoices.
        :raises UserError: when there is nothing to tell, or too much.
        """
        if not any(self.env.user.has_group(group) for group in READERS):
            raise AccessError(
                self.env._(
                    "The evidence of invoices is for those who transfer them to Chorus Pro, and for read-only accountants."
                )
            )
        moves.check_access("read")
        concerned = moves.filtered(lambda move: move.chorus_state or move.chorus_deposit_line_ids)
        if not concerned:
            raise UserError(self.env._("There is no evidence yet: none of this concerns Chorus Pro."))
        if len(concerned) > MOST:
            raise UserError(self.env._("Choose at most %s invoices at once.", MOST))
        return concerned

    @api.model
    def _chorus_archive(self, moves, file):
        """Write the evidence of these invoices, and note on each that it was taken, by whom, and the manifest's SHA-256.

        One file of a deposit at a time is in memory.

        :param file: open for reading and writing, empty. :return: an ``Archive``.
        :raises AccessError, UserError: see ``_chorus_check``.
        """
        moves = self._chorus_check(moves)
        moves = moves.sorted(lambda move: (move.company_id.id, move.invoice_date or fields.Date.today(), move.id))
        now, author = datetime.now(UTC), self.env.user.name
        bundle = Bundle(file, now, author)
        entries, known = [], {}
        for move in moves:
            speaking = move.with_context(lang=move._chorus_language() or self.env.lang)
            folder = bundle.free_path("factures/", move._chorus_number()) + "/"
            story = self._story(speaking, bundle, folder, known)
            bundle.add_invoice(number=story.number, company=move.company_id.name, folder=folder)
            page = bundle.add(folder, "recit.html", "story", story_page(story, folder))
            bundle.add(folder, "recit.json", "story", story_json(story))
            entries.append(Entry(story, page.path))
        bundle.add("", "index.html", "story", index_page(entries, now, author))
        sealed = bundle.close()
        self._note(moves, sealed.manifest)
        what = entries[0].story.number if len(entries) == 1 else f"{paris_today()}-{len(entries)}"
        return Archive(f"chorus-preuves-{safe_name(what)}.zip", sealed.manifest)

    @api.model
    def _note(self, moves, digest):
        """What proves this archive later, written where whoever makes another one anew cannot forget it."""
        text = self.env._(
            "Chorus Pro: the evidence of this invoice was taken (ZIP). SHA-256 of its manifest, to verify it by: %s", digest
        )
        # sudo: an auditor writes nothing, and that the evidence was taken is noted all the same
        moves.sudo()._message_log_batch(dict.fromkeys(moves.ids, text), author_id=self.env.user.partner_id.id)

    # -- one invoice ---------------------------------------------------------------------------------------------------

    @api.model
    def _story(self, move, bundle, folder, known):
        """All of one invoice; its files go into the bundle.

        :param known: deposit → its files, those that are in the bundle already.
        """
        exchanges = [self._deposit(deposit, move, bundle, known) for deposit in move.chorus_deposit_ids.sorted("id")]
        exchanges += [self._action(action, bundle, folder) for action in move.chorus_action_ids.sorted("id")]
        return Story(
            number=move._chorus_number(),
            facts=self._facts(move),
            steps=tuple(self._step(entry) for entry in move.chorus_entry_ids.sorted(lambda entry: entry.at or entry.create_date)),
            exchanges=tuple(exchanges),
            attachments=self._files(move.chorus_attachment_ids, "file", "attachment", bundle, f"{folder}pieces/"),
            done=self._done(move),
        )

    @api.model
    def _facts(self, move):
        company, customer = move.company_id, move.commercial_partner_id
        return {
            "id": move.id,
            "company": company.name,
            "company_siret": company._chorus_siret(),
            "customer": customer.name,
            "customer_siret": customer.company_registry or "",
            "kind": self._label(move, "move_type"),
            "invoice_date": fields.Date.to_string(move.invoice_date) or "",
            "total": format_amount(move.env, move.amount_total, move.currency_id),
            "service": move.buyer_reference or "",
            "engagement": move.purchase_order_reference or "",
            "market": move.contract_reference or "",
            "state": move.chorus_state or "",
            "state_label": self._label(move, "chorus_state"),
            "status": move.chorus_status or "",
            "status_label": move.chorus_status_label or "",
            "status_at": self._instant(move.chorus_status_at),
            "status_comment": move.chorus_status_comment or "",
            "identifier": move.chorus_identifier or "",
            "expected_date": fields.Date.to_string(move.chorus_expected_date) or "",
            "payment_at": self._instant(move.chorus_payment_at),
        }

    @api.model
    def _step(self, entry):
        return Event(
            at=self._instant(entry.at), who=entry.author or "", what=entry.label, code=entry.status, detail=entry.comment or ""
        )

    @api.model
    def _deposit(self, deposit, move, bundle, known):
        line = deposit.line_ids.filtered(lambda line: line.move_id == move)[-1:]
        # sudo: which other invoices there are, to know whether they may be read
        others = deposit.sudo().line_ids.move_id.sudo(False) - move
        readable = others._filtered_access("read")
        if deposit not in known:
            known[deposit] = self._deposit_files(deposit, bundle, withheld=others != readable)
        return Exchange(
            "deposit",
            str(deposit.id),
            {
                "id": deposit.id,
                "environment": deposit.environment,
                "environment_label": self._label(deposit, "environment"),
                "state": deposit.state,
                "state_label": self._label(deposit, "state"),
                "asked_at": self._instant(deposit.create_date),
                "asked_by": deposit.user_id.sudo().name or "",  # sudo: of a company that is not the reader's any more
                "sent_at": self._instant(deposit.sending_at),
                "uploads": deposit.uploads,
                "syntax": deposit.syntax,
                "supplier": deposit.supplier or "",
                "recipient": line.recipient or "",
                "flow_number": deposit.flow_number or "",
                "flow_state": deposit.flow_state or "",
                "flow_state_label": deposit.flow_state_label or "",
                "flow_state_at": self._instant(deposit.flow_state_at),
                "deposited_at": self._instant(deposit.deposited_at),
                "outcome": line.outcome or "",
                "outcome_label": self._label(line, "outcome"),
                "message": line.message or "",
                "report": deposit.report or "",
                "error": deposit.error_cause or "",
                "error_code": deposit.error_code or "",
                "error_detail": deposit.error_detail or "",
                "note": "elsewhere" if deposit.elsewhere else "",
            },
            known[deposit],
            tuple(readable.mapped("name")),
        )

    @api.model
    def _deposit_files(self, deposit, bundle, withheld):
        """What was sent: the file, the data that went with it, and the other files.

        :param bool withheld: it holds invoices that the reader may not read.
        """
        folder, recorded = f"depots/{deposit.id}/", {"sha256": deposit.sha256}
        if withheld:
            return (bundle.withhold(folder, deposit.file_name, "sent", recorded),)
        kept = self._kept(deposit, "file")
        files = ()
        if kept or deposit.sha256:
            files = (bundle.add(folder, deposit.file_name, "sent", self._content(kept), recorded),)
        # sudo: these fields are kept from those who invoice; the reader's right was asked (READERS), as of the file
        data, joined = deposit.sudo().data, deposit.sudo().attachment_ids
        if data or deposit.data_sha256:
            text = data.encode() if data else None
            files += (bundle.add(folder, "donnees.json", "data", text, {"sha256": deposit.data_sha256}),)
        return files + tuple(self._put(one, one.name, "joined", bundle, f"{folder}pieces/") for one in joined.sorted("id"))

    @api.model
    def _action(self, action, bundle, folder):
        place = f"{folder}reponses/{action.id}/"
        files = tuple(
            bundle.add(place, file.name, "answer", self._content(self._kept(file, "content")), {"sha256": file.sha256})
            for file in action.file_ids.sorted("id")
        )
        return Exchange(
            "action",
            str(action.id),
            {
                "id": action.id,
                "environment": action.environment,
                "environment_label": self._label(action, "environment"),
                "action": action.kind,
                "action_label": self._label(action, "kind"),
                "state": action.state,
                "state_label": self._label(action, "state"),
                "asked_at": self._instant(action.create_date),
                "asked_by": action.user_id.sudo().name or "",  # sudo: see the deposit
                "sent_at": self._instant(action.sending_at),
                "done_at": self._instant(action.done_at),
                "uploads": action.uploads,
                "comment": action.comment or "",
                "recipient": action.recipient or "",
                "service": action.service_code or "",
                "engagement": action.engagement_number or "",
                "validator": action.validator or "",
                "error": action.error_cause or "",
                "error_code": action.error_code or "",
                "error_detail": action.error_detail or "",
            },
            files,
        )

    @api.model
    def _done(self, move):
        """Who did what in Odoo: changed fields that the reader may see, and notes that are made by themselves."""
        events = []
        for message in move.message_ids.sorted(lambda message: (message.date, message.id)):
            # sudo: whom the reader may not look up is named all the same, as in the chatter; of the changes, only the fields
            # that the reader may see
            known = message.sudo()
            told = known.tracking_value_ids._filter_has_field_access(self.env).with_context(lang=move.env.lang)
            changes = tuple(
                (change["fieldInfo"]["changedField"], self._shown(change, "oldValue"), self._shown(change, "newValue"))
                for change in told._tracking_value_format()
            )
            automatic = message.message_type in AUTOMATIC
            text = html2plaintext(message.body or "", include_references=False).strip() if automatic else ""
            if automatic and not text and not changes:
                continue
            what = ("changed" if changes else "noted") if automatic else message.message_type
            who = known.author_id.name or known.author_guest_id.name or known.email_from or ""
            events.append(Event(self._instant(message.date), who, what, detail=text, changes=changes))
        return tuple(events)

    # -- parts ---------------------------------------------------------------------------------------------------------

    @api.model
    def _files(self, records, name, what, bundle, folder):
        """The files of a field of records that have a name each, with what Odoo recorded of them itself."""
        return tuple(self._put(self._kept(record, name), record.name, what, bundle, folder) for record in records)

    @api.model
    def _put(self, kept, name, what, bundle, folder) -> File:
        return bundle.add(folder, name, what, self._content(kept), {"sha1": kept.checksum})

    @api.model
    def _kept(self, record, name):
        """The stored file of a field, in sudo; empty when there is none."""
        record.check_access("read")
        # sudo: the reader's right to the files was asked (READERS), the one to the record just now
        files = self.env["ir.attachment"].sudo()
        return files.search([("res_model", "=", record._name), ("res_field", "=", name), ("res_id", "=", record.id)], limit=1)

    @api.model
    def _content(self, kept):
        """The bytes of a stored file; None when they are lost."""
        content = stored_bytes(kept) if kept else b""
        return content or (b"" if kept and not kept.file_size else None)

    @api.model
    def _label(self, record, name):
        """The words for a record's value of a selection."""
        return dict(record._fields[name]._description_selection(record.env)).get(record[name], "") if record else ""

    @api.model
    def _instant(self, value):
        """A date and time of Odoo's as an aware one, None for none."""
        return value.replace(tzinfo=UTC) if value else None

    @api.model
    def _shown(self, change, name):
        """A value of a changed field: text, or a bool where the field is one."""
        value = change[name]
        if change["fieldInfo"]["fieldType"] == "boolean":
            return bool(value)
        return "" if value is None or value is False else str(value)
