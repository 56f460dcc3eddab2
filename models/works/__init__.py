# isort: off
from . import chorus_works_statement  # a mix-in of account.move
from . import chorus_works_making  # another
from . import chorus_works_account  # a third
from . import account_move
from . import account_move_line
from . import chorus_connection
from . import chorus_deposit
from . import chorus_deposit_line
from . import chorus_market
from . import chorus_market_line
from . import chorus_market_party
from . import chorus_validation
from . import chorus_works_formula
from . import chorus_works_index
from . import chorus_works_penalty
from . import chorus_works_progress
from . import chorus_works_share
from . import chorus_works_term
from . import res_company
