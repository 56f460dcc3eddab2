/** @odoo-module **/

import { registry } from "@web/core/registry";

// A site accountant's job: a market, its first situation, the checks, the assistant, the recognition.
registry.category("web_tour.tours").add("chorus_works_market", {
    steps: () => [
        { trigger: ".o_list_button_add", content: "A new market", run: "click" },
        { trigger: ".o_field_widget[name='number'] input", run: "edit 2026-TVX-TOUR" },
        { trigger: ".o_field_widget[name='name'] input", run: "edit Réfection de la toiture" },
        { trigger: ".o_field_widget[name='partner_id'] input", run: "edit Démonville" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Démonville')", run: "click" },
        { trigger: ".o_field_widget[name='works'] input", content: "It is a works market", run: "click" },
        {
            trigger: ".o_field_widget[name='framework'] select option:checked:contains('A4'), .o_field_widget[name='framework'] input",
            content: "The usual framework of a works market is proposed",
        },
        { trigger: ".o_field_widget[name='amount_initial'] input", run: "edit 100000" },
        { trigger: ".nav-link[name='parties']", run: "click" },
        { trigger: ".o_field_widget[name='party_ids'] .o_field_x2many_list_row_add a", run: "click" },
        { trigger: ".o_field_widget[name='party_ids'] .o_selected_row [name='partner_id'] input", run: "edit Moreau" },
        { trigger: ".o-autocomplete--dropdown-item:contains('Moreau')", run: "click" },
        { trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved button[name='action_new_invoice']:visible", content: "Its first situation", run: "click" },
        { trigger: ".o_field_widget[name='chorus_situation'] input:value('1')", content: "It is proposed as number 1" },
        {
            trigger: ".o_field_widget[name='invoice_line_ids'] .o_field_x2many_list_row_add a, button[name='add_line_control']",
            run: "click",
        },
        { trigger: ".o_field_widget[name='invoice_line_ids'] .o_selected_row [name='name'] textarea", run: "edit Couverture zinc" },
        { trigger: ".o_field_widget[name='invoice_line_ids'] .o_selected_row [name='tax_ids'] input", run: "edit 20%" },
        { trigger: ".o-autocomplete--dropdown-item:contains('20%')", content: "A line that is typed has no VAT of its own", run: "click" },
        { trigger: ".o_field_widget[name='invoice_line_ids'] .o_selected_row [name='price_unit'] input", run: "edit 12000" },
        { trigger: ".o_form_button_save", run: "click" },
        {
            trigger: ".alert:contains('MOA'), .alert:contains('project owner')",
            content: "The checks say that the market names no project owner",
        },
        { trigger: ".o_form_saved button[name='action_post']:visible", run: "click" },
        { trigger: "button[name='action_chorus_by_hand']:visible", content: "File it on the portal", run: "click" },
        { trigger: ".modal [name='number']:contains('/2'), .modal [name='number'] :contains('/2')", content: "Ready to copy" },
        { trigger: ".modal [name='moe']:contains('90000000100017')", content: "The project manager's SIRET" },
        { trigger: ".modal .o_form_button_cancel, .modal button[special='cancel']", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("chorus_works_filed", {
    steps: () => [
        { trigger: ".o_form_view button[name='action_chorus_by_hand']:visible", run: "click" },
        { trigger: ".modal .o_field_widget[name='filed'] input", content: "A person filed it on the portal", run: "click" },
        { trigger: ".modal button[name='action_filed']:visible", content: "Odoo looks for it", run: "click" },
        { trigger: ".o_field_badge[name='chorus_state']:contains('With the MOE')", content: "Recognised by its number" },
        { trigger: ".alert:contains('has until')", content: "The project manager's seven days run" },
    ],
});

registry.category("web_tour.tours").add("chorus_works_late", {
    steps: () => [
        { trigger: ".alert-warning:contains('within 7 days')", content: "The project manager has kept silent" },
        { trigger: ".o-mail-Activity:contains('late')", content: "And a person is asked to remind it" },
    ],
});

registry.category("web_tour.tours").add("chorus_works_paid", {
    steps: () => [
        { trigger: ".o_field_badge[name='chorus_state']:contains('Payment sent')", content: "The payment has left" },
        { trigger: "body:not(:has(.alert:contains('project manager')))", content: "Nobody is waited for any more" },
    ],
});
