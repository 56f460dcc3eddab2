/** @odoo-module **/

import { counted } from "./counted";

// The month of a building firm: the price schedule once, then progress and nothing else.

const SCHEDULE = [
    "N°\tDésignation\tU\tQté\tPU HT",
    "1\tCouverture",
    "1.1\tZinc\tm²\t100\t300,00",
    "1.2\tIsolation\tm²\t200\t50,00",
    "2\tCharpente",
    "2.1\tPanne\tm3\t40\t1 000,00",
].join("\n");

// The row of a line, which is entered once the amounts of the one before have come back.
const row = (code) => `.o_field_widget[name='chorus_progress_ids'] .o_data_row:has(td[name='code']:contains('${code}'))`;
const progress = (code, column, value) => [
    {
        trigger: `${row(code)} td[name='${column}']`,
        content: `The line ${code}`,
        run: "click",
    },
    {
        trigger: `${row(code)}.o_selected_row td[name='${column}'] input`,
        content: "Its figure is typed",
        run: `edit ${value}`,
    },
];

counted("chorus_works_month", 15, [
    {
        trigger: ".o_field_widget[name='works']",
        content: "The market is open",
    },
    {
        trigger: "button[name='action_import_lines']:visible",
        content: "Its price schedule comes from a spreadsheet",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='pasted'] textarea",
        content: "The cells are pasted",
        run: (helpers) => helpers.edit(SCHEDULE),
    },
    {
        trigger: ".modal .modal-title",
        content: "A click elsewhere has them read",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='preview'] td:contains('Zinc')",
        content: "What was understood is shown before anything is written",
    },
    {
        trigger: ".modal button[name='action_import']:visible",
        content: "Import",
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal)) .o_field_widget[name='line_ids'] .o_data_row td[name='name']:contains('Panne')",
        content: "The lines are in the market",
    },
    {
        trigger: "button[name='action_new_invoice']:visible:contains('situation')",
        content: "The month's situation",
        run: "click",
    },
    {
        trigger: ".o_field_widget[name='chorus_situation'] input:value('1')",
        content: "The first",
    },
    {
        trigger: ".nav-link[name='chorus_progress']",
        content: "The progress",
        run: "click",
    },
    ...progress("1.1", "percent", "50"),
    ...progress("2.1", "quantity_done", "4"),
    {
        trigger: ".o_form_button_save:visible",
        content: "Save",
        run: "click",
    },
    {
        trigger: ".o_form_saved button[name='action_post']:visible",
        content: "Post it",
        run: "click",
    },
    {
        trigger: "button[name='action_chorus_by_hand']:visible",
        content: "The sheet and the document for the portal",
        run: "click",
    },
    {
        trigger: ".modal [name='untaxed']:contains('19000,00')",
        content: "The amounts to type there",
    },
    {
        trigger: ".modal button[name='action_pdf']:visible",
        content: "The PDF to file there",
    },
    {
        trigger: ".modal .o_form_button_cancel, .modal button[special='cancel']",
        content: "Then to the portal",
        run: "click",
    },
    {
        trigger: "body:not(:has(.modal))",
        content: "The situation waits for it",
    },
]);

counted("chorus_works_month_filed", 4, [
    {
        trigger: ".o_form_view button[name='action_chorus_by_hand']:visible",
        content: "Back from the portal",
        run: "click",
    },
    {
        trigger: ".modal .o_field_widget[name='filed'] input",
        content: "It is filed there",
        run: "click",
    },
    {
        trigger: ".modal button[name='action_filed']:visible",
        content: "Odoo looks for it",
        run: "click",
    },
    {
        trigger: ".o_field_badge[name='chorus_state']:contains('With the MOE')",
        content: "It is followed",
    },
]);

counted("chorus_works_month_next", 4, [
    {
        trigger: "button[name='action_new_invoice']:visible:contains('situation')",
        content: "The next month",
        run: "click",
    },
    {
        trigger: ".o_field_widget[name='chorus_situation'] input:value('2')",
        content: "The second",
    },
    {
        trigger: ".nav-link[name='chorus_progress']",
        content: "Its progress",
        run: "click",
    },
    {
        trigger: `${row("1.1")} td[name='percent_before']:contains('50')`,
        content: "Begins where the last one ended",
    },
]);
