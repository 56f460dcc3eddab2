/** @odoo-module **/

import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { computeM2OProps } from "@web/views/fields/many2one/many2one";
import { buildM2OFieldDescription, Many2OneField } from "@web/views/fields/many2one/many2one_field";

/**
 * The choice of a public body's service. What the service requires is read at Chorus Pro before the choice is taken over, in a
 * request of its own: what the form says next knows it, and no transaction of the invoice waits for the platform. Saving waits:
 * a choice that came in after it would be lost to whoever leaves the form.
 */
export class ChorusServiceField extends Many2OneField {
    setup() {
        super.setup();
        this.orm = useService("orm");
        this.taken = Promise.resolve();
        useBus(this.props.record.model.bus, "NEED_LOCAL_CHANGES", ({ detail }) =>
            detail.proms.push(Promise.allSettled([this.taken]))
        );
    }

    get m2oProps() {
        const props = computeM2OProps(this.props);
        const take = async (value, options) => {
            if (value && (await user.hasGroup("l10n_fr_chorus_pro.group_chorus_user"))) {
                await this.orm.silent.call("chorus.service", "action_read_details", [[value.id]]);
            }
            return props.update(value, options);
        };
        return { ...props, update: (...choice) => (this.taken = take(...choice)) };
    }
}

registry.category("fields").add("chorus_service", { ...buildM2OFieldDescription(ChorusServiceField) });
