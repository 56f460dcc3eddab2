"""What doc/INTEGRATORS.md shows is run as it stands there."""

import re
import time
from datetime import timedelta

import requests

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from ....services.setup import webhook
from ...common import ChorusCommon
from ...support.places import ROOT


def shown():
    """The functions of the page, by name."""
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "doc/INTEGRATORS.md").read_text("utf-8"), re.S)
    names = {}
    for block in blocks:
        exec(block, names)  # noqa: S102 - a page of this repository
    return names


@tagged("post_install_l10n", "post_install", "-at_install")
class TestIntegrators(ChorusCommon, HttpCase):
    def key(self, user):
        lives = fields.Datetime.now() + timedelta(days=1)
        return self.env["res.users.apikeys"].with_user(user).sudo()._generate("rpc", "integrator", lives)

    def test_odoos_own_api_sends_what_waits_with_the_rights_of_the_keys_owner(self):
        names, odoo = shown(), self.base_url()
        move = self.invoice()
        key = self.key(self.sender)
        with self.allow_requests(all_requests=True):
            (told,) = names["send_what_waits"](odoo, key)
        self.assertEqual((told["name"], told["chorus_state"]), (move.name, "deposited"))
        self.simulator.advance()
        self.follow()
        call, identifier = names["call"], str(self.simulator.invoices()[0]["identifiantFactureCPP"])
        stranger = self.key(new_test_user(self.env, "biller", groups="account.group_account_invoice", company_id=self.company.id))
        other = self.invoice()
        with self.allow_requests(all_requests=True):
            (read,) = call(odoo, key, "account.move", "read", ids=move.ids, fields=["chorus_identifier"])
            with self.assertRaisesRegex(requests.HTTPError, "403"), mute_logger("odoo.http"):
                call(odoo, stranger, "account.move", "action_chorus_send", ids=other.ids)
        self.assertEqual((read["chorus_identifier"], other.chorus_state), (identifier, "to_send"))

    def test_the_signature_is_checked_as_shown(self):
        is_genuine, body = shown()["is_genuine"], b'{"id": "1"}'
        now = int(time.time())
        header = webhook.signature("secret", now, body)
        self.assertTrue(is_genuine("secret", header, body))
        self.assertFalse(is_genuine("another", header, body))
        self.assertFalse(is_genuine("secret", header, body + b" "))
        self.assertFalse(is_genuine("secret", webhook.signature("secret", now - 600, body), body), "somebody repeats it")

    def test_the_event_shown_is_what_is_sent(self):
        page = (ROOT / "doc/INTEGRATORS.md").read_text("utf-8")
        (example,) = re.findall(r"```json\n(.*?)```", page, re.S)
        move = self.invoice()
        self.env["chorus.event"]._begin(self.company)
        sent = self.env["chorus.event"].sudo().search([("move_id", "=", move.id)])._content().decode()
        self.assertEqual(set(re.findall(r'"(\w+)":', example)), set(re.findall(r'"(\w+)":', sent)))
        for wait, words in zip(webhook.WAITS, ("1, ", "5, ", "15 minutes", "1 hour", "6 hours", "every day"), strict=True):
            self.assertIn(words, page, wait)
