import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...services.api.answers import FoundInvoice
from ...services.api.errors import ChorusError, NotAllowed
from ...services.clock import UTC
from .. import timing, transactions

_logger = logging.getLogger(__name__)


#: How Chorus Pro names a PDF that a person filed on the portal (modeDepot, doc/API.md §3).
BY_HAND = "DEPOT_PDF_PORTAIL"


#: A document with one of these statuses has a successor in its billing file.
SUPERSEDED = frozenset({"ASSOCIEE", "REMPLACEE_PAR_A22", "DUPLIQUE_APRES_REFUS"})


def _liveliness(piece):
    """Of the documents of one billing file, the one with the most is alive: no successor, then the latest news."""
    latest = piece.status_at.timestamp() if piece.status_at else 0
    return piece.status not in SUPERSEDED, latest, piece.identifier


def _as_invoice(piece):
    """A ``FoundPiece`` as what the other searches give."""
    values = {name: getattr(piece, name, "") for name in FoundInvoice._fields}
    return FoundInvoice(**values)


class ChorusDeposit(models.Model):
    """Works documents: filed by a person, recognised by their number, followed through their billing file."""

    _inherit = "chorus.deposit"

    state = fields.Selection(
        # STATE DIAGRAM, more arrows
        # *         --[a person says that it was filed]--> by_hand
        # * by_hand --[found at Chorus Pro by its number]-> integrated
        # * by_hand --[a person says that it was not]----> cancelled
        selection_add=[("by_hand", "Filed by hand, to be recognised")],
        ondelete={"by_hand": lambda deposits: deposits.write({"state": "cancelled"})},
    )

    @api.model
    def _chorus_make_by_hand(self, move, content, file_name):
        """Record that a person filed this document on the portal; Odoo looks for it from now on.

        :param bytes content: the PDF that the assistant gave.
        """
        deposit = self._chorus_make(move, content, file_name, BY_HAND)
        now = fields.Datetime.now()
        deposit.write({"state": "by_hand", "deposited_at": now, "unknown_at": now, "next_try": now})
        transactions.trigger(self.env, "follow")
        move._chorus_remind_final()
        return deposit

    def action_not_filed(self):
        """The document was not filed after all: forget it."""
        self.env["res.users"]._chorus_check_transfer()
        self.check_access("read")
        for deposit in self.sudo():  # sudo: users read deposits only; this records their decision
            if deposit.try_lock_for_update(allow_referencing=True).state != "by_hand":
                raise UserError(self.env._("Chorus Pro has this document already, or it was not filed by hand."))
            deposit._chorus_conclude("cancelled")
            deposit.line_ids.move_id._chorus_remind_final()

    # EXTENDS 'chorus.deposit'
    def _chorus_refresh(self, moves=None):
        # due at once: reading the statuses looks for them
        self.filtered(lambda deposit: deposit.state == "by_hand").write({"next_try": False})
        return super()._chorus_refresh(moves)

    @api.model
    def _chorus_find_pieces(self, client, **criteria):
        """Works documents at Chorus Pro, by both searches: the first needs an API of its own, the second tells the billing file.

        :return: a list of ``FoundPiece``, one for each document, or the error met when neither search answers: that of the
            search which should have.
        """
        found, errors = {}, []
        for search in (client.search_works, client.search_files):
            try:
                for piece in search(**criteria):
                    known = found.get(piece.identifier)
                    found[piece.identifier] = known._replace(
                        framework=piece.framework, dossier=piece.dossier, comment=piece.comment
                    ) if known else piece  # fmt: skip
            except ChorusError as error:
                errors.append(error)
                if not isinstance(error, NotAllowed):
                    _logger.info("Chorus Pro: a search for works documents failed: %s", error)
        if len(errors) == 2:
            return next((error for error in errors if not isinstance(error, NotAllowed)), errors[-1])
        return list(found.values())

    def _chorus_recognise_one(self, client):
        """Look for a document that was filed by hand and write down what is found."""
        self.ensure_one()
        number = self.line_ids[:1].number
        transactions.commit(self.env)
        transactions.retry_and_commit(self.env, self._chorus_write_recognised, self._chorus_find_pieces(client, number=number))

    def _chorus_write_recognised(self, found):
        """Adopt the document found under our number, or look again later.

        :param found: what ``_chorus_find_pieces`` gave.
        """
        self.ensure_one()
        deposit = self.try_lock_for_update(allow_referencing=True)
        if not deposit or deposit.state != "by_hand":
            return
        connection = self.env["chorus.connection"]._of(self.company_id)
        if isinstance(found, ChorusError):
            connection._note_failure(found, optional=True)
            deposit._chorus_look_again(found.code, found.detail)
            return
        connection._note_success()
        line = deposit.line_ids[:1]
        ours = [piece for piece in found if line._chorus_may_be(piece)]
        same = [piece for piece in ours if line._chorus_is_piece(piece)]
        if same:
            deposit._chorus_adopt_piece(same[0])
            deposit._chorus_write_pieces(deposit.company_id, found)
        elif ours:
            deposit._chorus_look_again("found_different", line._chorus_both(_as_invoice(ours[0])))
        else:
            deposit._chorus_look_again(False, False)

    def _chorus_adopt_piece(self, piece):
        """Chorus Pro holds this document: follow it."""
        self.ensure_one()
        line = self.line_ids[:1]
        self._chorus_conclude("integrated")
        line._chorus_integrated()
        line.move_id._chorus_note(chorus_identifier=piece.identifier, chorus_dossier=piece.dossier or False)
        line.move_id._chorus_apply_piece(piece)

    # EXTENDS exchange
    @api.model
    def _chorus_has_works(self, company):
        markets = self.env["chorus.market"].sudo().with_context(active_test=False)  # sudo: crons serve all companies
        of_the_company = [("company_id", "=", company.id)]
        return (
            super()._chorus_has_works(company)
            or bool(markets.search_count(of_the_company, limit=1))
            or bool(self.sudo().search_count([*of_the_company, ("state", "=", "by_hand")], limit=1))  # sudo: see above
        )

    # EXTENDS exchange
    @api.model
    def _chorus_follows_works(self, company):
        return (
            super()._chorus_follows_works(company)
            or bool(self._chorus_due(company, ("by_hand",)))
            or self.env["chorus.validation"]._chorus_validates(company)
        )

    # EXTENDS exchange
    @api.model
    def _chorus_read_works(self, connection, client):
        super()._chorus_read_works(connection, client)
        company = connection.company_id
        followed = self._chorus_followed_in_markets(company)
        if any(move._chorus_by_hand() for move in followed):
            self._chorus_read_pieces(connection, client)
        for deposit in self._chorus_due(company, ("by_hand",)):
            if connection._is_paused() or not transactions.seconds_left(self.env):
                break
            deposit._chorus_recognise_one(client)
        transactions.retry_and_commit(self.env, followed._chorus_remind)
        if self.env["chorus.validation"]._chorus_is_read_now(connection):
            self.env["chorus.validation"]._chorus_read_waiting(company, client)

    @api.model
    def _chorus_followed_in_markets(self, company):
        """The documents of markets that are at Chorus Pro and may still change."""
        moves = self.env["account.move"].sudo()  # sudo: crons serve all companies
        return moves.search([*self._chorus_followed(company), ("chorus_market_id", "!=", False)])

    @api.model
    def _chorus_read_pieces(self, connection, client):
        """Read the works documents that changed since the last good poll, ours and those that answer them."""
        company = connection.company_id
        now = fields.Datetime.now()
        first = self.sudo().search(  # sudo: crons serve all companies
            [("company_id", "=", company.id), ("environment", "=", connection.environment), ("syntax", "=", BY_HAND)],
            order="deposited_at",
            limit=1,
        )
        since = (timing.credible(connection.last_works_poll) or timing.credible(first.deposited_at) or now) - timedelta(
            seconds=timing.OVERLAP
        )
        transactions.commit(self.env)
        unreadable = []
        found = self._chorus_find_pieces(
            client,
            unreadable=unreadable,
            changed_from=since.replace(tzinfo=UTC),
            changed_to=now.replace(tzinfo=UTC) + timedelta(seconds=timing.OVERLAP),
        )
        if isinstance(found, ChorusError):
            connection._note_failure(found, optional=True)
            transactions.commit(self.env)
            return
        transactions.retry_and_commit(self.env, self._chorus_write_pieces, company, found)
        transactions.retry_and_commit(self.env, connection._note_unreadable, unreadable)
        transactions.retry_and_commit(self.env, connection.write, {"last_works_poll": now})

    @api.model
    def _chorus_write_pieces(self, company, found):
        """Bring home what changed: each document of ours shows the one that is alive in its billing file.

        :param found: a list of ``FoundPiece``.
        """
        moves = self.env["account.move"].sudo()  # sudo: crons serve all companies
        known = moves.search(
            [
                ("company_id", "=", company.id),
                ("chorus_deposit_line_ids.deposit_id.environment", "=", company.chorus_environment),
                "|",
                ("chorus_identifier", "in", [piece.identifier for piece in found]),
                ("chorus_dossier", "in", [piece.dossier for piece in found if piece.dossier]),
            ]
        )
        by_identifier = {piece.identifier: piece for piece in found}
        for move in known:
            own = by_identifier.get(move.chorus_identifier)
            if own and own.dossier and own.dossier != move.chorus_dossier:
                move._chorus_note(chorus_dossier=own.dossier)
            dossier = move.chorus_dossier
            pieces = [piece for piece in found if piece is own or (dossier and piece.dossier == dossier)]
            if pieces:
                move._chorus_apply_piece(max(pieces, key=_liveliness))
