/** @odoo-module **/

import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

/** Where all invoices at Chorus Pro stand: each figure opens its invoices, under its own title. */
export class ChorusDashboard extends Component {
    static template = "l10n_fr_chorus_pro.Dashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.action = useService("action");
        this.orm = useService("orm");
        this.display = { controlPanel: {} };
        this.state = useState({ board: null });
        onWillStart(() => this.load());
    }

    async load() {
        this.state.board = await this.orm.call("chorus.dashboard", "read_dashboard", []);
    }

    open(part) {
        return this.action.doAction(part.action);
    }

    openAll() {
        return this.action.doAction(this.state.board.all);
    }

    analyse() {
        return this.action.doAction("l10n_fr_chorus_pro.action_chorus_report");
    }
}

registry.category("actions").add("chorus_dashboard", ChorusDashboard);
