"""What several models of Chorus Pro have in common: an environment, the last error met, what nobody may say in their place."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..services.api.errors import failure
from ..services.vocabulary import states
from . import timing


def stored_bytes(file):
    """The bytes of one ``ir.attachment``; ``b""`` where they are lost. Odoo's own field would remember them until the commit."""
    return file._file_read(file.store_fname) if file.store_fname else bytes(file.db_datas or b"")


class ChorusEnvironment(models.AbstractModel):
    """What belongs to one environment of Chorus Pro: qualification or production."""

    _name = "chorus.environment"
    _description = "Environment of Chorus Pro"

    environment = fields.Selection(selection="_selection_environment", required=True, readonly=True)

    @api.model
    def _selection_environment(self):
        return self.env["res.company"]._fields["chorus_environment"]._description_selection(self.env)

    @api.model
    def _chorus_due(self, company, states):
        """The records of a company's present environment in these states whose ``next_try`` has come, oldest first."""
        now = fields.Datetime.now()
        return self.sudo().search(  # sudo: crons serve all companies
            [
                ("company_id", "=", company.id),
                ("environment", "=", company.chorus_environment),
                ("state", "in", states),
                "|",
                "|",
                ("next_try", "=", False),
                ("next_try", "<=", now),
                ("next_try", ">", now + timedelta(seconds=timing.LONGEST_WAIT)),
            ],
            order="id",
        )


class ChorusOffers(models.AbstractModel):
    """A record whose views show some parts only now and then: one field tells them which, as words."""

    _name = "chorus.offers"
    _description = "Record that offers what Chorus Pro allows"

    #: Words of ``_chorus_offers``, for the views: ``'complete' not in (chorus_offered or [])``. None when there are none.
    chorus_offered = fields.Json(compute="_compute_chorus_offered", export_string_translation=False)

    def _compute_chorus_offered(self):
        for record in self:
            record.chorus_offered = record._chorus_offers()

    def _chorus_offers(self):
        """What this record offers now: a list of words, of which each package adds its own."""
        self.ensure_one()
        return []


class ChorusStates(models.AbstractModel):
    """A record with an invoice's state at Chorus Pro: grouped in the order of the process, shown in the colour of its group."""

    _name = "chorus.states"
    _description = "Record with a state at Chorus Pro"

    #: Fields that hold such a state, here and in lists within this model's forms.
    _chorus_state_fields = ("chorus_state",)

    # EXTENDS 'base'
    @api.model
    def _read_group_orderby(self, order, groupby_terms, query):
        terms = {**groupby_terms}
        for name in set(self._chorus_state_fields).intersection(terms):
            terms[name] = SQL("array_position(%s::varchar[], %s)", list(states.STATES), terms[name])
        ordered = super()._read_group_orderby(order, terms, query)
        # what was added for the records of other terms stays
        groupby_terms.update({name: term for name, term in terms.items() if name not in self._chorus_state_fields})
        return ordered

    # EXTENDS 'base'
    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        for name in self._chorus_state_fields:
            for badge in arch.iterfind(f".//field[@name='{name}'][@widget='badge']"):
                for group in states.Group:
                    badge.set(f"decoration-{group}", f"{name} in {states.of_group(group)}")
        return arch, view


class ChorusErrors(models.AbstractModel):
    """The last thing that went wrong with Chorus Pro: its code, the platform's own words, and ours."""

    _name = "chorus.errors"
    _inherit = ["chorus.environment"]
    _description = "Last error met with Chorus Pro"

    error_code = fields.Char(readonly=True)  # key of services.api.errors.FAILURES
    error_detail = fields.Text("Message of Chorus Pro", readonly=True)
    error_cause = fields.Char("What happened", compute="_compute_error_texts")
    error_remedy = fields.Char("What to do", compute="_compute_error_texts")

    @api.depends("error_code")
    @api.depends_context("lang")
    def _compute_error_texts(self):
        for record in self:
            texts = failure(record.error_code) if record.error_code else None
            record.error_cause = texts and texts.cause.of(self.env.lang)
            record.error_remedy = texts and texts.remedy.of(self.env.lang)


class ChorusTold(models.AbstractModel):
    """A record on which users write some fields, and Chorus Pro and its jobs alone the others.

    That a field is ``readonly`` keeps it from the screen, not from RPC, an import, a copy or the defaults of a context. Here it
    does: our own code says what the platform told in sudo, with the reason beside it.
    """

    _name = "chorus.told"
    _description = "Record with facts of Chorus Pro"

    @api.model
    def _chorus_is_told(self, name):
        """Whether only our own code may write this field: a stored, read-only one of ours, on our models a computed one."""
        field = self._fields.get(name)
        if field is None or not field.store or not field.readonly:
            return False
        return bool(field.compute) if self._name.startswith("chorus.") else name.startswith("chorus_")

    @api.model
    def _chorus_check_told(self, names):
        """:raises AccessError: for a user who would write one of these fields that Chorus Pro alone may set."""
        told = [] if self.env.su else [name for name in names if self._chorus_is_told(name)]
        if told:
            labels = ", ".join(self._fields[name]._description_string(self.env) for name in told)
            raise AccessError(self.env._("Nobody writes this by hand, it is what Chorus Pro tells: %s.", labels))

    # EXTENDS 'base'
    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._chorus_check_told(name for name, value in vals.items() if value)
        return super().create(vals_list)

    # EXTENDS 'base'
    def write(self, vals):
        self._chorus_check_told(vals)
        return super().write(vals)

    # EXTENDS 'base'
    @api.model
    def default_get(self, fields):
        # nor does a context say it, which sudo takes along
        return {name: value for name, value in super().default_get(fields).items() if not self._chorus_is_told(name)}


class ChorusEvidence(models.AbstractModel):
    """A record that our own code alone makes, in sudo: no context and no default of a user says what it begins with."""

    _name = "chorus.evidence"
    _description = "Record that nobody makes by hand"

    # EXTENDS 'base'
    @api.model
    def default_get(self, fields):
        # nor what a user recorded as a default of one's own
        fields = [name for name in super().default_get(fields) if self._fields[name].default]
        return self._convert_to_write({name: self._fields[name].default(self) for name in fields})


class ChorusFiles(models.AbstractModel):
    """A record with large files, as bytes: a field of Odoo's gives and takes them in base64, and remembers them until the commit.

    A deposit may have 30 MB, and each form of it in memory is one more (doc/PERFORMANCE.md, *memory*).
    """

    _name = "chorus.files"
    _description = "Record with files of Chorus Pro"

    def _chorus_contents(self, name):
        """The files of a field, of records that are stored.

        :param name: a ``Binary`` kept as attachment. :return: dict from the record's id to bytes; those without one are left out.
        """
        self.check_access("read")
        # sudo: who may read the record may read its files, as by the field itself; a field's group was asked before by its caller
        files = self.env["ir.attachment"].sudo().search_fetch(
            [("res_model", "=", self._name), ("res_field", "=", name), ("res_id", "in", self.ids)], ["res_id", "store_fname"]
        )  # fmt: skip
        return {file.res_id: stored_bytes(file) for file in files}

    def _chorus_keep(self, name, content):
        """Store a file in a field of a record that has none there yet.

        :param name: a ``Binary`` kept as attachment. :param bytes content: not empty.
        """
        self.ensure_one()
        # sudo: as by the field itself. Nobody looks for evidence by its words, and to list them takes several times its size
        files = self.env["ir.attachment"].sudo().with_context(chorus_no_index=True)
        files.create({"name": name, "res_model": self._name, "res_field": name, "res_id": self.id, "raw": content})
        self.invalidate_recordset([name], flush=False)
