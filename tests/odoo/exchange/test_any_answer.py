"""Never twice, never lost, whatever comes in answer: what an answer must say before it frees or ends anything."""

import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged

from ....models import timing
from ....services.api.answers import FlowReceipt, FlowReport
from ....services.api.errors import FAILURES
from ....services.api.json_values import UnreadableRow
from ....services.clock import paris_today
from ...common import ChorusCommon
from ...support import simulated

DEPOSIT = "/cpro/factures/v1/deposer/flux"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
HISTORY = "/cpro/factures/v1/consulter/historique"
REPORT = "/cpro/transverses/v1/consulterCRDetaille"
COMPLETE = "/cpro/factures/v1/completer"
TOKEN = "/api/oauth/token"
HTML = "text/html; charset=utf-8"
#: What says neither yes nor no to a call done once: status, body, type.
UNCLEAR = (
    (200, '{"codeRetour": null, "numeroFluxDepot": "CPP1"}', "application/json"),
    (200, '{"codeRetour": "20001", "libelle": "GDP_MSG_11.022"}', "application/json"),
    (200, '{"codeRetour": 20001, "libelle": "GDP_MSG_11.022", "numeroFluxDepot": "CPP1"}', "application/json"),
    (200, "{}", "application/json"),
    (200, "null", "application/json"),
    *((status, "<html>Service indisponible</html>", HTML) for status in (400, 404, 405, 408, 409, 431, 451, 499, 502)),
    *((status, "{}", "application/json") for status in (401, 403, 413, 429)),
    (503, '{"codeRetour": 20001, "libelle": "GDP_MSG_11.022"}', "application/json"),
)
#: What is no "nothing found".
NO_ABSENCE = (
    "{}",
    '{"codeRetour": 0, "libelle": "x"}',
    '{"codeRetour": 0, "libelle": "x", "listeFactures": "aucune"}',
    '{"codeRetour": 0, "libelle": "x", "listeFactures": null}',
    '{"codeRetour": 0, "libelle": "x", "listeFactures": [], "parametresRetour": {"total": 1}}',
    '{"codeRetour": null, "listeFactures": []}',
    '{"codeRetour": "20000", "libelle": "TRA_MSG_00.015"}',
    '{"codeRetour": 20000, "libelle": "GDP_MSG_11.008"}',
    "<html></html>",
)


