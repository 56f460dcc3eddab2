/** @odoo-module **/

import { registry } from "@web/core/registry";

// The main job as a person does it: settings, test of the connection, an invoice, the button, the new state.
registry.category("web_tour.tours").add("chorus_connection", {
    steps: () => [
        {
            trigger: "#chorus_settings .o_setting_box, .app_settings_block h2:contains('Chorus Pro')",
            content: "The settings have a Chorus Pro block",
        },
        {
            trigger: "button[name='action_chorus_check_connection']",
            content: "Test the connection",
            run: "click",
        },
        {
            trigger: ".modal .alert-success:visible:contains('Connection with Chorus Pro established')",
            content: "It is established",
        },
    ],
});

registry.category("web_tour.tours").add("chorus_send", {
    steps: () => [
        {
            trigger: ".o_group_header:contains('To send')",
            content: "The list tells how many invoices are to be sent",
            isActive: ["desktop"],
            run: "click",
        },
        {
            trigger:
                ".o_data_row:has(.o_field_badge[name='chorus_state']:contains('To send')) td[name='name'], .o_kanban_record:has(.o_field_badge[name='chorus_state']:contains('To send'))",
            content: "The list, or on a telephone the card, tells which invoice is to be sent; open it",
            run: "click",
        },
        {
            trigger: ".o_form_view button[name='action_chorus_send']:visible",
            content: "Send it",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('Deposited')",
            content: "It says that it was deposited",
        },
        {
            trigger: ".o_form_view .o_field_badge[name='chorus_state']:contains('Deposited')",
            content: "The invoice shows its new state",
        },
        {
            trigger: ".o_form_view:not(:has(button[name='action_chorus_send']:visible))",
            content: "The button is gone: it cannot be sent twice",
        },
    ],
});
