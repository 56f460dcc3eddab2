from odoo import fields, models


class ChorusConnection(models.Model):
    _inherit = "chorus.connection"

    last_works_poll = fields.Datetime(help="All changes of works documents before this moment are known.")
    last_validation_poll = fields.Datetime(help="When what waits for our validation was read last.")
