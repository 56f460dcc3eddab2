import io

from pypdf import PdfReader

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools.safe_eval import safe_eval

from ....models.core import other_channels
from ....services import vat_number
from ...common import ChorusCommon
from ...support import platform, printed, simulated

DEPOSIT = "/cpro/factures/v1/deposer/flux"
SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
#: The address that the State has for all its bodies, given to customers by Odoo's documented route.
STATE_ADDRESS = {"peppol_eas": "0009", "peppol_endpoint": "11000201100044"}


class PlatformCommon(ChorusCommon):
    """Our company beside Odoo's approved platform, registered there, and customers whom it reaches."""

    ours_first = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not platform.is_installed(cls.env):
            cls.skipTest(cls, "this database has no account_peppol: run dev.py test --with-auto-install")
        cls.company.partner_id.write({"phone": "+33100000000", "email": "info@atelier.example.com"})
        platform.register(cls.company)
        cls.both = cls.town
        cls.reach(cls.both, **STATE_ADDRESS)

    @classmethod
    def reach(cls, partner, **address):
        """Have the platform reach a customer."""
        partner.write(address)
        partner.with_company(cls.company).peppol_verification_state = "valid"

    def setUp(self):
        super().setUp()
        self.enterContext(platform.order(self.env, self.ours_first))
        self.taken = self.enterContext(platform.network(self.env))

    def deposits(self):
        return len(self.simulator.state()["deposits"])

    def wizard(self, move):
        model = self.env["account.move.send.wizard"].with_user(self.sender)
        return model.with_context(active_model="account.move", active_ids=move.ids).create({})

    def ticked(self, wizard):
        return {method for method, box in wizard.sending_method_checkboxes.items() if box["checked"]}

    def batch(self, moves):
        model = self.env["account.move.send.batch.wizard"].with_user(self.sender)
        return model.with_context(active_model="account.move", active_ids=moves.ids).create({})

    def run_job(self, name="account.ir_cron_account_move_send"):
        with self.enter_registry_test_mode():
            self.env.ref(name).method_direct_trigger()
        self.env.invalidate_all()

    def transfer_by_itself(self, moves):
        """What the automatic transfer does with invoices that it has planned."""
        self.company.write({"chorus_auto_transfer": True, "chorus_auto_delay": 0})
        moves.sudo().chorus_auto_at = fields.Datetime.now()
        for _ in range(2):
            self.run_job("l10n_fr_chorus_pro.ir_cron_chorus_deposit")


