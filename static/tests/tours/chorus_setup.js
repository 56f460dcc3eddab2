/** @odoo-module **/

import { registry } from "@web/core/registry";

const NEXT = ".modal button[name='action_next']:visible:not(:disabled)";

function page(title) {
    return { trigger: `.modal .o_chorus_page h3:contains('${title}')`, content: `The page « ${title} »` };
}

function field(name) {
    return `.modal div[name='${name}']:visible input`;
}

// From a company that knows nothing of Chorus Pro to the green message, as its administrator does it. The
// simulator's address, which changes with each run, is there already.
registry.category("web_tour.tours").add("chorus_setup", {
    steps: () => [
        {
            trigger: ".o_kanban_record a:contains('Connect to Chorus Pro')",
            content: "The sales journal leads to it",
            run: "click",
        },
        page("Your company"),
        { trigger: ".modal .o_chorus_steps button[data-step='oauth']:disabled", content: "Nothing is skipped" },
        { trigger: NEXT, content: "Nothing was chosen", run: "click" },
        { trigger: ".o_error_dialog:contains('Choose the environment') .btn-primary", content: "It says so", run: "click" },
        {
            trigger: ".modal .o_radio_item:contains('Production') input",
            content: "Production asks for a confirmation",
            run: "click",
        },
        { trigger: ".modal div[name='production_confirmed']:visible", content: "There it is" },
        {
            trigger: ".modal .o_radio_item:contains('Simulator') input",
            content: "Choose the simulator",
            run: "click",
        },
        { trigger: ".modal div[name='simulator_url']:visible", content: "Its address was typed before" },
        { trigger: field("siret"), content: "The SIRET", run: "edit 123 456 782 00077" },
        { trigger: NEXT, content: "Go on", run: "click" },
        page("Client ID and secret"),
        { trigger: field("client_id"), content: "The client", run: "edit simulator-client" },
        { trigger: field("chorus_client_secret"), content: "Its secret", run: "edit simulator-secret" },
        { trigger: field("chorus_client_secret_again"), content: "Mistyped", run: "edit simulator-secrets" },
        { trigger: NEXT, content: "Go on", run: "click" },
        { trigger: ".o_error_dialog:contains('not the same') .btn-primary", content: "They differ", run: "click" },
        { trigger: field("chorus_client_secret_again"), content: "Again", run: "edit simulator-secret" },
        { trigger: NEXT, content: "Go on", run: "click" },
        page("Technical account"),
        { trigger: field("technical_account"), content: "The login", run: "edit TECH_1_12345678200077@cpro.fr" },
        { trigger: field("chorus_technical_password"), content: "A wrong password", run: "edit Simulator-Password-2" },
        { trigger: field("chorus_technical_password_again"), content: "Again", run: "edit Simulator-Password-2" },
        { trigger: NEXT, content: "Go on", run: "click" },
        page("Test of the connection"),
        {
            trigger: ".modal .o_data_row:contains('Broken'):contains('Technical account')",
            content: "The test names the link that is broken",
        },
        { trigger: ".modal button[name='action_later']:visible", content: "Leave it for later", run: "click" },
        {
            trigger: "body:not(:has(.modal)) .o_kanban_record",
            content: "Back on the dashboard",
        },
        {
            trigger: "body:not(:has(.modal)) .o_kanban_record a.o_chorus_setup",
            content: "Resume",
            run: "click",
        },
        page("Technical account"),
        { trigger: field("chorus_technical_password"), content: "The right password", run: "edit Simulator-Password-1" },
        { trigger: field("chorus_technical_password_again"), content: "Again", run: "edit Simulator-Password-1" },
        { trigger: NEXT, content: "Go on", run: "click" },
        {
            trigger: ".modal .alert-success:visible:contains('Connection with Chorus Pro established')",
            content: "The green message",
        },
        { trigger: ".modal .o_chorus_steps button[data-step='company']:not(:disabled)", content: "Back to the first step", run: "click" },
        page("Your company"),
        { trigger: ".modal .o_chorus_steps button[data-step='test']:not(:disabled)", content: "And on, over what is done", run: "click" },
        page("Test of the connection"),
        { trigger: NEXT, content: "Go on", run: "click" },
        page("Who transfers what"),
        { trigger: ".modal button[name='action_finish']:visible", content: "Finish", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_kanban_record", content: "Done" },
    ],
});

// What works is to be replaced, and the new secret is mistyped: Chorus Pro is asked first, and the old one stays.
registry.category("web_tour.tours").add("chorus_replace_secret", {
    steps: () => [
        {
            trigger: "#chorus_access button[name='action_chorus_change_client']:visible",
            content: "What works is not typed over in the settings, it is replaced",
            run: "click",
        },
        page("Client ID and secret"),
        { trigger: field("chorus_client_secret"), content: "A wrong secret", run: "edit a-mistyped-secret-1" },
        { trigger: field("chorus_client_secret_again"), content: "Again", run: "edit a-mistyped-secret-1" },
        {
            trigger: ".modal .alert-warning:visible:contains('PISTE client secret')",
            content: "What changes is shown first",
        },
        { trigger: ".modal button[name='action_next']:visible:contains('Try and replace')", content: "Go", run: "click" },
        {
            trigger: ".modal:contains('Replace what works today?') footer .btn-primary",
            content: "It is asked for, and confirmed",
            run: "click",
        },
        {
            trigger: ".o_error_dialog:contains('kept and go on working') .btn-primary",
            content: "Chorus Pro did not accept it",
            run: "click",
        },
        { trigger: ".modal button:visible:contains('Keep the present ones')", content: "Leave", run: "click" },
        { trigger: "body:not(:has(.modal)) #chorus_access button[name='action_chorus_change_client']", content: "Back" },
    ],
});
