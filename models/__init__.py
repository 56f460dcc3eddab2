# The order is part of the code: of two classes that override the same method, the one imported last runs first and may call
# `super()` into the others. What nothing else may need, markets and works, comes last: see ARCHITECTURE.md.
# isort: off
from . import mixins
from . import core
from . import connection
from . import exchange
from . import directory
from . import followup
from . import takeover
from . import market
from . import works
