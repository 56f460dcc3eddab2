from . import chorus_market_import, sale_make_invoice_advance
