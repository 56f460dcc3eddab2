from . import (
    account_journal,
    account_move,
    account_move_line,
    account_payment_register,
    chorus_dashboard,
    chorus_event,
    chorus_report,
    chorus_story,
    res_company,
    res_config_settings,
    res_partner,
)
