/** @odoo-module **/

import { registry } from "@web/core/registry";

/** Opens an action in the place of the present one, so that the way back is the same. */
registry.category("actions").add("chorus_reopen", (env, action) =>
    env.services.action.doAction(action.params.action, { stackPosition: "replaceCurrentAction" })
);
