from unittest.mock import patch

from odoo import Command, fields
from odoo.addons.account.tests.common import AccountTestInvoicingCommon
from odoo.addons.uom.tests.common import UomCommon
from odoo.tests import new_test_user

from ..services.api import session
from .support import simulated


class ChorusCommon(AccountTestInvoicingCommon):
    """A French company connected to a simulator, a town and a State body to invoice, and a user who may transfer."""

    @classmethod
    @AccountTestInvoicingCommon.setup_country("fr")
    def setUpClass(cls):
        # Past the products, taxes and partners of Odoo's own tests, which none of ours looks at: they take a second a class.
        super(UomCommon, cls).setUpClass()
        cls.product_category = cls.env["product.category"].create({"name": "Test Category"})
        cls.company_data = cls.collect_company_accounting_data(cls.env.company)
        cls.simulator = simulated.simulator()
        # the simulator's mistakes are counted, not a matter of time
        cls.startClassPatcher(patch.object(session, "DOUBT", 0))
        cls.company = cls.company_data["company"]
        cls.connect(cls.company, simulated.SUPPLIER, simulated.CLIENT_ID, simulated.CLIENT_SECRET, simulated.ACCOUNT,
                    simulated.PASSWORD)  # fmt: skip
        cls.town = cls.public_body("Commune de Démonville", simulated.TOWN)
        cls.ministry = cls.public_body("Services de l'État (démonstration)", simulated.STATE)
        cls.sender = new_test_user(
            cls.env, "sender", groups="l10n_fr_chorus_pro.group_chorus_user", company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )  # fmt: skip

    @classmethod
    def _create_company(cls, **values):
        """One that `dev.py test` has made ready, as long as there is any: loading a chart of accounts takes seconds a class."""
        ready = cls.env["res.company"].sudo().search([("name", "=like", "Ready for a test %")], order="id", limit=1)
        if not ready or values.keys() != {"name"}:
            return super()._create_company(**values)
        ready = ready.with_env(cls.env)
        cls.env.user.company_ids = [Command.link(ready.id)]
        ready.name = values["name"]
        return ready

    @classmethod
    def connect(cls, company, siret, client_id, client_secret, account, password):
        """Set a company up for the simulator."""
        company.write(
            {
                "name": "Atelier Démo" if siret == simulated.SUPPLIER else "Seconde Entreprise",
                "company_registry": siret,
                "vat": "FR11123456782" if siret == simulated.SUPPLIER else "FR68900000001",
                "street": "1 rue de l'Atelier",
                "zip": "75002",
                "city": "Paris",
                "chorus_environment": "simulator",
                "chorus_simulator_url": cls.simulator.url,
                "chorus_client_id": client_id,
                "chorus_technical_account": account,
            }
        )
        company._chorus_set_secret("client_secret", client_secret)
        company._chorus_set_secret("technical_password", password)
        bank = cls.env["res.partner.bank"].create(
            {"acc_number": "FR7630001007941234567890185", "partner_id": company.partner_id.id, "allow_out_payment": True}
        )
        journal = cls.env["account.journal"].search([("type", "=", "bank"), ("company_id", "=", company.id)], limit=1)
        journal.bank_account_id = bank

    @classmethod
    def foreign_currency(cls, code, rate):
        """A currency at one rate, of which the company's has one."""
        currency = cls.env["res.currency"].with_context(active_test=False).search([("name", "=", code)])
        currency.active = True
        currency.rate_ids.filtered(lambda known: known.company_id == cls.company).unlink()
        cls.env["res.currency.rate"].create(
            {"currency_id": currency.id, "name": "2020-01-01", "company_rate": rate, "company_id": cls.company.id}
        )

    @classmethod
    def public_body(cls, name, siret, company=None):
        """A customer flagged for Chorus Pro in a company."""
        return (
            cls.env["res.partner"]
            .with_company(company or cls.company)
            .create(
                {
                    "name": name,
                    "is_company": True,
                    "company_registry": siret,
                    "street": "Place de la Mairie",
                    "zip": "35000",
                    "city": "Rennes",
                    "country_id": cls.env.ref("base.fr").id,
                    "invoice_sending_method": "chorus_pro",
                }
            )
        )

    def speak_french(self, *modules):
        """Have French in the database, at least with the texts of this add-on: real ones come without it.

        :param modules: other add-ons whose texts are needed too.
        """
        if "fr_FR" not in dict(self.env["res.lang"].get_installed()):
            self.env["res.lang"]._activate_lang("fr_FR")
            self.env["ir.module.module"]._load_module_terms(["l10n_fr_chorus_pro", *modules], ["fr_FR"], overwrite=True)

    def setUp(self):
        super().setUp()
        self.simulator.reset()

    def tearDown(self):
        self.simulator.check_requests()
        super().tearDown()

    def invoice(self, partner=None, price=1000, post=True, company=None, **values):
        """A customer invoice (or what ``move_type`` says) with one taxed line."""
        company = company or self.company
        taxes = (
            self.env["account.tax"]
            .search([("type_tax_use", "=", "sale"), ("amount", "=", 20), ("company_id", "=", company.id)])
            .filtered(lambda tax: not tax.price_include)[:1]
        )
        move = (
            self.env["account.move"]
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "partner_id": (partner or self.town).id,
                    "invoice_date": fields.Date.today(),
                    "company_id": company.id,
                    "invoice_line_ids": [
                        Command.create(
                            {
                                "name": "Réfection de la toiture",
                                "quantity": 2,
                                "price_unit": price,
                                "tax_ids": [Command.set(taxes.ids)],
                            }
                        )
                    ],
                    **values,
                }
            )
        )
        if post:
            move.action_post()
        return move

    def send(self, moves):
        """Click the button as the user who may transfer."""
        return moves.with_user(self.sender).action_chorus_send()

    def follow(self):
        """What the cron does, for reports that are not due yet too."""
        deposits = self.env["chorus.deposit"].search([("state", "!=", "cancelled")])
        deposits.sudo()._chorus_refresh()
        deposits.move_ids.invalidate_recordset()

    def arrive(self, move):
        """Send an invoice and have Chorus Pro integrate it."""
        self.send(move)
        self.simulator.advance()
        self.follow()
        return move

    def elsewhere(self, count=1, **values):
        """Invoices that somebody put on the portal by hand: Chorus Pro has them, Odoo does not know."""
        moves = self.arrive(self.env["account.move"].union(*(self.invoice(**values) for _index in range(count))))
        self.env.cr.execute("DELETE FROM chorus_status_entry WHERE move_id IN %s", [moves._ids])
        self.env.cr.execute("DELETE FROM chorus_deposit_line WHERE move_id IN %s", [moves._ids])
        self.env.invalidate_all()
        known = ("chorus_identifier", "chorus_status", "is_move_sent")
        moves.sudo().write(dict.fromkeys(known, False))
        moves.sudo()._compute_chorus_state()
        self.assertEqual(set(moves.mapped("chorus_state")), {"to_send"})
        return moves
