from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ....models.connection.res_company import AUDITED
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAudit(ChorusCommon):
    """Who changed which setting; who sent what."""

    def setUp(self):
        super().setUp()
        self.before = self.company.read(["chorus_ecb_rate", "chorus_silence_hours"])[0]

    def rows(self, since=None):
        rows = self.env["chorus.audit"].sudo().search([("company_id", "=", self.company.id)])
        return rows - since if since else rows

    def test_settings(self):
        before = self.rows()
        admin = self.env.ref("base.user_admin")
        admin.company_ids |= self.company
        company = self.company.with_user(admin)
        company.write({"chorus_referent_email": "new@atelier.example", "chorus_client_id": "another", "street": "2 rue X"})
        company.chorus_environment = "qualification"
        found = {(row.setting, row.old_value, row.new_value): row.user_id for row in self.rows(before)}
        self.assertEqual(
            set(found),
            {
                ("Referent e-mail", False, "new@atelier.example"),
                ("PISTE client identifier", simulated.CLIENT_ID, "another"),
                ("Chorus Pro environment", "Simulator (demonstration)", "Qualification (tests)"),
            },
        )
        self.assertEqual(set(found.values()), {admin})

    def test_every_setting_is_written_down(self):
        """Whatever a person may change of a company's Chorus Pro settings; a new one must be listed."""
        own = {
            name
            for name, field in self.env["res.company"]._fields.items()
            if name.startswith("chorus_") and not field.readonly and field.type not in ("one2many", "many2many")
        }
        found_out = {"chorus_structure_id"}  # told by Chorus Pro, on no screen to be changed
        self.assertLessEqual(own - found_out, set(AUDITED), "to be added to AUDITED")

    def test_each_kind_of_setting_is_shown_as_a_person_reads_it(self):
        before = self.rows()
        self.company.write({"chorus_referent_id": self.sender.id, "chorus_ecb_rate": 2.4, "chorus_silence_hours": 7})
        self.assertEqual(
            {(row.new_value, row.old_value) for row in self.rows(before)},
            {
                (self.sender.name, False),
                ("2.4", str(self.before["chorus_ecb_rate"])),
                ("7", str(self.before["chorus_silence_hours"])),
            },
        )

    def test_unchanged_is_not_written(self):
        before = self.rows()
        self.company.chorus_environment = self.company.chorus_environment
        self.assertFalse(self.rows(before))

    def test_secrets_without_their_value(self):
        before = self.rows()
        self.company._chorus_set_secret("technical_password", "Very-Secret-Word-9")
        row = self.rows(before)
        self.assertEqual((row.old_value, row.new_value), ("recorded", "replaced"))
        self.assertNotIn("Very-Secret-Word-9", str(row.read()))

    def test_nobody_alters_it(self):
        row = self.rows()[:1]
        for change in (lambda: row.write({"new_value": "x"}), row.unlink):
            with self.assertRaises(UserError):
                change()  # not even in sudo
        with self.assertRaises(AccessError):
            self.env["chorus.audit"].with_user(self.sender).search([])

    def test_who_sent_what(self):
        move = self.arrive(self.invoice())
        self.assertEqual(move.chorus_deposit_ids.user_id, self.sender)
