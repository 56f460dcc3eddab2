"""Secrets at rest. Needs neither Odoo nor a database."""

import unittest

from ...services.setup.vault import Vault, VaultError, key_id


class TestVault(unittest.TestCase):
    def test_round_trip(self):
        vault = Vault(["first key"])
        sealed = vault.seal("pässword")
        self.assertNotIn("pässword", sealed)
        self.assertEqual(vault.open(sealed), "pässword")
        self.assertNotEqual(sealed, vault.seal("pässword"), "equal secrets must not show as equal")

    def test_rotation(self):
        old = Vault(["old"]).seal("secret")
        both = Vault(["new", "old"])
        self.assertEqual(both.open(old), "secret")
        self.assertEqual(Vault(["new"]).open(both.seal("secret")), "secret")
        self.assertIn(key_id("new"), both.seal("secret"))

    def test_lost_key(self):
        sealed = Vault(["old"]).seal("secret")
        with self.assertRaisesRegex(VaultError, key_id("old")):
            Vault(["new"]).open(sealed)

    def test_damaged(self):
        vault = Vault(["key"])
        sealed = vault.seal("secret")
        for text in (sealed[:-3], "secret", "", "cp1:", f"cp1:{key_id('key')}:zzz", sealed.replace("cp1", "cp2")):
            with self.subTest(text), self.assertRaises(VaultError):
                vault.open(text)

    def test_needs_a_key(self):
        with self.assertRaises(ValueError):
            Vault([""])