# a mix-in that is no test case has no "standard" of its own: left out here, both classes below would be skipped
@tagged("standard", "post_install_l10n", "post_install", "-at_install")
class Situations:
    """What was found to go wrong beside the platform; see the two classes below for the two orders of classes."""

    def test_the_order_is_the_one_meant(self):
        for name in platform.MODELS[:2]:
            sides = platform.chain(self.env, name)
            self.assertEqual(sorted(sides, key=lambda side: (side == "ours") != self.ours_first), sides, name)
            self.assertLessEqual({"ours", "platform"}, set(sides), name)

    # -- one invoice, one door -----------------------------------------------------------------------------------------

    def test_only_chorus_pro_is_ticked(self):
        wizard = self.wizard(move := self.invoice())
        self.assertEqual(self.ticked(wizard), {"chorus_pro"})
        self.assertTrue(wizard.sending_method_checkboxes["peppol"]["readonly"])
        self.assertIn("goes by Chorus Pro", wizard.sending_method_checkboxes["peppol"]["label"])
        self.assertFalse([name for name in wizard.alerts if name.startswith("account_peppol")])
        wizard.action_send_and_print()
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), ("deposited", 1, []))
        self.assertFalse(other_channels.holds(move))

    def test_a_batch_leaves_by_chorus_pro_alone(self):
        moves = self.invoice() | self.invoice()
        batch = self.batch(moves)
        self.assertEqual({method: told["count"] for method, told in batch.summary_data.items()}, {"chorus_pro": 2})
        batch.action_send_and_print()
        self.run_job()
        self.assertEqual((set(moves.mapped("chorus_state")), self.deposits(), self.taken), ({"deposited"}, 2, []))

    def test_a_mixed_batch(self):
        """One for Chorus Pro, one for the platform: each by its own way, and counted so."""
        self.reach(other := self.private("Client Privé"), peppol_eas="0009", peppol_endpoint="55208131766522")
        moves = self.invoice() | self.invoice(partner=other)
        batch = self.batch(moves)
        counts = {method: told["count"] for method, told in batch.summary_data.items()}
        self.assertEqual(
            counts, {"chorus_pro": 1, "peppol": 1, "email": 1} if "email" in counts else {"chorus_pro": 1, "peppol": 1}
        )
        batch.action_send_and_print()
        self.run_job()
        self.assertEqual((moves.mapped("chorus_state"), self.taken), (["deposited", False], ["0009:55208131766522"]))

    def test_both_ticked_by_hand(self):
        move = self.invoice()
        wizard = self.wizard(move)
        wizard.sending_method_checkboxes = {
            method: {**box, "checked": method in ("chorus_pro", "peppol")}
            for method, box in wizard.sending_method_checkboxes.items()
        }
        alert = wizard.alerts["chorus_pro_other_channel"]
        self.assertEqual(alert["level"], "danger")
        self.assertIn("would arrive twice", alert["message"])
        with self.assertRaises(UserError):
            wizard.action_send_and_print()
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), ("to_send", 0, []))

    def test_both_asked_for_by_code(self):
        """Without a window there is nobody to warn: nothing leaves by either way."""
        move = self.invoice()
        with self.assertRaisesRegex(UserError, "would arrive twice"):
            self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["chorus_pro", "peppol"])
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), ("to_send", 0, []))

    def test_sent_by_the_platform_already(self):
        """Button, Send, batch and automatic transfer: nothing leaves, and all say why but the last, which leaves it alone."""
        for state in ("to_send", "processing", "done"):
            moves = self.invoice() | self.invoice()
            move = moves[0]
            moves.peppol_move_state = state
            self.assertEqual(moves.mapped("chorus_state"), [False, False], state)
            alert = move._get_alerts()["chorus_other_channel"]
            self.assertEqual(alert["level"], "info")
            self.assertIn("duplicate", alert["message"])
            with self.assertRaisesRegex(UserError, "was sent already, or is being sent, by Peppol"):
                self.send(move)
            wizard = self.wizard(move)
            self.assertNotIn("chorus_pro", self.ticked(wizard))
            for method in ("chorus_pro", "peppol"):
                self.assertTrue(wizard.sending_method_checkboxes[method]["readonly"])
                self.assertIn("sent already", wizard.sending_method_checkboxes[method]["label"])
            batch = self.batch(moves)
            self.assertIn("do not leave a second time", batch.alerts["chorus_pro_there"]["message"])
            self.assertFalse(batch.summary_data)
            batch.action_send_and_print()
            self.run_job()
            self.assertIn("by Peppol", " ".join(move.message_ids.mapped("body")))
            self.transfer_by_itself(moves)
            self.assertEqual((moves.mapped("chorus_state"), self.deposits(), self.taken), ([False, False], 0, []), state)

    def test_free_again_when_the_platform_failed(self):
        move = self.invoice()
        move.peppol_move_state = "processing"
        move.peppol_move_state = "error"
        self.assertEqual(move.chorus_state, "to_send")
        self.send(move)
        self.assertEqual((move.chorus_state, self.deposits()), ("deposited", 1))

    def test_taken_while_it_waited(self):
        """Chorus Pro was out of reach; the platform took it meanwhile: what waits does not leave any more."""
        move = self.invoice()
        self.simulator.fault(SEARCH, "http_503", times=5)
        self.send(move)
        self.assertEqual(move.chorus_state, "sending")
        move.peppol_move_state = "done"
        deposit = move.chorus_deposit_ids.sudo()
        deposit._chorus_send()
        self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("rejected", "other_channel", False))
        self.assertEqual(self.deposits(), 0)

    def test_sent_by_us_already(self):
        move = self.invoice()
        self.send(move)
        wizard = self.wizard(move)
        self.assertEqual(self.ticked(wizard), set())
        self.assertTrue(wizard.sending_method_checkboxes["peppol"]["readonly"])
        # another method on the customer since changes nothing for what is there
        self.town.with_company(self.company).invoice_sending_method = "peppol"
        self.assertEqual(self.ticked(self.wizard(move)), set())
        batch = self.batch(move | self.invoice(partner=self.ministry))
        self.assertEqual({method: told["count"] for method, told in batch.summary_data.items()}, {"chorus_pro": 1})
        batch.action_send_and_print()
        self.run_job()
        self.assertEqual(self.taken, [])

    def test_a_company_that_is_not_registered(self):
        """Odoo's window to register does not come up, and the invoice goes where it should."""
        self.company.account_peppol_proxy_state = "not_registered"
        move = self.invoice()
        action = self.wizard(move).action_send_and_print()
        self.assertEqual(action["type"], "ir.actions.act_window_close")
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), ("deposited", 1, []))

    def test_other_customers_are_left_to_the_platform(self):
        self.reach(other := self.private("Client Privé"), peppol_eas="0009", peppol_endpoint="55208131766522")
        move = self.invoice(partner=other)
        wizard = self.wizard(move)
        self.assertIn("peppol", self.ticked(wizard))
        self.assertNotIn("chorus_pro", self.ticked(wizard))
        self.assertFalse(wizard.sending_method_checkboxes["peppol"].get("readonly"))
        self.assertTrue(wizard.sending_method_checkboxes["chorus_pro"]["readonly"])
        self.assertIn("not this customer's method", wizard.sending_method_checkboxes["chorus_pro"]["label"])
        with self.assertRaisesRegex(UserError, "is not “by Chorus Pro”"):
            self.send(move)
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), (False, 0, []))

    def test_both_of_a_customer_of_the_platform(self):
        """Ticked all the same, or asked for by code: nothing leaves by either way."""
        self.reach(other := self.private("Client Privé"), peppol_eas="0009", peppol_endpoint="55208131766522")
        move = self.invoice(partner=other)
        wizard = self.wizard(move)
        wizard.sending_method_checkboxes = {
            method: {**box, "checked": method in ("chorus_pro", "peppol")}
            for method, box in wizard.sending_method_checkboxes.items()
        }
        self.assertEqual(wizard.alerts["chorus_pro_other_channel"]["level"], "danger")
        with self.assertRaises(UserError):
            wizard.action_send_and_print()
        with self.assertRaisesRegex(UserError, "would arrive twice"):
            self.env["account.move.send"]._generate_and_send_invoices(move, sending_methods=["chorus_pro", "peppol"])
        self.assertEqual((move.chorus_state, self.deposits(), self.taken), (False, 0, []))

    def private(self, name):
        return self.env["res.partner"].create(
            {"name": name, "is_company": True, "company_registry": "55208131766522", "vat": "FR03552081317", "street": "1 rue",
             "zip": "35000", "city": "Rennes", "country_id": self.env.ref("base.fr").id, "invoice_sending_method": "peppol"}
        )  # fmt: skip

    # -- the reverse order ---------------------------------------------------------------------------------------------

    def test_found_there_before_it_leaves(self):
        """The platform brought it to Chorus Pro and nothing here says so: it is followed, not sent a second time."""
        move = self.elsewhere()
        self.assertFalse(move.is_move_sent)
        deposited = self.simulator.calls(DEPOSIT)
        self.send(move)
        self.assertEqual(self.simulator.calls(DEPOSIT), deposited, "nothing was sent")
        self.assertEqual(move.chorus_state, "deposited")
        self.assertTrue(move.chorus_identifier and move.is_move_sent)
        self.assertTrue(move.chorus_deposit_ids.elsewhere)

    def test_a_failed_search_sends_nothing(self):
        move = self.invoice()
        self.simulator.fault(SEARCH, "http_503", times=5)
        self.send(move)
        self.assertEqual((move.chorus_state, self.deposits()), ("sending", 0))

    def test_its_number_is_taken_by_something_else(self):
        move = self.elsewhere()
        move.button_draft()
        move.invoice_line_ids.price_unit = 7
        move.action_post()
        deposited = self.simulator.calls(DEPOSIT)
        self.send(move)
        deposit = move.chorus_deposit_ids
        self.assertEqual((deposit.state, deposit.error_code, move.chorus_state), ("unknown", "found_different", "checking"))
        self.assertEqual(self.simulator.calls(DEPOSIT), deposited)

    def test_customers_out_of_its_reach_cost_no_search(self):
        move = self.invoice(partner=self.ministry)
        self.send(move)
        self.assertEqual((self.simulator.calls(SEARCH), self.deposits()), (0, 1))

    # -- Odoo's own conditions, and its own "Sent" ---------------------------------------------------------------------

    def test_another_formats_conditions(self):
        """Format Factur-X, and a company without phone, e-mail and bank account: our list of obstacles alone counts."""
        self.company.partner_id.write({"phone": False, "email": False})
        for chosen in ("facturx", "ubl_21_fr"):
            if chosen not in dict(self.town._fields["invoice_edi_format"].selection):
                continue
            self.town.with_company(self.company).invoice_edi_format = chosen
            move = self.invoice()
            self.assertFalse(move._chorus_obstacles())
            wizard = self.wizard(move)
            self.assertFalse(wizard.invoice_edi_format)
            wizard.action_send_and_print()
            self.assertEqual(move.chorus_state, "deposited", chosen)
        self.assertEqual(
            self.env["account.move.send"]._get_default_invoice_edi_format(move, sending_methods=["chorus_pro", "email"]), chosen
        )

    def test_sent_for_odoo_too(self):
        move = self.invoice()
        self.assertFalse(move.is_move_sent)
        self.send(move)
        self.assertTrue(move.is_move_sent)
        self.assertFalse(move.message_ids.filtered(lambda message: "is_move_sent" in (message.body or "")))

    def test_not_sent_when_it_was_not_integrated(self):
        move = self.invoice(partner=self.ministry)
        self.send(move)
        self.assertTrue(move.is_move_sent)
        self.simulator.advance()
        self.follow()
        self.assertEqual((move.chorus_state, move.is_move_sent), ("rejected", False))

    # -- the customer's address ----------------------------------------------------------------------------------------

    def test_the_address_that_means_chorus_pro_is_told_and_cleared(self):
        town = self.town.with_company(self.company)
        self.assertEqual(town.chorus_route, "both")
        self.assertIn("0009:11000201100044", town.chorus_route_text)
        town.action_chorus_clear_address()
        self.assertEqual((town.chorus_route, town.peppol_eas, town.peppol_endpoint), ("chorus", False, False))
        self.assertFalse(other_channels.may_have_left(self.invoice()))

    def test_its_own_siret_is_no_other_way_unless_the_directory_knows_it(self):
        ministry = self.ministry.with_company(self.company)
        self.assertEqual((ministry.peppol_eas, ministry.peppol_endpoint), ("0009", simulated.STATE))
        self.assertEqual(ministry.chorus_route, "chorus")
        ministry.peppol_verification_state = "valid"
        self.assertEqual(ministry.chorus_route, "both")

    def test_customers_are_moved_to_one_way(self):
        """Odoo's documented route: that address, and no method of ours."""
        old = self.public_body("Ancienne commune", simulated.HOSPITAL)
        lost = self.public_body("Commune sans SIRET", simulated.DEPARTMENT)
        (old | lost).write({"invoice_sending_method": False, **STATE_ADDRESS})
        lost.company_registry = False
        partners = self.env["res.partner"].with_company(self.company)
        domain = self.env.ref("l10n_fr_chorus_pro.action_chorus_routes").domain
        listed = partners.search(safe_eval(domain))
        self.assertLessEqual(self.town | old | lost, listed)
        self.assertNotIn(self.ministry, listed)
        self.assertEqual((old | lost).mapped("chorus_route"), ["platform", "platform"])
        self.assertIn("arrives there by the platform", old.chorus_route_text)
        self.sender.group_ids |= self.env.ref("base.group_partner_manager")
        mover = (self.town | old | lost).with_user(self.sender).with_company(self.company)
        told = mover.action_chorus_route_chorus()["params"]
        self.assertEqual(told["type"], "warning")
        self.assertIn("Commune sans SIRET", told["message"])
        self.assertEqual((self.town | old).mapped("chorus_route"), ["chorus", "chorus"])
        self.assertEqual(old.invoice_sending_method, "chorus_pro")
        self.assertEqual(lost.invoice_sending_method, False)
        told = (old | lost).with_user(self.sender).with_company(self.company).action_chorus_route_platform()["params"]
        self.assertIn("Ancienne commune", told["message"], "it has no address any more")
        self.assertEqual((old | lost).mapped("invoice_sending_method"), ["chorus_pro", "peppol"])

    def test_the_other_way_takes_the_right_to_transfer(self):
        billing = new_test_user(self.env, "billing", groups="account.group_account_invoice,base.group_partner_manager")
        with self.assertRaisesRegex(AccessError, "no right to transfer"):
            self.town.with_user(billing).action_chorus_route_chorus()

    # -- a second report to the tax office -----------------------------------------------------------------------------

    def test_a_customer_without_vat_number_is_reported_twice(self):
        if "l10n_fr_f10_enable_reporting" not in self.company._fields:
            self.fail("neither the platform nor its stand-in is installed")
        move = self.invoice()
        self.assertNotIn("chorus_reporting", move._get_alerts())
        self.company.l10n_fr_f10_enable_reporting = True
        self.town.vat = False
        alert = move._get_alerts()["chorus_reporting"]
        self.assertEqual(alert["level"], "warning")
        self.assertIn("flow 10", alert["message"])
        self.assertFalse(move._chorus_obstacles(), "it goes all the same")
        self.assertTrue([alert for alert in self.wizard(move).alerts.values() if "flow 10" in alert["message"]])
        self.town.vat = vat_number.of_siren("55208131766522", "FR")
        self.assertNotIn("chorus_reporting", move._get_alerts())

    def test_the_vat_number_comes_with_the_directory(self):
        """The one that it tells, else, beside the platform, the one that the SIREN makes; what was typed stays."""
        made = vat_number.of_siren(simulated.TOWN, "FR")
        typed_one = "FR83404833048"
        for told, typed, expected in (("", False, made), (typed_one, False, typed_one), ("", typed_one, typed_one)):
            self.simulator.control("directory", structures=[{"siret": simulated.TOWN, "numeroTVA": told}])
            self.town.vat = typed
            self.sender.group_ids |= self.env.ref("base.group_partner_manager")
            self.town.with_user(self.sender).with_company(self.company).action_chorus_complete()
            self.assertEqual(self.town.vat, expected or False, (told, typed))

    # -- works, overseas -----------------------------------------------------------------------------------------------

    def test_works_documents_go_by_chorus_pro_alone(self):
        """The platform takes none: its box is closed, and what is handed to the portal carries no XML."""
        self.env = self.enterContext(printed.printer(self.env))
        market = self.env["chorus.market"].create(
            {"number": "TVX-1", "partner_id": self.town.id, "company_id": self.company.id, "works": True, "framework": "A4",
             "role": "titulaire"}
        )  # fmt: skip
        move = self.invoice(chorus_market_id=market.id)
        self.assertEqual(self.ticked(self.wizard(move)) & {"peppol"}, set())
        handed = PdfReader(io.BytesIO(move._chorus_portal_pdf()))
        self.assertFalse(dict(handed.attachments))

    def test_a_company_overseas(self):
        for code in ("re", "gp", "mq", "gf", "yt"):
            self.company.country_id = self.env.ref(f"base.{code}")
            move = self.invoice()
            self.assertEqual(self.ticked(self.wizard(move)), {"chorus_pro"}, code)
            self.wizard(move).action_send_and_print()
            self.assertEqual((move.chorus_state, self.taken), ("deposited", []), code)

    # -- everything at once --------------------------------------------------------------------------------------------

    def test_the_matrix(self):
        """Customer × company × way: what is ticked or counted, what leaves by each channel, what is said."""
        self.maxDiff = None
        found = {}
        for registered in (True, False):
            self.company.account_peppol_proxy_state = "receiver" if registered else "not_registered"
            for kind in ("chorus", "peppol", "both", "neither"):
                customer = self.customer(kind)
                for way in ("button", "send", "batch", "automatic"):
                    found[kind, registered, way] = self.cell(customer, way)
        self.assertEqual(found, MATRIX)

    def cell(self, customer, way):
        """One invoice of such a customer sent that way, two by a batch: the value of ``MATRIX``."""
        moves = self.invoice(partner=customer)
        before, handed, ticked, said = self.simulator.calls(DEPOSIT), len(self.taken), "", ""
        action = None
        try:
            with self.env.cr.savepoint():
                if way == "button":
                    self.send(moves)
                elif way == "send":
                    wizard = self.wizard(moves)
                    ticked = "+".join(sorted(self.ticked(wizard)))
                    said = self.alerts(wizard)
                    action = wizard.action_send_and_print()
                elif way == "batch":
                    moves |= self.invoice(partner=customer)
                    batch = self.batch(moves)
                    ticked = "+".join(sorted(f"{told['count']} {method}" for method, told in batch.summary_data.items()))
                    said = self.alerts(batch)
                    action = batch.action_send_and_print()
                    self.run_job()
                else:
                    self.transfer_by_itself(moves)
        except UserError as error:
            said = "another method" if "is not “by Chorus Pro”" in str(error) else str(error)
        if (action or {}).get("res_model") == "peppol.registration":
            said = f"{said} registration".strip()
        self.company.chorus_auto_transfer = False
        sent = ["no", "yes"][all(moves.mapped("is_move_sent"))]
        return ticked, self.simulator.calls(DEPOSIT) - before, len(self.taken) - handed, sent, said

    def alerts(self, window):
        """What a window says; not that the customer was never looked up, which is so of all those of this test."""
        return " ".join(sorted(set(window.alerts or ()) - {"chorus_pro_unchecked"}))

    def customer(self, kind):
        siret = {"chorus": simulated.HOSPITAL, "both": simulated.TOWN}.get(kind)
        partner = self.public_body(kind, siret) if siret else self.private(kind)
        partner.with_company(self.company).peppol_verification_state = "not_valid"
        if kind == "both":
            self.reach(partner, **STATE_ADDRESS)
        elif kind == "peppol":
            self.reach(partner, peppol_eas="0009", peppol_endpoint="55208131766522")
        elif kind == "neither":
            partner.write({"invoice_sending_method": False, "email": "client@example.com"})
        return partner


