# The order is part of the code, as in models/: what extends another comes after it.
# isort: off
from . import chorus_invoice_wizard  # what the dialogs about one invoice are made of
from . import chorus_action_wizard
from . import chorus_attach
from . import chorus_claim
from . import chorus_override_wizard
from . import chorus_reissue
from . import chorus_send_wizard
from . import chorus_setup
from . import chorus_setup_link
from . import chorus_structure_search
from . import chorus_why
from . import res_config_settings
from . import chorus_market_links  # extends two of those
from . import chorus_market_import
from . import chorus_validation_refusal
from . import chorus_works_deposit
from . import chorus_works_links  # extends one of those
