"""Who may do what, over RPC: every model and every public method of the add-on, found by itself, held against a table.

A new model or public method fails the test until it stands in the tables below with those who may use it.
"""

import base64
import inspect

from odoo import Command
from odoo.sql_db import Savepoint
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon
from ...support import printed, simulated

MODULE = "l10n_fr_chorus_pro"
#: What a module of Odoo's that a database may have asks of any model, and answers itself; here it gives names of public files.
OF_ODOO = {"get_import_templates"}

#: The people of the table: a customer on the portal; an employee; an accountant who may invoice but not transfer; one who may
#: transfer; the add-on's administrator; another company's.
PEOPLE = ("portal", "employee", "billing", "transfer", "manager", "stranger")
NOBODY = frozenset()
TRANSFER = frozenset({"transfer", "manager"})
BILLING = TRANSFER | {"billing"}
MANAGER = frozenset({"manager"})
STAFF = BILLING | {"employee", "stranger"}

#: Own models: who may read, write, create and delete a record of the first company; of a dialog's model, one that somebody
#: else opened. ``stranger`` may create where a
#: manager may: in the own company only, which the rule ensures (`test_each_model_has_its_company_rule`).
MODELS = {
    "chorus.attachment": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.action": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.action.file": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.call": (MANAGER, NOBODY, NOBODY, NOBODY),
    "chorus.report": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.action.wizard": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.audit": (MANAGER, NOBODY, NOBODY, NOBODY),
    "chorus.look.back": (MANAGER, MANAGER, NOBODY, NOBODY),
    "chorus.event": (MANAGER, NOBODY, NOBODY, NOBODY),
    "chorus.take.over": (MANAGER, NOBODY, NOBODY, NOBODY),
    "chorus.override": (MANAGER, NOBODY, NOBODY, NOBODY),
    "chorus.override.wizard": (NOBODY, NOBODY, MANAGER | {"stranger"}, NOBODY),
    "chorus.connection": (TRANSFER, NOBODY, NOBODY, NOBODY),
    "chorus.deposit": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.deposit.line": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.engagement": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.lookup": (TRANSFER, NOBODY, NOBODY, NOBODY),
    "chorus.market": (BILLING, BILLING, BILLING | {"stranger"}, MANAGER),
    "chorus.market.amendment": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.market.line": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.market.import": (NOBODY, NOBODY, BILLING | {"stranger"}, NOBODY),
    "chorus.market.engagement": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.validation": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.validation.refusal": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.works.index": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.progress": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.formula": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.penalty": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.share": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.term": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    "chorus.works.deposit": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),  # each one's own
    "chorus.market.party": (BILLING, BILLING, BILLING | {"stranger"}, BILLING),
    # wizards: shown to their author alone
    "chorus.send.wizard": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.send.wizard.group": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    # its author is Odoo's administrator here
    "chorus.setup": (NOBODY, NOBODY, MANAGER | {"stranger"}, NOBODY),
    "chorus.setup.link": (NOBODY, NOBODY, NOBODY, NOBODY),
    # a fact about a public body: shared as its contact is
    "chorus.service": (STAFF, NOBODY, NOBODY, NOBODY),
    "chorus.structure.search": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.structure.search.line": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.reissue": (NOBODY, NOBODY, TRANSFER | {"stranger"}, NOBODY),
    "chorus.status.entry": (BILLING, NOBODY, NOBODY, NOBODY),
    "chorus.claim": (NOBODY, NOBODY, BILLING | {"stranger"}, NOBODY),
    "chorus.claim.line": (NOBODY, NOBODY, BILLING | {"stranger"}, NOBODY),
    "chorus.attach": (NOBODY, NOBODY, BILLING | {"stranger"}, NOBODY),
    "chorus.why": (NOBODY, NOBODY, BILLING | {"stranger"}, NOBODY),
}

