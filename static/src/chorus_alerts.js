/** @odoo-module **/

import { ActionableErrors } from "@account/components/actionable_errors/actionable_errors";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

/** In French, quotes and high signs stay with their words at the end of a line. */
const unbroken = (text) => text.replace(/(?<=«) | (?=[»;:?!])/g, "\u00a0");

/** Odoo calls what a banner's link names and forgets its answer: ours answer with a dialog or with what came of it. */
patch(ActionableErrors.prototype, {
    get sortedActionableErrors() {
        const errors = super.sortedActionableErrors;
        return (
            errors &&
            Object.fromEntries(
                Object.entries(errors).map(([name, error]) => {
                    const ours = name.startsWith("chorus") && typeof error.message === "string";
                    return [name, ours ? { ...error, message: unbroken(error.message) } : error];
                })
            )
        );
    },

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
