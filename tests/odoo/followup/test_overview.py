import json
from datetime import datetime, timedelta
from unittest.mock import patch

from lxml import etree

from odoo import Command, fields
from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon
from ...support import simulated

MODULE = "l10n_fr_chorus_pro"
GUARDED = "odoo.addons.l10n_fr_chorus_pro.models.transactions"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOverview(ChorusCommon, HttpCase):
    """Where all invoices stand: dashboard, journal card, digest, health; the portal and the printed invoice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.referent = new_test_user(
            cls.env, "overview_referent", groups=f"{MODULE}.group_chorus_user", company_id=cls.company.id, lang="en_US",
            email="referente@atelier.example", company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    def act(self, move, *statuses, **reason):
        for status in statuses:
            self.simulator.act(move.chorus_identifier, status, **reason)
        self.follow()

    def some(self):
        """One invoice to send, one suspended, one refused, one paid; in this order."""
        to_send, suspended, refused, paid = (self.invoice(price=100 * rank) for rank in range(1, 5))
        for move in (suspended, refused, paid):
            self.arrive(move)
        self.act(suspended, "SUSPENDUE", motif="JUSTIF_ABS")
        self.act(refused, "REJETEE", motif="EJ_ERR")
        self.act(paid, "MISE_A_DISPOSITION", "MISE_EN_PAIEMENT")
        return to_send, suspended, refused, paid

    # -- dashboard -----------------------------------------------------------------------------------------------------

    def test_dashboard(self):
        to_send, suspended, refused, paid = self.some()
        report = self.env["chorus.report"].with_user(self.sender)
        mine = [("company_id", "=", self.company.id)]
        groups = report._read_group(mine, ["state"], ["__count", "amount:sum"])
        self.assertEqual(
            {state: (count, amount) for state, count, amount in groups},
            {
                "to_send": (1, to_send.amount_total), "to_complete": (1, suspended.amount_total),
                "refused": (1, refused.amount_total), "paid": (1, paid.amount_total),
            },
        )  # fmt: skip
        self.assertEqual(set(report._read_group([*mine, ("motif", "!=", False)], ["motif"], ["__count"])),
                         {("JUSTIF_ABS", 1), ("EJ_ERR", 1)})  # fmt: skip
        row = report.browse(paid.id)
        self.assertEqual((row.days_to_available, row.days_to_payment, row.age), (0, 0, 0))
        step = paid.sudo().chorus_entry_ids.filtered(lambda entry: entry.status == "DEPOSEE")
        step.at -= timedelta(days=12)
        self.env.invalidate_all()
        self.assertEqual((row.days_to_available, row.days_to_payment), (12, 12))
        self.assertEqual(row.action_open_move()["res_id"], paid.id)

    def test_credit_note_counts_against(self):
        refund = self.invoice(move_type="out_refund")
        self.assertEqual(self.env["chorus.report"].browse(refund.id).amount, -refund.amount_total)

    def board(self, user=None):
        self.env.flush_all()
        return self.env["chorus.dashboard"].with_user(user or self.sender).with_company(self.company).read_dashboard()

    def test_the_dashboard_tells_four_figures_and_leads_to_their_invoices(self):
        """Each figure opens the very invoices that it counts, under its own title."""
        to_send, suspended, refused, paid = self.some()
        waiting = self.arrive(self.invoice(price=700))
        self.act(waiting, "MISE_A_DISPOSITION")
        self.assertTrue(waiting.chorus_expected_date)
        board = self.board()
        counted = {"mine": to_send | suspended | refused, "theirs": waiting, "late": self.env["account.move"], "announced": paid}
        for figure in board["figures"]:
            moves = counted[figure["key"]]
            self.assertEqual(figure["count"], len(moves), figure)
            self.assertEqual(self.env["account.move"].search(figure["action"]["domain"]), moves.sorted(), figure)
            self.assertEqual(figure["action"]["name"], figure["title"])
        self.assertEqual([row["key"] for row in board["states"]], ["to_send", "received", "to_complete", "paid", "refused"])
        self.assertEqual([row["group"] for row in board["states"]], ["warning", "info", "warning", "success", "danger"])
        (body,) = board["bodies"]
        self.assertEqual((body["title"], body["count"], body["to_payment"]), (self.town.name, 1, "0"))
        (week,) = board["weeks"]
        self.assertEqual(self.env["account.move"].search(week["action"]["domain"]), waiting)
        waiting.sudo().chorus_expected_date = fields.Date.subtract(fields.Date.today(), days=3)
        board = self.board()
        self.assertEqual([figure["count"] for figure in board["figures"]], [3, 1, 1, 1])
        self.assertFalse(board["weeks"])
        self.assertEqual(board["bodies"][0]["late"], 1)

    def test_several_companies_at_once(self):
        """A row for each that is chosen, of its own figures; none where one alone is chosen, nor of what one may not see."""
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        self.env.user.company_ids |= other
        self.town.with_company(other).invoice_sending_method = "chorus_pro"
        mine, theirs = self.invoice(price=10), self.invoice(price=20, company=other)
        waiting = self.arrive(self.invoice(price=30))
        self.env["chorus.connection"]._of(other).sudo().error_code = "not_reachable"
        self.assertEqual(self.board()["companies"], [], "one company alone")
        self.sender.company_ids |= other
        dashboard = self.env["chorus.dashboard"].with_user(self.sender)
        board = dashboard.with_context(allowed_company_ids=(self.company | other).ids).read_dashboard()
        rows = {row["key"]: row for row in board["companies"]}
        self.assertEqual({key: (row["mine"], row["theirs"], row["late"]) for key, row in rows.items()},
                         {self.company.id: (1, 1, 0), other.id: (1, 0, 0)})  # fmt: skip
        for company, moves in ((self.company, mine | waiting), (other, theirs)):
            row = rows[company.id]
            self.assertEqual(row["title"], company.name)
            self.assertEqual(self.env["account.move"].search(row["action"]["domain"]), moves.sorted())
        self.assertTrue(rows[other.id]["trouble"])
        self.assertFalse(rows[self.company.id]["trouble"])
        self.assertEqual(sum(row["mine"] for row in rows.values()), board["figures"][0]["count"])

    def test_lists_tell_and_group_by_company(self):
        self.sender.group_ids |= self.env.ref("base.group_multi_company")
        for model, view in (("chorus.deposit", "list"), ("chorus.report", "list"), ("chorus.connection", "list")):
            records = self.env[model].with_user(self.sender)
            found = etree.fromstring(records.get_view(view_type=view)["arch"]).find(".//field[@name='company_id']")
            self.assertIn(found.get("optional"), ("show", None), model)
            search = etree.fromstring(records.get_view(view_type="search")["arch"])
            self.assertIsNotNone(search.find("field[@name='company_id']"), model)
            self.assertIsNotNone(search.find(".//filter[@name='group_company']"), model)
        self.arrive(self.invoice())
        grouped = self.env["chorus.deposit"].with_user(self.sender)._read_group([], ["company_id"], ["__count"])
        self.assertEqual(grouped, [(self.company.with_env(grouped[0][0].env), 1)])

    def test_an_auditor_reads_dashboard_health_and_audit_and_changes_nothing(self):
        auditor = new_test_user(self.env, "auditor", groups="account.group_account_readonly", company_id=self.company.id,
                                company_ids=[Command.set(self.company.ids)])  # fmt: skip
        self.arrive(self.invoice())
        self.company.chorus_auto_transfer = True
        self.assertEqual(self.board(auditor)["figures"][1]["count"], 1)
        menus = self.env["ir.ui.menu"].with_user(auditor).search([("parent_id", "=", self.env.ref(f"{MODULE}.menu_chorus").id)])
        self.assertLessEqual({self.env.ref(f"{MODULE}.menu_chorus_{name}") for name in ("audit", "health", "report")}, set(menus))
        own = [("company_id", "=", self.company.id)]
        for model in ("chorus.connection", "chorus.audit"):
            records = self.env[model].with_user(auditor)
            for view in ("list", "form"):
                names = records.get_view(view_type=view)["models"][model]
                self.assertTrue(records.search(own).read([name for name in names if name in records._fields]), model)
            self.assertFalse(any(records.has_access(operation) for operation in ("write", "create", "unlink")), model)

    # -- journal card --------------------------------------------------------------------------------------------------

    def card(self):
        journal = self.company_data["default_journal_sale"]
        journal.invalidate_recordset()
        return json.loads(journal.kanban_dashboard)

    def test_journal_card(self):
        _to_send, _suspended, refused, _paid = self.some()
        card = self.card()
        self.assertEqual([card[f"chorus_{name}"] for name in ("to_send", "to_complete", "refused", "late")], [1, 1, 1, 0])
        self.assertFalse(card["chorus_silence"])
        reversal = self.env["account.move.reversal"].with_context(active_model="account.move", active_ids=refused.ids)
        reversal.create({"journal_id": refused.journal_id.id}).modify_moves()
        self.assertEqual(self.card()["chorus_refused"], 0)

    # -- digest --------------------------------------------------------------------------------------------------------

    def test_digest(self):
        to_send, suspended, _refused, _paid = self.some()
        self.company.write({"chorus_referent_id": self.referent.id})
        mail = self.company._chorus_send_digest()
        self.assertEqual(mail.email_to, "referente@atelier.example")
        for text in (to_send.name, suspended.name, "Supporting document missing", f"/odoo/chorus-invoices/{suspended.id}"):
            self.assertIn(text, mail.body_html)

    def test_digest_in_french(self):
        self.speak_french()
        self.referent.lang = "fr_FR"
        self.company.write({"chorus_referent_id": self.referent.id})
        self.some()
        mail = self.company._chorus_send_digest()
        self.assertIn("Chorus Pro", mail.subject)
        self.assertIn("Absence de pièce justificative", mail.body_html)

    def test_digest_of_nothing_or_nobody(self):
        self.company.write({"chorus_referent_id": self.referent.id, "chorus_referent_email": False})
        self.assertFalse(self.company._chorus_send_digest(), "nothing to say")
        self.invoice()
        self.company.chorus_referent_id = False
        self.assertFalse(self.company._chorus_send_digest(), "nobody to tell")
        self.company.write({"chorus_referent_email": "compta@atelier.example", "chorus_digest_at": self.last_week()})
        before = self.env["mail.mail"].sudo().search_count([("email_to", "=", "compta@atelier.example")])
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_chorus_expiry").method_direct_trigger()
        after = self.env["mail.mail"].sudo().search_count([("email_to", "=", "compta@atelier.example")])
        self.assertEqual(after - before, 1)
        self.company.chorus_digest = False
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_chorus_expiry").method_direct_trigger()
        self.assertEqual(self.env["mail.mail"].sudo().search_count([("email_to", "=", "compta@atelier.example")]), after)

    def last_week(self):
        return fields.Datetime.now() - timedelta(days=7)

    def test_digest_on_its_day(self):
        """On Mondays in Paris, later in the week where the server slept, once a week."""
        monday = datetime(2026, 11, 30, 5)
        for told, now, due in (
            (False, monday, True),
            (False, monday + timedelta(days=1), False),
            (monday - timedelta(days=7), monday - timedelta(hours=7), False),  # Sunday, 23 h in Paris
            (monday - timedelta(days=7), monday - timedelta(hours=5), True),
            (monday - timedelta(days=7), monday + timedelta(days=3), True),
            (monday, monday + timedelta(minutes=1), False),
            (monday, monday + timedelta(days=6), False),
            (monday, monday + timedelta(days=7), True),
        ):
            with self.subTest(told=told, now=now), freeze_time(now):
                self.company.chorus_digest_at = told
                self.assertEqual(self.company._chorus_digest_due(), due)

    def digests(self, *companies):
        """Who is told by a run of the daily job."""
        addresses = [f"compta{company.id}@example.com" for company in companies]
        before = self.env["mail.mail"].sudo().search([("email_to", "in", addresses)])
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_chorus_expiry").method_direct_trigger()
        self.env.invalidate_all()
        return (self.env["mail.mail"].sudo().search([("email_to", "in", addresses)]) - before).mapped("email_to")

    def two_with_digest(self):
        """Two companies with something to tell, in the order of the job."""
        second = self.setup_other_company(name="Seconde Entreprise")["company"]
        self.connect(second, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        companies = (self.company | second).sorted()
        self.invoice()
        self.town.with_company(second).invoice_sending_method = "chorus_pro"
        self.invoice(company=second)
        for company in companies:
            company.write({"chorus_referent_email": f"compta{company.id}@example.com", "chorus_digest_at": self.last_week()})
        return companies

    def test_digest_of_two_companies_the_first_broken(self):
        companies = self.two_with_digest()
        send, broken = type(companies)._chorus_send_digest, companies[0]

        def breaking(company):
            if company == broken:
                raise ValueError("broken")
            return send(company)

        with patch.object(type(companies), "_chorus_send_digest", breaking), mute_logger(GUARDED):
            self.assertEqual(self.digests(*companies), [companies[1].chorus_referent_email])
        self.assertEqual(self.digests(*companies), [broken.chorus_referent_email], "who was told is not told again")

    def test_digest_cut_short(self):
        companies = self.two_with_digest()
        crons = type(self.env["ir.cron"])
        with patch.object(crons, "_commit_progress", lambda cron, processed=0, **options: 0 if processed else 60):
            self.assertEqual(self.digests(*companies), [companies[0].chorus_referent_email])
        self.assertEqual(self.digests(*companies), [companies[1].chorus_referent_email])
        self.assertFalse(self.digests(*companies))

    # -- health --------------------------------------------------------------------------------------------------------

    def test_health(self):
        move = self.arrive(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company).with_user(self.sender)
        calls = connection.calls_today
        self.assertGreater(calls, 2)
        self.assertEqual((connection.failures_today, connection.errors_told, connection.silence), (0, False, False))
        self.simulator.fault(SEARCH, "http_503", times=1)
        connection.action_poll()
        connection.invalidate_recordset()
        self.assertEqual((connection.failures_today, connection.calls_today), (1, calls + 1))
        self.assertIn("not available", connection.errors_told)
        self.env["chorus.deposit"].sudo()._chorus_make(self.invoice(), b"x", "f.xml", "IN_DP_E1_CII_16B")
        move.sudo().chorus_deposit_ids.write({"state": "unknown", "unknown_at": fields.Datetime.now()})
        connection.invalidate_recordset()
        self.assertEqual((connection.queue, connection.unknown), (1, 1))
        self.assertTrue(connection.oldest_unknown)

    def test_banner_when_polling_fails_for_long(self):
        move = self.arrive(self.invoice())
        connection = self.env["chorus.connection"]._of(self.company)
        self.assertFalse(self.company._chorus_silence_text())
        connection.last_poll = fields.Datetime.now() - timedelta(hours=13)
        self.assertTrue(connection.silence and self.card()["chorus_silence"])
        move.invalidate_recordset()
        self.assertIn("chorus_silence", move.alerts)
        self.company.chorus_silence_hours = 24
        connection.invalidate_recordset()
        self.assertFalse(connection.silence)
        self.company.chorus_silence_hours = 12
        connection.action_poll()
        self.assertFalse(self.company._chorus_silence_text())

    # -- portal and report ---------------------------------------------------------------------------------------------

    def test_portal_and_report(self):
        move = self.arrive(self.invoice(purchase_order_reference="EJ-4711"))
        new_test_user(self.env, "portal_town", groups="base.group_portal", partner_id=self.town.id)
        move.message_subscribe(self.town.ids)
        self.authenticate("portal_town", "portal_town")
        page = self.url_open(f"/my/invoices/{move.id}").text
        for text in (move.chorus_identifier, "EJ-4711", "Deposited"):
            self.assertIn(text, page)
        self.assertIn("Chorus Pro", self.url_open("/my/invoices").text)
        html = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()
        for text in (move.chorus_identifier, "EJ-4711", "Deposited"):
            self.assertIn(text, html)

    def test_the_paper_names_the_references_as_the_screens_do_and_in_french(self):
        self.speak_french()
        self.town.lang = "fr_FR"
        move = self.invoice(buyer_reference="VOIRIE", contract_reference="2026-01", purchase_order_reference="EJ-4711")
        html = self.env["ir.actions.report"]._render_qweb_html("account.report_invoice", move.ids)[0].decode()
        text = " ".join(" ".join(etree.HTML(html).itertext()).split())
        names = {"buyer_reference": "Code service", "contract_reference": "Numéro de marché",
                 "purchase_order_reference": "Numéro d'engagement"}  # fmt: skip
        form = etree.fromstring(self.env["account.move"].with_context(lang="fr_FR").get_view(view_type="form")["arch"])
        for name, label in names.items():
            self.assertEqual({node.get("string") for node in form.iterfind(f".//field[@name='{name}']")}, {label})
            self.assertEqual(text.count(f"{label} : {move[name]}"), 1, text)
        self.assertNotIn("Reference", text)
