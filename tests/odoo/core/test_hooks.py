from odoo.addons.l10n_fr_chorus_pro_example import models as example
from odoo.tests import tagged

from ....services import rules
from ....services.document import formats
from ...common import ChorusCommon


@tagged("post_install_l10n", "post_install", "-at_install")
class TestHooks(ChorusCommon):
    """What an add-on adds counts in the databases that have it: here is one that has not, in a process that knows it.

    What it does where it is installed is in its own tests, ``tests/addons/l10n_fr_chorus_pro_example``.
    """

    def test_a_database_without_the_add_on_has_nothing_of_it(self):
        self.assertIn("l10n_fr_chorus_pro_example", example.__name__, "the process has loaded it, as for another database")
        hooks = self.env["chorus.hooks"]
        self.assertEqual(hooks._rules(), rules.RULES)
        self.assertEqual(dict(hooks._formats()), dict(formats.FORMATS))
        self.assertFalse(hooks._messages())
        self.assertNotIn(example.FORMAT.key, self.env["res.company"]._fields["chorus_format"].get_values(self.env))
        self.assertNotIn("example_job_order", self.env["chorus.market"]._fields)

    def test_its_rule_stops_nothing_there(self):
        market = self.env["chorus.market"].create(
            {"number": "2026-VOI-1", "partner_id": self.town.id, "service_code": "VOIRIE", "company_id": self.company.id}
        )
        move = self.invoice(chorus_market_id=market.id)
        document = move._chorus_document()
        self.assertTrue(example.RULE.check(document, None), "else the rule would stop nothing anywhere")
        self.assertNotIn(example.RULE.code, [finding.code for finding in move._chorus_findings()])
        self.send(move)
        self.assertEqual(move.chorus_state, "deposited", move.alerts)

    def test_each_choice_of_the_company_is_a_format(self):
        choices = self.env["res.company"]._fields["chorus_format"].get_values(self.env)
        self.assertEqual(set(choices), set(self.env["chorus.hooks"]._formats()))
