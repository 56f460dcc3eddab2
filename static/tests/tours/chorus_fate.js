/** @odoo-module **/

import { inputFiles } from "@web/../tests/utils";
import { registry } from "@web/core/registry";

// An invoice came back: the accountant gets the activity, reads why, completes it with a file.
registry.category("web_tour.tours").add("chorus_complete", {
    steps: () => [
        {
            trigger: ".o-mail-ActivityMenu-counter:contains('1')",
            content: "An activity waits",
        },
        {
            trigger: ".o_menu_systray .o-mail-ActivityMenu-counter",
            content: "Open the activities",
            run: "click",
        },
        {
            trigger: ".o-mail-ActivityGroup:contains('Journal Entry')",
            content: "It is about an invoice",
            run: "click",
        },
        {
            trigger: ".o_data_row td[name='name'], .o_kanban_record:contains('INV'), .o_kanban_record:contains('FAC')",
            content: "Open the invoice",
            run: "click",
        },
        {
            trigger: ".o-mail-Activity:contains('Suspended'):contains('Bon de livraison absent')",
            content: "The activity says why",
        },
        {
            trigger: ".o_form_view .alert:contains('Bon de livraison absent') a:contains('Why?')",
            content: "So does the banner; ask for more",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='cause']:contains('lacks a document')",
            content: "The reason is explained",
        },
        {
            trigger: ".modal .o_field_widget[name='author']:contains('Camille')",
            content: "With who said so",
        },
        {
            trigger: ".modal button[name='action_complete']",
            content: "And its button",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name='attachment_ids'] input.o_input_file:not(:visible)",
            content: "Add the document",
            async run() {
                const file = new File(["%PDF-1.4 bon de livraison"], "bon-de-livraison.pdf", { type: "application/pdf" });
                await inputFiles(".modal .o_field_widget[name='attachment_ids'] input.o_input_file", [file]);
            },
        },
        {
            trigger: ".modal .o_attachment:contains('bon-de-livraison')",
            content: "It is there",
        },
        {
            trigger: ".modal .o_field_widget[name='comment'] textarea",
            content: "With a word",
            run: "edit Voici le bon de livraison signé",
        },
        {
            trigger: ".modal button[name='action_confirm']",
            content: "Send it",
            run: "click",
        },
        {
            trigger: ".o_notification:has(.bg-success):contains('on its way again')",
            content: "Chorus Pro has taken it",
        },
        {
            trigger:
                "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_chorus_complete'])):not(:has(.alert a:contains('Why?')))",
            content: "The form behind knows: nothing invites to send it twice",
        },
    ],
});

// Paid since: the activity is gone, the time line tells it all in order.
registry.category("web_tour.tours").add("chorus_time_line", {
    steps: () => [
        {
            trigger: ".o_form_view .o_field_badge[name='chorus_state']:contains('Payment sent')",
            content: "Payment is on its way",
        },
        {
            trigger: ".o_form_view:not(:has(.o-mail-Activity))",
            content: "No activity is left",
        },
        {
            trigger: ".o_notebook .nav-link[name='chorus']",
            content: "Open the Chorus Pro tab",
            run: "click",
        },
        ...["Deposited", "Suspended", "Completed", "Payment sent"].map((label, index) => ({
            trigger: `.o_field_widget[name='chorus_entry_ids'] .o_data_row:eq(${index}):contains('${label}')`,
            content: `Step ${index + 1} of the time line is ${label}`,
        })),
        {
            trigger: ".o_field_widget[name='chorus_entry_ids'] .o_data_row:contains('Camille'):contains('Bon de livraison absent')",
            content: "Who suspended it, and why",
        },
        {
            trigger: ".o_field_widget[name='chorus_action_ids'] .o_data_row:contains('bon-de-livraison'):contains('Carried out')",
            content: "And what we answered",
        },
    ],
});
