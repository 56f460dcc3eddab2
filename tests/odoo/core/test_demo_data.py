from odoo.tests import tagged
from odoo.tools import convert_file

from ...common import ChorusCommon

MODULE = "l10n_fr_chorus_pro"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestDemoData(ChorusCommon):
    """The demonstration data, in a company that stands for Odoo's own French one. That they install: `check-install`."""

    def load(self):
        names = self.env["ir.model.data"].sudo()
        if not self.env.ref("base.demo_company_fr", raise_if_not_found=False):
            names.create({"module": "base", "name": "demo_company_fr", "model": "res.company", "res_id": self.company.id})
        convert_file(self.env(su=True), MODULE, "demo/chorus_market_demo.xml", {}, mode="init")
        return self.env.ref(f"{MODULE}.demo_invoice").with_company(self.company)

    def test_the_invoice_of_a_market_can_be_confirmed_and_sent_once_connected(self):
        move = self.load()
        market = self.env.ref(f"{MODULE}.demo_market")
        self.assertEqual((move.state, move.chorus_market_id, move.company_id), ("draft", market, self.company))
        self.assertEqual((move.buyer_reference, move.purchase_order_reference), ("FAC-001", "1300012345"))
        move.action_post()
        self.assertEqual(move.chorus_state, "to_send")
        self.assertFalse([finding for finding in move._chorus_findings() if finding.blocks])
        self.arrive(move)
        self.assertEqual(move.chorus_state, "deposited", move.alerts)
