{
    "name": "Stand-in for Odoo's approved platform (tests)",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "summary": "For tests only: what l10n_fr_pdp adds, in an Odoo 19 that is older than that module",
    "author": "l10n_fr_chorus_pro contributors",
    "license": "LGPL-3",
    # its name and its depth let it load where l10n_fr_pdp would: after l10n_fr_chorus_pro, hence asked before it
    "depends": ["account_peppol", "auth_totp_mail", "l10n_fr_facturx_chorus_pro"],
    "installable": True,
}
