from odoo import api, models

from ...services import rules
from ...services.document import formats


class ChorusHooks(models.AbstractModel):
    """What other add-ons add to this one's rules, formats and messages, by inheriting it: see CONTRIBUTING.md, *From another
    add-on*.

    The tables in ``services/`` belong to the process, which serves databases with and without such an add-on; a model belongs to
    one database, so that what an add-on adds counts where it is installed, and nowhere else.
    """

    _name = "chorus.hooks"
    _description = "What other add-ons add to Chorus Pro"

    @api.model
    def _rules(self):
        """The rules that an invoice is checked by: a tuple of ``services.rules.Rule`` s, in the order of their telling.

        A code names its rule for ever, since somebody may answer for it: an add-on's begins with its own name, not with ``R-``.
        """
        return rules.RULES

    @api.model
    def _formats(self):
        """The formats that a company may choose: ``services.document.formats.Format`` s by key.

        Each key is also one of the selection ``res.company.chorus_format``, which says what becomes of it at uninstallation.
        """
        return formats.FORMATS

    @api.model
    def _messages(self):
        """What explains messages of Chorus Pro before the dictionary does: a tuple of ``services.vocabulary.Message`` s.

        Whether a message says that an invoice is there already is not asked of them: what protects from sending twice is ours.
        """
        return ()
