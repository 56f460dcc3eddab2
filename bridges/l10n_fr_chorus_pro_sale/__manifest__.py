{
    "name": "France - Chorus Pro - Sales",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "summary": "Market, service code and engagement number on quotations and orders, carried to their invoices",
    "author": "l10n_fr_chorus_pro contributors",
    "license": "LGPL-3",
    "countries": ["fr"],
    "depends": ["l10n_fr_chorus_pro", "sale"],
    "auto_install": True,
    "data": [
        "security/ir.model.access.csv",
        "views/sale_order_views.xml",
        "wizards/sale_make_invoice_advance_views.xml",
        "wizards/chorus_market_import_views.xml",
    ],
    "assets": {
        "web.assets_tests": ["l10n_fr_chorus_pro_sale/static/tests/tours/**/*"],
    },
}
