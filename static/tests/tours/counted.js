/** @odoo-module **/

import { registry } from "@web/core/registry";

// A tour whose clicks are counted as the browser sees them; its last step says how many, and fails above the most it may take.
export const counted = (name, most, steps) => {
    let clicks = 0;
    registry.category("web_tour.tours").add(name, {
        steps: () => [
            {
                trigger: "body",
                content: "Count",
                run() {
                    document.addEventListener("click", () => clicks++, { capture: true });
                },
            },
            ...steps,
            {
                trigger: "body",
                content: "Say how many",
                run() {
                    console.log(`${name}: ${clicks} clicks, ${most} at most`);
                    if (clicks > most) {
                        throw new Error(`${name} took ${clicks} clicks, more than ${most}`);
                    }
                },
            },
        ],
    });
};
