/** @odoo-module **/

import { registry } from "@web/core/registry";

// From the quotation to two invoices at Chorus Pro, as a person does it.
const choose = (field, text, option) => [
    {
        trigger: `.o_form_view .o_field_widget[name='${field}'] input:visible`,
        content: `Type into ${field}`,
        run: `edit ${text}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item:contains('${option}')`,
        content: `Choose ${option}`,
        run: "click",
    },
];

const quotation = (customer) => [
    ...choose("partner_id", customer, customer),
    {
        trigger: ".o_form_view .o_field_widget[name='chorus_needs']:contains('Requires')",
        content: "The form says what this public body requires",
    },
    {
        trigger: ".o_field_x2many_list_row_add a:contains('Add a product')",
        content: "Add a line",
        run: "click",
    },
    {
        trigger: ".o_selected_row .o_field_widget[name='product_template_id'] input, .o_selected_row .o_field_widget[name='product_id'] input",
        content: "Type the product",
        run: "edit toiture",
    },
    {
        trigger: ".o-autocomplete--dropdown-item:contains('Réfection de la toiture')",
        content: "Choose it",
        run: "click",
    },
    {
        trigger: ".o_selected_row .o_field_widget[name='price_unit'] input:value(1,000.00)",
        content: "It has its price",
    },
    {
        trigger: ".alert-warning:contains('engagement number is missing'), .alert-warning:contains('service code is missing')",
        content: "A banner says what is missing",
    },
];

const confirm = [
    {
        trigger: ".o_form_view:not(:has(.alert-warning:contains('is missing'))) button[name='action_confirm']:visible",
        content: "Nothing is missing any more: confirm",
        run: "click",
    },
];

const invoiced = (method) => [
    {
        trigger: ".o_statusbar_buttons button:visible:contains('Create Invoice')",
        content: "Make an invoice",
        run: "click",
    },
    ...method,
    {
        trigger: ".modal button[name='create_invoices']",
        content: "Make the draft",
        run: "click",
    },
    {
        trigger: ".o_form_view button[name='action_post']:visible",
        content: "Confirm the invoice",
        run: "click",
    },
    {
        trigger: ".o_form_view button[name='action_chorus_send']:visible",
        content: "Send it",
        run: "click",
    },
    {
        trigger: ".o_form_view .o_field_badge[name='chorus_state']:contains('Deposited')",
        content: "It is at Chorus Pro",
    },
    {
        trigger: ".o_breadcrumb .breadcrumb-item a:contains('S0')",
        content: "Back to the order",
        run: "click",
    },
];

const downPayment = [
    {
        trigger: ".modal .o_radio_item:contains('percentage') input",
        content: "A down payment",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='amount'] input",
        content: "Of 30 %",
        run: "edit 30",
    },
];

const job = [...confirm, ...invoiced(downPayment), ...invoiced([])];

registry.category("web_tour.tours").add("chorus_sale", {
    steps: () => [
        ...quotation("Ministère des Essais"),
        ...choose("chorus_service_id", "ESS", "ESS-FAC"),
        {
            trigger: ".o_form_view .o_field_widget[name='chorus_engagement_number'] input:visible",
            content: "Enter the engagement number",
            run: "edit 1300012345 && press Tab",
        },
        ...job,
        {
            trigger: ".o_form_view .o_stat_text:contains('Invoices')",
            content: "The order has its invoices",
        },
    ],
});

registry.category("web_tour.tours").add("chorus_sale_market", {
    steps: () => [
        ...quotation("Ministère des Essais"),
        ...choose("chorus_market_id", "FOU", "2026-FOU-7"),
        ...job,
        {
            trigger: ".o_form_view .o_stat_text:contains('Invoices')",
            content: "The order has its invoices",
        },
    ],
});
