"""What an accountant reads of an invoice are Chorus Pro's own words from now on: some states become several.

Told in SQL, as nothing but the names changes: no invoice is computed anew, nobody is called again.
"""

from odoo.addons.l10n_fr_chorus_pro.services.follow.works import Channel, channel
from odoo.addons.l10n_fr_chorus_pro.services.vocabulary import FRAMEWORKS, STATUSES, states

#: The states of the version before that went by Chorus Pro's status, and became several.
DIVIDED = ("validation", "received", "to_complete", "refused", "cancelled")


def migrate(cr, version):
    """Give each invoice, sent or to be filed by hand, the state that it has now."""
    for state in states.STATES:
        codes = [code for code, status in STATUSES.items() if status.state == state]
        if codes:
            cr.execute(
                "UPDATE account_move SET chorus_state = %s WHERE chorus_state = ANY(%s) AND chorus_status = ANY(%s)"
                " AND chorus_state <> %s",
                [state, list(DIVIDED), codes, state],
            )
    cr.execute(
        "UPDATE account_move SET chorus_state = 'cancelled' WHERE chorus_state = ANY(%s) AND payment_state = 'reversed'",
        [list(states.TURNED_DOWN)],
    )
    cr.execute(
        "UPDATE account_move SET chorus_state = 'to_file' WHERE chorus_state = 'to_send' AND chorus_framework = ANY(%s)",
        [[code for code in FRAMEWORKS if channel(code) is Channel.HAND]],
    )
