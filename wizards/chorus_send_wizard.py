from collections import defaultdict
from itertools import chain

from odoo import api, fields, models
from odoo.fields import Command

from ..services.vocabulary.places import Place

#: Sentences shown for one remedy; they differ by what they quote.
SHOWN = 4
#: In the order in which a person sees to them.
URGENCIES = [("mend", "To mend"), ("by_hand", "On the portal"), ("look", "To look at"), ("skip", "Not sent")]


class ChorusSendWizard(models.TransientModel):
    """What must be said of several invoices before they are sent, gathered by remedy; the others leave."""

    _name = "chorus.send.wizard"
    _description = "Send several invoices to Chorus Pro"

    ready_ids = fields.Many2many("account.move", readonly=True)
    group_ids = fields.One2many("chorus.send.wizard.group", "wizard_id", readonly=True)
    selected_count = fields.Integer("Invoices selected", readonly=True)
    skipped_count = fields.Integer("Left out", readonly=True)
    by_hand_count = fields.Integer("To file on the portal", readonly=True)
    ready_count = fields.Integer("Invoices ready", compute="_compute_counts")
    blocked_count = fields.Integer("To mend first", compute="_compute_counts")

    environment_text = fields.Char(compute="_compute_environment_text", export_string_translation=False)

    @api.depends("ready_ids")
    @api.depends_context("lang")
    def _compute_environment_text(self):
        for wizard in self:
            wizard.environment_text = wizard.ready_ids._chorus_environment_text()

    @api.depends("ready_ids", "selected_count", "skipped_count", "by_hand_count")
    def _compute_counts(self):
        for wizard in self:
            wizard.ready_count = len(wizard.ready_ids)
            unblocked = wizard.ready_count + wizard.skipped_count + wizard.by_hand_count
            wizard.blocked_count = wizard.selected_count - unblocked

    @api.model
    def _chorus_open(self, notices):
        """Open the wizard on what is to be said of invoices.

        :param notices: their ``Notice`` by invoice; an invoice without any that blocks is ready.
        """
        groups = defaultdict(lambda: defaultdict(list))
        for move, told in notices.items():
            for notice in told:
                mended = move._chorus_mended(notice.place)
                shared = mended if mended._name != move._name else None
                # what has no remedy is told apart by its sentence
                key = self._chorus_urgency(notice), notice.remedy, notice.place, shared, notice.message * (not notice.remedy)
                groups[key][notice.message].append(move.id)
        order = list(dict(URGENCIES))
        sizes = sorted(groups, key=lambda key: (order.index(key[0]), -sum(map(len, groups[key].values()))))
        urgencies = [{self._chorus_urgency(notice) for notice in told} for told in notices.values()]
        wizard = self.create(
            {
                "selected_count": len(notices),
                "skipped_count": sum("skip" in told for told in urgencies),
                # what a person files may have to be mended first, and is then counted there
                "by_hand_count": sum("by_hand" in told and "mend" not in told for told in urgencies),
                "ready_ids": [
                    Command.set([move.id for move, told in notices.items() if not any(notice.blocks for notice in told)])
                ],
                "group_ids": [Command.create(self._chorus_group(key, groups[key])) for key in sizes],
            }
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send to Chorus Pro"),
            "res_model": self._name,
            "res_id": wizard.id,
            "views": [(False, "form")],
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    @api.model
    def _chorus_urgency(self, notice):
        if not notice.blocks:
            return "look"
        if notice.place is Place.BY_HAND:
            return "by_hand"
        # sent already, not posted…: nothing is wrong with the invoice
        return "mend" if notice.remedy or notice.place else "skip"

    @api.model
    def _chorus_group(self, key, messages):
        """The values of a group: each sentence once, the most frequent first; how many more when they are many."""
        urgency, remedy, place, shared, _message = key
        sentences = sorted(messages, key=lambda message: -len(messages[message]))
        more = len(sentences) - SHOWN
        return {
            "urgency": urgency,
            "remedy": remedy,
            "message": "\n".join(sentences[:SHOWN] + ([self.env._("… and %s more", more)] if more > 0 else [])),
            "place": place and place.value,
            "mended": shared and f"{shared._name},{shared.id}",
            "move_ids": [Command.set(list(dict.fromkeys(chain.from_iterable(messages.values()))))],
        }

    def action_send(self):
        """Send the invoices that are ready; each is looked at again, as time has passed."""
        self.ensure_one()
        behind = self.group_ids.move_ids - self.ready_ids
        told = self.ready_ids.action_chorus_send()
        if behind and told.get("tag") == "display_notification":
            told["params"]["message"] += "\n" + self.env._(
                "Not sent, as they are to be mended first: %s.", behind._chorus_names()
            )
        return told

    def action_send_and_mend(self):
        """Send the invoices that are ready, and open the others where they are mended."""
        self.ensure_one()
        mend = self.group_ids.filtered(lambda group: group.urgency == "mend").move_ids._chorus_mend_action()
        if not self.ready_ids:
            return mend
        told = self.action_send()
        return {**told, "params": {**told["params"], "next": mend}}


class ChorusSendWizardGroup(models.TransientModel):
    """One remedy, with the invoices that wait for it."""

    _name = "chorus.send.wizard.group"
    _description = "Invoices that wait for the same remedy"

    wizard_id = fields.Many2one("chorus.send.wizard", required=True, ondelete="cascade")
    urgency = fields.Selection(URGENCIES, "Level", readonly=True)
    message = fields.Text("What was found", readonly=True)
    remedy = fields.Text("What to do", readonly=True)
    place = fields.Char(readonly=True)
    mended = fields.Reference([("res.partner", "Customer"), ("res.company", "Company")], readonly=True)
    move_ids = fields.Many2many("account.move", string="Invoices", readonly=True)
    move_names = fields.Text("Concerns", compute="_compute_move_names")

    @api.depends("move_ids")
    def _compute_move_names(self):
        for group in self:
            group.move_names = group.move_ids._chorus_names()

    def action_open(self):
        """Go where it is mended: the record all these invoices share, else the invoices."""
        self.ensure_one()
        if self.mended and self.mended.has_access("read"):
            return self.mended._get_records_action()
        if self.urgency == "mend" and (len(self.move_ids) > 1 or self.place == Place.REFERENCES.value):
            return self.move_ids._chorus_mend_action()
        return self.move_ids._get_records_action(name=self.env._("To mend before sending to Chorus Pro"))
