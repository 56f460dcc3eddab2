import importlib.util
import json
import unittest

from odoo.tests import tagged

from .test_tour_clicks import ClicksCase

#: Looks at a part of the page once it is there, and says what is serious about it.
JUDGE = """
(async () => {
    const there = async (selector) => {
        for (let times = 0; times < 300; times++) {
            if (document.querySelector(selector)) {
                return;
            }
            await new Promise((done) => setTimeout(done, 100));
        }
        throw new Error("never came: " + selector);
    };
    const before = %(before)s;
    for (const selector of before) {
        await there(selector);
        document.querySelector(selector).click();
    }
    await there(%(part)s);
    await new Promise((done) => setTimeout(done, 800));
    await new Promise((done, fail) => {
        const script = document.createElement("script");
        Object.assign(script, { src: %(axe)s, onload: done, onerror: fail });
        document.head.append(script);
    });
    const found = await axe.run(%(part)s, { resultTypes: ["violations"] });
    const grave = found.violations
        .filter((one) => ["serious", "critical"].includes(one.impact))
        .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 200)).join(" | ")}`);
    if (!found.passes.length) {
        grave.push("nothing was looked at");
    }
    if (grave.length) {
        throw new Error(grave.join("\\n"));
    }
    console.log("test successful");
})();
"""


class AccessibilityCase(ClicksCase):
    """axe-core has nothing serious against our screens: names for screen readers, contrast, what the keyboard reaches."""

    def setUp(self):
        super().setUp()
        axe = axe_core()
        if not axe or not axe.exists():
            raise unittest.SkipTest("axe-core is not there: no screen is judged for accessibility")
        self.axe = self.env["ir.attachment"].create(
            {"name": "axe.js", "raw": axe.read_bytes(), "public": True, "mimetype": "text/javascript"}
        )
        self.move = self.suspended()
        self.invoice()

    def judge(self, url, part, *before):
        """Look at a part of a page.

        :param before: what to click first, selectors.
        """
        values = {"part": json.dumps(part), "axe": json.dumps(f"/web/content/{self.axe.id}"), "before": json.dumps(before)}
        self.browser_js(url, JUDGE % values, login="admin", timeout=120)

    def test_the_dashboard(self):
        self.judge("/odoo/chorus-board", ".o_chorus_dashboard main")

    def test_the_invoices(self):
        self.judge("/odoo/chorus-invoices", ".o_list_renderer, .o_kanban_renderer")

    def test_an_invoice_that_came_back(self):
        tab = ".o_notebook .nav-link[name='chorus']"
        self.judge(f"/odoo/account.move/{self.move.id}", ".o_form_sheet", tab)


def axe_core():
    """Where axe-core is; None outside the tests' own environment."""
    if not importlib.util.find_spec("odoo_env"):
        return None
    import odoo_env

    return odoo_env.CACHE / odoo_env.AXE[0] / "axe.min.js"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccessibility(AccessibilityCase):
    browser_size = "1366x768"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccessibilityInThePocket(AccessibilityCase):
    browser_size = "400x800"
    touch_enabled = True
