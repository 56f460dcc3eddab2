/** @odoo-module **/

import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { pick } from "@web/core/utils/objects";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The steps of the set-up: those that lack nothing of what comes first can be gone to. */
export class ChorusStepsField extends Component {
    static template = "l10n_fr_chorus_pro.StepsField";
    static props = { ...standardFieldProps };

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    /** What is about to replace access data that work is confirmed or left with its own buttons. */
    mayGo(step) {
        return step.open && !this.props.record.data.changes;
    }

    icon(step) {
        if (step.done) {
            return "fa-check-circle text-success";
        }
        return step.current ? "fa-dot-circle-o" : "fa-circle-o";
    }

    go(step) {
        if (step.current) {
            return;
        }
        const record = this.props.record;
        return this.env.onClickViewButton({
            clickParams: { type: "object", name: "action_step", args: JSON.stringify([step.key]) },
            getResParams: () => pick(record, "context", "evalContext", "resModel", "resId", "resIds"),
        });
    }
}

registry.category("fields").add("chorus_steps", {
    component: ChorusStepsField,
    supportedTypes: ["json"],
    fieldDependencies: [{ name: "changes", type: "text" }],
});
