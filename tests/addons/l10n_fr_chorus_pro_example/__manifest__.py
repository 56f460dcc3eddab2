{
    "name": "France - Chorus Pro - Example of an add-on beside it (tests)",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "summary": "For tests, and to copy from: one rule, one format, one message and one field of the market",
    "author": "l10n_fr_chorus_pro contributors",
    "license": "LGPL-3",
    "depends": ["l10n_fr_chorus_pro"],
    "data": ["views/chorus_market_views.xml"],
}
