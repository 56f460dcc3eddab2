from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_amount

from ...services.follow import works
from ...services.rules import accounts
from ...services.vocabulary import frameworks
from .chorus_works_making import TYPED, is_made


class ChorusWorksAccount(models.AbstractModel):
    """What an account does to the books: a mix-in of ``account.move``.

    The books have the balance of an account once: the final account adds what the monthly statements have left, the general one
    what it corrects. Odoo posts no invoice below zero: what an account takes off stands in a credit note that it tells, with its
    number, and the account itself then adds nothing. ``action_chorus_account_credit`` makes it.
    """

    _name = "chorus.works.account"
    _description = "The balance of a works market's accounts in the books"

    # -- what it is ----------------------------------------------------------------------------------------------------

    def _chorus_is_account(self):
        """Whether it tells the whole market: the final account, or a general one."""
        self.ensure_one()
        return works.is_account(self.chorus_framework)

    def _chorus_is_empty_account(self):
        """Whether it is an account without any amount of its own: its balance is in the books already."""
        self.ensure_one()
        return self._chorus_is_account() and self.move_type == "out_invoice" and self.currency_id.is_zero(self.amount_total)

    def _chorus_title(self):
        """What this document of a works market is called, in the user's language: an account is no situation."""
        self.ensure_one()
        if self._chorus_is_account():
            return frameworks.get(self.chorus_framework).label.of(self.env.lang)
        return self.env._("Situation no. %s", self.chorus_situation)

    def _chorus_accounts_before(self):
        """The final and general accounts before this one, in the books, in order, with their credit notes; none for a monthly
        statement."""
        self.ensure_one()
        if not self._chorus_is_account():
            return self.browse()
        return (
            self._chorus_situation_moves()
            .filtered(lambda move: move.chorus_situation < self.chorus_situation and move._chorus_is_account())
            .sorted("chorus_situation")
        )

    def _chorus_balance(self):
        """What an account says is left to pay, below zero what we owe; None of a monthly statement."""
        self.ensure_one()
        return self._chorus_columns().month.net if self._chorus_is_account() and self.move_type == "out_invoice" else None

    def _chorus_balance_text(self, columns):
        """That its balance is owed by us, in the user's language; "" where it is not.

        :param columns: what `_chorus_columns` made.
        """
        if not self._chorus_is_account() or columns.month.net >= 0:
            return ""
        return self.env._(
            "The balance is below zero: we owe the public body %s.",
            format_amount(self.env, float(-columns.month.net), self.currency_id),
        )

    def _chorus_balance_settled(self):
        """Whether the balance of an account that adds nothing to the books is paid: all that it tells is, or there is none."""
        self.ensure_one()
        told = self._chorus_accounts_before() | self._chorus_told_credits()
        return all(move.payment_state in ("paid", "in_payment", "reversed") for move in told if move.amount_total)

    # -- what it takes off ---------------------------------------------------------------------------------------------

    def _chorus_takes_off(self):
        """Whether this is a credit note of what an account takes off: it has the account's number, not that of its original."""
        self.ensure_one()
        original = self.reversed_entry_id
        return bool(
            self.move_type == "out_refund"
            and original.chorus_situation
            and original.chorus_situation != self.chorus_situation
            and self._chorus_is_account()
        )

    def _chorus_is_credited(self):
        """Whether its credit notes cancelled it: not when they carry what an account takes off."""
        self.ensure_one()
        return self.payment_state == "reversed" and not any(
            note.state == "posted" and note._chorus_takes_off() for note in self.reversal_move_ids
        )

    def _chorus_told_credits(self):
        """The credit notes in the books of what this account takes off."""
        self.ensure_one()
        if not self._chorus_is_account():
            return self.browse()
        return self._chorus_situation_moves().filtered(
            lambda move: move.chorus_situation == self.chorus_situation and move._chorus_takes_off()
        )

    def _chorus_parts_told(self, found):
        """What this document adds to the books, given what was computed of it: less what its credit notes carry already.

        :param found: what `_chorus_parts_of` gave.
        """
        if not self._chorus_is_account():
            return found
        credits = self._chorus_told_credits()
        made = credits.invoice_line_ids.filtered(lambda line: line.display_type == "product" and is_made(line.chorus_part))
        for part, lines in made.grouped("chorus_part").items():
            line = lines[:1]
            label, values = found.pop(part, None) or (line.name, self._chorus_values_of(line) | {"price_unit": 0})
            left = self.currency_id.round(values["price_unit"] + sum(lines.mapped("price_subtotal")))
            if left:
                found[part] = label, {**values, "price_unit": left}
        return found or self._chorus_told_elsewhere(credits)

    def _chorus_told_elsewhere(self, credits):
        """The one line of an account that adds nothing, which says where its balance is.

        :param credits: the credit notes of what it takes off.
        """
        told = self._chorus_accounts_before().filtered(lambda move: move.move_type == "out_invoice") | credits
        # an account that added nothing, such as the A22 before an A23, only repeats the balance
        names = ", ".join((told.filtered("amount_total") or told).mapped("name"))
        speaking = self.with_context(lang=self.partner_id.lang or self.env.lang)
        label = speaking._chorus_title()
        if names:
            name = speaking.env._("%(account)s: balance as in %(documents)s", account=label, documents=names)
        else:
            name = speaking.env._("%s: nothing is left to pay", label)
        usual = self._chorus_works_tax(self.env["chorus.market.line"])
        values = {
            "name": name,
            "quantity": 1,
            "price_unit": 0,
            "tax_ids": [Command.set(usual.ids)],
            "chorus_line_kind": "other",
            "sequence": 0,
        }
        # a line that was named after another account follows it: it may become A22 after it was begun as A8
        return {"account": (tuple(_titles(speaking.env.lang)), values)}

    def _chorus_values_of(self, line):
        """The values by which another document has the same line."""
        return {
            "name": line.name,
            "product_id": line.product_id.id,
            "account_id": line.account_id.id,
            "quantity": line.quantity,
            "discount": line.discount,
            "price_unit": line.price_unit,
            "tax_ids": [Command.set(line.tax_ids.ids)],
            "chorus_line_kind": line.chorus_line_kind,
            "sequence": line.sequence,
        }

    def action_chorus_account_credit(self):
        """Open the credit note of what this account takes off; a draft is made where there is none."""
        self.ensure_one()
        self.check_access("write")
        notes = self.chorus_market_id.invoice_ids.filtered(
            lambda move: move.state == "draft" and move.chorus_situation == self.chorus_situation and move._chorus_takes_off()
        )
        if notes:
            return notes[:1]._get_records_action()
        below = self.currency_id.compare_amounts(self.amount_total, 0) < 0
        if self.state != "draft" or not self._chorus_is_account() or not below:
            raise UserError(self.env._("Only an account in draft that takes off more than it adds needs a credit note."))
        before = self._chorus_accounts_before().filtered(lambda move: move.move_type == "out_invoice")
        original = before[-1:] or self._chorus_progressed()[:1]
        if not original:
            raise UserError(self.env._("No invoice of this market is in the books: there is nothing to credit."))
        lines = self.invoice_line_ids.filtered(lambda line: line.display_type == "product")
        note = self.with_company(self.company_id).create(
            {
                "move_type": "out_refund",
                "partner_id": self.partner_id.id,
                "journal_id": self.journal_id.id,
                "currency_id": self.currency_id.id,
                "fiscal_position_id": self.fiscal_position_id.id,
                "invoice_date": self.invoice_date,
                "invoice_user_id": self.invoice_user_id.id,
                "reversed_entry_id": original.id,
                "ref": self.env._("%(account)s, credit of %(number)s", account=self._chorus_title(), number=original.name),
                "chorus_market_id": self.chorus_market_id.id,
                "chorus_framework": self.chorus_framework,
                "chorus_situation": self.chorus_situation,
                "chorus_period_start": self.chorus_period_start,
                "chorus_period_end": self.chorus_period_end,
                "invoice_line_ids": [
                    Command.create(
                        self._chorus_values_of(line)
                        | {"price_unit": -line.price_unit, "chorus_part": line.chorus_part or f"{TYPED}{line.id}"}
                    )
                    for line in lines
                ],
            }
        )
        return note._get_records_action()

    def _chorus_check_above(self):
        """:raises UserError: for an account that takes off more than it adds: Odoo would have it made a credit note itself."""
        for move in self:
            if move.move_type == "out_invoice" and move._chorus_is_account() and move.amount_total < 0:
                finding, lang = accounts.below(move._chorus_money(move.amount_total)), self.env.lang
                raise UserError("\n".join([finding.message.of(lang), finding.remedy.of(lang)]))

    def _chorus_settle_account(self):
        """The books have these credit notes: the drafts of the accounts that tell them add what they carry no more."""
        for note in self.filtered(lambda move: move._chorus_takes_off()):
            account = note.chorus_market_id.invoice_ids.filtered(
                lambda move, note=note: (
                    move.state == "draft"
                    and move.move_type == "out_invoice"
                    and move.chorus_situation == note.chorus_situation
                    and move._chorus_is_account()
                )
            )
            carried = {part for part in note.invoice_line_ids.mapped("chorus_part") if part and part.startswith(TYPED)}
            account.invoice_line_ids.filtered(lambda line, carried=carried: f"{TYPED}{line.id}" in carried).unlink()
            for one in account:
                one._chorus_remake_lines()
                if not one.invoice_line_ids:
                    # typed without a price schedule, and moved into the credit note
                    lines = one._chorus_told_elsewhere(note)
                    one.invoice_line_ids = [Command.create(values) for _label, values in lines.values()]

    def _chorus_check_untold(self):
        """:raises UserError: for the credit note of what a posted account takes off: the account would no longer say what is
        in the books."""
        for note in self.filtered(lambda move: move.chorus_situation and move._chorus_takes_off()):
            told = note.chorus_market_id.invoice_ids.filtered(
                lambda move, note=note: (
                    move.state == "posted" and move.move_type == "out_invoice" and move.chorus_situation == note.chorus_situation
                )
            )
            if told:
                raise UserError(
                    self.env._(
                        "%(account)s tells what this credit note takes off: reset it to draft first.", account=told[:1].name
                    )
                )


def _titles(lang):
    """What accounts are called, in a language."""
    return [one.label.of(lang) for one in frameworks.FRAMEWORKS.values() if works.is_account(one.code)]
