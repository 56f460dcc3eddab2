from psycopg2.errors import UniqueViolation

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon
from ...support import simulated

#: Another establishment of the first company.
SISTER = simulated.SUPPLIER[:9] + "00085"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestCompanies(ChorusCommon):
    """Two companies, two SIRETs, two accounts: nothing of one is the other's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.setup_other_company(name="Seconde Entreprise")["company"]
        cls.connect(cls.other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        cls.env.user.company_ids |= cls.other
        cls.town.with_company(cls.other).invoice_sending_method = False
        cls.stranger = new_test_user(
            cls.env, "stranger", groups="l10n_fr_chorus_pro.group_chorus_manager", company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )  # fmt: skip

    def test_each_its_own_flag(self):
        self.assertEqual(self.invoice().chorus_state, "to_send")
        self.assertFalse(self.invoice(company=self.other).chorus_state)
        self.town.with_company(self.other).invoice_sending_method = "chorus_pro"
        self.assertEqual(self.invoice(company=self.other).chorus_state, "to_send")

    def test_each_its_own_account(self):
        self.town.with_company(self.other).invoice_sending_method = "chorus_pro"
        first, second = self.invoice().sudo(), self.invoice(company=self.other).sudo()
        self.sender.company_ids |= self.other
        self.send((first | second).sudo(False).with_context(allowed_company_ids=(self.company | self.other).ids))
        self.simulator.advance()
        self.follow()
        suppliers = {row["numeroFacture"]: str(row) for row in self.simulator.invoices()}
        self.assertEqual(set((first | second).mapped("chorus_state")), {"deposited"}, (first | second).mapped("alerts"))
        self.assertEqual(len(self.simulator.invoices()), 2)
        self.assertTrue(any(simulated.SECOND_SUPPLIER in shown for shown in suppliers.values()))

    def test_news_that_break_do_not_keep_the_others_from_theirs(self):
        self.town.with_company(self.other).invoice_sending_method = "chorus_pro"
        self.sender.company_ids |= self.other
        first, second = self.invoice(), self.invoice(company=self.other)
        self.arrive((first | second).with_context(allowed_company_ids=(self.company | self.other).ids))
        for move in (first, second):
            self.simulator.act(move.chorus_identifier, "MISE_A_DISPOSITION")
        model = type(self.env["chorus.deposit"])
        whole = model._chorus_write_statuses

        def broken(deposits, connection, *found):
            if connection.company_id == self.company:
                raise ValueError("never thought of")
            return whole(deposits, connection, *found)

        self.patch(model, "_chorus_write_statuses", broken)
        job = self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow")
        with mute_logger("odoo.addons.l10n_fr_chorus_pro.models.transactions"), self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((first.chorus_status, second.chorus_status), ("DEPOSEE", "MISE_A_DISPOSITION"))
        connection = self.env["chorus.connection"]._known(self.company)
        self.assertEqual((connection.error_code, connection.error_detail), ("internal", "ValueError"))
        self.assertTrue(connection.error_cause and connection.error_remedy)
        self.assertFalse(connection._is_paused(), "a fault of ours is no reason to stop sending")
        self.assertIn(connection.error_cause, first.alerts["chorus_connection"]["message"])
        self.patch(model, "_chorus_write_statuses", whole)
        with self.enter_registry_test_mode():
            job.method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual((first.chorus_status, connection.error_code), ("MISE_A_DISPOSITION", False), "nothing was lost")

    def test_the_review_tells_each_companys_own(self):
        self.town.with_company(self.other).invoice_sending_method = "chorus_pro"
        self.sender.company_ids |= self.other
        first, second = self.invoice(name="FAC-1"), self.invoice(company=self.other, name="FAC-1")
        self.other._chorus_set_secret("client_secret", "")
        both = (first | second).with_user(self.sender).with_context(allowed_company_ids=(self.company | self.other).ids)
        action = both.action_chorus_send_selected()
        wizard = self.env["chorus.send.wizard"].with_user(self.sender).with_context(**both.env.context).browse(action["res_id"])
        self.assertEqual((wizard.ready_ids, wizard.group_ids.move_ids), (first, second))
        self.assertEqual(wizard.group_ids.mended, self.other)
        wizard.action_send()
        self.assertEqual((first.chorus_state, second.chorus_state), ("deposited", "to_send"))
        self.assertFalse(second.sudo().chorus_number_taken_by, "another SIREN, another numbering")

    def test_nothing_to_see(self):
        move = self.arrive(self.invoice())
        deposit = move.chorus_deposit_ids
        market = self.env["chorus.market"].create({"number": "M1", "partner_id": self.town.id, "company_id": self.company.id})
        for record in (deposit, deposit.line_ids, market, self.env["chorus.connection"]._of(self.company)):
            with self.subTest(record._name):
                self.assertFalse(self.env[record._name].with_user(self.stranger).search([("id", "=", record.id)]))
                with self.assertRaises(AccessError):
                    record.with_user(self.stranger).read([])
        for method in (move.with_user(self.stranger).action_chorus_send, deposit.with_user(self.stranger).action_refresh):
            with self.assertRaises(AccessError):
                method()

    def test_dialogs_tell_nothing(self):
        """A dialog about an invoice, opened by whoever may not see that invoice."""
        move = self.arrive(self.invoice())
        for name, values in (
            ("chorus.why", {}),
            ("chorus.attach", {}),
            ("chorus.reissue", {}),
            ("chorus.action.wizard", {"kind": "complete"}),
        ):
            with self.subTest(name), self.assertRaises(AccessError):
                self.env[name].with_user(self.stranger).create({"move_id": move.id, **values})
        self.assertTrue(move.chorus_entry_ids)
        self.assertFalse(self.env["chorus.status.entry"].with_user(self.stranger).search([("move_id", "=", move.id)]))
        with self.assertRaises(AccessError):
            move.with_user(self.stranger).action_chorus_why()


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSisters(ChorusCommon):
    """Two companies of one database with one SIREN are one supplier at Chorus Pro: a number serves both once a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sister = cls.setup_other_company(name="Établissement de Lyon")["company"]
        cls.connect(cls.sister, simulated.SECOND_SUPPLIER, simulated.CLIENT_ID, simulated.CLIENT_SECRET, simulated.ACCOUNT,
                    simulated.PASSWORD)  # fmt: skip
        cls.sister.write({"name": "Établissement de Lyon", "company_registry": SISTER, "vat": cls.company.vat})
        cls.env.user.company_ids |= cls.sister
        cls.town.with_company(cls.sister).invoice_sending_method = "chorus_pro"
        cls.town.with_company(cls.company).invoice_sending_method = "chorus_pro"
        cls.colleague = new_test_user(
            cls.env, "colleague", groups="l10n_fr_chorus_pro.group_chorus_user", company_id=cls.sister.id,
            company_ids=[Command.set(cls.sister.ids)],
        )  # fmt: skip
        cls.both = (cls.company | cls.sister).ids

    def setUp(self):
        super().setUp()
        self.simulator.control(
            "directory",
            structures=[{"siret": SISTER, "typeStructure": "PRIVEE", "designationStructure": "Établissement de Lyon",
                         "coordonneesBancaires": ["Agence"]}],
            accounts=[{"login": simulated.ACCOUNT, "rattachements": [SISTER]}],
            applications=[{"client_id": simulated.CLIENT_ID, "structures": [simulated.SUPPLIER, SISTER]}],
        )  # fmt: skip

    def told(self, move, user, **context):
        """What that user is told of a number that serves twice; "" for nothing."""
        self.env.invalidate_all()
        seen = move.with_user(user).with_context(**context)
        return "".join(finding.message.en for finding in seen._chorus_findings() if finding.code == "R-06.taken")

    def test_a_number_of_a_sister_is_seen_before_it_is_sent(self):
        sent = self.invoice(company=self.sister, name="F00001")
        sent.with_user(self.colleague).action_chorus_send()
        again = self.invoice(name="F00001")
        self.assertTrue(self.told(again, self.sender))
        self.assertFalse(self.told(self.invoice(name="F00002"), self.sender))
        last_year = fields.Date.subtract(sent.invoice_date, years=1)
        old = self.invoice(name="F00001", journal_id=self.second_journal().id, invoice_date=last_year)
        self.assertFalse(self.told(old, self.sender))
        with self.assertRaises(UserError):
            self.send(again)
        self.assertEqual((again.chorus_state, self.simulator.calls("/cpro/factures/v1/deposer/flux")), ("to_send", 1))
        # refused by Chorus Pro, the number is free again
        sent.sudo().chorus_deposit_line_ids.outcome = "refused"
        self.assertFalse(self.told(again, self.sender))

    def second_journal(self):
        return self.env["account.journal"].create({"name": "Ventes 2", "code": "V2", "type": "sale"})

    def test_what_may_not_be_known_of_a_sister_is_not_told(self):
        self.invoice(company=self.sister, name="F00001").with_user(self.colleague).action_chorus_send()
        again = self.invoice(name="F00001")
        # no access: that there is one, which Chorus Pro would say too, and no name
        self.assertNotIn(self.sister, self.sender.company_ids)
        told = self.told(again, self.sender)
        self.assertIn("another company with the same SIREN", told)
        for user in (self.sender, self.env.ref("base.user_root")):
            for text in (self.told(again, user), str(again.with_user(user).sudo().alerts), again.with_user(user).chorus_reason):
                self.assertIn("SIREN", text)
                for hidden in (self.sister.name, "Lyon"):
                    self.assertNotIn(hidden, text)
        with self.assertRaises(AccessError):
            again.with_user(self.sender).read(["chorus_number_taken_by"])
        # access, whether or not that company is chosen at the moment
        self.sender.company_ids |= self.sister
        for chosen in (self.both, self.company.ids):
            self.assertIn(self.sister.name, self.told(again, self.sender, allowed_company_ids=chosen))
        # of one's own company the journal is told
        mine = self.invoice(name="F00003")
        self.send(mine)
        twin = self.invoice(name="F00003", journal_id=self.second_journal().id)
        self.assertIn(f"{mine.journal_id.name}, {self.company.name}", self.told(twin, self.sender))

    def test_the_siren_is_that_of_the_file_that_was_sent(self):
        self.invoice(company=self.sister, name="F00001").with_user(self.colleague).action_chorus_send()
        again = self.invoice(name="F00001")
        self.sister.company_registry = simulated.SECOND_SUPPLIER
        self.assertTrue(self.told(again, self.sender))

    def test_what_is_there_under_a_number_is_the_one_that_was_sent(self):
        """As like as two invoices may be, the second is not taken for deposited elsewhere."""
        sent, twin = self.invoice(name="F00001"), self.invoice(name="F00001", journal_id=self.second_journal().id)
        self.arrive(sent)
        with self.assertRaisesRegex(UserError, "not at Chorus Pro"):
            twin.with_user(self.sender).action_chorus_find()
        connection = self.env["chorus.connection"]._of(self.company)
        connection.last_poll = fields.Datetime.subtract(fields.Datetime.now(), hours=1)
        self.simulator.act(sent.chorus_identifier, "MANDATEE")
        self.follow()
        self.assertEqual((sent.chorus_state, twin.chorus_state), ("processing", "to_send"))

    def test_who_sends_a_number_beside_somebody_else_is_told(self):
        """What the other one is about to send is not seen yet: the database tells, of one invoice as of many selected."""
        self.speak_french()
        first, twin = self.invoice(name="F00001"), self.invoice(name="F00001", journal_id=self.second_journal().id)
        self.send(first)
        self.patch(type(twin), "_chorus_taken_by", lambda move: "")
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation) as caught, self.env.cr.savepoint():
            (twin | self.invoice())._chorus_enqueue()
        told = self.env["chorus.deposit.line"].with_context(lang="fr_FR")._sql_error_to_message(caught.exception)
        self.assertIn("celle-ci ou que l'une de celles sélectionnées avec elle", told)
        self.assertIn("Rien n'est parti. Réessayez", told)

    def test_two_with_one_number_sent_by_one_click(self):
        self.sender.company_ids |= self.sister
        first, sister = self.invoice(name="F00001"), self.invoice(company=self.sister, name="F00001")
        twin, alone = self.invoice(name="F00001", journal_id=self.second_journal().id), self.invoice(name="F00004")
        moves = (first | sister | twin | alone).with_context(allowed_company_ids=self.both)
        told = self.send(moves)
        self.assertEqual(moves.mapped("chorus_state"), ["deposited", "to_send", "to_send", "deposited"])
        self.assertIn("used already", told["params"]["message"])
        self.simulator.advance()
        self.assertEqual(sorted(row["numeroFacture"] for row in self.simulator.invoices()), ["F00001", "F00004"])
