from odoo.tests import Form, tagged

from ...common import ChorusCommon

OVERSEAS = ("re", "gp", "mq", "gf", "yt", "mf", "bl", "pm", "nc", "pf", "wf", "tf")


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOverseas(ChorusCommon):
    """France is thirteen countries, by Odoo's own list: a company of Réunion is set up, sends and follows like one of Paris."""

    def settings(self):
        return self.env["res.config.settings"].with_company(self.company)

    def shown_at(self, code):
        """Where a company of that country meets Chorus Pro: settings, the sales journal's card, Odoo's window to send."""
        self.company.country_id = self.env.ref(f"base.{code}")
        journal = self.company_data["default_journal_sale"]
        self.company.chorus_technical_account = False
        card = journal._get_journal_dashboard_data_batched()[journal.id]
        return (
            self.settings().create({}).chorus_is_french,
            bool(card["chorus_setup"]),
            self.env["account.move.send"]._is_applicable_to_company("chorus_pro", self.company),
        )

    def test_everywhere_in_france_and_nowhere_else(self):
        self.env.user.group_ids |= self.env.ref("base.group_system") | self.env.ref("l10n_fr_chorus_pro.group_chorus_manager")
        for code in ("fr", *OVERSEAS):
            self.assertEqual(self.shown_at(code), (True, True, True), code)
        for code in ("be", "mc", "us"):
            self.assertEqual(self.shown_at(code), (False, False, False), code)

    def test_the_settings_show_by_that_alone(self):
        block = self.env["res.config.settings"].get_view(self.env.ref("account.res_config_settings_view_form").id)["arch"]
        self.assertIn('invisible="not chorus_is_french"', block)
        self.assertNotIn("country_code != 'FR'\" groups=\"base.group_system", block)

    def test_set_up_sends_and_follows(self):
        """From the settings of a company of Réunion to the payment."""
        reunion = self.env.ref("base.re")
        self.company.write({"country_id": reunion.id, "zip": "97400", "city": "Saint-Denis"})
        self.env.user.group_ids |= self.env.ref("base.group_system")
        found = self.company._chorus_diagnose()
        self.assertTrue(found.established)
        self.assertEqual(self.company.chorus_structure_id, found.structure.identifier)
        with Form(self.town) as town:
            town.zip, town.city, town.country_id = "97430", "Le Tampon", reunion
        move = self.invoice()
        self.assertFalse(move._chorus_obstacles())
        self.arrive(move)
        self.assertTrue(move.chorus_identifier)
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        self.assertEqual(move.chorus_state, "paid")
