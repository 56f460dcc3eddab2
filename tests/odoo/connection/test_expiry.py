import os
import tempfile
from contextlib import contextmanager
from datetime import date, datetime, timedelta, timezone
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import config, mute_logger

from ....services.api.errors import NotAllowed
from ....services.api.session import shared_tokens
from ....services.follow.expiry import REFUSALS, SECRET_AGE, THRESHOLDS
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
        # young in the days of these tests: of its age there are tests of its own
        cls.connection.client_secret_at = "2027-06-01"
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

    @contextmanager
    def at(self, moment):
        """What the add-on does at a moment; the clock of the HTTP session goes on."""
        with patch.object(fields.Datetime, "now", lambda: moment):
            yield

    def read_every(self, hours, times, start=None):
        """The daily job's question, asked so often, each time with a fresh token; the moment after it."""
        moment = start or datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
        for _time in range(times):
            shared_tokens._tokens.clear()
            with self.at(moment), mute_logger("odoo.addons.l10n_fr_chorus_pro.services.api.session"):
                self.connection._read_end()
                yield moment
            moment += timedelta(hours=hours)

    def test_refused_again_and_again_after_it_was_good(self):
        """Only refusals repeated over hours say "expired", as one looks like any other; a good answer takes it back."""
        self.company._chorus_diagnose()
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "password": "another one"}])
        told = [bool(self.activities(active=True)) for _moment in self.read_every(2, REFUSALS)]
        self.assertEqual(told, [False] * (REFUSALS - 1) + [True])
        self.assertEqual(self.connection.error_code, "technical_account")
        self.assertLessEqual(self.connection.password_days_left, 0)
        self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)
        self.simulator.control("directory", accounts=[{"login": simulated.ACCOUNT, "password": simulated.PASSWORD}])
        for _moment in self.read_every(1, 1, fields.Datetime.now() + timedelta(days=1)):
            pass
        self.assertGreater(self.connection.password_days_left, 300)
        self.assertFalse(self.activities(active=True))
        self.assertEqual((self.connection.refusals, self.connection.refused_since), (0, False))

    def test_refused_many_times_in_a_short_while(self):
        """A gateway that is out of order for an hour is no expiry."""
        self.company._chorus_diagnose()
        self.simulator.fault("/cpro/*", "http_401", None)
        for _moment in self.read_every(0.02, 3 * REFUSALS):
            self.connection.paused_until = False
        self.assertGreater(self.connection.refusals, 2 * REFUSALS)
        self.assertFalse(self.activities())

    def test_the_platforms_own_words(self):
        self.company._chorus_diagnose()
        self.connection._note_failure(NotAllowed("technical_account", "Le mot de passe du compte technique a expiré"))
        self.assertEqual(len(self.activities(user_id=self.managers[0].id)), 1)
        self.assertLessEqual(self.connection.password_days_left, 0)

    def test_a_storm_of_faults(self):
        """Forty hours and more of PISTE's random 400s and a gateway's 401s: the good password stays good throughout."""
        self.company._chorus_diagnose()
        self.simulator.fault("/api/oauth/token", "invalid_client", 20, probability=0.6, seed=5)
        self.simulator.fault("/cpro/*", "http_401", 20, probability=0.5, seed=7)
        failed = 0
        for _moment in self.read_every(2, 45):
            failed += bool(self.connection.error_code)
            self.assertFalse(self.activities())
            self.assertFalse(self.connection.password_refused_on)
            if not self.connection.refusals:
                self.connection._note_success()
        self.assertGreater(failed, 5, "else it proves nothing")
        self.assertFalse(self.simulator.control("faults", "GET")["faults"], "all of them came")
        self.assertGreater(self.connection.password_days_left, 300)

    def test_storms_of_twenty_random_faults(self):
        """Whatever their order: of PISTE and of the gateway, each several times as frequent as people report."""
        self.company._chorus_diagnose()
        for seed in range(6):
            with self.subTest(seed=seed):
                self.simulator.fault("/api/oauth/token", "invalid_client", 20, probability=0.3, seed=seed)
                self.simulator.fault("/cpro/*", "http_401", 20, probability=0.3, seed=100 + seed)
                for _moment in self.read_every(2, 70):
                    self.assertFalse(self.connection.password_refused_on)
                left = self.simulator.control("faults", "GET")["faults"]
                self.assertLess(sum(fault["times"] - fault["fired"] for fault in left), 5, "else there was no storm")
                self.simulator.control("faults", "DELETE")
        self.assertFalse(self.activities())
        self.assertGreater(self.connection.password_days_left, 300)

    # -- the PISTE secret, the server's file ---------------------------------------------------------------------------

    def test_an_old_piste_secret(self):
        """PISTE advises a new one every three months: told once, to persons and by mail, until it is replaced."""
        self.connection.client_secret_at = fields.Datetime.now() - SECRET_AGE + timedelta(days=1)
        self.connection._remind()
        self.assertFalse(self.activities())
        self.connection.client_secret_at = fields.Datetime.now() - SECRET_AGE
        for _run in range(3):
            self.connection._remind()
        mine = self.activities(user_id=self.managers[0].id)
        self.assertEqual(len(mine), 1)
        self.assertIn("three months", mine.summary)
        self.assertIn("PISTE", self.mails().subject)
        self.assertEqual(len(self.mails()), 1)
        self.company._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
        self.assertFalse(self.activities(active=True))
        self.connection._remind()
        self.assertFalse(self.activities(active=True))

    def written(self, *more):
        """The company's access data in the server's file."""
        values = {
            "database": self.env.cr.dbname, "company": self.company.id, "client_id": simulated.CLIENT_ID,
            "client_secret": simulated.CLIENT_SECRET, "technical_account": simulated.ACCOUNT,
            "technical_password": simulated.PASSWORD,
        }  # fmt: skip
        file = tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False)  # noqa: SIM115
        self.addCleanup(os.unlink, file.name)
        lines = [f"{name} = {value}" for name, value in values.items()]
        with file:
            file.write("\n".join([f"[l10n_fr_chorus_pro.simulator.{simulated.SUPPLIER}]", *lines, *more, ""]))
        return patch.dict(config.options, {"config": file.name})

    def run_daily(self):
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_expiry").method_direct_trigger()
        self.env.invalidate_all()

    def test_secrets_of_the_servers_file_are_reminded_of(self):
        """As those recorded in the database: since they were first seen here, or since the day that the file says."""
        for name in ("client_secret", "technical_password"):
            self.company._chorus_set_secret(name, "")
        with self.written():
            self.run_daily()
            self.assertEqual(self.connection.technical_password_at.date(), datetime.now(timezone.utc).date())
            self.assertFalse(self.activities(res_id=self.connection.id))
        old, older = (fields.Datetime.now() - timedelta(days=days) for days in (340, 120))
        with self.written(f"technical_password_at = {old:%Y-%m-%d}", f"client_secret_at = {older:%Y-%m-%d}"):
            # that day is the administrator's word, where the platform tells nothing
            with patch.object(type(self.connection), "_read_end", lambda _connection: None):
                self.run_daily()
                self.run_daily()
            self.assertAlmostEqual(self.connection.password_days_left, 25, delta=2)
            types = self.activities(user_id=self.managers[0].id).activity_type_id
            self.assertEqual(len(types), 2, "the password's end and the secret's age")
            self.assertEqual(len(self.mails()), 2)
        self.assertNotIn(simulated.PASSWORD, str(self.connection.sudo().secret_marks))

    def test_another_secret_in_the_file_begins_anew(self):
        with self.written():
            self.connection._note_given(self.company._chorus_given())
            self.connection.write({"client_secret_at": "2020-01-01", "password_proved": True, "secret_told": True})
            self.connection._note_given(self.company._chorus_given())
            self.assertTrue(self.connection.secret_told, "the same one")
            given = self.company._chorus_given()
            self.connection._note_given(given._replace(access={**given.access, "client_secret": "another-secret-1"}))
        self.assertFalse(self.connection.secret_told or self.connection.password_proved)
        self.assertGreater(self.connection.client_secret_at.year, 2020)

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
