/** @odoo-module **/

import { registry } from "@web/core/registry";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { useEffect } from "@odoo/owl";

/** A criterion of a search in a dialog: Enter searches, as in every search. */
export class ChorusSearchField extends CharField {
    setup() {
        super.setup();
        useEffect(
            (input) => {
                const search = async (ev) => {
                    if (ev.key !== "Enter" || ev.isComposing) {
                        return;
                    }
                    ev.preventDefault();
                    ev.stopPropagation();
                    await this.props.record.update({ [this.props.name]: input.value.trim() || false });
                    input.closest(".o_form_view").querySelector("button[name='action_search']").click();
                };
                input?.addEventListener("keydown", search);
                return () => input?.removeEventListener("keydown", search);
            },
            () => [this.input.el]
        );
    }
}

registry.category("fields").add("chorus_search", { ...charField, component: ChorusSearchField });
