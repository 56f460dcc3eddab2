import csv

from odoo.tests import new_test_user, tagged
from odoo.tools import file_open

from ...common import ChorusCommon
from ...support import simulated


@tagged("post_install_l10n", "post_install", "-at_install")
class TestImport(ChorusCommon):
    """Markets, and public bodies with their services, enter by Odoo's own import of files; the templates that it offers do."""

    def setUp(self):
        super().setUp()
        self.speak_french()
        self.accountant = new_test_user(
            self.env, "importer", "account.group_account_invoice,base.group_partner_manager,l10n_fr_chorus_pro.group_chorus_user"
        )

    def template(self, model, name):
        """The rows of a template that Odoo offers for a model, with the fields that its headings are matched to in French."""
        offered = self.env[model].get_import_templates()
        (path,) = (one["template"] for one in offered if one["template"].endswith(f"/{name}"))
        with file_open(path.lstrip("/"), "r") as file:
            headings, *rows = csv.reader(file, delimiter=";")
        return [self.field(model, heading) for heading in headings], rows

    def field(self, model, heading):
        """The path of a field by its label, or its name."""
        path = []
        for part in heading.split("/"):
            known = self.env[model].with_context(lang="fr_FR").fields_get()
            names = [name for name, about in known.items() if part == name or about["string"] == part]
            self.assertEqual(len(names), 1, f"{heading}: {names}")
            path += names
            model = known[names[0]].get("relation")
        return "/".join(path)

    def load(self, model, fields, rows):
        self.env.flush_all()
        return self.env[model].with_user(self.accountant).with_context(lang="fr_FR").load(fields, rows)

    def test_markets_with_their_price_schedule(self):
        fields, rows = self.template("chorus.market", "marches.csv")
        rows = [[cell.replace("Commune d'Exemple", self.town.name) for cell in row] for row in rows]
        done = self.load("chorus.market", fields, rows)
        self.assertFalse(done["messages"])
        school, parks = self.env["chorus.market"].browse(done["ids"])
        self.assertEqual((school.number, school.partner_id, school.amount_initial), ("2026-014", self.town, 1460))
        self.assertEqual(school.line_ids.mapped("amount"), [460, 1000])
        self.assertFalse(school.lines_differ)
        self.assertFalse(parks.line_ids)

    def test_a_market_of_nobody_known_is_refused_and_named(self):
        fields, rows = self.template("chorus.market", "marches.csv")
        done = self.load("chorus.market", fields, rows)
        self.assertFalse(done["ids"])
        self.assertIn("Commune d'Exemple", done["messages"][0]["message"])

    def test_public_bodies_then_their_services(self):
        fields, (row,) = self.template("res.partner", "clients.csv")
        row[fields.index("company_registry")] = simulated.HOSPITAL
        done = self.load("res.partner", fields, [row])
        self.assertFalse(done["messages"])
        body = self.env["res.partner"].browse(done["ids"]).with_company(self.company)
        self.assertEqual(body.invoice_sending_method, "chorus_pro")
        fields, (row,) = self.template("res.partner", "services.csv")
        refused = self.load("res.partner", fields, [row])
        self.assertFalse(refused["ids"])
        self.assertIn("SERVICE-01", refused["messages"][0]["message"])
        body.with_user(self.accountant).action_chorus_complete_all()
        with self.enter_registry_test_mode():
            self.env.ref("l10n_fr_chorus_pro.ir_cron_chorus_directory").method_direct_trigger()
        self.env.invalidate_all()
        service = body.chorus_service_ids.filtered("enabled")[0]
        row[fields.index("chorus_contact_service_code")] = service.code
        # the same code of another body is not meant
        service.sudo().copy({"partner_id": self.town.id, "identifier": "4711"})
        done = self.load("res.partner", fields, [row])
        self.assertFalse(done["messages"])
        contact = self.env["res.partner"].browse(done["ids"])
        self.assertEqual((contact.commercial_partner_id, contact.chorus_contact_service_id), (body, service))
        move = self.invoice(partner=contact, post=False)
        self.assertEqual(move.buyer_reference, service.code)
