# isort: off
from . import chorus_question  # what look-ups are made of
from . import chorus_references  # a mix-in of account.move and chorus.market
from . import chorus_recipient  # a mix-in of account.move
from . import account_move
from . import account_move_send
from . import chorus_engagement
from . import chorus_lookup
from . import chorus_service
from . import res_company
from . import res_partner
