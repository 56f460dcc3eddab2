"""We are the main contractor: our subcontractors' invoices wait for us at Chorus Pro, we accept or refuse them."""

import base64
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from ....services.api.works import Decision
from ...support import simulated
from ...support.markets import MarketCommon
from ...support.simulator_case import OTHER, Client, submit

DECIDE = "/cpro/factures/v1/traiter/factureAValider"
WAITING = "/cpro/factures/v1/rechercher/aTraiter/valideur"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestValidation(MarketCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.subcontractor = cls.party("Couverture Petit", simulated.SECOND_SUPPLIER)
        cls.market.party_ids = [Command.create({"role": "sous_traitant", "partner_id": cls.subcontractor.id})]

    def setUp(self):
        super().setUp()
        self.other = Client(self.simulator.url, OTHER)

    def poll(self):
        """What the cron does, the next day."""
        self.company._chorus_connection().last_validation_poll = False
        self.run_job()
        return self.env["chorus.validation"].search([("company_id", "=", self.company.id)])

    def run_job(self):
        """What the cron does."""
        with self.company._chorus_client() as client:
            self.env["chorus.deposit"].sudo()._chorus_read_statuses(self.company._chorus_connection(), client)
        self.env.invalidate_all()

    def waiting(self, *numbers):
        """Invoices of the subcontractor that wait for us."""
        for number in numbers:
            self.assertEqual(submit(self.other, number, validator=simulated.SUPPLIER)["codeRetour"], 0)
        return self.poll().filtered(lambda one: one.number in numbers).sorted("number")

    def held(self):
        """What Chorus Pro holds: status by number."""
        return {one["numeroFacture"]: one["statut"] for one in self.simulator.invoices()}

    def refuse(self, validation, comment="Travaux non faits", motif="AUT_MOTIF_ERR_VALIDEUR"):
        action = validation.with_user(self.sender).action_refuse()
        self.env[action["res_model"]].with_user(self.sender).with_context(**action["context"]).create(
            {"comment": comment, "motif": motif}
        ).action_refuse()
        validation.invalidate_recordset()

    def test_linked_to_the_books_whatever_the_spelling(self):
        """A SIRET with blanks, a market's number in capitals; a number is no pattern, and the list asks few questions."""
        self.subcontractor.company_registry = "900 000 001 00017"
        self.market.number = "2026_TVX"
        values = {"company_id": self.company.id, "environment": "simulator", "supplier": simulated.SECOND_SUPPLIER}
        values["currency_id"] = self.env.ref("base.EUR").id
        rows = (
            self.env["chorus.validation"]
            .sudo()
            .create(
                [
                    {**values, "identifier": str(rank), "number": f"ST-{rank}", "market_number": number}
                    for rank, number in enumerate(["2026_tvx", "2026%", "____-TVX", *["2026_TVX"] * 17])
                ]
            )
        )
        self.env["account.move"].create(
            {"move_type": "in_invoice", "partner_id": self.subcontractor.id, "ref": "ST-0", "company_id": self.company.id}
        )
        self.assertEqual(rows.partner_id, self.subcontractor)
        self.assertEqual([bool(row.market_id) for row in rows[:4]], [True, False, False, True])
        self.assertEqual([bool(row.bill_id) for row in rows[:2]], [True, False])
        self.env.flush_all()
        counts = []
        for some in (rows[:2], rows):
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            some.mapped("bill_id")
            counts.append(self.env.cr.sql_log_count - before)
        self.assertEqual(*counts)

    def test_one_accepted_one_refused(self):
        first, second = self.waiting("ST-1", "ST-2")
        self.assertRecordValues(
            first,
            [
                {
                    "state": "waiting",
                    "supplier": simulated.SECOND_SUPPLIER,
                    "amount_total": 120,
                    "amount_untaxed": 100,
                    "partner_id": self.subcontractor.id,
                    "deadline": first.deposited_at + timedelta(days=15),
                }
            ],
        )
        first.with_user(self.sender).action_accept()
        self.refuse(second)
        self.assertEqual(self.held(), {"ST-1": "VALIDEE_1", "ST-2": "REFUSEE_1"})
        self.assertRecordValues(
            first | second,
            [
                {"state": "accepted", "status": "VALIDEE_1", "decided_by": self.sender.id, "motif": False},
                {"state": "refused", "status": "REFUSEE_1", "decided_by": self.sender.id, "motif": "AUT_MOTIF_ERR_VALIDEUR"},
            ],
        )
        reason = next(one for one in self.simulator.invoices() if one["numeroFacture"] == "ST-2")["history"][-1]["commentaire"]
        self.assertIn("Travaux non faits", reason)
        self.poll()
        self.assertEqual((first | second).mapped("state"), ["accepted", "refused"])

    def test_not_for_us(self):
        (one,) = self.waiting("ST-3")
        self.refuse(one, motif="ERR_VALIDEUR")
        self.assertEqual((self.held()["ST-3"], one.state), ("ERREUR_FOURNISSEUR_SUR_VALIDEUR", "refused"))

    def test_silence(self):
        (one,) = self.waiting("ST-4")
        later = fields.Datetime.now() + timedelta(days=16)
        self.simulator.control("clock", now=later.isoformat() + "Z")
        simulated.shared_tokens._tokens.clear()
        self.poll()
        self.assertEqual(one.state, "tacit")
        with self.assertRaises(UserError):
            one.with_user(self.sender).action_accept()

    def test_decided_on_the_portal(self):
        (one,) = self.waiting("ST-5")
        self.simulator.act(int(one.identifier), "VALIDEE_1")
        self.poll()
        self.assertEqual(one.state, "accepted")

    def test_pdf_and_vendor_bill(self):
        (one,) = self.waiting("ST-6")
        action = one.with_user(self.sender).action_pdf()
        self.assertIn(f"/{one.id}/pdf/", action["url"])
        self.assertTrue(base64.b64decode(one.sudo().pdf).startswith(b"%PDF-"))
        self.assertFalse(one.bill_id)
        context = one.action_create_bill()["context"]
        bill = self.env["account.move"].with_company(self.company).with_context(**context).create({})
        one.invalidate_recordset()
        self.assertEqual((one.bill_id, bill.partner_id, bill.ref), (bill, self.subcontractor, "ST-6"))

    def test_faults(self):
        for number, (kind, state, status) in enumerate(
            (
                ("timeout_before", "unknown", "A_VALIDER_1"),
                ("timeout_after", "unknown", "VALIDEE_1"),
                ("reset_after", "unknown", "VALIDEE_1"),
                ("http_500", "unknown", "A_VALIDER_1"),
                ("html_200", "unknown", "A_VALIDER_1"),
                ("http_429", "unknown", "A_VALIDER_1"),
                ("refuse_connection", "unknown", "A_VALIDER_1"),
            )
        ):
            with self.subTest(kind):
                name = f"F-{number}"
                (one,) = self.waiting(name)
                self.simulator.fault(DECIDE, kind, delay=0.2)
                one.with_user(self.sender).action_accept()
                one.invalidate_recordset()
                self.assertEqual(self.held()[name], status)
                self.assertEqual(one.state, state)
                calls = self.simulator.calls(DECIDE)
                self.poll()
                if status == "VALIDEE_1":
                    self.assertEqual((one.state, self.simulator.calls(DECIDE)), ("accepted", calls), "found done, not sent again")
                    continue
                # not received, or still waiting long after: sent again, once
                one.sudo().write({"next_try": False, "unknown_at": fields.Datetime.now() - timedelta(hours=1)})
                self.poll()
                self.poll()
                self.assertEqual((one.state, self.held()[name]), ("accepted", "VALIDEE_1"))

    def test_a_list_older_than_the_decision(self):
        """Read before we decided, written down after it: the decision stays; much later it would wait for us again."""
        (one,) = self.waiting("ST-9")
        with self.company._chorus_client() as client:
            old = list(client.search_to_validate(None))
        one.with_user(self.sender).action_accept()
        validations = self.env["chorus.validation"].sudo()
        validations._chorus_write_waiting(self.company, old)
        self.assertEqual((one.state, one.decision), ("accepted", "accept"))
        one.sudo().decided_at -= timedelta(days=1)
        validations._chorus_write_waiting(self.company, old)
        self.assertEqual((one.state, one.decision), ("waiting", False))

    def test_taken_but_not_shown_yet(self):
        """Chorus Pro took the decision and still shows the former status: not sent again before it had the time to show it."""
        (one,) = self.waiting("ST-10")
        one.sudo().write({"state": "sending", "decision": "accept", "sending_at": fields.Datetime.now()})
        one.sudo()._chorus_write_answer(Decision("A_VALIDER_1", None))
        self.assertEqual(one.state, "unknown")
        calls = self.simulator.calls(DECIDE)
        self.poll()
        self.assertEqual((one.state, self.simulator.calls(DECIDE)), ("unknown", calls))
        self.simulator.act(int(one.identifier), "VALIDEE_1")
        self.poll()
        self.assertEqual((one.state, self.simulator.calls(DECIDE)), ("accepted", calls))

    def test_refused_by_the_platform(self):
        (one,) = self.waiting("ST-7")
        self.simulator.fault(DECIDE, "code_retour", codeRetour=20004, libelle="GDP_MSG_11.001")
        one.with_user(self.sender).action_accept()
        one.invalidate_recordset()
        self.assertEqual((one.state, self.held()["ST-7"]), ("waiting", "A_VALIDER_1"))
        self.assertIn("GDP_MSG_11.001", one.error_detail)
        self.assertTrue(one.error_cause and one.error_remedy)
        one.with_user(self.sender).action_accept()
        self.assertEqual(self.held()["ST-7"], "VALIDEE_1")

    def test_rights_and_companies(self):
        (one,) = self.waiting("ST-8")
        billing = new_test_user(self.env, "billing2", groups="account.group_account_invoice", company_id=self.company.id,
                                company_ids=[Command.set(self.company.ids)])  # fmt: skip
        for method in ("action_accept", "action_refuse", "action_pdf", "action_refresh"):
            with self.assertRaises(AccessError):
                getattr(one.with_user(billing), method)()
        second = self.setup_other_company(name="Seconde Entreprise")["company"]
        stranger = new_test_user(self.env, "stranger2", groups="l10n_fr_chorus_pro.group_chorus_user", company_id=second.id,
                                 company_ids=[Command.set(second.ids)])  # fmt: skip
        self.assertFalse(self.env["chorus.validation"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            one.with_user(stranger).action_accept()

    def test_nobody_asks_without_subcontractors(self):
        self.market.party_ids.filtered(lambda party: party.role == "sous_traitant").unlink()
        self.poll()
        self.assertEqual(self.simulator.calls("/cpro/factures/v1/rechercher/aTraiter/valideur"), 0)

    def test_asked_for_once_in_a_while(self):
        """Fifteen days are left to decide: the hourly reading asks once a day, and while a decision of ours is on its way."""

        def asked():
            before = self.simulator.calls(WAITING)
            self.run_job()
            return self.simulator.calls(WAITING) - before

        validation = self.waiting("ST-1")
        connection = self.company._chorus_connection()
        self.assertEqual([asked(), asked()], [0, 0])
        connection.last_validation_poll -= timedelta(days=1)
        self.assertEqual([asked(), asked()], [1, 0])
        connection.last_validation_poll += timedelta(days=400)
        self.assertEqual([asked(), asked()], [1, 0], "a clock was ahead")
        self.simulator.fault(DECIDE, "reset_after")
        validation.with_user(self.sender).action_accept()
        self.assertEqual(validation.state, "unknown")
        self.assertEqual(asked(), 1)
        validation.invalidate_recordset()
        self.assertEqual(validation.state, "accepted")
        self.assertEqual(asked(), 0)
        connection.last_validation_poll = False
        self.simulator.fault(WAITING, "http_503", times=3)
        self.assertEqual([asked() > 0, asked(), asked()], [True, 1, 0], "one that failed is no reading")