#: Public methods, those of buttons and actions: who gets beyond the check of rights when it is called on a record of the
#: first company. Everybody else meets an AccessError.
METHODS = {
    ("account.move", "action_chorus_account_credit"): BILLING,
    ("account.move", "action_chorus_attach"): BILLING,
    ("account.move", "action_chorus_claim"): BILLING,
    ("chorus.claim", "action_invoice"): NOBODY,
    ("chorus.claim", "action_letter"): NOBODY,
    ("chorus.claim", "action_message"): NOBODY,
    ("chorus.attach", "action_add"): NOBODY,
    ("account.move", "action_chorus_check_recipient"): TRANSFER,
    ("account.move", "action_chorus_complete"): TRANSFER,
    ("account.move", "action_chorus_find"): TRANSFER,
    ("account.move", "action_chorus_override"): MANAGER,
    ("account.move", "action_chorus_recycle"): TRANSFER,
    ("account.move", "action_chorus_refresh"): TRANSFER,
    ("account.move", "action_chorus_reissue"): TRANSFER,
    ("account.move", "action_chorus_validator"): TRANSFER,
    ("account.move", "action_chorus_story"): TRANSFER,  # and read-only accountants
    ("account.move", "action_chorus_why"): BILLING,
    ("chorus.action", "action_cancel"): TRANSFER,
    ("chorus.connection", "action_poll"): TRANSFER,
    ("chorus.report", "action_open_move"): BILLING,
    ("chorus.dashboard", "read_dashboard"): BILLING | {"stranger"},  # of one's own companies
    ("chorus.action", "action_refresh"): TRANSFER,
    ("chorus.action.wizard", "action_confirm"): NOBODY,
    ("chorus.reissue", "action_confirm"): NOBODY,
    ("chorus.why", "action_complete"): NOBODY,
    ("chorus.why", "action_recycle"): NOBODY,
    ("chorus.why", "action_reissue"): NOBODY,
    ("chorus.why", "action_validator"): NOBODY,
    ("account.move", "action_chorus_not_filed"): TRANSFER,
    ("account.move", "action_chorus_send"): TRANSFER,
    ("account.move", "action_chorus_send_mended"): TRANSFER,
    ("account.move", "action_chorus_send_selected"): TRANSFER,
    ("chorus.connection", "action_forget_unreadable"): MANAGER,
    ("chorus.connection", "action_log_health"): NOBODY,
    ("chorus.connection", "action_setup"): MANAGER,
    ("chorus.connection", "action_try_events"): MANAGER,
    ("chorus.override.wizard", "action_confirm"): NOBODY,
    ("chorus.deposit", "action_adopt"): TRANSFER,
    ("chorus.deposit", "action_cancel"): TRANSFER,
    ("chorus.deposit", "action_give_up"): TRANSFER,
    ("chorus.deposit", "action_make_anew"): TRANSFER,
    ("chorus.deposit", "action_refresh"): TRANSFER,
    ("chorus.deposit", "action_release"): MANAGER,
    ("chorus.lookup", "action_ask_again"): TRANSFER,
    ("chorus.lookup", "action_flag"): NOBODY,  # it takes the right to change contacts as well
    ("chorus.lookup", "action_open"): TRANSFER,
    ("account.move", "action_chorus_by_hand"): TRANSFER,
    ("account.move", "action_chorus_next_document"): BILLING,
    ("account.move", "action_chorus_progress"): BILLING,
    ("account.move", "action_chorus_shares"): BILLING,
    ("chorus.market", "action_final_account"): BILLING,
    ("chorus.market", "action_release_retention"): BILLING,
    ("chorus.deposit", "action_not_filed"): TRANSFER,
    ("chorus.validation", "action_accept"): TRANSFER,
    ("chorus.validation", "action_create_bill"): BILLING,
    ("chorus.validation", "action_pdf"): TRANSFER,
    ("chorus.validation", "action_refresh"): TRANSFER,
    ("chorus.validation", "action_refuse"): TRANSFER,
    ("chorus.validation.refusal", "action_refuse"): NOBODY,
    ("chorus.works.deposit", "action_filed"): NOBODY,
    ("chorus.works.deposit", "action_pdf"): NOBODY,
    ("chorus.works.deposit", "action_portal"): NOBODY,
    ("chorus.market", "action_export_lines"): BILLING,
    ("chorus.market", "action_export_text"): BILLING,
    ("chorus.market", "action_import_lines"): BILLING,
    ("chorus.market.import", "action_import"): NOBODY,
    ("chorus.market", "action_new_invoice"): BILLING,
    ("chorus.market", "action_view_documents"): BILLING,
    ("chorus.market", "action_view_invoices"): BILLING,
    ("chorus.send.wizard", "action_send"): NOBODY,
    ("chorus.send.wizard", "action_send_and_mend"): NOBODY,
    ("chorus.service", "action_read_details"): TRANSFER | {"stranger"},
    ("chorus.send.wizard.group", "action_open"): NOBODY,
    ("chorus.setup", "action_back"): NOBODY,
    ("chorus.setup", "action_check"): NOBODY,
    ("chorus.setup", "action_finish"): NOBODY,
    ("chorus.setup", "action_later"): NOBODY,
    ("chorus.setup", "action_next"): NOBODY,
    ("chorus.setup", "action_open"): MANAGER | {"stranger"},
    ("chorus.setup", "action_step"): NOBODY,
    ("res.config.settings", "action_chorus_change_account"): NOBODY,
    ("res.config.settings", "action_chorus_change_client"): NOBODY,
    ("res.config.settings", "action_chorus_change_place"): NOBODY,
    ("res.config.settings", "action_chorus_check_connection"): NOBODY,
    ("res.config.settings", "action_chorus_rotate_key"): NOBODY,
    ("res.config.settings", "action_chorus_setup"): NOBODY,
    ("res.config.settings", "action_chorus_take_over"): MANAGER | {"stranger"},  # of one's own company
    ("res.config.settings", "action_chorus_look_back"): MANAGER | {"stranger"},  # of one's own company
    ("chorus.look.back", "action_begin"): MANAGER,
    ("chorus.look.back", "action_stop"): MANAGER,
    ("chorus.look.back", "action_view_invoices"): MANAGER,
    ("chorus.take.over", "action_take_over"): MANAGER,
    ("chorus.structure.search", "action_more"): NOBODY,  # another person's
    ("chorus.structure.search", "action_search"): NOBODY,
    ("chorus.structure.search.line", "action_choose"): NOBODY,
    # the customer is shared by the companies
    ("res.partner", "action_chorus_complete"): TRANSFER | {"stranger"},
    ("res.partner", "action_chorus_complete_all"): TRANSFER | {"stranger"},
    ("res.partner", "action_chorus_find"): TRANSFER | {"stranger"},
    ("res.partner", "action_chorus_clear_address"): NOBODY,  # as to flag one
    ("res.partner", "action_chorus_route_chorus"): NOBODY,
    ("res.partner", "action_chorus_route_platform"): NOBODY,
    ("res.partner", "action_chorus_flag"): NOBODY,  # it takes the right to change contacts as well
    ("res.partner", "action_chorus_services"): STAFF,
}

