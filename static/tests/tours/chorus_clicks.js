/** @odoo-module **/

import { registry } from "@web/core/registry";
import { counted } from "./counted";

// What the jobs of every month cost.

const engagement = (rank, number) => [
    {
        trigger: `.o_data_row:nth-child(${rank}) td[name='purchase_order_reference']`,
        content: "What is missing is typed on its line",
        run: "click",
    },
    {
        trigger: `.o_data_row:nth-child(${rank}).o_selected_row td[name='purchase_order_reference'] input`,
        content: "The number of the order",
        run: `edit ${number}`,
    },
];

counted("chorus_month_end", 12, [
    {
        trigger: ".o_group_header:contains('To send (20)')",
        content: "Twenty are to be sent",
        run: "click",
    },
    {
        trigger: ".o_list_view:has(.o_data_row:nth-child(20)) thead .o_list_record_selector input",
        content: "All of them",
        run: "click",
    },
    {
        trigger: ".o_control_panel button[name='action_chorus_send_selected']",
        content: "Send",
        run: "click",
    },
    {
        trigger: ".modal footer button[name='action_send_and_mend'].btn-primary",
        content: "Eighteen leave, two are mended",
        run: "click",
    },
    {
        trigger: ".o_list_view .o_data_row:nth-child(1) td[name='chorus_reason']:contains('engagement number is missing')",
        content: "Each says what is wrong, in one list",
        timeout: 60000,
    },
    ...engagement(1, "1300012345"),
    ...engagement(2, "1300012346"),
    {
        trigger: ".o_control_panel button[name='action_chorus_send_mended']",
        content: "Send these too",
        run: "click",
    },
    {
        trigger: ".o_list_view:not(:has(.o_field_badge[name='chorus_state']:contains('To send'))) .o_data_row .o_field_badge[name='chorus_state']:contains('Deposited')",
        content: "All have left",
        timeout: 60000,
    },
]);

counted("chorus_complete_shortly", 5, [
    {
        trigger: ".o_group_header:contains('Suspended'), .o_kanban_group:contains('Suspended')",
        content: "One was suspended",
        run: "click",
    },
    {
        trigger: ".o_data_row:has(.o_field_badge[name='chorus_state']:contains('Suspended')) td[name='name'], .o_kanban_record:has(.o_field_badge[name='chorus_state']:contains('Suspended'))",
        content: "Open it",
        run: "click",
    },
    {
        trigger: ".o_form_view button[name='action_chorus_complete']",
        content: "Complete it",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='comment'] textarea",
        content: "To say a word",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='comment'] textarea:focus",
        content: "With a word",
        run() {
            this.anchor.value = "Le bon de livraison est au contrat";
            this.anchor.dispatchEvent(new InputEvent("input", { bubbles: true }));
            this.anchor.dispatchEvent(new Event("change", { bubbles: true }));
        },
    },
    {
        trigger: ".modal button[name='action_confirm']",
        content: "Send it",
        run: "click",
    },
    {
        trigger: ".o_notification:contains('on its way again')",
        content: "Chorus Pro has taken it",
    },
]);

// On a telephone: the dashboard, a figure, the card that says state and reason, the invoice and its time line.
registry.category("web_tour.tours").add("chorus_pocket", {
    steps: () => [
        {
            trigger: ".o_chorus_figure[data-figure='mine']:contains('1')",
            content: "One is to be done",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:has(.o_field_badge[name='chorus_state'].text-bg-warning:contains('Suspended'), .text-bg-warning:contains('Suspended')):contains('Bon de livraison absent')",
            content: "Its card says its state, in the colour of what is ours to do, and why",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_notebook .nav-link:contains('Chorus Pro')",
            content: "Its tab",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name='chorus_entry_ids'] .o_kanban_record:contains('Suspended'):contains('Bon de livraison absent')",
            content: "The time line shows the reason beside the state",
        },
    ],
});
