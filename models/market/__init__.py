from . import (
    account_move,
    account_move_line,
    chorus_lookup,
    chorus_market,
    chorus_market_line,
    chorus_market_parts,
    chorus_report,
    product_template,
)
