from odoo.tests import tagged

from ....services.vocabulary import states, statuses
from ...common import ChorusCommon

SEARCH = "/cpro/factures/v1/rechercher/fournisseur"
MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestStatuses(ChorusCommon):
    """Each status of Chorus Pro, given by the simulated recipient: what the accountant sees, and whether it is followed on."""

    def run_cron(self):
        connection = self.env["chorus.connection"]._of(self.company)
        connection.paused_until = False
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_chorus_follow").method_direct_trigger()
        self.env.invalidate_all()

    def calls(self, move):
        names = {"handle": "mail_activity_chorus_handle", "refused": "mail_activity_chorus_refused"}
        types = {self.env.ref(f"{MODULE}.{name}"): kind for kind, name in names.items()}
        return [types.get(activity.activity_type_id) for activity in move.activity_ids]

    def test_every_status(self):
        self.speak_french()
        move = self.arrive(self.invoice())
        codes = sorted(set(statuses.STATUSES) - {"ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE"})
        for code in codes:
            with self.subTest(code):
                known = statuses.get(code)
                # whatever it was before, it is followed: only a terminal status ends that
                move._chorus_set_status({"chorus_status": "DEPOSEE", "chorus_status_comment": False})
                self.assertFalse(move.activity_ids)
                self.simulator.act(move.chorus_identifier, code, commentaire="Motif en clair")
                self.run_cron()
                self.assertEqual((move.chorus_status, move.chorus_state), (code, known.state))
                self.assertEqual(move.with_context(lang="fr_FR").chorus_status_label, known.label.fr)
                reading = move.with_context(lang="fr_FR").with_user(self.sender)
                told = reading._chorus_advice()
                self.assertEqual(reading.chorus_advice, told.sentence.fr)
                self.assertEqual(told.group, states.group(known.state))
                kind = "refused" if known.state in states.GONE else "handle"
                self.assertEqual(self.calls(move), [kind] if known.activity else [])
                for action in statuses.ACTIONS:
                    self.assertEqual(action in move.chorus_offered, action in known.actions, action)
                before = self.simulator.calls(SEARCH)
                self.run_cron()
                self.assertEqual(self.simulator.calls(SEARCH) - before, 0 if known.terminal else 1, "polling stops at the end")
                entry = move.chorus_entry_ids.filtered(lambda entry: entry.status == code)  # noqa: B023
                self.assertEqual(len(entry), 1)
                if known.needs_reason:
                    self.assertEqual((entry.comment, entry.author), ("Motif en clair", "Camille Trésor"))

    def test_status_added_by_the_platform(self):
        """A code that this version does not know is shown as it is and followed on."""
        move = self.arrive(self.invoice())
        move.sudo().write({"chorus_status": "EN_ATTENTE_DE_LUNE"})
        self.assertEqual((move.chorus_state, move.chorus_status_label), ("deposited", "EN_ATTENTE_DE_LUNE"))
        self.assertIn(move, self.env["account.move"].search(self.env["chorus.deposit"]._chorus_followed(self.company)))