#: By customer, whether the company is registered at the platform, and way: what is ticked or counted, deposits at Chorus Pro,
#: documents handed to the platform, whether Odoo calls the invoices sent, what is said.
MATRIX = {
    ("chorus", True, "button"): ("", 1, 0, "yes", ""),
    ("chorus", True, "send"): ("chorus_pro", 1, 0, "yes", ""),
    ("chorus", True, "batch"): ("2 chorus_pro", 2, 0, "yes", ""),
    ("chorus", True, "automatic"): ("", 1, 0, "yes", ""),
    ("peppol", True, "button"): ("", 0, 0, "no", "another method"),
    ("peppol", True, "send"): ("peppol", 0, 1, "yes", ""),
    ("peppol", True, "batch"): ("2 peppol", 0, 2, "yes", ""),
    ("peppol", True, "automatic"): ("", 0, 0, "no", ""),
    ("both", True, "button"): ("", 1, 0, "yes", ""),
    ("both", True, "send"): ("chorus_pro", 1, 0, "yes", ""),
    ("both", True, "batch"): ("2 chorus_pro", 2, 0, "yes", ""),
    ("both", True, "automatic"): ("", 1, 0, "yes", ""),
    ("neither", True, "button"): ("", 0, 0, "no", "another method"),
    ("neither", True, "send"): ("email", 0, 0, "yes", ""),
    ("neither", True, "batch"): ("2 email", 0, 0, "yes", ""),
    ("neither", True, "automatic"): ("", 0, 0, "no", ""),
    ("chorus", False, "button"): ("", 1, 0, "yes", ""),
    ("chorus", False, "send"): ("chorus_pro", 1, 0, "yes", ""),
    ("chorus", False, "batch"): ("2 chorus_pro", 2, 0, "yes", ""),
    ("chorus", False, "automatic"): ("", 1, 0, "yes", ""),
    ("peppol", False, "button"): ("", 0, 0, "no", "another method"),
    ("peppol", False, "send"): ("peppol", 0, 0, "no", "registration"),
    ("peppol", False, "batch"): ("2 peppol", 0, 0, "no", "registration"),
    ("peppol", False, "automatic"): ("", 0, 0, "no", ""),
    ("both", False, "button"): ("", 1, 0, "yes", ""),
    ("both", False, "send"): ("chorus_pro", 1, 0, "yes", ""),
    ("both", False, "batch"): ("2 chorus_pro", 2, 0, "yes", ""),
    ("both", False, "automatic"): ("", 1, 0, "yes", ""),
    ("neither", False, "button"): ("", 0, 0, "no", "another method"),
    ("neither", False, "send"): ("email", 0, 0, "yes", ""),
    ("neither", False, "batch"): ("2 email", 0, 0, "yes", ""),
    ("neither", False, "automatic"): ("", 0, 0, "no", ""),
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOursFirst(Situations, PlatformCommon):
    """Our classes are asked first: so it is where the modules load in the order of their depth."""


@tagged("post_install_l10n", "post_install", "-at_install")
class TestOursLast(Situations, PlatformCommon):
    """The platform's classes are asked first: installed after us, or by a name later than ours."""

    ours_first = False
