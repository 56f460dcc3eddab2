"""The user guide, which the screens' help links to: the files of doc/guide as they are in this version."""

from docutils.core import publish_parts
from markupsafe import Markup

from odoo import http
from odoo.http import request
from odoo.tools.misc import file_path

SETTINGS = {"file_insertion_enabled": False, "raw_enabled": False, "language_code": "fr", "report_level": 5}


class ChorusGuide(http.Controller):
    # as deep as the files are in the repository, so that their links to each other and to their pictures lead somewhere
    @http.route("/l10n_fr_chorus_pro/doc/guide/<string:page>.rst", type="http", auth="user", readonly=True)
    def page(self, page):
        """One page of the guide, in French.

        :raises NotFound: when there is no page of that name.
        """
        try:
            path = file_path(f"l10n_fr_chorus_pro/doc/guide/{page}.rst", filter_ext=(".rst",))
        except (FileNotFoundError, ValueError) as error:
            raise request.not_found() from error
        with open(path, encoding="utf-8") as source:
            parts = publish_parts(source.read(), writer_name="html5", settings_overrides=SETTINGS)
        values = {"title": parts["title"], "body": Markup(parts["html_body"])}  # our own file, not what anybody typed
        return request.render("l10n_fr_chorus_pro.guide_page", values)
