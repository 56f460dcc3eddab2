"""What an add-on adds to l10n_fr_chorus_pro without changing it. CONTRIBUTING.md, *From another add-on*, tells each part."""

from dataclasses import replace

from lxml import etree

from odoo import fields, models
from odoo.addons.l10n_fr_chorus_pro.services.document.en16931 import to_cii
from odoo.addons.l10n_fr_chorus_pro.services.document.formats import of_flow
from odoo.addons.l10n_fr_chorus_pro.services.document.invoice import Note
from odoo.addons.l10n_fr_chorus_pro.services.rules import Level, Rule
from odoo.addons.l10n_fr_chorus_pro.services.text import Text
from odoo.addons.l10n_fr_chorus_pro.services.vocabulary import Message
from odoo.addons.l10n_fr_chorus_pro.services.vocabulary.places import Place

#: What the note on the document begins with, by which the rule knows it again.
JOB_ORDER = "Bon de travaux :"


def _lacks_job_order(invoice, _context):
    return invoice.service_code == "VOIRIE" and not any(note.text.startswith(JOB_ORDER) for note in invoice.notes)


RULE = Rule(
    "EXAMPLE-01.job_order",
    Level.BLOCK,
    "market_number",
    Text("The road service asks for the number of its job order.", "Le service Voirie demande le numéro de son bon de travaux."),
    Text("Enter the job order on the market.", "Saisissez le bon de travaux sur le marché."),
    "The town's letter to its suppliers, say",
    _lacks_job_order,
    place=Place.MARKET,
)

MESSAGE = Message(
    "example_job_order",
    r"bon de travaux (?:inconnu|absent)",
    Text("The town does not know this job order.", "La commune ne connaît pas ce bon de travaux."),
    Text("Ask the road service, and enter it on the market.", "Demandez-le au service Voirie et saisissez-le sur le marché."),
    place=Place.MARKET,
)


def _indented(invoice, _pdf):
    tree = etree.fromstring(to_cii(invoice))
    etree.indent(tree)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8")


FORMAT = of_flow(
    "example_cii_indented",
    Text("XML, CII, indented", "XML, CII, indenté"),
    Text("XML, CII, indented", "XML, CII, indenté"),
    "IN_DP_E1_CII_16B",
    _indented,
    attachments_in_xml=True,
)


class ChorusHooks(models.AbstractModel):
    _inherit = "chorus.hooks"

    def _rules(self):
        return (*super()._rules(), RULE)

    def _formats(self):
        return {**super()._formats(), FORMAT.key: FORMAT}

    def _messages(self):
        return (*super()._messages(), MESSAGE)


class ResCompany(models.Model):
    _inherit = "res.company"

    chorus_format = fields.Selection(selection_add=[(FORMAT.key, FORMAT.label.en)], ondelete={FORMAT.key: "set default"})


class ChorusMarket(models.Model):
    _inherit = "chorus.market"

    example_job_order = fields.Char("Job order", tracking=True, help="Goes onto the invoices of the market, as a note.")


class AccountMove(models.Model):
    _inherit = "account.move"

    def _chorus_document_in_market(self, document):
        document, number = super()._chorus_document_in_market(document), self.chorus_market_id.example_job_order
        return replace(document, notes=(*document.notes, Note(f"{JOB_ORDER} {number}"))) if number else document
