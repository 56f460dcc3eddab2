from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models import transactions
from ..services.api.actions import COMMENT_LENGTH
from ..services.document.invoice import Attachment
from ..services.rules.files import added_files
from ..services.siret import can_exist, compact, is_siret


class ChorusActionWizard(models.TransientModel):
    """What a person does about an invoice that came back: complete it, correct its routing or its validator."""

    _name = "chorus.action.wizard"
    _description = "Answer Chorus Pro"
    _inherit = ["chorus.invoice.wizard", "chorus.references"]

    _chorus_recipient_field = "body_id"

    kind = fields.Selection(
        [("complete", "Complete"), ("recycle", "Re-route"), ("validator", "Correct the validator")], required=True, readonly=True
    )
    why = fields.Text("What the public body says", compute="_compute_why")
    partner_id = fields.Many2one(related="move_id.commercial_partner_id", related_sudo=False)
    company_id = fields.Many2one(related="move_id.company_id", related_sudo=False)
    body_id = fields.Many2one("res.partner", compute="_compute_body_id", compute_sudo=False, export_string_translation=False)
    listed = fields.Boolean(compute="_compute_body_id", compute_sudo=False, export_string_translation=False)
    comment = fields.Text("Comment for the public body")
    attachment_ids = fields.Many2many("ir.attachment", string="Add the documents asked for")
    recipient = fields.Char(
        "SIRET of the public body", compute="_compute_routing", store=True, readonly=False, compute_sudo=False
    )
    service_code = fields.Char("Service code", compute="_compute_routing", store=True, readonly=False, compute_sudo=False)
    engagement_number = fields.Char(
        "Engagement number", compute="_compute_routing", store=True, readonly=False, compute_sudo=False
    )
    validator = fields.Char("SIRET of the right validator")

    @api.depends("move_id")
    @api.depends_context("lang")
    def _compute_why(self):
        for wizard in self:
            wizard.why = wizard.move_id._chorus_told_text(remedies=True)

    @api.depends("recipient", "partner_id")
    def _compute_body_id(self):
        """The customer that has this SIRET, whose services are to choose from where they are known."""
        for wizard in self:
            number = compact(wizard.recipient)
            body = wizard.partner_id
            if number != compact(body.company_registry):
                same = [("company_registry", "=", number), ("parent_id", "=", False)]
                body = self.env["res.partner"].search(same, limit=1) if number else body.browse()
            wizard.body_id = body
            wizard.listed = bool(body.chorus_service_count) and body._chorus_is_known(wizard.company_id.chorus_environment)

    @api.depends("move_id")
    def _compute_routing(self):
        for wizard in self:
            move = wizard.move_id
            wizard.recipient = compact(move.commercial_partner_id.company_registry)
            wizard.service_code = move.buyer_reference
            wizard.engagement_number = move.purchase_order_reference

    def action_confirm(self):
        """Record the intent, commit it, send it; tell what came of it."""
        self.ensure_one()
        move = self.move_id
        self.env["res.users"]._chorus_check_transfer()
        move.check_access("write")
        comment = (self.comment or "").strip()
        if len(comment) > COMMENT_LENGTH:
            raise UserError(self.env._("Chorus Pro takes %s characters of comment at most.", COMMENT_LENGTH))
        actions = self.env["chorus.action"]
        action = actions._chorus_ask(move, self.kind, comment=comment or False, **getattr(self, f"_{self.kind}_values")(comment))
        transactions.commit(self.env)
        action._chorus_send(retries=0)
        return action._chorus_notification()

    def _complete_values(self, comment):
        files = [(file.name, file.raw or b"") for file in self.attachment_ids]
        if not files and not comment:
            raise UserError(self.env._("Add a file or a comment: it is what the public body is waiting for."))
        problems = added_files(Attachment(name, content) for name, content in files)
        if problems:
            raise UserError("\n".join(problem.of(self.env.lang) for problem in problems))
        return {"files": files}

    def _recycle_values(self, _comment):
        recipient = self._checked_siret(self.recipient)
        values = {
            "recipient": recipient,
            "service_code": (self.service_code or "").strip() or False,
            "engagement_number": (self.engagement_number or "").strip() or False,
        }
        move = self.move_id
        before = (compact(move.commercial_partner_id.company_registry), move.buyer_reference or False,
                  move.purchase_order_reference or False)  # fmt: skip
        if tuple(values.values()) == before:
            raise UserError(self.env._("Nothing was corrected: the invoice would come back for the same reason."))
        return values

    def _validator_values(self, _comment):
        return {"validator": self._checked_siret(self.validator)}

    def _checked_siret(self, value):
        number = compact(value)
        # the demonstration's and the qualification's SIRETs are fictitious
        if not (can_exist(number) if self.move_id.company_id.chorus_environment == "production" else is_siret(number)):
            raise UserError(self.env._("%s is no SIRET: it has 14 digits.", value or self.env._("Nothing")))
        return number


class ChorusAction(models.Model):
    _inherit = "chorus.action"

    def _chorus_notification(self):
        """Tell the user what came of an action just asked for."""
        self.ensure_one()
        name = self.move_id.name
        held = self.state == "ready" and self.company_id._chorus_maintenance_text()
        words = [self.error_cause, self.error_detail and f"« {self.error_detail} »", self.error_remedy, held]
        trouble = " ".join(filter(None, words))
        messages = {
            "done": self.env._("%s: Chorus Pro has taken it; the invoice is on its way again.", name),
            "refused": f"{name} : {trouble}",
            "unknown": self.env._("%s: the answer was lost. Odoo looks at Chorus Pro what became of it; nothing to do.", name),
        }
        waits = self.env._("%(name)s: not sent yet, Odoo tries again by itself. %(trouble)s", name=name, trouble=trouble)
        kinds = {"done": "success", "refused": "danger"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Chorus Pro"),
                "type": kinds.get(self.state, "warning"),
                # what is wrong stands on the invoice
                "sticky": False,
                "message": messages.get(self.state, waits),
                # opened from an alert, the dialog tells nobody that it closes: what is behind is reloaded from here
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
