from typing import NamedTuple

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools.sql import column_exists, create_column

from ...services.text import Text
from ...services.vocabulary import motifs, states, statuses
from ..core import other_channels
from ..core.account_move import TOLD_OF

#: For Odoo's translations; the French is the table's too.
STATES = [(state, label.en) for state, label in states.STATES.items()]


#: What was sent and Odoo lets change on a posted invoice: not while it is, or may be, at Chorus Pro. Of markets and works
#: documents too, where there are any.
SENT_FIELDS = frozenset(
    {
        "name",
        "invoice_date_due",
        "partner_bank_id",
        "payment_reference",
        "delivery_date",
        "buyer_reference",
        "contract_reference",
        "purchase_order_reference",
        "chorus_original_number",
        "chorus_original_date",
        "chorus_already_paid",
        "chorus_market_id",
        "chorus_engagement_id",
        "chorus_framework",
        "chorus_situation",
        "chorus_period_start",
        "chorus_period_end",
    }
)


#: What is told of a company that the user may not see: that it is there, which Chorus Pro would tell too, and no more.
SISTER = Text("another company with the same SIREN", "une autre société de même SIREN")

#: Where the notes of changed fields wait, while they are made for many invoices: see ``_message_track``.
HELD_NOTES = "chorus.notes"


class NumberPlace(NamedTuple):
    """Within which a number serves once (doc/RULES.md R-06); the environments are platforms of their own."""

    environment: str
    siren: str
    number: str
    year: int


#: What decides on ``chorus_state``.
STATE_OF = (
    "state",
    "move_type",
    "invoice_date",
    "chorus_status",
    "payment_state",
    "reversed_entry_id.chorus_status",
    "commercial_partner_id.invoice_sending_method",
    "company_id.chorus_environment",
    "company_id.chorus_start_date",
    "chorus_deposit_line_ids.live",
    "chorus_deposit_line_ids.outcome",
    "chorus_deposit_line_ids.deposit_id.state",
)


#: What decides on what is to be done about it.
ADVICE_OF = (
    "chorus_state",
    "chorus_status",
    "chorus_status_comment",
    "chorus_deposit_line_ids.deposit_id.error_code",
    "chorus_action_ids.state",
    "chorus_action_ids.error_code",
    "payment_state",
    "chorus_replaced_by_ids.state",
    "chorus_auto_at",
    "chorus_hold",
)


