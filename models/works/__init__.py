from . import (
    account_move,
    account_move_line,
    chorus_connection,
    chorus_deposit,
    chorus_deposit_line,
    chorus_market,
    chorus_validation,
    chorus_works_index,
    chorus_works_progress,
    chorus_works_share,
    chorus_works_term,
    res_company,
)
