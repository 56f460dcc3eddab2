{
    "name": "France - Chorus Pro - Job Queue",
    "version": "19.0.1.0.0",
    "category": "Accounting/Localizations/EDI",
    "summary": "What is sent to Chorus Pro and read from it runs as OCA jobs, on as many workers and machines as there are",
    "author": "l10n_fr_chorus_pro contributors",
    "license": "LGPL-3",
    "countries": ["fr"],
    "depends": ["l10n_fr_chorus_pro", "queue_job"],
    "auto_install": True,
    "data": [
        "data/queue_job_functions.xml",
    ],
}
