from . import chorus_send_wizard, chorus_setup, chorus_structure_search, res_config_settings
from . import chorus_send_wizard, chorus_setup, res_config_settings
from . import (
    chorus_works_deposit,
)
from . import chorus_send_wizard, chorus_setup, chorus_works_deposit, res_config_settings
