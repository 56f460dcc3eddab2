import importlib.util
import json
from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from .test_tour_clicks import ClicksCase

MODULE = "l10n_fr_chorus_pro"
#: What of Odoo's own components axe-core finds serious wherever they are used, by its rule: the part of the page, and why it
#: is not ours to mend. Everything else that stands on a screen of ours is judged.
ODOOS = {
    "label": [
        (".o_list_record_selector input, input.form-check-input[disabled]", "boxes of every list of Odoo's"),
        (".o_field_many2many_binary input[type=file]", "the hidden box behind Odoo's button that attaches files"),
    ],
    "button-name": [(".o_optional_columns_dropdown button", "the menu of columns of every list of Odoo's")],
    "aria-allowed-attr": [
        (".o_tag, .o-dropdown, .o-autocomplete--input, .o_statusbar_status *", "tags, menus, choices and status bars of Odoo's"),
        (".o_progress", "Odoo's progress bar"),
    ],
    "aria-required-parent": [(".o_notebook_headers .nav-link", "the tabs of every form of Odoo's")],
    "autocomplete-valid": [("input[autocomplete^='selectMenu']", "Odoo's choice of one of several, which keeps browsers off")],
    "image-alt": [(".o-mail-Avatar img, .o_avatar img, .o_m2o_avatar img", "pictures of users, beside their names")],
    "role-img-alt": [(".o-mail-ActivityButton i, .o-mail-Chatter i", "Odoo's buttons of activities and of the chatter")],
    "color-contrast": [
        (".o_kanban_record footer > .text-muted *", "number and date on Odoo's own card of an invoice"),
        (".o_field_widget[name='currency_id'] *, .o_field_chorus_steps button[disabled]", "what is switched off"),
    ],
}
#: The screens, one after the other in one page, and what axe-core finds serious on each.
JUDGE = """
(async () => {
    const { screens, odoos, axe: address } = %s;
    const pause = (time) => new Promise((done) => setTimeout(done, time));
    const there = async (look, what) => {
        for (let times = 0; times < 300; times++) {
            const found = look();
            if (found) {
                return found;
            }
            await pause(100);
        }
        throw new Error(`never came: ${what}`);
    };
    const one = (selector) => there(() => document.querySelector(selector), selector);
    const rest = async () => {
        await there(() => !document.getAnimations().some((each) => each.playState === "running"), "rest");
        await pause(100);
    };
    const judge = async (parts) => {
        await rest();
        const include = parts.filter((part) => document.querySelector(part)).map((part) => [part]);
        const found = await axe.run({ include }, { elementRef: true, resultTypes: ["violations"] });
        const grave = found.violations
            .filter((rule) => ["serious", "critical"].includes(rule.impact))
            .map(({ id, nodes }) => {
                const parts = odoos[id] || [];
                return { id, ours: nodes.filter(({ element }) => !parts.some((part) => element.closest(part))) };
            })
            .filter(({ ours }) => ours.length)
            .map(({ id, ours }) => `${id}: ${ours.map((node) => node.html.slice(0, 300)).join(" | ")}`);
        return found.passes.length ? grave : ["nothing was looked at"];
    };
    await new Promise((done, fail) => {
        const script = document.createElement("script");
        Object.assign(script, { src: address, onload: done, onerror: fail });
        document.head.append(script);
    });
    const wrong = [];
    const look = async ({ action, options, clicks, parts }) => {
        if (action) {
            const service = await there(() => odoo.__WOWL_DEBUG__?.root?.env?.services?.action, "Odoo");
            await service.doAction(action, { clearBreadcrumbs: true, ...options });
        }
        for (const selector of clicks) {
            (await one(selector)).click();
        }
        await one(parts[0]);
        return judge(parts);
    };
    for (const screen of screens) {
        const grave = await look(screen).catch((error) => [String(error)]);
        console.log(`${screen.name}: ${grave.length} serious`);
        wrong.push(...grave.map((what) => `${screen.name}: ${what}`));
    }
    const spoilt = document.querySelector(screens.at(-1).parts[0]);
    spoilt.append(document.createElement("button"));
    if (!(await judge(screens.at(-1).parts)).some((what) => what.startsWith("button-name"))) {
        wrong.push("axe-core does not see a button without a name: what it says is worth nothing");
    }
    if (wrong.length) {
        throw new Error(wrong.join("\\n"));
    }
    console.log("test successful");
})();
"""
LIST, CARDS, FORM = ".o_list_renderer", ".o_kanban_renderer", ".o_form_renderer"
DIALOG = ".modal-content .o_form_renderer"


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccessibility(ClicksCase):
    """axe-core finds nothing serious on our screens, in French: names for screen readers, contrast, what the keyboard reaches."""

    browser_size = "1366x768"

    def setUp(self):
        axe = axe_core()
        if not axe or not axe.exists():
            self.skipTest("NOT JUDGED: accessibility, for want of axe-core (`tools/dev.py test` gets it where there is npm)")
        super().setUp()
        self.speak_french()
        self.admin.lang = "fr_FR"
        script = {"name": "axe.js", "raw": axe.read_bytes(), "public": True, "mimetype": "text/javascript"}
        self.axe = self.env["ir.attachment"].create(script)

    def judge(self, url, screens):
        values = {
            "screens": [
                {"name": name, "action": action, "options": options, "clicks": clicks, "parts": parts}
                for name, action, options, clicks, parts in screens
            ],
            "odoos": {rule: [part for part, _why in parts] for rule, parts in ODOOS.items()},
            "axe": f"/web/content/{self.axe.id}",
        }
        self.env.flush_all()
        self.browser_js(url, JUDGE % json.dumps(values), login="admin", timeout=240)

    def came_back(self, status, **reason):
        move = self.arrive(self.invoice(invoice_user_id=self.admin.id))
        self.simulator.act(move.chorus_identifier, status, **reason)
        self.follow()
        return move.with_user(self.admin)

    def late(self):
        move = self.arrive(self.invoice()).with_user(self.admin)
        then = fields.Datetime.now() - timedelta(days=45)
        self.env["chorus.status.entry"].sudo().create({"move_id": move.id, "status": "MISE_A_DISPOSITION", "at": then})
        return move

    def market(self):
        return self.env["chorus.market"].create(
            {
                "number": "2026-ENTRETIEN", "name": "Entretien des toitures", "partner_id": self.town.id, "works": True,
                "framework": "A4", "amount_initial": 80000, "company_id": self.company.id,
                "engagement_ids": [Command.create({"number": "1300012345", "amount": 40000})],
            }
        )  # fmt: skip

    def test_no_screen_has_anything_serious(self):
        suspended = self.came_back("SUSPENDUE", motif="JUSTIF_ABS", commentaire="Bon de livraison absent")
        to_recycle = self.came_back("A_RECYCLER", motif="DEST_ERR", commentaire="Autre service")
        rejected = self.came_back("REJETEE", motif="EJ_ERR", commentaire="Engagement inconnu")
        late = self.late()
        # one leaves, one lacks its engagement number
        waiting = (self.invoice() | self.invoice(self.state)).with_user(self.admin)
        connection = self.company._chorus_connection()

        def record(what):
            return {"type": "ir.actions.act_window", "res_model": what._name, "res_id": what.id, "views": [[False, "form"]]}

        def named(name):
            return f"{MODULE}.action_chorus_{name}"

        def setup(step):
            action = self.env["chorus.setup"].with_user(self.admin)._open(self.company, step)
            return {**action, "views": [[False, "form"]]}

        tab = [".o_notebook .nav-link[name='chorus']"]
        head = [".o_form_view .alert", ".o_form_statusbar", ".o_field_widget[name^='chorus_']"]
        form = [".o_notebook .tab-pane.active", *head]
        screens = [
            ("dashboard", named("dashboard"), {}, [], [".o_chorus_dashboard main"]),
            ("list", named("invoices"), {"viewType": "list"}, [".o_group_header"], [".o_data_row", LIST]),
            ("kanban", named("invoices"), {"viewType": "kanban"}, [], [".o_kanban_record", CARDS]),
            ("to send", record(waiting[1]), {}, [], head),
            ("suspended", record(suspended), {}, tab, form),
            ("late", record(late), {}, tab, form),
            ("mend", waiting._chorus_mend_action(), {}, [], [f"{LIST}, {CARDS}"]),
            ("deposits", named("deposit"), {}, [], [f"{LIST}, {CARDS}"]),
            ("deposit", record(suspended.chorus_deposit_ids), {}, [], [FORM]),
            ("health", record(connection), {}, [], [FORM]),
            ("markets", named("market"), {}, [], [f"{LIST}, {CARDS}"]),
            ("market", record(self.market()), {}, [], [FORM]),
            ("send", waiting.action_chorus_send_selected(), {}, [], [DIALOG]),
            ("why", suspended.action_chorus_why(), {}, [], [DIALOG]),
            ("complete", suspended.action_chorus_complete(), {}, [], [DIALOG]),
            ("recycle", to_recycle.action_chorus_recycle(), {}, [], [DIALOG]),
            ("reissue", rejected.action_chorus_reissue(), {}, [], [DIALOG]),
            ("attachments", waiting[0].action_chorus_attach(), {}, [], [DIALOG]),
            ("claim", late.action_chorus_claim(), {}, [], [DIALOG]),
            ("find", named("find"), {}, [], [DIALOG]),
            ("set-up", setup("oauth"), {}, [], [DIALOG]),
            ("test", setup("test"), {}, [], [DIALOG]),
        ]
        if self.touch_enabled:
            screens = [screen for screen in screens if screen[0] != "list"]  # Odoo shows cards there
        self.judge("/odoo/chorus-board", screens)


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccessibilityInThePocket(TestAccessibility):
    """The same on a telephone."""

    browser_size = "400x800"
    touch_enabled = True


@tagged("post_install_l10n", "post_install", "-at_install")
class TestAccessibilityOfPapers(TestAccessibility):
    """What is printed for a public body, as the browser shows it before."""

    def test_no_screen_has_anything_serious(self):
        claim = self.late().action_chorus_claim()
        for report, identifier in (("claim", claim["res_id"]), ("statement", self.town.id)):
            with self.subTest(report):
                self.judge(f"/report/html/{MODULE}.report_{report}/{identifier}", [(report, None, {}, [], [".article"])])


def axe_core():
    """Where axe-core is; None outside the tests' own environment."""
    if not importlib.util.find_spec("axe"):
        return None
    import axe

    return axe.SCRIPT
