import base64

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ....services.api.session import shared_tokens
from ....services.document import submission
from ...common import ChorusCommon
from ...support import simulated

#: The account of the company (see ``ChorusCommon.connect``), and that of its branch.
IBAN, BRANCH_IBAN = "FR7630001007941234567890185", "FR7610107001011234567890129"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSuppliers(ChorusCommon):
    """Every kind of supplier that Chorus Pro knows is set up, tested, sends and follows."""

    #: Kind, identifier, country, VAT number.
    KINDS = [
        ("SIRET", simulated.SUPPLIER, "fr", "FR11123456782"),
        ("RIDET", "1234567.001", "nc", "FR11123456782"),
        ("TAHITI", "A12345", "pf", "FR11123456782"),
        ("UE_HORS_FRANCE", "BE0477472701", "be", "BE0477472701"),
        ("HORS_UE", "CHATELIERDESTRAVAU", "ch", "FR11123456782"),
        ("PARTICULIER", "DUPONTMARIE", "fr", "FR11123456782"),
        ("AUTRE", "ENCOURS0001", "fr", "FR11123456782"),
    ]

    def known_at_chorus(self, kind, identifier):
        """The structure, its technical account and its application."""
        shared_tokens._tokens.clear()
        self.simulator.control(
            "directory",
            structures=[{"siret": identifier, "typeIdentifiantStructure": kind, "typeStructure": "PRIVEE",
                         "designationStructure": "Atelier Démo", "coordonneesBancaires": ["Compte"]}],
            accounts=[{"login": simulated.ACCOUNT, "structure": identifier}],
            applications=[{"client_id": simulated.CLIENT_ID, "structures": [identifier]}],
        )  # fmt: skip

    def test_each_kind(self):
        for kind, identifier, country, vat in self.KINDS:
            with self.subTest(kind):
                self.simulator.reset()
                self.known_at_chorus(kind, identifier)
                self.company.sudo().chorus_connection_ids.unlink()
                self.company.write({"chorus_environment": False, "company_registry": False, "vat": vat})
                self.company.country_id = self.env.ref(f"base.{country}")
                self.set_up(self.company, kind, identifier)
                self.assertEqual(self.company.partner_id.chorus_identifier_type, kind != "SIRET" and kind)
                self.assertTrue(self.company._chorus_may_use())
                move = self.invoice()
                look = move._chorus_look(move._chorus_format())
                self.assertEqual(look.document.supplier.identifier_type.value, kind)
                self.arrive(move)
                self.assertTrue(move.chorus_identifier, move._chorus_obstacles())
                for status, state in (
                    ("MISE_A_DISPOSITION", "received"),
                    ("MANDATEE", "processing"),
                    ("MISE_EN_PAIEMENT", "paid"),
                ):
                    self.simulator.act(move.chorus_identifier, status)
                    self.follow()
                    self.assertEqual(move.chorus_state, state)
                (row,) = self.simulator.invoices()
                self.assertEqual((row["fournisseur"], row["numeroFacture"]), (identifier, move.name))

    def set_up(self, company, kind, identifier):
        """The whole guided way, page by page, to the green message of the test."""
        page = self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(company)["res_id"])
        page.write({"identifier_type": kind != "SIRET" and kind, "siret": identifier, "environment": "simulator"})
        page.simulator_url = self.simulator.url
        page.action_next()
        for step, login, name, value in (
            ("oauth", {"client_id": simulated.CLIENT_ID}, "client_secret", simulated.CLIENT_SECRET),
            ("technical", {"technical_account": simulated.ACCOUNT}, "technical_password", simulated.PASSWORD),
        ):
            self.assertEqual(page.step, step)
            page.write({**login, f"chorus_{name}": value, f"chorus_{name}_again": value})
            page.action_next()
        self.assertEqual((page.step, page.established), ("test", True), page.link_ids.mapped("code"))
        page.action_next()
        page.action_finish()

    def test_two_sirets_under_one_connection(self):
        """A branch has its SIRET, series and account, and the access data of the company above; both send the same day."""
        second = simulated.SUPPLIER[:9] + "00085"
        self.simulator.control(
            "directory",
            structures=[{"siret": second, "typeStructure": "PRIVEE", "designationStructure": "Atelier Démo, agence",
                         "coordonneesBancaires": ["Agence"]}],
            accounts=[{"login": simulated.ACCOUNT, "rattachements": [second]}],
            applications=[{"client_id": simulated.CLIENT_ID, "structures": [simulated.SUPPLIER, second]}],
        )  # fmt: skip
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        self.env.user.company_ids |= branch
        branch.write(
            {"company_registry": second, "chorus_environment": "simulator", "street": "2 rue de l'Agence", "zip": "69001",
             "city": "Lyon", "country_id": self.env.ref("base.fr").id, "vat": self.company.vat}
        )  # fmt: skip
        self.env["res.partner.bank"].create(
            {"acc_number": BRANCH_IBAN, "partner_id": branch.partner_id.id, "allow_out_payment": True}
        )
        self.assertFalse(branch._chorus_missing_settings())
        self.assertFalse(branch._chorus_connection().client_secret_sealed, "it has none of its own")
        self.assertEqual(branch.sudo().chorus_client_id, simulated.CLIENT_ID)
        for company in (self.company, branch):
            self.assertTrue(company._chorus_diagnose().established)
        self.assertNotEqual(branch.chorus_structure_id, self.company.chorus_structure_id)
        # a form that shows what is lent keeps it lent
        branch.sudo().chorus_client_id = simulated.CLIENT_ID
        self.assertFalse(branch._chorus_connection().client_id)
        journal = self.env["account.journal"].create(
            {"name": "Ventes de l'agence", "code": "AGE", "type": "sale", "company_id": branch.id}
        )
        town = self.public_body("Commune", simulated.TOWN, branch)
        self.sender.company_ids |= branch
        moves = self.invoice(journal_id=self.company_data["default_journal_sale"].id)
        town.with_company(branch).property_account_receivable_id = self.company_data["default_account_receivable"]
        line = {
            "name": "Réfection", "quantity": 1, "price_unit": 500, "tax_ids": [Command.set(moves.invoice_line_ids.tax_ids.ids)],
            "account_id": moves.invoice_line_ids.account_id.id,
        }  # fmt: skip
        lines = [Command.create(line)]
        moves |= self.invoice(town, company=branch, journal_id=journal.id, invoice_line_ids=lines)
        moves = moves.sudo()
        for move in moves:
            self.assertFalse(move._chorus_obstacles(), move.company_id.name)
            move.with_user(self.sender).sudo(False).with_company(move.company_id).action_chorus_send()
        self.simulator.advance()
        rows = {row["fournisseur"]: row["numeroFacture"] for row in self.simulator.invoices()}
        self.assertEqual(rows, {simulated.SUPPLIER: moves[0].name, second: moves[1].name})
        for move, iban in zip(moves, (IBAN, BRANCH_IBAN), strict=True):
            self.assertIn(iban.encode(), base64.b64decode(move.chorus_deposit_line_ids.deposit_id.file), move.company_id.name)
        self.follow()
        self.assertEqual(moves.mapped("chorus_state"), ["deposited", "deposited"])
        self.simulator.act(moves[0].chorus_identifier, "MISE_EN_PAIEMENT")
        self.simulator.act(moves[1].chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon de livraison absent")
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(moves.mapped("chorus_state"), ["paid", "to_complete"], "each branch's invoice is followed")

    def a_branch(self):
        """One that Chorus Pro knows, that works with the access data of the company above."""
        second = simulated.SUPPLIER[:9] + "00085"
        self.simulator.control(
            "directory",
            structures=[{"siret": second, "typeStructure": "PRIVEE", "designationStructure": "Atelier Démo, agence"}],
            accounts=[{"login": simulated.ACCOUNT, "rattachements": [second]}],
            applications=[{"client_id": simulated.CLIENT_ID, "structures": [simulated.SUPPLIER, second]}],
        )
        branch = self.env["res.company"].create({"name": "Agence", "parent_id": self.company.id})
        branch.write({"company_registry": second, "chorus_environment": "simulator"})
        self.env.user.company_ids |= branch
        self.assertTrue(branch._chorus_diagnose().established)
        return branch, second

    def page(self, company, step):
        return self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(company, step)["res_id"])

    def test_what_is_borrowed_is_replaced_where_it_is(self):
        """A secret typed on the branch would leave it with half of the access data: it is sent to the company above."""
        branch, _siret = self.a_branch()
        page = self.page(branch, "oauth")
        self.assertEqual((page.chorus_lender_name, self.page(self.company, "oauth").chorus_lender_name), ("Atelier Démo", False))
        typed = dict.fromkeys(("chorus_client_secret", "chorus_client_secret_again"), "another-secret-1")
        with self.assertRaises(ValidationError) as caught, self.env.cr.savepoint():
            page.write(typed)
        self.assertIn("uses the access data of Atelier Démo", str(caught.exception))
        self.env.invalidate_all()
        self.assertFalse(branch._chorus_missing_settings())
        self.assertTrue(branch._chorus_diagnose().established)

    def test_a_branch_gets_access_data_of_its_own(self):
        """An application of its own, then an account: at each page it has a whole set, and the company above keeps its own."""
        branch, siret = self.a_branch()
        self.simulator.control(
            "directory",
            applications=[{"client_id": "of-the-branch", "client_secret": "its-own-secret-1", "raccordementActif": True,
                           "structures": [simulated.SUPPLIER, siret]}],
            accounts=[{"login": "TECH_2_12345678200085@cpro.fr", "password": "Of-The-Branch-9", "structure": siret}],
        )  # fmt: skip
        for step, login, value, name, secret in (
            ("oauth", "client_id", "of-the-branch", "client_secret", "its-own-secret-1"),
            ("technical", "technical_account", "TECH_2_12345678200085@cpro.fr", "technical_password", "Of-The-Branch-9"),
        ):
            page = self.page(branch, step)
            page.write({login: value, f"chorus_{name}": secret, f"chorus_{name}_again": secret})
            self.assertEqual(branch.sudo()[f"chorus_{login}"], value)
            self.assertEqual(branch._chorus_secret(name), secret)
            self.assertFalse(branch._chorus_missing_settings())
            self.assertFalse(self.page(branch, step).chorus_lender_name)
            self.assertTrue(branch._chorus_diagnose().established)
        self.assertEqual(self.company.sudo().chorus_client_id, simulated.CLIENT_ID)
        self.assertEqual(self.company._chorus_secret("technical_password"), simulated.PASSWORD)
        self.assertTrue(self.company._chorus_diagnose().established)

    def test_a_branch_without_an_account_is_paid_to_the_company_above(self):
        """Odoo proposes no account then; both are one legal person, by their SIREN, else nothing is guessed."""
        branch, siret = self.a_branch()
        journal = self.env["account.journal"].create({"name": "Agence", "code": "AGE", "type": "sale", "company_id": branch.id})
        town = self.public_body("Commune", simulated.TOWN, branch)
        town.with_company(branch).property_account_receivable_id = self.company_data["default_account_receivable"]
        account = self.company_data["default_account_revenue"]
        lines = [Command.create({"name": "Réfection", "price_unit": 500, "account_id": account.id})]
        move = self.invoice(town, company=branch, journal_id=journal.id, invoice_line_ids=lines)
        self.assertFalse(move.partner_bank_id)
        document = move._chorus_document()
        self.assertEqual((document.payment.iban, document.payee), (IBAN, None))
        self.assertNotIn("R-20.iban", [finding.code for finding in move._chorus_findings()])
        branch.company_registry = simulated.SECOND_SUPPLIER
        self.assertFalse(move._chorus_document().payment.iban)
        self.assertIn("R-20.iban", [finding.code for finding in move._chorus_findings()])
        own = self.env["res.partner.bank"].create(
            {"acc_number": BRANCH_IBAN, "partner_id": branch.partner_id.id, "allow_out_payment": True}
        )
        branch.company_registry, move.partner_bank_id = siret, own
        self.assertEqual(move._chorus_document().payment.iban, BRANCH_IBAN)

    def test_ones_own_service_in_a_submission(self):
        """Named as idServiceFournisseur by deposits of a PDF with its data."""
        document = self.invoice()._chorus_document()
        body = submission.to_submission(document, "5000025301", "5000025999")
        self.assertEqual(body["fournisseur"], {"idFournisseur": 5000025301, "idServiceFournisseur": 5000025999})
        self.assertEqual(submission.to_submission(document, "5000025301")["fournisseur"], {"idFournisseur": 5000025301})
        with self.assertRaises(ValidationError):
            self.company.chorus_own_service = "COMPTA"

    def test_what_cannot_be_an_identifier(self):
        page = self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(self.company, "company")["res_id"])
        for kind, identifier in (("", "1234567.001"), ("RIDET", ""), ("HORS_UE", "X" * 19)):
            page.write({"identifier_type": kind or False, "siret": identifier})
            with self.subTest(kind), self.assertRaises(ValidationError):
                page.action_next()