#: Fields that only some of the readers of their model may read: model, field, who.
FIELDS = [
    ("chorus.deposit", "account", NOBODY),
    ("chorus.deposit", "attachment_ids", TRANSFER),
    ("chorus.deposit", "data", TRANSFER),
    ("chorus.action.file", "content", TRANSFER),
    ("chorus.deposit", "file", TRANSFER),
    ("res.company", "chorus_client_id", NOBODY),
    ("res.company", "chorus_connection_ids", TRANSFER),
    ("res.company", "chorus_technical_account", NOBODY),
    ("chorus.connection", "client_id", NOBODY),
    ("chorus.connection", "client_secret_sealed", NOBODY),
    ("chorus.connection", "technical_account", NOBODY),
    ("chorus.connection", "technical_password_sealed", NOBODY),
]


@tagged("post_install_l10n", "post_install", "-at_install")
class TestSecurityTable(ChorusCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls.setup_other_company(name="Seconde Entreprise")["company"]
        cls.connect(other, simulated.SECOND_SUPPLIER, *simulated.SECOND)
        groups = {
            "portal": "base.group_portal",
            "employee": "base.group_user",
            "billing": "account.group_account_invoice",
            "transfer": f"{MODULE}.group_chorus_user",
            "manager": f"{MODULE}.group_chorus_manager",
            "stranger": f"{MODULE}.group_chorus_manager",
        }
        for login, group in groups.items():
            company = other if login == "stranger" else cls.company
            new_test_user(cls.env, f"table_{login}", groups=group, company_id=company.id, company_ids=[Command.set(company.ids)])

    # -- what there is -------------------------------------------------------------------------------------------------

    def own_models(self):
        """Names of the models that the add-on makes, abstract ones aside."""
        return sorted(
            name for name, model in self.env.registry.items() if model._original_module == MODULE and not model._abstract
        )

    def own_methods(self):
        """Pairs of model and public method that only this add-on defines; overrides keep the rights of what they extend."""
        found = set()
        for name, model in self.env.registry.items():
            if model._abstract and model._original_module != MODULE:
                continue
            bases = [base for base in model.__mro__ if base.__module__ != "odoo.api"]
            ours = [base for base in bases if base.__module__.startswith(f"odoo.addons.{MODULE}.")]
            theirs = [base for base in bases if base.__module__.startswith("odoo.") and base not in ours]
            for base in ours:
                for method, value in vars(base).items():
                    function = getattr(value, "__func__", value)
                    if method.startswith("_") or not inspect.isfunction(function) or getattr(function, "_api_private", False):
                        continue
                    if method not in OF_ODOO and not any(method in vars(other) for other in theirs):
                        found.add((name, method))
        # those of a mix-in are called on the models made of it
        made = {method for name, method in found if not self.env[name]._abstract}
        return sorted((name, method) for name, method in found if not self.env[name]._abstract or method not in made)

    def test_tables_are_complete(self):
        """Whoever adds a model or a public method says here who may use it."""
        models, methods = set(self.own_models()), set(self.own_methods())
        message = "in tests/test_security_table.py: say in %s who may use it (a method nobody may call over RPC gets a leading _)"
        self.assertFalse(sorted(models - set(MODELS)), message % "MODELS")
        self.assertFalse(sorted(methods - set(METHODS)), message % "METHODS")
        self.assertFalse(sorted(set(MODELS) - models), "in MODELS, but no longer there")
        self.assertFalse(sorted(set(METHODS) - methods), "in METHODS, but no longer there")

    def test_each_model_has_its_company_rule(self):
        """Nothing of one company is another's: a company on each record, compulsory, and a global rule."""
        for name in self.own_models():
            model = self.env[name]
            with self.subTest(name):
                rules = self.env["ir.rule"].search([("model_id.model", "=", name), ("groups", "=", False)])
                domains = " ".join(rule.domain_force or "" for rule in rules)
                if model._transient:
                    self.assertIn("create_uid", domains, "no global rule that shows it to its author alone")
                    continue
                company = model._fields["company_id"]
                self.assertTrue(company.required or company.related)
                self.assertIn("company_ids", domains, "no global company rule")

    # -- the calls -----------------------------------------------------------------------------------------------------

    def event_of(self, move):
        self.env["chorus.event"]._begin(self.company)
        return self.env["chorus.event"].sudo().search([("move_id", "=", move.id)])

    def records(self):
        """One record of each model that the tables speak of, all of the first company."""
        move = self.arrive(self.invoice())
        deposit = move.chorus_deposit_ids
        market = self.env["chorus.market"].create(
            {
                "number": "TABLE-1",
                "partner_id": self.town.id,
                "company_id": self.company.id,
                "engagement_ids": [Command.create({"number": "TABLE-EJ"})],
                "amendment_ids": [Command.create({"name": "TABLE"})],
                "line_ids": [Command.create({"name": "TABLE"})],
                "term_ids": [Command.create({"name": "TABLE", "weight": 0.85, "initial": 100})],
                "party_ids": [Command.create({"role": "moa", "partner_id": self.town.id})],
            }
        )
        free = self.invoice()
        search = self.env["chorus.structure.search"].sudo().create({"company_id": self.company.id})
        other = self.arrive(self.invoice())
        other.sudo().write({"chorus_status": "SUSPENDUE", "chorus_status_comment": "Pièce absente"})
        action = self.env["chorus.action"].sudo()._chorus_ask(other, "complete", [("bon.pdf", b"%PDF")], comment="Voici")
        wizards = {
            name: self.env[name].sudo().create({"move_id": other.id, **({"kind": "complete"} if "action" in name else {})})
            for name in ("chorus.action.wizard", "chorus.attach", "chorus.override.wizard", "chorus.reissue", "chorus.why")
        }
        validation = (
            self.env["chorus.validation"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "environment": "simulator",
                    "identifier": "1",
                    "number": "TABLE",
                    "supplier": simulated.SECOND_SUPPLIER,
                    "currency_id": self.company.currency_id.id,
                }
            )
        )
        claim = self.env["chorus.claim"].sudo().create({"partner_id": self.town.id, "company_id": self.company.id})
        made = {
            **wizards,
            "chorus.claim": claim,
            "chorus.claim.line": self.env["chorus.claim.line"].sudo().create({"claim_id": claim.id, "move_id": free.id}),
            "chorus.dashboard": self.env["chorus.dashboard"],
            "chorus.action": action,
            "chorus.call": self.env["chorus.call"].sudo().search([("company_id", "=", self.company.id)], limit=1),
            "chorus.report": self.env["chorus.report"].browse(other.id),
            "chorus.action.file": action.file_ids,
            "chorus.status.entry": other.chorus_entry_ids[:1],
            "account.move": free,
            "chorus.attachment": self.env["chorus.attachment"].create({"move_id": free.id, "name": "a.pdf", "file": b"eA=="}),
            "chorus.audit": self.env["chorus.audit"].sudo().search([("company_id", "=", self.company.id)], limit=1),
            "chorus.override": self.env["chorus.override"]
            .sudo()
            .create(
                {
                    "company_id": self.company.id,
                    "move_id": free.id,
                    "user_id": self.env.user.id,
                    "rule": "TABLE",
                    "message": "TABLE",
                    "reason": "TABLE",
                }
            ),
            "chorus.connection": self.env["chorus.connection"]._of(self.company),
            "chorus.deposit": deposit,
            "chorus.deposit.line": deposit.line_ids,
            "chorus.engagement": self.env["chorus.engagement"]
            .sudo()
            .create({"company_id": self.company.id, "environment": "simulator", "number": "TABLE-1"}),
            "chorus.lookup": self.env["chorus.lookup"].sudo().search([("partner_id", "=", self.town.id)]),
            "chorus.market": market,
            "chorus.market.amendment": market.amendment_ids,
            "chorus.market.engagement": market.engagement_ids,
            "chorus.market.line": market.line_ids,
            "chorus.market.import": self.env["chorus.market.import"].sudo().create({"market_id": market.id}),
            "chorus.market.party": market.party_ids,
            "chorus.send.wizard": (sending := self.env["chorus.send.wizard"].sudo().create({})),
            "chorus.send.wizard.group": self.env["chorus.send.wizard.group"]
            .sudo()
            .create({"wizard_id": sending.id, "urgency": "mend"}),
            "chorus.setup": (setup := self.env["chorus.setup"].create({"company_id": self.company.id})),
            "chorus.setup.link": self.env["chorus.setup.link"]
            .sudo()
            .create({"setup_id": setup.id, "link": "network", "outcome": "ok"}),
            "chorus.service": self.env["chorus.service"]
            .sudo()
            .create({"partner_id": self.town.id, "identifier": "1", "code": "TABLE-1"}),
            "chorus.structure.search": search,
            "chorus.look.back": self.env["chorus.look.back"]
            .sudo()
            .create({"company_id": self.company.id, "environment": "simulator", "state": "idle", "date_from": "2026-01-01"}),
            "chorus.event": self.event_of(free),
            "chorus.take.over": self.env["chorus.take.over"].sudo().create({"company_id": self.company.id}),
            "chorus.structure.search.line": search.line_ids.create({"search_id": search.id, "structure": "1"}),
            "chorus.validation": validation,
            "chorus.validation.refusal": self.env["chorus.validation.refusal"]
            .sudo()
            .create({"validation_ids": [Command.set(validation.ids)], "comment": "TABLE"}),
            "chorus.works.index": self.env["chorus.works.index"].create(
                {"company_id": self.company.id, "name": "TABLE", "month": "2026-01-01", "value": 100}
            ),
            "chorus.works.progress": self.env["chorus.works.progress"].create(
                {"move_id": free.id, "market_line_id": market.line_ids.id}
            ),
            "chorus.works.share": self.env["chorus.works.share"].create(
                {"move_id": free.id, "party_id": market.party_ids[:1].id}
            ),
            "chorus.works.formula": self.env["chorus.works.formula"].create(
                {
                    "market_id": market.id,
                    "name": "TABLE",
                    "term_ids": [Command.create({"name": "TABLE", "weight": 0.85, "initial": 100, "market_id": market.id})],
                }
            ),
            "chorus.works.penalty": self.env["chorus.works.penalty"].create(
                {"market_id": market.id, "date": "2026-01-31", "days": 1}
            ),
            "chorus.works.term": market.term_ids,
            "chorus.works.deposit": self.env["chorus.works.deposit"].sudo().create({"move_id": move.id}),
            "res.company": self.company,
            "res.config.settings": self.env["res.config.settings"].with_company(self.company).create({}),
            "res.partner": self.town,
        }
        needed = set(MODELS) | {model for model, _method in METHODS} | {model for model, _field, _who in FIELDS}
        self.assertFalse(needed - set(made), "give test_security_table.records() one of these")
        self.env.flush_all()
        return made

    def allowed(self, calls):
        """Who of the people gets beyond the check of rights, by a real call each; what the calls did is undone.

        :param calls: a dict of tuples ``(model, method, *arguments)``.
        :return: a dict of sets of people under the same keys.
        """
        able = {key: set() for key in calls}
        with mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
            for login in PEOPLE:
                self.authenticate(f"table_{login}", f"table_{login}")
                for key, call in calls.items():
                    if self.passes(*call):
                        able[key].add(login)
        return able

    def passes(self, model, method, *args):
        savepoint = Savepoint(self.env.cr)
        try:
            self.make_jsonrpc_request(
                "/web/dataset/call_kw", {"model": model, "method": method, "args": list(args), "kwargs": {}}
            )
        except JsonRpcException as error:
            # any other error is one of somebody who may
            return "AccessError" not in str(error)
        finally:
            savepoint.close(rollback=True)
            self.env.invalidate_all()
        return True

    def check(self, calls, expected):
        able = self.allowed(calls)
        for key in calls:
            with self.subTest(key):
                self.assertEqual(sorted(able[key]), sorted(expected[key]))

    def test_models(self):
        records, calls, expected = self.records(), {}, {}
        for name, rights in MODELS.items():
            ids = records[name].ids
            for operation, people, *args in (
                ("read", rights[0], ids, ["id", "display_name"]),
                ("write", rights[1], ids, {}),
                ("create", rights[2], {}),
                ("unlink", rights[3], ids),
            ):
                calls[name, operation] = (name, operation, *args)
                expected[name, operation] = people
        self.check(calls, expected)

    def test_methods(self):
        records = self.records()
        calls = {}
        for name, method in METHODS:
            on_records = not getattr(getattr(type(self.env[name]), method), "_api_model", False)
            calls[name, method] = (name, method, *([records[name].ids] if on_records else []))
        self.check(calls, METHODS)

    def test_fields(self):
        records = self.records()
        self.check(
            {(name, field): (name, "read", records[name].ids, [field]) for name, field, _people in FIELDS},
            {(name, field): people for name, field, people in FIELDS},
        )

    def test_portal_reads_no_setting_of_the_company(self):
        """Not one of the fields of ours; a new one gets a group."""
        names = [name for name in self.env["res.company"]._fields if name.startswith("chorus_")]
        self.assertIn("chorus_environment", names)
        self.authenticate("table_portal", "table_portal")
        with mute_logger("odoo.http"):
            open_ones = [name for name in names if self.passes("res.company", "read", self.company.ids, [name])]
        self.assertFalse(open_ones)
        self.assertTrue(self.passes("res.company", "read", self.company.ids, ["name"]), "else it proves nothing")

    def test_no_private_method_by_rpc(self):
        """A leading underscore keeps a method from the network; one of ours stands for all."""
        self.authenticate("table_manager", "table_manager")
        with self.assertRaises(JsonRpcException), mute_logger("odoo.http"):
            self.make_jsonrpc_request(
                "/web/dataset/call_kw",
                {"model": "res.company", "method": "_chorus_secret", "args": [self.company.ids, "client_secret"], "kwargs": {}},
            )

    def test_bytes_of_a_deposit_by_http(self):
        """The file itself, as the browser fetches it: by its record and by its attachment."""
        deposit = self.records()["chorus.deposit"]
        attachment = self.env["ir.attachment"].search(
            [("res_model", "=", deposit._name), ("res_field", "=", "file"), ("res_id", "=", deposit.id)]
        )
        self.assertEqual(len(attachment), 1)
        for login in PEOPLE:
            self.authenticate(f"table_{login}", f"table_{login}")
            for url in (f"/web/content/chorus.deposit/{deposit.id}/file", f"/web/content/{attachment.id}"):
                with self.subTest(login=login, url=url), mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                    response = self.url_open(url)
                    self.assertEqual(response.status_code == 200 and b"CrossIndustryInvoice" in response.content,
                                     login in TRANSFER)  # fmt: skip

    def test_attachments_of_a_deposit_by_http(self):
        """The other files of a submission, and those of an answer: by the attachment's number, by its record, in a search."""
        move = self.invoice()
        self.company.write({"chorus_format": "pdf", "chorus_structure_id": "5000025301"})
        self.env["chorus.attachment"].create({"move_id": move.id, "name": "bon.pdf", "file": base64.b64encode(b"%PDF-1.4 bon")})
        with printed.printer(self.env) as env:
            deposit = move.with_env(env)._chorus_enqueue().with_env(self.env)
        self.company.chorus_format = "cii"
        action = self.records()["chorus.action"]
        files = self.env["ir.attachment"].sudo().search([("res_model", "=", "chorus.action.file"), ("res_field", "=", "content")])
        files = deposit.sudo().attachment_ids | files.filtered(lambda file: file.res_id in action.file_ids.ids)
        self.assertEqual(len(files), 2)
        self.assertFalse(any(files.mapped("public")))
        names = files.mapped("name")
        for login in PEOPLE:
            self.authenticate(f"table_{login}", f"table_{login}")
            for file in files:
                with self.subTest(login=login, file=file.res_model), mute_logger("odoo.http", "odoo.addons.base.models.ir_rule"):
                    response = self.url_open(f"/web/content/{file.id}")
                    self.assertEqual(response.status_code == 200 and response.content == file.raw, login in TRANSFER)
                    able = self.passes("ir.attachment", "read", file.ids, ["name", "datas", "raw"])
                    self.assertEqual(able, login in TRANSFER)
            found = self.env["ir.attachment"].with_user(self.env["res.users"].search([("login", "=", f"table_{login}")]))
            found = found.search([("id", "in", files.ids)])
            self.assertEqual(sorted(found.mapped("name")), sorted(names) if login in TRANSFER else [])
        self.assertEqual(deposit.with_user(self.sender).attachment_ids.mapped("name"), ["bon.pdf"], "who transfers sees them")