class AccountMove(models.Model):
    """An invoice and Chorus Pro: its state there, from the intent to the payment, and what was sent kept as it was sent.

    Start at the state diagram. How it leaves is in ``chorus.sending``, what comes back in ``chorus.answers``.
    """

    _name = "account.move"
    _inherit = ["account.move", "chorus.sending", "chorus.answers", "chorus.advice", "chorus.told"]

    chorus_deposit_line_ids = fields.One2many("chorus.deposit.line", "move_id", "Deposits of this invoice", readonly=True)
    chorus_deposit_ids = fields.Many2many("chorus.deposit", compute="_compute_chorus_deposit_ids", string="Deposits")
    chorus_identifier = fields.Char(
        "Chorus Pro identifier", copy=False, readonly=True, index="btree_not_null", tracking=True, help="identifiantFactureCPP"
    )
    chorus_status = fields.Char("Chorus Pro status code", copy=False, readonly=True)
    chorus_status_label = fields.Char("Chorus Pro status", compute="_compute_chorus_status_texts")
    chorus_status_at = fields.Datetime("Status since", copy=False, readonly=True)
    chorus_status_comment = fields.Text("Comment of the public body", copy=False, readonly=True)
    chorus_advice = fields.Char("What to do", compute="_compute_chorus_advice")
    chorus_state = fields.Selection(
        # STATE DIAGRAM (computed: it follows the live deposit, then Chorus Pro's status; words: services.vocabulary.states)
        # * False     --[posted, for a Chorus Pro customer]--> to_send, or to_file for what a person files
        # * to_send, rejected --[deposit made]---------------> sending
        # * to_file, rejected --[filed by hand on the portal]--> checking --[recognised by its number]--> deposited
        # * sending   --[answer lost]------------------------> checking --[settled]--> deposited, sending
        # * sending   --[flow number]------------------------> deposited
        # * sending, deposited --[refused, not integrated]---> rejected
        # * to_send, rejected --[taken by another channel]---> False --[that one failed]--> to_send, rejected
        # * deposited --[status]-> the states after it, in any order
        # * refused, declined, abandoned --[cancelled by a credit note]--> cancelled
        STATES,
        "Chorus Pro",
        compute="_compute_chorus_state",
        store=True,
        index="btree_not_null",
        tracking=True,
    )
    chorus_entry_ids = fields.One2many("chorus.status.entry", "move_id", "Time line", readonly=True)
    chorus_motif = fields.Selection(
        "_selection_chorus_motif",
        "Reason",
        compute="_compute_chorus_motif",
        store=True,
        help="Chorus Pro's reason, found in the comment.",
    )
    chorus_reason = fields.Text(
        "What is wrong", compute="_compute_chorus_reason", help="Why it cannot leave like this, or why it came back."
    )
    chorus_action_ids = fields.One2many("chorus.action", "move_id", "Answers to Chorus Pro", readonly=True)
    chorus_replaces_id = fields.Many2one(
        "account.move", "Replaces", copy=False, readonly=True, check_company=True, index="btree_not_null",
        help="The invoice refused by the public body that this one replaces under a new number.",
    )  # fmt: skip
    chorus_replaced_by_ids = fields.One2many("account.move", "chorus_replaces_id", "Replaced by", readonly=True)
    chorus_attachment_ids = fields.One2many(
        "chorus.attachment", "move_id", "Attachments for Chorus Pro", copy=False, help="Sent with the invoice."
    )
    chorus_hold = fields.Boolean(
        "Hold back from Chorus Pro",
        copy=False,
        tracking=True,
        help="Is not transferred by itself; the button still sends it.",
    )
    chorus_auto_at = fields.Datetime(
        "Transferred by itself from", copy=False, readonly=True, index="btree_not_null", help="Empty: only by a click."
    )
    # asked of all the invoices of a list at once, whichever one wants it first
    # it may be of a company of which the user may know nothing: `_chorus_taken_by` tells what may be told
    chorus_number_taken_by = fields.Many2one(
        "account.move",
        compute="_compute_chorus_number_taken_by",
        compute_sudo=True,
        groups=fields.NO_ACCESS,
        export_string_translation=False,
    )

    @api.depends("chorus_status", "chorus_status_comment")
    def _compute_chorus_motif(self):
        for move in self:
            reason = statuses.get(move.chorus_status).needs_reason
            known = motifs.recognise(move.chorus_status_comment) if reason else []
            move.chorus_motif = known[0].code if known else False

    @api.model
    def _selection_chorus_motif(self):
        return [(motif.code, motif.label.of(self.env.lang)) for motif in motifs.MOTIFS.values()]

    def _chorus_motif_text(self):
        """The reason in the record's language; "" when Chorus Pro gave none."""
        return motifs.get(self.chorus_motif).label.of(self.env.lang) if self.chorus_motif else ""

    @api.depends(*TOLD_OF, "chorus_state", "chorus_status", "chorus_status_comment")
    @api.depends_context("lang", "uid")
    def _compute_chorus_reason(self):
        for move in self:
            move.chorus_reason = "\n".join(move._chorus_reasons())

    def _chorus_reasons(self):
        """Why this invoice cannot leave like this, or why it came back: sentences."""
        self.ensure_one()
        if self.chorus_state in states.TO_LEAVE:
            blocking = [notice.message for notice in self._chorus_notices() if notice.blocks]
            return blocking or (self._chorus_line_errors() if self.chorus_state == "rejected" else [])
        if self.chorus_state in (*states.RETURNED, *states.GONE):
            return list(filter(None, [self._chorus_motif_text(), self.chorus_status_comment]))
        return []

    # EXTENDS 'chorus.offers'
    @api.depends("chorus_state", "chorus_status")
    def _compute_chorus_offered(self):
        super()._compute_chorus_offered()

    # EXTENDS 'chorus.offers'
    def _chorus_offers(self):
        return [*super()._chorus_offers(), *self._chorus_possible(), *self._chorus_exact()]

    def _chorus_exact(self):
        """Whether Chorus Pro's own status says more than the state that is shown: a word for the views."""
        status = statuses.get(self.chorus_status) if self.chorus_status and self.chorus_state else None
        return ["exact"] if status and not status.label.fr.startswith(states.STATES[self.chorus_state].fr) else []

    def _chorus_possible(self):
        """The answers to Chorus Pro that its status allows now, of ``statuses.ACTIONS``."""
        self.ensure_one()
        status = statuses.get(self.chorus_status) if self.chorus_status else None
        # the live deposit decides: a status of the past opens nothing
        return status.actions if status and self.chorus_state == status.state else ()

    def _auto_init(self):
        # on installation no invoice has anything to do with Chorus Pro: empty columns spare computing them for all of them
        for name in ("chorus_state", "chorus_motif"):
            if not column_exists(self.env.cr, "account_move", name):
                create_column(self.env.cr, "account_move", name, "varchar")
        return super()._auto_init()

    @api.depends("chorus_deposit_line_ids.deposit_id")
    def _compute_chorus_deposit_ids(self):
        for move in self:
            move.chorus_deposit_ids = move.chorus_deposit_line_ids.deposit_id.sorted("id", reverse=True)

    @api.depends("chorus_status")
    @api.depends_context("lang")
    def _compute_chorus_status_texts(self):
        for move in self:
            status = statuses.get(move.chorus_status) if move.chorus_status else None
            move.chorus_status_label = status and status.label.of(self.env.lang)

    @api.depends(lambda self: self._chorus_advice_facts())
    @api.depends_context("lang", "uid")
    def _compute_chorus_advice(self):
        for move in self:
            move.chorus_advice = move._chorus_advice_text() or False

    @api.model
    def _chorus_advice_facts(self):
        """What decides on ``chorus_advice``, as Odoo's dependencies."""
        return [*ADVICE_OF]

    @api.model
    def _chorus_state_facts(self):
        """What decides on ``chorus_state``, as Odoo's dependencies."""
        return [*STATE_OF, *other_channels.move_fields(self)]

    @api.depends(lambda self: self._chorus_state_facts())
    def _compute_chorus_state(self):
        for move in self:
            if move._chorus_is_alien():
                move.chorus_state = False
                continue
            line = move._chorus_line()
            if not line:
                move.chorus_state = move._chorus_is_expected() and move._chorus_state_before()
            elif not line.live:
                again = line.outcome == "refused" and not other_channels.holds(move)
                move.chorus_state = "rejected" if again else move._chorus_is_expected() and move._chorus_state_before()
            elif line.outcome == "pending" and line.deposit_id.state in ("ready", "sending"):
                move.chorus_state = "sending"
            elif line.outcome == "pending" and line.deposit_id.state in ("unknown", "by_hand"):
                move.chorus_state = "checking"
            else:
                state = statuses.get(move.chorus_status).state if move.chorus_status else "deposited"
                move.chorus_state = "cancelled" if state in states.TURNED_DOWN and move._chorus_dealt_with() else state

    def _chorus_is_alien(self):
        """Whether this invoice surely has nothing to do with Chorus Pro, as its own row and its customer tell.

        Then nobody looks for its deposits: what has one has had a state, which only another channel or a change of its customer
        may have taken from it, or bears what Chorus Pro told.
        """
        self.ensure_one()
        if self.chorus_state or self.chorus_identifier or self.chorus_status or self._chorus_is_destined():
            return False
        return not any(self[name] for name in other_channels.move_fields(self))

    def _chorus_state_before(self):
        """The state of an invoice for Chorus Pro before anything of it left."""
        self.ensure_one()
        return "to_send"

    @api.depends("name", "invoice_date", "chorus_deposit_line_ids.live")
    def _compute_chorus_number_taken_by(self):
        """Which other invoice has this number at Chorus Pro, where it serves once for a year and a SIREN (doc/RULES.md R-06).

        Of all companies: two with one SIREN are one supplier there, whoever may see both here.
        """
        own = {move: move._chorus_number_place() for move in self}
        numbers = list({place.number for place in own.values() if place})
        taken = {}
        for line in self.env["chorus.deposit.line"].search([("number", "in", numbers), ("live", "=", True)]):
            deposit = line.deposit_id
            # as it was sent: a company's SIRET may have changed since
            siren = (deposit.supplier or line.company_id._chorus_siret())[:9]
            place = NumberPlace(deposit.environment, siren, line.number, line.issue_date and line.issue_date.year)
            taken.setdefault(place, self.browse())
            taken[place] |= line.move_id
        for move in self:
            move.chorus_number_taken_by = (taken.get(own[move], self.browse()) - move._origin)[:1]

    def _chorus_number_place(self):
        """Where the number of this invoice may serve once; None while it has no number or no date."""
        self.ensure_one()
        number, company = self._chorus_number(), self.company_id
        if not self.invoice_date or not number.strip("/"):
            return None
        return NumberPlace(company.chorus_environment, company._chorus_siret()[:9], number, self.invoice_date.year)

    # EXTENDS 'account'
    @api.depends("chorus_replaces_id", "chorus_replaced_by_ids")
    def _compute_duplicated_ref_ids(self):
        super()._compute_duplicated_ref_ids()
        for move in self:
            # they are alike on purpose
            move.duplicated_ref_ids -= move.chorus_replaces_id | move.chorus_replaced_by_ids

    # EXTENDS 'account'
    @api.depends(lambda self: self._chorus_advice_facts())
    @api.depends("chorus_attachment_ids.name", "chorus_attachment_ids.size")
    @api.depends_context("lang", "uid")
    def _compute_alerts(self):
        super()._compute_alerts()

    @api.constrains("sending_data")
    def _check_chorus_author(self):
        """:raises AccessError: for whoever asks Odoo's job to send in another's name: the right to transfer is that person's."""
        # constraints run in sudo, with the user who acts
        for move in self if self.env.uid != SUPERUSER_ID else ():
            if move.sending_data and move.sending_data.get("author_user_id") != self.env.uid:
                raise AccessError(self.env._("Invoices are sent in one's own name only."))

    # EXTENDS 'account'
    def _post(self, soft=True):
        posted = super()._post(soft)
        posted._chorus_plan()
        return posted

    # EXTENDS 'mail.thread'
    def _message_track(self, fields_iter, initial_values_dict):
        if len(self) < 2:
            return super()._message_track(fields_iter, initial_values_dict)
        # a file of a hundred invoices changes the state of each: their notes are written all at once
        data, held = self.env.cr.precommit.data, []
        data[HELD_NOTES] = held
        try:
            tracking = super()._message_track(fields_iter, initial_values_dict)
        finally:
            del data[HELD_NOTES]
        if not held:
            return tracking
        messages = self.browse(move.id for move, _body, _values in held)._message_log_batch(
            {move.id: body for move, body, _values in held}
        )
        self.env["mail.tracking.value"].sudo().create(  # sudo: as Odoo's own notes of changes are, whoever made them
            [
                {**values, "mail_message_id": message.id}
                for message, (_move, _body, commands) in zip(messages, held, strict=True)
                for _command, _id, values in commands
            ]
        )
        return tracking

    # EXTENDS 'mail.thread'
    def _message_log(self, *, body="", author_id=None, tracking_value_ids=False, **options):
        held = self.env.cr.precommit.data.get(HELD_NOTES)
        if held is None or author_id or not tracking_value_ids or options:
            return super()._message_log(body=body, author_id=author_id, tracking_value_ids=tracking_value_ids, **options)
        held.append((self, body, tracking_value_ids))
        return self.env["mail.message"]

    # EXTENDS core
    def _chorus_taken_by(self):
        other = self.sudo().chorus_number_taken_by  # sudo: of another company perhaps, see below what is told of it
        if not other:
            return super()._chorus_taken_by()
        company = other.company_id
        # what a job writes down is read by people of whom it knows nothing
        known = self.env.uid != SUPERUSER_ID and company in self.env.user.company_ids
        if company != self.company_id.sudo() and not known:
            return SISTER
        return f"{other.journal_id.name}, {company.name}"

    # -- what was sent stays as it was sent ----------------------------------------------------------------------------

    def _chorus_line(self):
        """This invoice's part in its live deposit, else in the last one; empty when it was never deposited."""
        self.ensure_one()
        lines = self.sudo().chorus_deposit_line_ids  # sudo: the state is everybody's, the deposits are not
        return (lines.filtered("live") or lines).sorted("id")[-1:]

    def _chorus_is_live(self):
        """Whether this invoice is, or may be, at Chorus Pro."""
        self.ensure_one()
        return bool(self._chorus_line().filtered("live"))

    def _chorus_mark_sent(self):
        """Odoo's own "Sent" follows what became of the invoice: true once Chorus Pro took it, false when not integrated."""
        # all of a file at once: each writing has its price
        changed = {True: self.browse(), False: self.browse()}
        for move in self:
            line = move._chorus_line()
            deposit = line.deposit_id
            if line.live and (line.outcome == "integrated" or deposit.state in ("deposited", "partial", "by_hand")):
                sent = True
            elif line and not line.live and (deposit.deposited_at or line.outcome == "refused"):
                sent = other_channels.holds(move)
            else:
                continue
            if move.is_move_sent != sent:
                changed[sent] += move
        for sent, moves in changed.items():
            moves._chorus_note(is_move_sent=sent)

    # EXTENDS 'account'
    @api.depends("chorus_state")
    def _compute_show_reset_to_draft_button(self):
        super()._compute_show_reset_to_draft_button()
        for move in self:
            if move.show_reset_to_draft_button and move._chorus_is_live():
                move.show_reset_to_draft_button = False

    # EXTENDS 'account'
    def button_draft(self):
        for move in self:
            if move._chorus_is_live():
                raise UserError(
                    self.env._(
                        "%s was sent to Chorus Pro: it can be neither changed nor cancelled. To correct it, make a credit note.",
                        move.name,
                    )
                )
        result = super().button_draft()
        planned = self.filtered("chorus_auto_at")
        if planned:
            planned._chorus_note(chorus_auto_at=False)
        return result

    # EXTENDS 'chorus.states'
    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        if view_type == "form":
            # what write() refuses cannot be typed
            sent = f"chorus_state not in {(False, *states.TO_LEAVE)}"
            for node in arch.xpath("//field[not(ancestor::field)]"):
                if node.get("name") in SENT_FIELDS and node.get("readonly") not in ("1", "True"):
                    node.set("readonly", f"({node.get('readonly')}) or {sent}" if node.get("readonly") else sent)
        return arch, view

    # EXTENDS 'account'
    def write(self, vals):
        changed = SENT_FIELDS.intersection(vals)
        if changed:
            for move in self:
                if move.state == "posted" and move._chorus_is_live() and move._chorus_would_change(vals, changed):
                    raise UserError(self.env._("%s was sent to Chorus Pro: what was sent can no longer be changed.", move.name))
        return super().write(vals)

    def _chorus_rerouted(self, service_code, engagement_number):
        """Chorus Pro took other references for an invoice that is there: they are the invoice's from now on."""
        self.ensure_one()
        values = {"buyer_reference": service_code, "purchase_order_reference": engagement_number}
        # past the guard of write(): what was sent is no longer what is at Chorus Pro
        models.Model.write(self, {name: value for name, value in values.items() if value})

    def _chorus_would_change(self, vals, names):
        """Whether writing ``vals`` changes one of these fields."""
        self.ensure_one()

        def cached(name, value):
            return self._fields[name].convert_to_cache(value, self) or None

        return any(cached(name, self[name]) != cached(name, vals[name]) for name in names)
