import io
import json
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ....services.evidence import verify
from ...support import simulated
from ...support.formats_case import FormatsCase

MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestStory(FormatsCase, HttpCase):
    """The evidence of invoices, downloaded as a browser does and verified by the command that needs no Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        values = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        cls.auditor = new_test_user(cls.env, "story_auditor", groups="account.group_account_readonly", **values)
        cls.billing = new_test_user(cls.env, "story_billing", groups="account.group_account_invoice", **values)

    def setUp(self):
        super().setUp()
        folder = TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "preuves.zip")

    def download(self, moves, user=None):
        """Click as that user; the answer, whose bytes are in ``self.path``."""
        user = user or self.sender
        action = moves.with_user(user).action_chorus_story()
        self.assertEqual(action["type"], "ir.actions.act_url")
        self.authenticate(user.login, user.login)
        answer = self.url_open(action["url"])
        self.path.write_bytes(answer.content)
        return answer

    def faults(self, expected=""):
        return verify.verify(str(self.path), expected).faults

    def members(self):
        with zipfile.ZipFile(self.path) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def noted(self, move):
        """The SHA-256 that the last note on an invoice tells."""
        note = move.message_ids.filtered(lambda message: "SHA-256" in (message.body or "")).sorted("id")[-1:]
        return str(note.body).rpartition(": ")[2].removesuffix("</p>").strip(), note.author_id

    def ten(self):
        """Ten invoices in ten situations, sent over HTTP."""
        to_send = self.invoice(price=1)
        waiting = self.invoice(price=2)
        together = self.invoice(price=3) | self.invoice(price=4)
        received, completed, refused, paid = (self.arrive(self.invoice(price=price)) for price in (5, 6, 7, 8))
        self.simulator.act(received.chorus_identifier, "MISE_A_DISPOSITION")
        self.simulator.act(completed.chorus_identifier, "SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon <absent>")
        self.simulator.act(refused.chorus_identifier, "REJETEE", motif="EJ_ERR")
        self.simulator.act(paid.chorus_identifier, "MISE_A_DISPOSITION")
        self.simulator.act(paid.chorus_identifier, "MISE_EN_PAIEMENT")
        self.follow()
        action = completed.with_user(self.sender).action_chorus_complete()
        file = self.env["ir.attachment"].with_user(self.sender).create({"name": "bon.pdf", "raw": b"%PDF-1.4 bon"})
        wizard = self.env[action["res_model"]].with_user(self.sender).browse(action["res_id"])
        wizard.write({"attachment_ids": [Command.set(file.ids)], "comment": "Voici le bon."})
        wizard.action_confirm()
        self.send(together)
        self.simulator.advance()
        self.follow()
        self.send(waiting)
        rejected = self.invoice(price=9)
        self.simulator.fault("/cpro/factures/v1/deposer/flux", "code_retour", codeRetour=20013, libelle="Flux refusé")
        self.send(rejected)
        self.company.chorus_format = "pdf"
        submitted = self.invoice(price=10)
        self.attach(submitted, ("métré.xlsx", b"PK\x03\x04m"), kind="measurement")
        self.send(submitted)
        moves = to_send | waiting | together | received | completed | refused | paid | rejected | submitted
        self.assertGreaterEqual(len(set(moves.mapped("chorus_state"))), 7, moves.mapped("chorus_state"))
        return moves

    def test_the_evidence_of_ten_invoices_is_verified_and_one_byte_changed_is_seen(self):
        moves = self.ten()
        completed, refused, submitted = moves[5], moves[6], moves[9]
        refused.with_user(self.sender).with_context(tracking_disable=False, mail_notrack=False).chorus_hold = True
        self.env.cr.flush()
        answer = self.download(moves)
        self.assertEqual((answer.status_code, answer.headers["Content-Type"]), (200, "application/zip"), answer.text[:300])
        self.assertEqual(int(answer.headers["Content-Length"]), len(answer.content))
        self.assertRegex(answer.headers["Content-Disposition"], r"chorus-preuves-\d{4}-\d\d-\d\d-10\.zip")
        digest, author = self.noted(moves[0])
        self.assertEqual(author, self.sender.partner_id)
        self.assertEqual({self.noted(move)[0] for move in moves}, {digest})
        self.assertEqual(self.faults(digest), [])
        self.assertEqual([key for key, _values in self.faults("0" * 64)], ["manifest_other"])
        members = self.members()
        stories = {story["number"]: story for name, text in members.items() if name.endswith(".json") and "factures/" in name
                   for story in [json.loads(text)]}  # fmt: skip
        self.assertEqual(set(stories), set(moves.mapped("name")))
        for move in moves:
            story = stories[move.name]
            self.assertEqual(story["facts"]["state"], move.chorus_state)
            sent = [one for one in story["exchanges"] if one["kind"] == "deposit"]
            self.assertEqual([one["facts"]["id"] for one in sent], move.chorus_deposit_ids.sorted("id").ids)
            for deposit, one in zip(move.chorus_deposit_ids.sorted("id"), sent, strict=True):
                self.assertEqual(members[one["files"][0]["path"]], deposit.sudo()._chorus_contents("file")[deposit.id])
                self.assertEqual(one["files"][0]["recorded"]["sha256"], deposit.sha256)
                self.assertEqual(one["facts"]["flow_number"], deposit.flow_number or "")
            self.assertEqual(len(story["steps"]), len(move.chorus_entry_ids))
        # the files of answers, of the data, and of what goes beside
        (answered,) = [one for one in stories[completed.name]["exchanges"] if one["kind"] == "action"]
        self.assertEqual(members[answered["files"][0]["path"]], b"%PDF-1.4 bon")
        self.assertEqual(answered["facts"]["comment"], "Voici le bon.")
        self.assertIn("Bon <absent>", str(stories[completed.name]["steps"]))
        whats = [file["what"] for one in stories[submitted.name]["exchanges"] for file in one["files"]]
        self.assertEqual(whats, ["sent", "data", "joined"])
        self.assertEqual(len(stories[submitted.name]["attachments"]), 1)
        self.assertEqual(
            {file["state"] for story in stories.values() for one in story["exchanges"] for file in one["files"]}, {"kept"}
        )
        # one deposit with two invoices is there once, and each names the other
        first, second = moves[2], moves[3]
        self.assertEqual(len({name for name in members if name.startswith(f"depots/{first.chorus_deposit_ids.id}/")}), 1)
        self.assertEqual(stories[first.name]["exchanges"][0]["others"], [second.name])
        # who did what
        (change,) = [event for event in stories[refused.name]["done"] if event["what"] == "changed"]
        self.assertEqual((change["who"], len(change["changes"])), (self.sender.name, 1))
        self.assertEqual(change["changes"][0][1:], [False, True])
        page = members[f"factures/{completed.name.replace('/', '-')}/recit.html"].decode()
        self.assertIn("Bon &lt;absent&gt;", page)
        self.assertNotIn("<absent>", page)
        # no secret
        for name, content in members.items():
            for secret in (simulated.CLIENT_SECRET, simulated.PASSWORD, simulated.ACCOUNT, simulated.CLIENT_ID):
                self.assertNotIn(secret.encode(), content, name)
        # one byte, anywhere
        content = self.path.read_bytes()
        for place in range(0, len(content), len(content) // 150):
            self.path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            self.assertTrue(self.faults(), place)

    def test_an_auditor_reads_all_of_it_and_who_only_invoices_nothing(self):
        move = self.arrive(self.invoice())
        self.assertFalse(self.auditor.has_group(f"{MODULE}.group_chorus_user"))
        self.assertEqual(self.download(move, self.auditor).status_code, 200)
        digest, author = self.noted(move)
        self.assertEqual((self.faults(digest), author), ([], self.auditor.partner_id))
        self.assertIn(f"depots/{move.chorus_deposit_ids.id}/{move.chorus_deposit_ids.file_name}", self.members())
        listed = self.env.ref(f"{MODULE}.action_chorus_story")
        context = {"active_model": "account.move", "active_ids": move.ids, "active_id": move.id}
        self.assertIn(f"ids={move.id}", listed.with_user(self.auditor).with_context(**context).run()["url"])
        with self.assertRaises(AccessError):
            listed.with_user(self.billing).with_context(**context).run()
        with self.assertRaises(AccessError):
            move.with_user(self.billing).action_chorus_story()
        self.authenticate(self.billing.login, self.billing.login)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"/{MODULE}/evidence?ids={move.id}").status_code, 403)
        self.authenticate(None, None)
        self.assertNotEqual(self.url_open(f"/{MODULE}/evidence?ids={move.id}").headers["Content-Type"], "application/zip")

    def test_what_it_is_asked_of(self):
        plain = self.invoice(self.env["res.partner"].create({"name": "Client privé"}))
        with self.assertRaises(UserError):
            plain.with_user(self.sender).action_chorus_story()
        move = self.invoice()
        self.download(move | plain)
        self.assertEqual([file for file in self.members() if file.endswith("recit.html")],
                         [f"factures/{move.name.replace('/', '-')}/recit.html"])  # fmt: skip
        for ids in ("", "0", "x", "1;2", "99999999", "-1", "١"):
            self.assertEqual(self.url_open(f"/{MODULE}/evidence", params={"ids": ids}).status_code, 404, ids)

    def test_nothing_of_another_company(self):
        other = self.setup_other_company(name="Seconde Entreprise")["company"]
        stranger = new_test_user(self.env, "story_stranger", groups=f"{MODULE}.group_chorus_manager", company_id=other.id,
                                 company_ids=[Command.set(other.ids)])  # fmt: skip
        move = self.arrive(self.invoice())
        with self.assertRaises(AccessError):
            move.with_user(stranger).action_chorus_story()
        self.authenticate(stranger.login, stranger.login)
        with mute_logger("odoo.http"):
            self.assertEqual(self.url_open(f"/{MODULE}/evidence?ids={move.id}").status_code, 403)

    def test_a_file_with_invoices_that_one_may_not_read_is_left_out(self):
        first, second = self.invoice(price=3), self.invoice(price=4)
        self.send(first | second)
        self.assertEqual(len((first | second).chorus_deposit_ids), 1)
        hidden = second.name.encode()
        self.env["ir.rule"].create(
            {
                "name": "a single invoice",
                "model_id": self.env.ref("account.model_account_move").id,
                "domain_force": str([("id", "!=", second.id)]),
            }
        )
        self.download(first, self.auditor)
        report = verify.verify(str(self.path))
        self.assertEqual((report.faults, "withheld" in dict(report.notes)), ([], True))
        self.assertNotIn(hidden, b"".join(self.members().values()))

    def test_a_lost_and_an_altered_file_are_told(self):
        lost, altered, joined = (self.arrive(self.invoice(price=price)) for price in (1, 2, 3))
        files = self.env["ir.attachment"].sudo()

        def file(model, record):
            return files.search([("res_model", "=", model), ("res_field", "=", "file"), ("res_id", "=", record.id)])

        file("chorus.deposit", lost.chorus_deposit_ids).unlink()
        file("chorus.deposit", altered.chorus_deposit_ids).raw = b"<another/>"
        self.download(lost | altered | joined)
        faults = [(key, values[0].split("/")[1]) for key, values in self.faults()]
        self.assertEqual(
            sorted(faults), sorted([("altered", str(altered.chorus_deposit_ids.id)), ("lost", str(lost.chorus_deposit_ids.id))])
        )
        self.assertIn("fichier perdu ou altéré", self.members()["index.html"].decode())
        self.download(joined)
        self.assertEqual(self.faults(), [])

    def test_what_was_sent_is_neither_deleted_nor_changed_by_an_administrator(self):
        self.company.chorus_format = "pdf"
        move = self.invoice()
        self.attach(move, ("métré.xlsx", b"PK\x03\x04m"), kind="measurement")
        self.send(move)
        groups = f"base.group_system,account.group_account_manager,{MODULE}.group_chorus_manager"
        admin = new_test_user(self.env, "story_admin", company_id=self.company.id, groups=groups)
        kept = self.env["ir.attachment"].sudo().search(
            [("res_model", "in", ("chorus.deposit", "chorus.attachment")), ("res_field", "!=", False),
             ("res_id", "in", move.chorus_deposit_ids.ids + move.chorus_attachment_ids.ids)]
        ).filtered(lambda file: file.res_id in (move.chorus_deposit_ids if file.res_model == "chorus.deposit"
                                                else move.chorus_attachment_ids).ids)  # fmt: skip
        self.assertEqual(len(kept), 3)
        for file in kept.with_user(admin):
            # Odoo stops whom it stops; nobody gets beyond
            for act in (file.unlink, lambda file=file: file.write({"raw": b"x"}), lambda file=file: file.write({"res_id": 0})):
                with self.assertRaises(UserError):
                    act()
        kept.with_user(admin).sudo().name = "a name is no byte"
        self.env["ir.attachment"].sudo()._gc_file_store_unsafe()
        self.download(move)
        self.assertEqual(self.faults(), [])
        # before it is sent, it is free
        draft = self.invoice()
        self.attach(draft, ("a.xlsx", b"PK\x03\x04a"), kind="order")
        self.env["ir.attachment"].search(
            [
                ("res_model", "=", "chorus.attachment"),
                ("res_field", "=", "file"),
                ("res_id", "in", draft.chorus_attachment_ids.ids),
            ]
        ).with_user(self.sender).write({"raw": b"PK\x03\x04b"})

    def test_what_people_wrote_is_named_and_not_told(self):
        move = self.arrive(self.invoice())
        written = "Le client est de mauvaise foi."
        move.message_post(body=written, message_type="comment")
        self.download(move)
        first, _author = self.noted(move)
        content = b"".join(self.members().values())
        self.assertNotIn(b"mauvaise foi", content)
        self.assertIn("Message écrit".encode(), content)
        # the next evidence tells of this one
        self.download(move, self.auditor)
        self.assertIn(first.encode(), b"".join(self.members().values()))
        self.assertNotEqual(self.noted(move)[0], first)

    def test_it_is_streamed(self):
        """What is in memory is one file, not the archive."""
        import tracemalloc

        moves = self.env["account.move"].union(*(self.invoice(price=price) for price in range(1, 7)))
        for move in moves:
            self.send(move)
        size = 8_000_000
        for index, deposit in enumerate(moves.chorus_deposit_ids):
            deposit.sudo().sha256 = False
            files = self.env["ir.attachment"].sudo().search(
                [("res_model", "=", "chorus.deposit"), ("res_field", "=", "file"), ("res_id", "=", deposit.id)]
            )  # fmt: skip
            files.raw = bytes([index]) * size
            deposit.sudo().file_name = "lot.tar.gz"
        self.env.flush_all()
        self.env.invalidate_all()
        story = self.env["chorus.story"].with_user(self.sender)
        with self.path.open("w+b") as file:
            tracemalloc.start()
            try:
                story._chorus_archive(moves.with_user(self.sender), file)
                _now, most = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
        self.assertGreater(self.path.stat().st_size, 6 * size)
        self.assertLess(most, 3 * size)
        self.assertEqual(self.faults(), [])
        self.assertTrue(zipfile.is_zipfile(io.BytesIO(self.path.read_bytes())))
