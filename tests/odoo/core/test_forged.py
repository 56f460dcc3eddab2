"""Nobody says in Chorus Pro's place what became of an invoice: over RPC, by an import, a copy, or the defaults of a context."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, JsonRpcException, new_test_user, tagged
from odoo.tools import mute_logger

from ...common import ChorusCommon

MODULE = "l10n_fr_chorus_pro"
#: The profiles of the rights table (`test_security_table.py`), and the administrator of Odoo, who has every right of a person.
PEOPLE = {
    "portal": "base.group_portal",
    "employee": "base.group_user",
    "billing": "account.group_account_invoice",
    "transfer": f"{MODULE}.group_chorus_user",
    "manager": f"{MODULE}.group_chorus_manager",
    "system": f"base.group_system,account.group_account_manager,{MODULE}.group_chorus_manager",
}
#: What the platform tells of an invoice, and what is derived from it, each with a value that a forger would like.
FORGED = {
    "chorus_identifier": "7000001",
    "chorus_status": "MISE_EN_PAIEMENT",
    "chorus_status_at": "2026-01-05 10:00:00",
    "chorus_status_comment": "Payée",
    "chorus_state": "paid",
    "chorus_motif": "JUSTIF_ABS",
    "chorus_payment_at": "2026-01-05 10:00:00",
    "chorus_expected_date": "2040-01-01",
    "chorus_auto_at": "2020-01-01 00:00:00",
    "chorus_dossier": "77",
    "chorus_waiting_since": "2020-01-01 00:00:00",
}


@tagged("post_install_l10n", "post_install", "-at_install")
class TestForgedWrites(ChorusCommon, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for login, groups in PEOPLE.items():
            values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
            new_test_user(cls.env, f"forger_{login}", groups=groups, **values)

    def each(self):
        for login in PEOPLE:
            self.authenticate(f"forger_{login}", f"forger_{login}")
            yield login

    def call(self, model, method, *args, **kwargs):
        """Call over RPC; the answer, or the error's text."""
        try:
            with mute_logger("odoo.http", "odoo.sql_db", "odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model"):
                return self.make_jsonrpc_request(
                    "/web/dataset/call_kw", {"model": model, "method": method, "args": list(args), "kwargs": kwargs}
                )
        except JsonRpcException as error:
            return str(error)
        finally:
            self.env.invalidate_all()

    def values(self, **more):
        return {"move_type": "out_invoice", "partner_id": self.town.id, **more}

    def told(self, moves):
        self.env.invalidate_all()
        return moves.sudo().read(list(FORGED))

    def test_every_told_field_is_tried(self):
        """A stored, read-only field of ours that is added to invoices is guarded by itself; here it gets its forged value."""
        relations = ("one2many", "many2one")
        fields = self.env["account.move"]._fields
        told = {name for name, field in fields.items() if name.startswith("chorus_") and field.store and field.readonly}
        self.assertEqual({name for name in told if fields[name].type not in relations}, set(FORGED))

    def test_write(self):
        sent, free = self.arrive(self.invoice()), self.invoice()
        before = self.told(sent + free)
        for login in self.each():
            for move in (sent, free):
                for name, value in FORGED.items():
                    with self.subTest(login=login, field=name):
                        self.assertIn("AccessError", str(self.call("account.move", "write", move.ids, {name: value})))
        self.assertEqual(self.told(sent + free), before)
        self.assertEqual(free.chorus_state, "to_send")

    def test_nothing_is_said_to_be_sent_that_was_not(self):
        """The links to deposits, answers, steps and replacements: those of another invoice as little as new ones."""
        sent, free = self.arrive(self.invoice()), self.invoice()
        line, entry = sent.chorus_deposit_line_ids, sent.chorus_entry_ids[:1]
        for login in self.each():
            for values in (
                {"chorus_deposit_line_ids": [Command.link(line.id)]},
                {"chorus_deposit_line_ids": [Command.create({"deposit_id": line.deposit_id.id, "outcome": "integrated"})]},
                {"chorus_entry_ids": [Command.link(entry.id)]},
                {"chorus_entry_ids": [Command.create({"status": "MISE_EN_PAIEMENT"})]},
                {"chorus_action_ids": [Command.create({"kind": "complete", "state": "done", "identifier": "1"})]},
                {"chorus_replaced_by_ids": [Command.link(sent.id)]},
                {"chorus_replaces_id": sent.id},
            ):  # fmt: skip
                with self.subTest(login=login, values=values):
                    self.assertIn("AccessError", str(self.call("account.move", "write", free.ids, values)))
            with self.subTest(login=login), mute_logger("odoo.http"):
                self.call("account.move", "write", sent.ids, {"chorus_deposit_line_ids": [Command.clear()]})
        self.assertFalse(free.chorus_deposit_line_ids)
        self.assertFalse(free.chorus_entry_ids)
        self.assertFalse(free.chorus_replaces_id)
        self.assertEqual(sent.chorus_deposit_line_ids, line)
        self.assertIn(entry, sent.chorus_entry_ids)

    def test_create(self):
        count = self.env["account.move"].search_count([])
        for login in self.each():
            for name, value in FORGED.items():
                with self.subTest(login=login, field=name):
                    self.assertIn("AccessError", str(self.call("account.move", "create", [self.values(**{name: value})])))
        self.assertEqual(self.env["account.move"].search_count([]), count)

    def test_defaults_of_a_context(self):
        context = {f"default_{name}": value for name, value in FORGED.items()}
        made = 0
        for _login in self.each():
            answer = self.call("account.move", "create", [self.values()], context=context)
            if isinstance(answer, list):
                made += 1
                move = self.env["account.move"].browse(answer)
                self.assertEqual(set(self.told(move)[0].values()) - set(answer), {False})
        self.assertEqual(made, 4, "those who may invoice still do")

    def test_recorded_defaults(self):
        """A user's own recorded defaults (ir.default) are no other way in."""
        user = self.env["res.users"].search([("login", "=", "forger_billing")])
        forged = (("account.move", "chorus_status", "MISE_EN_PAIEMENT"), ("chorus.deposit", "state", "integrated"))
        for model, name, value in forged:
            self.env["ir.default"].sudo().set(model, name, value, user_id=user.id)
        self.authenticate("forger_billing", "forger_billing")
        (move,) = self.call("account.move", "create", [self.values()])
        self.assertFalse(self.env["account.move"].browse(move).chorus_status)
        self.assertEqual(self.env["chorus.deposit"].with_user(user).sudo().default_get(["state"]), {"state": "ready"})

    def test_copy(self):
        sent = self.arrive(self.invoice())
        for login in self.each():
            for name, value in FORGED.items():
                with self.subTest(login=login, field=name):
                    self.assertIn("AccessError", str(self.call("account.move", "copy", sent.ids, {name: value})))
        copy = sent.copy()
        self.assertEqual(set(self.told(copy)[0].values()) - set(copy.ids), {False})
        self.assertFalse(copy.chorus_deposit_line_ids)

    def test_import(self):
        """What a file says of an invoice that is there, by its external identifier, and of a new one."""
        free = self.invoice()
        self.env["ir.model.data"].create({"module": "test", "name": "free", "model": "account.move", "res_id": free.id})
        for login in self.each():
            for fields, row in (
                (["id", "chorus_status", "chorus_identifier"], ["test.free", "MISE_EN_PAIEMENT", "7000001"]),
                (["move_type", "partner_id/.id", "chorus_state"], ["out_invoice", str(self.town.id), "paid"]),
            ):
                with self.subTest(login=login, fields=fields):
                    answer = self.call("account.move", "load", fields, [row])
                    self.assertFalse(isinstance(answer, dict) and answer["ids"], answer)
        self.assertFalse(free.chorus_status or free.chorus_identifier)
        self.assertFalse(self.env["account.move"].search([("chorus_state", "=", "paid")]))

    def test_a_deposit_begins_as_it_is(self):
        """The defaults of a context, which sudo takes along, say nothing of the records that our own code makes."""
        move = self.invoice()
        context = {
            "default_state": "integrated", "default_flow_number": "1", "default_outcome": "integrated", "default_released": True,
            "default_public": True, "default_elsewhere": True,
        }  # fmt: skip
        move.with_user(self.sender).with_context(**context).action_chorus_send()
        deposit = move.chorus_deposit_ids
        self.assertEqual((deposit.state, deposit.released, deposit.elsewhere), ("deposited", False, False))
        self.assertEqual(deposit.line_ids.outcome, "pending")
        self.assertEqual(len(self.simulator.state()["deposits"]), 1)
        files = self.env["ir.attachment"].sudo().search([("res_model", "=", "chorus.deposit"), ("res_field", "=", "file")])
        self.assertFalse(any(files.mapped("public")))

    def test_own_models(self):
        """Of models that users write on, what is computed; of the public body's record, what the directory said."""
        free = self.invoice()
        attachment = self.env["chorus.attachment"].create({"move_id": free.id, "name": "a.pdf", "file": b"JVBERi0="})
        self.authenticate("forger_manager", "forger_manager")
        self.assertIn("AccessError", str(self.call("chorus.attachment", "write", attachment.ids, {"size": 1})))
        values = {"move_id": free.id, "name": "b.pdf", "file": "JVBERi0=", "size": 1}
        self.assertIn("AccessError", str(self.call("chorus.attachment", "create", [values])))
        (made,) = self.call("chorus.attachment", "create", [{**values, "size": 0}], context={"default_size": 1})
        self.assertEqual(self.env["chorus.attachment"].browse(made).size, 5)
        editor = self.env["res.users"].search([("login", "=", "forger_manager")])
        editor.group_ids |= self.env.ref("base.group_partner_manager")
        forged = {"chorus_service_required": True, "chorus_structure_id": "1", "chorus_directory_date": "2026-01-01"}
        for name, value in forged.items():
            with self.subTest(name):
                self.assertIn("AccessError", str(self.call("res.partner", "write", self.town.ids, {name: value})))
        with self.assertRaises(AccessError):
            self.town.with_user(editor).chorus_structure_active = True
