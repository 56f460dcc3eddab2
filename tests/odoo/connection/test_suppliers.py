from odoo import Command
from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ....services.api.session import shared_tokens
from ....services.document import submission
from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSuppliers(ChorusCommon):
    """Every kind of supplier that Chorus Pro knows is set up, tested, sends and follows."""

    #: Kind, identifier, country, VAT number.
    KINDS = [
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
                self.company.write({"chorus_environment": False, "company_registry": False, "vat": vat})
                self.company.country_id = self.env.ref(f"base.{country}")
                page = self.env["chorus.setup"].browse(self.env["chorus.setup"]._open(self.company)["res_id"])
                page.write({"identifier_type": kind, "siret": identifier, "environment": "simulator"})
                page.simulator_url = self.simulator.url
                page.action_next()
                self.assertEqual(self.company.partner_id.chorus_identifier_type, kind)
                self.assertTrue(self.company._chorus_may_use())
                found = self.company._chorus_diagnose()
                self.assertTrue(found.established, found.findings)
                move = self.invoice()
                look = move._chorus_look(move._chorus_format())
                self.assertEqual(look.document.supplier.identifier_type.value, kind)
                self.arrive(move)
                self.assertTrue(move.chorus_identifier, move._chorus_obstacles())
                self.simulator.act(move.chorus_identifier, "MISE_EN_PAIEMENT")
                self.follow()
                self.assertEqual(move.chorus_state, "paid")
                (row,) = self.simulator.invoices()
                self.assertEqual(row["fournisseur"], identifier)

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
        bank = self.env["res.partner.bank"].create(
            {"acc_number": "FR7610107001011234567890129", "partner_id": branch.partner_id.id, "allow_out_payment": True}
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
        moves |= self.invoice(town, company=branch, journal_id=journal.id, partner_bank_id=bank.id, invoice_line_ids=lines)
        moves = moves.sudo()
        for move in moves:
            self.assertFalse(move._chorus_obstacles(), move.company_id.name)
            move.with_user(self.sender).sudo(False).with_company(move.company_id).action_chorus_send()
        self.simulator.advance()
        rows = {row["fournisseur"]: row["numeroFacture"] for row in self.simulator.invoices()}
        self.assertEqual(rows, {simulated.SUPPLIER: moves[0].name, second: moves[1].name})

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
