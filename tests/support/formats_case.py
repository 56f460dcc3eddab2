import base64

from ..common import ChorusCommon
from . import printed, simulated


class FormatsCase(ChorusCommon):
    """A company that has tested its connection, and a printer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.chorus_structure_id = cls.structure()

    @classmethod
    def structure(cls):
        with cls.company._chorus_client() as client:
            return client.find_structures(simulated.SUPPLIER)[0].identifier

    def setUp(self):
        super().setUp()
        context = printed.printer(self.env)
        self.print_env = context.__enter__()
        self.addCleanup(context.__exit__, None, None, None)

    def send(self, moves):
        return super().send(moves.with_env(self.print_env))

    def deposit(self, move):
        return move.sudo().chorus_deposit_line_ids.deposit_id

    def attach(self, move, *files, kind="other"):
        return self.env["chorus.attachment"].create(
            [{"move_id": move.id, "name": name, "file": base64.b64encode(content), "kind": kind} for name, content in files]
        )

    def run_cron(self, name):
        with self.enter_registry_test_mode():
            self.env.ref(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}").method_direct_trigger()
        self.env.invalidate_all()
