# isort: off
from . import chorus_exchange  # what deposits and actions are made of
from . import chorus_sending  # a mix-in of account.move
from . import chorus_answers  # another
from . import chorus_advice  # another
from . import account_move
from . import account_move_line
from . import chorus_action
from . import chorus_attachment
from . import chorus_deposit
from . import chorus_deposit_line
from . import chorus_status_entry
from . import ir_attachment
from . import ir_module_module
