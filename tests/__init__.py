from . import (
    test_account_move,
    test_account_move_send,
    test_calls,
    test_chorus_market,
    test_companies,
    test_connection,
    test_deposit,
    test_follow,
    test_i18n,
    test_res_company,
    test_rights,
    test_tour,
)
