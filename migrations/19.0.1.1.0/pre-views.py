"""What one of our views adds to another may stand in a third one by now: until all are loaded anew, none adds anything.

Odoo checks a view with all that extend it, as soon as it is loaded: those of the version before would look for their places in
vain. Each gets its contents back, and its translations, in the course of this very upgrade.
"""


def migrate(cr, version):
    """Empty the views of ours that extend others; but for those that Odoo would not load anew."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = jsonb_build_object('en_US', '<data/>')
         WHERE inherit_id IS NOT NULL
           AND id IN (SELECT res_id FROM ir_model_data
                       WHERE module = 'l10n_fr_chorus_pro' AND model = 'ir.ui.view' AND NOT coalesce(noupdate, false))
        """
    )
