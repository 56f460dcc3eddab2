from . import (
    chorus_audit,
    chorus_call,
    chorus_connection,
    chorus_secret_entry,
    res_company,
    res_config_settings,
    res_partner,
    secret_log,
)
