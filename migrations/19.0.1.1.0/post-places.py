"""What stood on an invoice, and belongs to what was sent of it, moves there: see ``chorus.deposit.line``.

Odoo itself drops the columns left behind, with the fields, when all modules are loaded.
"""

from odoo.tools.sql import column_exists

#: Columns of ``account_move`` that go, each with its place in ``chorus_deposit_line``.
MOVED = {"chorus_history_due": "history_due", "chorus_called": "called", "chorus_piece": "piece"}


def migrate(cr, version):
    """Carry these over to the invoice's live deposit, else to its last one."""
    for old, new in MOVED.items():
        if column_exists(cr, "account_move", old) and column_exists(cr, "chorus_deposit_line", new):
            cr.execute(
                f"""
                UPDATE chorus_deposit_line line
                   SET {new} = move.{old}
                  FROM account_move move
                 WHERE move.{old} IS NOT NULL
                   AND line.id = (SELECT id FROM chorus_deposit_line WHERE move_id = move.id
                                   ORDER BY coalesce(live, false) DESC, id DESC LIMIT 1)
                """  # noqa: S608 - names above
            )
