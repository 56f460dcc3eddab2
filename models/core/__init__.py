# isort: off
from . import chorus_hooks
from . import chorus_document  # a mix-in of account.move
from . import chorus_settlement  # another
from . import chorus_notice  # another
from . import chorus_override
from . import account_move
from . import account_move_send
from . import account_move_send_wizard
from . import res_company
from . import res_partner
from . import res_users
