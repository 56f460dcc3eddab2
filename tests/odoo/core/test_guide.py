import re

from odoo.tests import HttpCase, tagged

from ...support.places import ROOT

GUIDE = "/l10n_fr_chorus_pro/doc/guide/"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestGuide(HttpCase):
    """The screens' help leads to the user guide."""

    def test_pages_lead_to_each_other_and_to_their_pictures(self):
        self.authenticate("admin", "admin")
        pending, seen, pictures = {f"{GUIDE}index.rst"}, set(), set()
        while pending:
            seen.add(address := pending.pop())
            page = self.url_open(address)
            self.assertEqual(page.status_code, 200, address)
            self.assertIn("<h1", page.text)
            pictures |= set(re.findall(r'src="\.\./\.\./(static/guide/[\w-]+\.png)"', page.text))
            pending |= {GUIDE + name for name in re.findall(r'href="(\w+\.rst)"', page.text)} - seen
        self.assertEqual(seen, {GUIDE + page.name for page in (ROOT / "doc/guide").glob("*.rst")})
        self.assertGreater(len(pictures), 10)
        self.assertEqual({self.url_open(f"/l10n_fr_chorus_pro/{path}").status_code for path in pictures}, {200})

    def test_only_pages_of_the_guide_are_given(self):
        self.authenticate("admin", "admin")
        for name in ("nothing", "..%2F..%2FREADME", "%2Fetc%2Fpasswd"):
            self.assertEqual(self.url_open(f"{GUIDE}{name}.rst").status_code, 404, name)

    def test_the_screens_link_to_it(self):
        for xmlid in ("res_config_settings_view_form", "chorus_setup_view_form", "view_move_form_situation"):
            view = self.env.ref(f"l10n_fr_chorus_pro.{xmlid}")
            (name,) = set(re.findall(rf'href="{GUIDE}(\w+)\.rst" target="_blank"', view.arch_db))
            self.assertIn(name, ("administrateur", "connexion", "travaux"))
