from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo import Command
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ....services.api.errors import NotAllowed
from ....services.follow.expiry import THRESHOLDS
from ...common import ChorusCommon
from ...support import simulated

END = date(2027, 6, 30)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestExpiry(ChorusCommon):
    """Nobody is surprised by an expired password."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connection = cls.company._chorus_connection()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        group = "l10n_fr_chorus_pro.group_chorus_manager"
        cls.managers = new_test_user(cls.env, "first_manager", groups=group, **values)
        cls.managers |= new_test_user(cls.env, "second_manager", groups=group, **values)
        other = cls.other = cls.setup_other_company(name="Seconde Entreprise")["company"]
        cls.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        cls.stranger = new_test_user(
            cls.env, "other_manager", groups=group, company_id=other.id, company_ids=[Command.set(other.ids)]
        )
        cls.company.chorus_referent_email = "referent@atelier.example"

    def activities(self, **criteria):
        """Ours, done ones too."""
        return (
            self.env["mail.activity"]
            .sudo()
            .with_context(active_test=False)
            .search([("res_model", "=", "chorus.connection"), *((name, "=", value) for name, value in criteria.items())])
        )

    def mails(self):
        return self.env["mail.mail"].sudo().search([("email_to", "=", "referent@atelier.example")])

    def test_through_the_thresholds(self):
        """One reminder for each threshold and person, whatever the number of runs; none after renewal."""
        self.connection.password_expires_on = END
        told = {}
        for left in range(40, -5, -1):
            day = datetime.combine(END - timedelta(days=left), datetime.min.time(), timezone.utc)
            with freeze_time(day + timedelta(hours=9)):
                self.env.invalidate_all()
                before, mails = self.activities(), self.mails()
                for _run in range(2):
                    self.connection._remind()
                new = self.activities() - before
                if new:
                    told[left] = new.user_id
                    self.assertEqual(len(new), len(new.user_id), "one activity a person")
                self.assertEqual(len(self.mails() - mails), bool(new))
        self.assertEqual(list(told), list(THRESHOLDS))
        for users in told.values():
            self.assertLessEqual(self.managers, users)
            self.assertNotIn(self.stranger, users)
            self.assertNotIn(self.sender, users)
        with freeze_time("2027-07-02 09:00:00"):
            self.company._chorus_set_secret("technical_password", simulated.PASSWORD)
            self.connection._remind()
            self.env.invalidate_all()
            self.assertFalse(self.activities(active=True))
            self.assertGreater(self.connection.password_days_left, 300)

    def test_days_missed(self):
        """The server was down for weeks: one reminder, not one for each threshold passed."""
        self.connection.password_expires_on = END
        with freeze_time("2027-06-28 09:00:00"):
            self.env.invalidate_all()
            self.connection._remind()
            self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)
            self.assertEqual(self.connection.reminded_at, 5)

    def test_end_read_from_chorus_pro(self):
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "joursAvantExpiration": 12}])
        self.company._chorus_diagnose()
        self.assertAlmostEqual(self.connection.password_days_left, 12, delta=1)
        self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)

    def test_read_every_day(self):
        self.company._chorus_diagnose()
        self.assertFalse(self.activities())
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "joursAvantExpiration": 4}])
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_expiry").method_direct_trigger()
        self.env.invalidate_all()
        self.assertAlmostEqual(self.connection.password_days_left, 4, delta=1)
        self.assertEqual(self.connection.reminded_at, 5)
        self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)

    def test_two_companies_the_first_broken(self):
        connections = self.env["chorus.connection"].sudo().search([("company_id", "in", (self.company | self.other).ids)])
        first, second = connections.sorted("company_id")
        connections.password_expires_on = fields_today() + timedelta(days=3)
        remind = type(first)._remind

        def breaking(connection):
            if connection == first:
                raise ValueError("broken")
            return remind(connection)

        quiet = mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions")
        with patch.object(type(first), "_remind", breaking), quiet, self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_expiry").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((bool(first.activity_ids), bool(second.activity_ids)), (False, True))

    def test_counted_from_the_day_it_was_recorded(self):
        """Where the platform does not tell."""
        recorded = self.connection.technical_password_at.date()
        self.assertAlmostEqual((self.connection.password_ends_on - recorded).days, 365, delta=1)

    def test_told_renewed_under_the_same_password(self):
        self.connection.password_expires_on = fields_today() + timedelta(days=3)
        self.connection._remind()
        self.assertTrue(self.activities(active=True))
        self.connection._note_end(datetime.now(timezone.utc) + timedelta(days=365))
        self.assertFalse(self.activities(active=True))

    def test_refused_after_it_was_good(self):
        """The platform's "expired" is a refusal like that of a wrong password: after it was good, the first look finds it out."""
        self.company._chorus_diagnose()
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "joursAvantExpiration": -1}])
        # of a deposit alone the gateway's bare 401 does not tell whether it arrived
        self.send(self.invoice())
        self.assertEqual(self.connection.error_code, "technical_account")
        self.follow()
        self.env.invalidate_all()
        self.assertEqual(self.connection.error_code, "technical_account")
        self.assertLessEqual(self.connection.password_days_left, 0)
        self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)

    def test_a_wrong_password_is_no_expiry(self):
        self.company._chorus_set_secret("technical_password", "never was right")
        self.connection._note_failure(NotAllowed("technical_account"))
        self.assertFalse(self.activities())
        self.assertGreater(self.connection.password_days_left, 300)

    def test_banner(self):
        move = self.invoice()
        self.assertNotIn("chorus_expiry", move.alerts)
        self.connection.password_expires_on = fields_today() + timedelta(days=3)
        self.env.invalidate_all()
        self.assertEqual(move.alerts["chorus_expiry"]["level"], "warning")
        self.connection.password_expires_on = fields_today()
        self.env.invalidate_all()
        alert = move.with_user(self.managers[0]).alerts["chorus_expiry"]
        self.assertEqual(alert["level"], "danger")
        self.assertTrue(alert["action"])
        self.env.invalidate_all()
        self.assertNotIn("action", move.with_user(self.sender).alerts["chorus_expiry"])

    def test_mail_in_french(self):
        self.speak_french()
        self.company.partner_id.lang = "fr_FR"
        self.connection.password_expires_on = fields_today() + timedelta(days=5)
        self.connection._remind()
        mail = self.mails()
        self.assertIn("mot de passe", mail.subject)
        self.assertIn("Raccordements", mail.body_html)
        self.assertIn("renouvel", mail.body_html)


def fields_today():
    """The calendar day in France, as the code under test counts."""
    from ....services.clock import paris_day

    return paris_day(datetime.now(timezone.utc))
