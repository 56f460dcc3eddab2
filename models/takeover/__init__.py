from . import chorus_look_back, chorus_take_over, res_config_settings
