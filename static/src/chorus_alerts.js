/** @odoo-module **/

import { ActionableErrors } from "@account/components/actionable_errors/actionable_errors";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

/** Odoo calls what a banner's link names and forgets its answer: ours answer with a dialog or with what came of it. */
patch(ActionableErrors.prototype, {
    async handleOnClick(errorData) {
        const [model, method, ids] = errorData.action_call || [];
        if (!method?.startsWith("action_chorus_")) {
            return super.handleOnClick(errorData);
        }
        return this.actionService.doActionButton({
            type: "object",
            resModel: model,
            name: method,
            resIds: ids,
            context: user.context,
            onClose: () => this.actionService.doAction("soft_reload"),
        });
    },
});
