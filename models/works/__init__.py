from . import (
    account_move,
    chorus_connection,
    chorus_deposit,
    chorus_deposit_line,
    chorus_market,
    chorus_validation,
    res_company,
)
