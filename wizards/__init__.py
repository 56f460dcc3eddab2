from . import (
    chorus_send_wizard,
    chorus_setup,
    chorus_structure_search,
    chorus_works_deposit,
    res_config_settings,
)
