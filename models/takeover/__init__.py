from . import chorus_take_over, res_config_settings
