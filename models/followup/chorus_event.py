import json
import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, format_datetime

from ...services.setup import webhook
from .. import timing, transactions

_logger = logging.getLogger(__name__)


class ChorusEvent(models.Model):
    """What other software was told of one invoice, and has still to be told: an outbox with a row an invoice.

    Nothing of it happens where a state changes: a scheduled job compares the invoices' states with those told, after the
    commits, so that no way by which a state changes is missed, and none waits for another software. States that an invoice went
    through between two runs are not told one by one. Only companies that gave an address have rows.

    Start at ``_serve``.
    """

    _name = "chorus.event"
    _inherit = ["chorus.evidence"]
    _description = "Event for other software"
    _check_company_auto = True
    _order = "id"
    _rec_name = "key"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True, ondelete="cascade")
    move_id = fields.Many2one(
        "account.move",
        "Invoice",
        required=True,
        readonly=True,
        ondelete="cascade",
        check_company=True,
        export_string_translation=False,
    )
    key = fields.Char("Identifier", required=True, readonly=True, help="The same at each try: what came twice is known by it.")
    invoice_state = fields.Char("State", readonly=True, help="That of the invoice, empty for none.")
    told_state = fields.Char("State told", readonly=True, help="The last one that the other software took.")
    # another state was sent since, and may have been taken
    doubtful = fields.Boolean(readonly=True, export_string_translation=False)
    at = fields.Datetime("Noticed on", required=True, readonly=True)
    # STATE: of an event with a state that was not told, ``next_try`` is when it is due; without one it was given up
    next_try = fields.Datetime(readonly=True, index="btree_not_null")
    tries = fields.Integer(readonly=True)
    error_code = fields.Char("Fault", readonly=True)

    _move_unique = models.Constraint("UNIQUE (move_id)", "An invoice has one event.")

    # -- what is to be told --------------------------------------------------------------------------------------------

    @api.model
    def _begin(self, company):
        """From now on changes are told: what the invoices are now counts as told."""
        self._insert(company, told=True)

    @api.model
    def _end(self, company):
        """Nothing is told any more."""
        self.sudo().search([("company_id", "=", company.id)]).unlink()  # sudo: written by our own jobs alone

    @api.model
    def _notice(self, company):
        """Note the invoices of a company whose state is not the one noted."""
        self._insert(company, told=False)
        now = fields.Datetime.now()
        self.env.cr.execute(
            SQL(
                """
                UPDATE chorus_event event
                   SET invoice_state = COALESCE(move.chorus_state, ''),
                       key = gen_random_uuid(), at = %(now)s, tries = 0, error_code = NULL,
                       next_try = CASE WHEN COALESCE(move.chorus_state, '') = event.told_state AND event.doubtful IS NOT TRUE
                                       THEN NULL ELSE %(now)s END
                  FROM account_move move
                 WHERE event.move_id = move.id
                   AND event.company_id = %(company)s
                   AND event.invoice_state <> COALESCE(move.chorus_state, '')
                """,
                now=now,
                company=company.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _insert(self, company, told):
        self.env["account.move"].flush_model(["chorus_state", "company_id"])
        self.flush_model()
        # looked for first: one statement that also looked into the table it writes to took minutes for 100,000 invoices
        self.env.cr.execute(
            SQL(
                """
                SELECT move.id
                  FROM account_move move
                  LEFT JOIN chorus_event event ON event.move_id = move.id
                 WHERE move.company_id = %s
                   AND move.chorus_state IS NOT NULL
                   AND event.id IS NULL
                """,
                company.id,
            )
        )
        missing = [move for (move,) in self.env.cr.fetchall()]
        if missing:
            now = fields.Datetime.now()
            self.env.cr.execute(
                SQL(
                    """
                    INSERT INTO chorus_event (company_id, move_id, key, invoice_state, told_state, at, next_try, tries)
                    SELECT company_id, id, gen_random_uuid(), chorus_state, %(told)s, %(now)s, %(next_try)s, 0
                      FROM account_move
                     WHERE id = ANY(%(missing)s)
                    """,
                    told=SQL("chorus_state") if told else "",
                    now=now,
                    next_try=None if told else now,
                    missing=missing,
                )
            )
            self.invalidate_model()

    def _content(self):
        """What is sent: the bytes that are signed. Nothing of the invoice but its number, state and moments."""
        self.ensure_one()
        move, company = self.move_id, self.company_id

        def moment(value):
            return value.isoformat() + "Z" if value else None

        said = {
            "id": self.key,
            "type": "invoice.state",
            "at": moment(self.at),
            "environment": company.chorus_environment,
            "company": company.id,
            "invoice": {
                "id": move.id,
                "number": move.name,
                "state": self.invoice_state or None,
                "previous": self.told_state or None,
                "status_at": moment(move.chorus_status_at),
            },
        }
        return json.dumps(said, sort_keys=True).encode()

    # -- telling it ----------------------------------------------------------------------------------------------------

    @api.model
    def _cron_events(self):
        """Tell other software what changed, each company in its turn."""
        # sudo: the job serves all companies
        companies = self.env["res.company"].sudo().search([("chorus_webhook_url", "!=", False)], order="id")
        for company, _left in transactions.turns(self.env, companies):
            transactions.run_and_survive(self, "_serve", company)

    @api.model
    def _serve(self, company):
        """Tell the other software of a company what changed, as long as it takes it."""
        self._notice(company)
        transactions.commit(self.env)
        url, secret = company.chorus_webhook_url, company._chorus_webhook_secret()
        if not secret or not company.chorus_environment:
            return
        due = Domain("company_id", "=", company.id) & Domain("next_try", "<=", fields.Datetime.now())
        for event in self.sudo().search(due, order="next_try, id"):  # sudo: see _cron_events
            if not transactions.seconds_left(self.env):
                transactions.trigger(self.env, "events")
                return
            key, content = event.key, event._content()
            event.doubtful = True
            # nothing is open while the other software is waited for, and what may have been taken is noted before
            transactions.commit(self.env)
            code = webhook.deliver(url, secret, content)
            transactions.retry_and_commit(self.env, event._note_answer, key, code)
            if code and not webhook.FAULTS[code].alone:
                _logger.warning("Chorus Pro: events of company %s are not taken: %s", company.id, code)
                return

    def _note_answer(self, key, code):
        """Note what became of one try.

        :param key: of what was sent. :param code: "" when it was taken, else one of ``webhook.FAULTS``.
        """
        self.invalidate_recordset()
        if not self.exists() or self.key != key:
            return  # the state has changed meanwhile, and is told anew
        tries = self.tries + 1
        if code:
            wait = fields.Datetime.add(fields.Datetime.now(), seconds=timing.step(webhook.WAITS, self.tries))
            self.write({"tries": tries, "error_code": code, "next_try": wait if tries < webhook.TRIES else False})
        else:
            taken = {"told_state": self.invoice_state, "doubtful": False}
            self.write({"tries": tries, "error_code": False, "next_try": False, **taken})

    # -- health --------------------------------------------------------------------------------------------------------

    @api.model
    def _failed(self, company):
        """What the other software of a company did not take, in sudo: whoever sees the connection is told of it."""
        return self.sudo().search([("company_id", "=", company.id), ("error_code", "!=", False)])  # sudo: see above

    @api.model
    def _trouble(self, company):
        """Why other software is not told what changed, with the remedy, in the user's language; False when all is well."""
        company = company.sudo()  # sudo: whoever sees the connection is told that events wait, and why
        if not company.chorus_webhook_url:
            return False
        lang, lines = self.env.lang, []
        by_code = dict(self._failed(company).grouped("error_code"))
        if not company._chorus_webhook_secret():
            by_code["secret"] = self.sudo()
        for code, events in sorted(by_code.items()):
            fault = webhook.FAULTS[code]
            words = [fault.cause.of(lang), fault.remedy.of(lang)]
            if events:
                words.append(
                    self.env._(
                        "Events that wait: %(count)s, since %(since)s; given up: %(lost)s.",
                        count=len(events),
                        since=format_datetime(self.env, min(events.mapped("at"))),
                        lost=len(events.filtered(lambda event: not event.next_try)),
                    )
                )
            lines.append(" ".join(words))
        return "\n".join(lines) or False

    @api.model
    def _try_again(self, company):
        """All that was not taken is due now."""
        self._failed(company).write({"tries": 0, "next_try": fields.Datetime.now()})
        transactions.trigger(self.env, "events")
