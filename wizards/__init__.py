from . import chorus_invoice_wizard  # isort: skip
from . import (
    chorus_action_wizard,
    chorus_reissue,
    chorus_reissue_market,
    chorus_send_wizard,
    chorus_setup,
    chorus_structure_search,
    chorus_validation_refusal,
    chorus_why,
    chorus_works_deposit,
    res_config_settings,
)