def found(rows):
    """The answer of a search."""
    return json.dumps({"codeRetour": 0, "libelle": "x", "listeFactures": rows})


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAnyAnswer(ChorusCommon):
    def deposit(self, move):
        return move.sudo().chorus_deposit_line_ids.deposit_id[-1:]

    def copies(self):
        return len(self.simulator.state()["deposits"])

    def cron(self, name="deposit", hours=1):
        """Hours later, the scheduled job."""
        for deposit in self.env["chorus.deposit"].sudo().search([("state", "in", ("ready", "unknown"))]):
            past = deposit.unknown_at and deposit.unknown_at - timedelta(hours=hours)
            deposit.write({"next_try": False, "unknown_at": past})
        self.env["chorus.connection"]._of(self.company).paused_until = False
        with self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
        self.env.invalidate_all()

    def answer(self, path, status, body, kind="application/json", **options):
        options = {"times": 1, "done": True, **options}
        self.simulator.fault(path, "answer", http=status, body=body, content_type=kind, **options)

    def lost(self, **values):
        """An invoice that arrived, and nobody knows."""
        move = self.invoice(**values)
        self.simulator.fault(DEPOSIT, "reset_after")
        self.send(move)
        self.assertEqual(self.deposit(move).state, "unknown")
        self.simulator.advance()
        return move

    # -- absence ---------------------------------------------------------------------------------------------------------

    def test_absence_is_said(self):
        """The answer to the search says nothing: the invoice waits, then is found; one copy."""
        move = self.lost()
        for body in NO_ABSENCE:
            with self.subTest(body):
                self.answer(SEARCH, 200, body, times=3, done=False)
                self.cron()
                self.assertEqual(self.deposit(move).state, "unknown")
                self.simulator.control("faults", "DELETE")
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)
        self.cron()
        self.assertEqual((self.deposit(move).state, self.copies()), ("integrated", 1))

    def test_a_row_that_tells_of_something_else_is_no_absence(self):
        move = self.lost()
        (real,) = self.simulator.invoices()
        row = {
            "identifiantFactureCPP": real["identifiantFactureCPP"],
            "numeroFacture": move.name,
            "statut": "DEPOSEE",
            "codeFournisseur": simulated.SUPPLIER,
            "codeDestinataire": simulated.TOWN,
            "dateFacture": str(move.invoice_date),
            "dateDepot": paris_today().isoformat(),
            "montantTTC": 2400,
        }
        for change in (
            {"numeroFacture": "AUTRE"},
            {"codeFournisseur": None},
            {"codeFournisseur": "null"},
            {"dateFacture": "2019-02-03"},
            {"montantTTC": "douze"},
            {"dateDepot": "hier"},
        ):
            with self.subTest(change):
                body = found([{**row, **change}])
                self.answer(SEARCH, 200, body, done=False)
                self.cron()
                self.assertEqual(self.deposit(move).state, "unknown")
        self.cron()
        self.assertEqual((self.deposit(move).state, self.simulator.calls(DEPOSIT)), ("integrated", 1))

    def test_absence_of_one_of_many_is_asked_for_by_its_number(self):
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(11)))
        self.simulator.fault(DEPOSIT, "reset_after")
        self.send(moves)
        self.simulator.advance()
        deposit = self.deposit(moves)
        # the list of the period shows two others only
        rows = [
            {"identifiantFactureCPP": 1 + index, "numeroFacture": f"AUTRE-{index}", "statut": "DEPOSEE",
             "codeFournisseur": simulated.SUPPLIER}
            for index in range(2)
        ]  # fmt: skip
        self.answer(SEARCH, 200, found(rows), done=False)
        self.cron()
        self.assertEqual((deposit.state, set(moves.mapped("chorus_state"))), ("integrated", {"deposited"}))
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)

    # -- refusal ---------------------------------------------------------------------------------------------------------

    def test_refusal_is_said(self):
        """Carried out, then answered in no way that says so: looked up, found, one copy."""
        for status, body, kind in UNCLEAR:
            with self.subTest(status=status, body=body):
                self.simulator.reset()
                move = self.invoice()
                self.answer(DEPOSIT, status, body, kind)
                self.send(move)
                self.assertEqual((self.deposit(move).state, move.chorus_state), ("unknown", "checking"))
                self.simulator.advance()
                self.cron()
                self.assertEqual((self.deposit(move).state, self.copies()), ("integrated", 1))

    def test_not_carried_out_and_not_said(self):
        """The same where nothing was done: sent again once its absence is said."""
        for status, body, kind in UNCLEAR[::4]:
            with self.subTest(status=status, body=body):
                self.simulator.reset()
                move = self.invoice()
                self.answer(DEPOSIT, status, body, kind, done=False)
                self.send(move)
                self.cron()
                self.cron()
                self.assertEqual((self.deposit(move).state, self.copies()), ("deposited", 1))

    def test_refused_and_there_all_the_same(self):
        """The platform's own refusal of what it took: the next click looks before it sends."""
        move = self.invoice()
        self.answer(DEPOSIT, 200, '{"codeRetour": 20001, "libelle": "Le format est invalide"}')
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        self.simulator.advance()
        self.send(move)
        self.assertEqual((move.chorus_state, self.deposit(move).state, self.copies()), ("deposited", "integrated", 1))

    def test_an_empty_answer_completes_nothing(self):
        move = self.arrive(self.invoice())
        self.simulator.act(move.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Pièce manquante")
        self.follow()
        self.follow()
        self.answer(COMPLETE, 200, "{}", done=False)
        action = self.env["chorus.action"]._chorus_ask(move, "complete", comment="Voici")
        action._chorus_send()
        self.assertEqual(action.state, "unknown")
        action.write({"next_try": False, "unknown_at": fields.Datetime.now() - timedelta(hours=1)})
        action._chorus_send()
        action._chorus_send()
        self.assertEqual(action.state, "done")
        (row,) = self.simulator.invoices()
        self.assertEqual([step["statut"] for step in row["history"]].count("COMPLETEE"), 1)

    # -- what is in flight -----------------------------------------------------------------------------------------------

    def test_in_flight_under_former_settings(self):
        """SIREN and structure change on the company after the deposit: it is looked up as it was sent."""
        self.company.chorus_structure_id = self.structure(simulated.SUPPLIER)
        move = self.lost()
        self.company.write({"company_registry": "73282932000074", "vat": False})
        self.company.chorus_structure_id = "4242"
        self.cron()
        self.assertEqual((self.deposit(move).state, self.simulator.calls(DEPOSIT)), ("integrated", 1))
        self.simulator.act(move.chorus_identifier, "MANDATEE")
        self.follow()
        self.assertEqual(move.chorus_status, "MANDATEE", "and followed as it was sent")

    def test_another_account_that_sees_nothing(self):
        """What the present account does not see proves nothing: a person is called, and nothing is sent."""
        self.company.chorus_structure_id = self.structure(simulated.SUPPLIER)
        move = self.lost()
        client_id, secret, account, password = simulated.SECOND
        self.company.write({"chorus_client_id": client_id, "chorus_technical_account": account})
        self.company._chorus_set_secret("client_secret", secret)
        self.company._chorus_set_secret("technical_password", password)
        for _turn in range(3):
            self.cron()
        deposit = self.deposit(move)
        self.assertEqual((deposit.state, deposit.error_code, self.simulator.calls(DEPOSIT)), ("unknown", "other_account", 1))
        unknown = self.env.ref("l10n_fr_chorus_pro.mail_activity_chorus_unknown")
        self.assertIn(unknown, move.activity_ids.activity_type_id)
        self.company.write({"chorus_client_id": simulated.CLIENT_ID, "chorus_technical_account": simulated.ACCOUNT})
        self.company._chorus_set_secret("client_secret", simulated.CLIENT_SECRET)
        self.company._chorus_set_secret("technical_password", simulated.PASSWORD)
        self.cron()
        self.assertEqual((self.deposit(move).state, self.copies()), ("integrated", 1))

    def structure(self, siret):
        (structure,) = [row for row in self.simulator.control("directory", "GET")["structures"] if
                        row["identifiantStructure"] == siret]  # fmt: skip
        return str(structure["idStructureCPP"])

    # -- doubt has an end ------------------------------------------------------------------------------------------------

    def test_doubt_ends_with_a_person(self):
        """A gateway that answers 502 for ever: a few uploads, the first doubt remembered, then somebody is called."""
        self.simulator.fault(DEPOSIT, "http_502", times=100)
        move = self.invoice()
        self.send(move)
        deposit = self.deposit(move)
        first = deposit.doubted_at - timedelta(hours=20)
        deposit.doubted_at = first
        for _turn in range(8):
            self.cron()
            if deposit.state in ("ready", "unknown"):
                self.assertEqual(deposit.doubted_at, first)
        self.assertEqual(self.simulator.calls(DEPOSIT), timing.UPLOADS)
        self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("rejected", "not_taken", "rejected"))
        rejected = self.env.ref("l10n_fr_chorus_pro.mail_activity_chorus_rejected")
        self.assertIn(rejected, move.activity_ids.activity_type_id)
        self.assertIn(FAILURES["not_taken"].remedy.en, str(move.alerts))
        self.simulator.control("faults", "DELETE")
        self.send(move)
        self.assertEqual((move.chorus_state, self.copies()), ("deposited", 1))

    def test_a_day_of_doubt_calls_a_person(self):
        """Whatever round it is in."""
        self.simulator.fault(DEPOSIT, "http_502")
        move = self.invoice()
        self.send(move)
        self.deposit(move).doubted_at -= timedelta(days=2)
        self.simulator.fault(SEARCH, "http_503", times=10)
        self.cron(hours=0)
        unknown = self.env.ref("l10n_fr_chorus_pro.mail_activity_chorus_unknown")
        self.assertIn(unknown, move.activity_ids.activity_type_id)

    def test_the_others_are_not_sent_into_the_same_silence(self):
        moves = self.env["account.move"].union(*(self.invoice() for _index in range(4)))
        for move in moves:
            move._chorus_enqueue()
        self.simulator.fault(DEPOSIT, "http_502", times=100)
        self.cron()
        self.assertEqual(self.simulator.calls(DEPOSIT), 1)
        self.assertEqual(sorted(moves.mapped("chorus_state")), ["checking", "sending", "sending", "sending"])

    def test_who_is_held_for_dead_sends_no_more(self):
        """Handing over what goes before took too long: nothing leaves, nothing is in doubt."""
        move = self.invoice()
        deposit = move._chorus_enqueue().sudo()
        with self.company._chorus_client() as client:
            client.must_leave_within(-1)
            client.must_leave_within = lambda seconds: None
            deposit._chorus_send_one(client)
        self.assertEqual((deposit.state, deposit.uploads, self.simulator.calls(DEPOSIT)), ("ready", 0, 0))

    # -- one bad value stops nobody else ---------------------------------------------------------------------------------

    def followed(self, count=3):
        moves = self.env["account.move"].union(*(self.arrive(self.invoice()) for _index in range(count)))
        for move in moves:
            self.simulator.act(move.chorus_identifier, "MANDATEE")
        return moves

    def row(self, move, **changes):
        (real,) = [row for row in self.simulator.invoices() if row["numeroFacture"] == move.name]
        return {
            "identifiantFactureCPP": real["identifiantFactureCPP"],
            "numeroFacture": move.name,
            "numeroFluxDepot": real["numeroFluxDepot"],
            "statut": "MANDATEE",
            "dateHeureEtatCourant": fields.Datetime.now().isoformat(),
            "codeFournisseur": simulated.SUPPLIER,
            **changes,
        }

    def test_one_bad_row(self):
        """One value in one row: the others are followed, and this one is named and kept."""
        moves = self.followed()
        connection = self.env["chorus.connection"]._of(self.company)
        for change in (
            {"dateHeureEtatCourant": "hier"},
            {"dateHeureEtatCourant": "9999-12-31T23:59:59-14:00"},
            {"dateHeureEtatCourant": 10**30},
            {"montantTTC": "NaN"},
            {"identifiantFactureCPP": "²"},
            {"identifiantFactureCPP": None},
            {"statut": []},
            {"numeroFluxDepot": {"a": 1}},
            {"codeDestinataire": True},
        ):
            with self.subTest(change):
                moves.sudo().write({"chorus_status": "DEPOSEE"})
                connection.unreadable = False
                rows = [self.row(moves[0]), self.row(moves[1], **change), self.row(moves[2])]
                body = found(rows)
                self.answer(SEARCH, 200, body, done=False)
                connection.action_poll()
                self.assertEqual(moves.mapped("chorus_status"), ["MANDATEE", "DEPOSEE", "MANDATEE"])
                self.assertIn(moves[1].name, connection.unreadable)
                self.assertIn(next(iter(change)), connection.unreadable)
                self.assertFalse(connection.error_code)
        connection.action_poll()
        self.assertEqual(set(moves.mapped("chorus_status")), {"MANDATEE"})

    def test_one_bad_step_of_a_history(self):
        move = self.arrive(self.invoice())
        now = fields.Datetime.now().isoformat() + "Z"
        steps = [
            {"histoStatutId": 1, "histoStatutCode": "DEPOSEE", "histoStatutDatePassage": now},
            {"histoStatutId": 2, "histoStatutCode": "MANDATEE", "histoStatutDatePassage": "hier"},
            {"histoStatutId": 3, "histoStatutCode": "MISE_EN_PAIEMENT", "histoStatutDatePassage": now,
             "histoStatutCommentaire": "a\0b"},
        ]  # fmt: skip
        body = {"codeRetour": 0, "libelle": "x", "statutCourantCode": "MISE_EN_PAIEMENT"}
        self.answer(HISTORY, 200, json.dumps({**body, "historiquesDesStatuts": {"histoStatut": steps}}), done=False)
        with self.company._chorus_client() as client:
            self.env["chorus.deposit"]._chorus_read_histories(move, client)
        self.assertEqual(move.chorus_status, "MISE_EN_PAIEMENT")
        self.assertIn("ab", move.chorus_entry_ids.mapped("comment"))
        connection = self.env["chorus.connection"]._of(self.company)
        self.assertIn(move.name, connection.unreadable)
        self.assertIn("histoStatutDatePassage", connection.unreadable)

    def test_one_bad_history_stops_no_other(self):
        moves = self.followed(2)
        moves._chorus_note_history(fields.Datetime.now())
        self.answer(HISTORY, 200, '{"codeRetour": 0, "libelle": "x", "statutCourantCode": []}', done=False)
        with self.company._chorus_client() as client:
            self.env["chorus.deposit"]._chorus_read_histories(moves, client)
        self.assertEqual([bool(move.chorus_deposit_line_ids.history_due) for move in moves], [True, False])
        self.assertFalse(self.env["chorus.connection"]._of(self.company)._is_paused())

    def test_a_report_that_cannot_be_read_whole(self):
        """Taken in part, and which part cannot be read: what is there tells."""
        moves = self.env["account.move"].union(*(self.invoice(self.ministry if index == 3 else self.town) for index in range(11)))
        self.send(moves)
        self.simulator.advance()
        deposit = self.deposit(moves)
        report = FlowReport("IN_INTEGRE_PARTIEL", None, deposit.file_name, (), (), (UnreadableRow("?", "numeroDP: []"),))
        self.patch(type(self.env["chorus.deposit"]), "_chorus_advance", lambda deposit, client: None)
        with self.company._chorus_client() as client:
            client.flow_report = lambda number: report
            deposit.deposited_at -= timedelta(hours=1)
            deposit._chorus_read_report(client)
        self.assertEqual(deposit.line_ids.mapped("outcome").count("integrated"), len(self.simulator.invoices()))
        self.assertEqual(deposit.state, "partial")

    def test_a_flow_number_given_twice(self):
        first, second = self.arrive(self.invoice()), self.invoice()
        number = self.deposit(first).flow_number
        self.answer(DEPOSIT, 200, json.dumps({"codeRetour": 0, "libelle": "x", "numeroFluxDepot": number}))
        self.send(second)
        self.assertEqual(self.deposit(second).state, "unknown")
        self.simulator.advance()
        self.cron()
        self.assertEqual((self.deposit(second).state, self.copies()), ("integrated", 2))
        self.assertNotEqual(self.deposit(second).flow_number, number)

    def test_a_flow_number_that_is_not_ours(self):
        """The report of the number that was told is refused: the invoice's own number finds the true one."""
        move = self.invoice()
        self.answer(DEPOSIT, 200, json.dumps({"codeRetour": 0, "libelle": "x", "numeroFluxDepot": "CPP0000"}))
        self.send(move)
        deposit = self.deposit(move)
        self.assertEqual((deposit.state, deposit.flow_number), ("deposited", "CPP0000"))
        self.simulator.advance()
        self.follow()
        (flow,) = self.simulator.state()["deposits"]
        self.assertEqual((deposit.state, deposit.flow_number), ("integrated", flow["numeroFluxDepot"]))

    def test_shown_without_its_flow(self):
        """What is found is asked for again, a few times; it is adopted without its flow where that is never told."""
        for times, known in ((1, True), (5, False)):
            with self.subTest(times=times):
                move = self.lost()
                deposit = self.deposit(move)
                shown = self.row(move, statut="DEPOSEE", codeDestinataire=simulated.TOWN, montantTTC=move.amount_total,
                                 dateFacture=str(move.invoice_date))  # fmt: skip
                flow = shown.pop("numeroFluxDepot")
                body = found([shown])
                self.answer(SEARCH, 200, body, times=times, done=False)
                self.cron()
                self.assertEqual((deposit.state, deposit.error_code), ("unknown", "unreadable"))
                for _time in range(3):
                    self.cron()
                self.assertEqual((deposit.state, deposit.flow_number), ("integrated", flow if known else False))
                self.assertTrue(move.chorus_identifier)

    def test_another_flow_than_was_told(self):
        """The flow under which an invoice is shown is taken over once its report names our file; one of another file is not."""
        move, other = self.arrive(self.invoice()), self.arrive(self.invoice())
        deposit = self.deposit(move)
        flow = deposit.flow_number
        for told in (False, "CPP0000"):
            deposit.flow_number = told
            self.simulator.act(move.chorus_identifier, "MANDATEE" if told else "MISE_A_DISPOSITION")
            self.follow()
            self.assertEqual(deposit.flow_number, flow)
        taken, self.deposit(other).flow_number = self.deposit(other).flow_number, False
        self.env.flush_all()
        deposit.flow_number = taken
        self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
        self.simulator.act(other.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        flows = {row["numeroFacture"]: row["numeroFluxDepot"] for row in self.simulator.invoices()}
        self.assertEqual(deposit.flow_number, flow, "whose number another deposit bears is taken from it")
        self.assertEqual(self.deposit(other).flow_number, flows[other.name])
        deposit.flow_number = False
        shown = self.row(move, numeroFluxDepot=self.deposit(other).flow_number, codeDestinataire=simulated.TOWN,
                         montantTTC=move.amount_total, dateFacture=str(move.invoice_date))  # fmt: skip
        self.answer(SEARCH, 200, found([shown]), done=False)
        self.follow()
        self.assertFalse(deposit.flow_number)
        self.env["chorus.connection"]._of(self.company).write({"last_sweep": False, "last_poll": fields.Datetime.now()})
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(deposit.flow_number, flow, "looked for, although it is at its end")

    def test_a_yes_in_the_place_of_the_platform(self):
        """It never got the file, and says so when asked twice about the number: in doubt, then surely absent, sent again."""
        move = self.invoice()
        self.answer(DEPOSIT, 200, '{"codeRetour": 0, "libelle": "x", "numeroFluxDepot": "CPP0000"}', done=False)
        self.send(move)
        deposit = self.deposit(move)
        for _time in range(3):
            self.follow()
            self.assertEqual((deposit.state, deposit.error_code), ("deposited", "flow_unknown"), "not shown yet, perhaps")
        deposit.deposited_at -= timedelta(hours=1)
        deposit.error_code = False
        self.follow()
        self.assertEqual((deposit.state, deposit.error_code), ("deposited", "flow_unknown"), "told once may be a slip")
        self.assertTrue(deposit.error_remedy)
        self.follow()
        self.assertEqual((deposit.state, deposit.flow_number, self.copies()), ("unknown", False, 0))
        self.assertIn("CPP0000", deposit.error_detail)
        self.cron()
        self.assertEqual((deposit.state, self.copies()), ("ready", 0))
        self.cron()
        self.assertEqual((deposit.state, deposit.uploads, self.copies()), ("deposited", 2, 1))
        self.simulator.advance()
        self.follow()
        self.assertEqual((deposit.state, move.chorus_status), ("integrated", "DEPOSEE"))

    def test_texts_that_no_database_takes(self):
        move = self.invoice()
        self.answer(DEPOSIT, 200, '{"codeRetour": 20001, "libelle": "a\\u0000b \\ud800"}', done=False)
        self.send(move)
        self.assertEqual(move.chorus_state, "rejected")
        self.assertTrue(self.deposit(move).error_detail.startswith("ab ?"))

    def test_a_late_answer_with_a_number_recorded_meanwhile(self):
        deposit, other = (self.invoice()._chorus_enqueue().sudo() for _index in range(2))
        deposit._chorus_claim(simulated.ACCOUNT)
        other._chorus_claim(simulated.ACCOUNT)
        other._chorus_write_answer(FlowReceipt("CPP1"))
        deposit._chorus_write_answer(FlowReceipt("CPP1"))
        self.assertEqual((other.state, deposit.state), ("deposited", "unknown"))

    # -- clocks that were ahead ------------------------------------------------------------------------------------------

    def test_moments_ahead_of_ours_count_as_none(self):
        ahead = fields.Datetime.now() + timedelta(days=900)
        move = self.arrive(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company)
        self.simulator.act(move.chorus_identifier, "MANDATEE")
        connection.write({"last_poll": ahead, "last_sweep": ahead, "paused_until": ahead})
        self.deposit(move).deposited_at = ahead
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(move.chorus_status, "MANDATEE")
        self.assertLess(connection.last_poll, ahead)
        self.assertLess(connection.last_sweep, ahead)
        second = self.invoice()
        deposit = second._chorus_enqueue().sudo()
        deposit._chorus_claim(simulated.ACCOUNT)
        deposit.write({"sending_at": ahead, "next_try": ahead})
        self.cron(hours=0)
        self.assertEqual(deposit.state, "unknown", "nobody sends since then")
        deposit.write({"unknown_at": ahead, "doubted_at": ahead, "next_try": ahead})
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_deposit").method_direct_trigger()
        self.env.invalidate_all()
        self.assertLess(deposit.unknown_at, ahead)

    # -- the user is told ------------------------------------------------------------------------------------------------

    def told(self, action):
        self.assertEqual((action["tag"], action["params"]["next"]["tag"]), ("display_notification", "soft_reload"))
        return action["params"]["type"], action["params"]["message"]

    def test_asking_says_what_came_of_it(self):
        move = self.arrive(self.invoice())
        deposit = self.deposit(move).with_user(self.sender)
        self.company._chorus_connection().sudo().last_poll = fields.Datetime.now() - timedelta(hours=2)
        kind, words = self.told(deposit.action_refresh())
        self.assertEqual(kind, "info")
        self.assertIn("nothing new", words)
        read = deposit.read_at
        self.assertLess(fields.Datetime.now() - read, timedelta(minutes=10), "the tab keeps the time that the toast told")
        self.simulator.act(move.chorus_identifier, "MANDATEE")
        kind, words = self.told(move.with_user(self.sender).action_chorus_refresh())
        self.assertEqual(kind, "success")
        self.company._chorus_set_secret("client_secret", "wrong")
        deposit.sudo().asked_at = read = fields.Datetime.now() - timedelta(minutes=5)
        kind, words = self.told(move.with_user(self.sender).action_chorus_refresh())
        self.assertEqual((kind, deposit.asked_at), ("warning", read))
        self.assertIn(FAILURES["credentials"].cause.en, words)
        connection = self.env["chorus.connection"]._of(self.company).with_user(self.sender)
        self.assertIn(FAILURES["credentials"].remedy.en, self.told(connection.action_poll())[1])

    def test_health_of_a_company_never_connected(self):
        connection = self.env["chorus.connection"]._of(self.company)
        self.assertFalse(connection.has_answered)
        self.arrive(self.invoice())
        connection.invalidate_recordset()
        self.assertTrue(connection.has_answered)

    def test_lines_that_could_not_be_read_are_seen_by_a_person(self):
        connection = self.env["chorus.connection"]._of(self.company)
        connection._note_unreadable([UnreadableRow("F1", "statut: []"), UnreadableRow("F1", "statut: []")])
        connection._note_unreadable([UnreadableRow("F2", "statut: 7")])
        self.assertEqual(connection.unreadable.splitlines(), ["F2 (statut: 7)", "F1 (statut: [])"])
        connection._note_unreadable([UnreadableRow(f"G{index}", "x") for index in range(100)])
        self.assertEqual(len(connection.unreadable.splitlines()), 50)
        with self.assertRaises(AccessError):
            connection.with_user(self.sender).action_forget_unreadable()
        self.sender.group_ids += self.env.ref("l10n_fr_chorus_pro.group_chorus_manager")
        connection.with_user(self.sender).action_forget_unreadable()
        self.assertFalse(connection.unreadable)
