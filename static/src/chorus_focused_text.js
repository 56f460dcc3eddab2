/** @odoo-module **/

import { registry } from "@web/core/registry";
import { useAutofocus } from "@web/core/utils/hooks";
import { TextField, textField } from "@web/views/fields/text/text_field";

/** The one text that a dialog waits for: the cursor is in it at once, except where that would bring up a screen keyboard. */
export class ChorusFocusedText extends TextField {
    setup() {
        super.setup();
        useAutofocus({ refName: "textarea" });
    }
}

registry.category("fields").add("chorus_focused_text", { ...textField, component: ChorusFocusedText });
