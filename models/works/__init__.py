from . import (
    account_move,
    account_move_line,
    chorus_connection,
    chorus_deposit,
    chorus_deposit_line,
    chorus_market,
    chorus_validation,
)
