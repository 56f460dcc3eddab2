"""What is done before the add-on comes into a database."""

from typing import Any

from odoo.tools import sql

#: Columns of ``account_move`` in which the OCA connector kept what our fields of the same names would take for their own. The
#: names it has here are told in ``models/takeover/chorus_take_over.py``.
SET_ASIDE = ("chorus_identifier", "chorus_status")


def pre_init_hook(env: Any) -> None:
    """Set aside what the OCA connector left where our own fields will be, until it is taken over."""
    set_aside(env.cr, "account_move")


def set_aside(cr: Any, table: str) -> None:
    """Give the OCA connector's columns of a table of invoices names of their own; nothing happens where it never was."""
    if not sql.column_exists(cr, table, "chorus_flow_id"):
        return
    for name in SET_ASIDE:
        if sql.column_exists(cr, table, name) and not sql.column_exists(cr, table, f"oca_{name}"):
            sql.rename_column(cr, table, name, f"oca_{name}")
