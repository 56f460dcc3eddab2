/** @odoo-module **/

import { registry } from "@web/core/registry";

// A finding is mended from its alert; then several invoices are selected, one of which cannot leave.
registry.category("web_tour.tours").add("chorus_mend", {
    steps: () => [
        {
            trigger: "#alerts .alert-danger:contains('20 at most') a:contains('Change the number')",
            content: "The alert leads to the number",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='name'] input",
            content: "A shorter number",
            run: "edit TOUR-2026-1",
        },
        {
            trigger: ".modal footer button:contains('Save')",
            content: "Save it",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='name']:contains('TOUR-2026-1')",
            content: "The invoice has it",
        },
        {
            trigger: ".o_form_view:not(:has(#alerts .alert-danger))",
            content: "The alert is gone",
        },
    ],
});

registry.category("web_tour.tours").add("chorus_review", {
    steps: () => [
        {
            trigger: ".o_list_view thead .o_list_record_selector input",
            content: "Select all",
            run: "click",
        },
        {
            trigger: ".o_cp_action_menus button:contains('Actions')",
            content: "Open the actions",
            run: "click",
        },
        {
            trigger: ".o-dropdown--menu .o_menu_item:contains('Send to Chorus Pro')",
            content: "Send them",
            run: "click",
        },
        {
            trigger: ".modal .o_data_row:contains('characters that Chorus Pro refuses')",
            content: "What is to be mended is said first",
        },
        {
            trigger: ".modal footer button:contains('Send the others')",
            content: "Send the others",
            run: "click",
        },
        {
            trigger: ".o_notification:contains('Deposited')",
            content: "They left",
        },
    ],
});
