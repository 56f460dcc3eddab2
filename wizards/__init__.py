from . import chorus_send_wizard, chorus_setup, res_config_settings
