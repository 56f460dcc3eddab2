/** @odoo-module **/

import { registry } from "@web/core/registry";

// Three kinds of public body: each is found by its SIRET, then an invoice's form asks for what it requires, and for nothing else.
const find = (siret, name) => [
    {
        trigger: ".modal button[name='action_search']",
        content: "The search for public bodies is open",
    },
    {
        trigger: ".modal div[name='identifier'] input",
        content: "Enter the SIRET",
        run: `edit ${siret}`,
    },
    {
        trigger: ".modal button[name='action_search']",
        content: "Search",
        run: "click",
    },
    {
        trigger: `.modal .o_data_row:contains('${name}') button[name='action_choose'], .modal .o_kanban_record:contains('${name}') button[name='action_choose']`,
        content: "Choose what was found",
        run: "click",
    },
    {
        trigger: `.o_form_view:not(:has(.modal)) .o_field_widget[name='company_registry'] input:value(${siret})`,
        content: "The customer is filled in",
    },
];

// A telephone has cards to choose from where a desk has a list that follows what is typed.
const choose = (field, text, option) => [
    {
        trigger: `.o_form_view .o_field_widget[name='${field}'] input`,
        content: `Type into ${field}`,
        isActive: ["desktop"],
        run: `edit ${text}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item:contains('${option}')`,
        content: `Choose ${option}`,
        isActive: ["desktop"],
        run: "click",
    },
    {
        trigger: `.o_form_view .o_field_widget[name='${field}'] input`,
        content: `Touch ${field}`,
        isActive: ["mobile"],
        run: "click",
    },
    {
        trigger: `.modal .o_kanban_record:contains('${option}')`,
        content: `Choose ${option}`,
        isActive: ["mobile"],
        run: "click",
    },
];

const customer = (name) => choose("partner_id", name, name);
const shown = (field) => ({
    trigger: `.o_form_view .o_field_widget[name='${field}']:visible`,
    content: `The form asks for ${field}`,
});
const notShown = (...fields) => ({
    trigger: `.o_form_view:not(:has(${fields.map((name) => `.o_field_widget[name='${name}']:visible`).join(", ")}))`,
    content: `The form does not ask for ${fields.join(", ")}`,
});
const needs = (text) => ({
    trigger: `.o_form_view .o_field_widget[name='chorus_needs']:contains('${text}')`,
    content: "The form says what this public body requires",
});

const save = [
    {
        trigger: ".o_form_button_save",
        content: "Save",
        run: "click",
    },
    {
        trigger: ".o_form_view:not(:has(.o_form_button_save:visible))",
        content: "Saved",
        timeout: 60000,
    },
];

registry.category("web_tour.tours").add("chorus_directory_find_town", {
    steps: () => find("20000106300011", "Saint-Exemple-les-Bains"),
});
registry.category("web_tour.tours").add("chorus_directory_find_hospital", {
    steps: () => find("20000112100017", "Centre hospitalier de Portfactice"),
});
registry.category("web_tour.tours").add("chorus_directory_find_ministry", {
    steps: () => find("20000101400014", "Ministère des Essais"),
});

registry.category("web_tour.tours").add("chorus_directory_town", {
    steps: () => [
        ...customer("Commune de Saint-Exemple-les-Bains"),
        needs("neither"),
        notShown("chorus_service_id", "buyer_reference", "purchase_order_reference"),
        ...save,
    ],
});
registry.category("web_tour.tours").add("chorus_directory_hospital", {
    steps: () => [
        ...customer("Centre hospitalier de Portfactice"),
        needs("Requires a service code."),
        notShown("purchase_order_reference"),
        ...choose("chorus_service_id", "travaux", "CH-TRAVAUX"),
        ...save,
    ],
});
registry.category("web_tour.tours").add("chorus_directory_ministry", {
    steps: () => [
        ...customer("Ministère des Essais"),
        needs("Requires a service code and an engagement number."),
        shown("chorus_service_id"),
        ...choose("chorus_service_id", "ESS", "ESS-FAC"),
        {
            trigger: ".o_form_view .o_field_widget[name='purchase_order_reference'] input:visible",
            content: "Enter the engagement number",
            run: "edit 1300012345 && press Enter",
        },
        ...save,
    ],
});
