import json
from datetime import timedelta

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_amount, format_date, json_default

from ...services.clock import paris_today
from ...services.vocabulary import Group, states

#: Public bodies and weeks shown; the others are behind the links.
SHOWN = 8


class ChorusDashboard(models.AbstractModel):
    """What a person looks at once a month: four figures, amounts by state, delays by public body, payments to come by week.

    Each figure comes with the action that opens its invoices. Start at ``read_dashboard``, which the client action calls.
    """

    _name = "chorus.dashboard"
    _description = "Where all invoices at Chorus Pro stand"

    @api.model
    def read_dashboard(self):
        """All that the dashboard shows, in the user's language, of the companies chosen: for the client action.

        :raises AccessError: for whoever may not read invoices' analysis.
        """
        self.env["chorus.report"].check_access("read")
        own = Domain("company_id", "in", self.env.companies.ids)
        by_state = self._by_state(own)
        return {
            "figures": self._figures(own, by_state),
            "states": self._state_rows(own, by_state),
            "bodies": self._body_rows(own),
            "companies": self._company_rows() if len(self.env.companies) > 1 else [],
            "weeks": self._week_rows(own),
            "all": self._moves(self.env._("Invoices at Chorus Pro"), own & Domain("chorus_state", "!=", False)),
        }

    # -- parts ---------------------------------------------------------------------------------------------------------

    @api.model
    def _by_state(self, own):
        """State → how many invoices, and their amount with tax."""
        rows = self.env["account.move"]._read_group(
            own & Domain("chorus_state", "!=", False), ["chorus_state"], ["__count", "amount_total_signed:sum"]
        )
        return {state: (count, amount) for state, count, amount in rows}

    @api.model
    def _figures(self, own, by_state):
        moves = self.env["account.move"]
        mine, theirs = states.of_group(Group.MINE, Group.REFUSED), states.of_group(Group.THEIRS)
        left = ["__count", "amount_residual_signed:sum"]
        late, announced = own & moves._chorus_late_domain(), own & moves._chorus_announced_domain()
        found = [
            ("mine", Group.MINE, self.env._("To do"), own & Domain("chorus_state", "in", mine), self._sum(by_state, mine)),
            ("theirs", Group.THEIRS, self.env._("Waiting"), own & Domain("chorus_state", "in", theirs),
             self._sum(by_state, theirs)),
            ("late", Group.REFUSED, self.env._("Late payment"), late, moves._read_group(late, [], left)[0]),
            ("announced", Group.DONE, self.env._("Payment announced"), announced, moves._read_group(announced, [], left)[0]),
        ]  # fmt: skip
        return [
            {
                "key": key, "group": str(group), "title": title, "count": count, "amount": self._money(amount),
                "action": self._moves(title, domain),
            }
            for key, group, title, domain, (count, amount) in found
        ]  # fmt: skip

    @api.model
    def _state_rows(self, own, by_state):
        labels = dict(self.env["account.move"]._fields["chorus_state"]._description_selection(self.env))
        most = max((abs(amount) for _count, amount in by_state.values()), default=0)
        return [
            {
                "key": state, "group": str(states.group(state)), "title": labels[state], "count": count,
                "amount": self._money(amount), "share": self._share(amount, most),
                "action": self._moves(labels[state], own & Domain("chorus_state", "=", state)),
            }
            for state, (count, amount) in by_state.items()
        ]  # fmt: skip

    @api.model
    def _body_rows(self, own):
        """The public bodies with the largest open amounts: what is open, how long they take, what is late."""
        waiting = Domain("state", "in", states.of_group(Group.THEIRS))
        report = self.env["chorus.report"]
        opened = report._read_group(
            own & waiting, ["partner_id"], ["__count", "amount:sum"], order="amount:sum desc", limit=SHOWN
        )
        shown = [body.id for body, _count, _amount in opened]
        days = ["days_to_available:avg", "days_to_payment:avg"]
        took = {
            body: values for body, *values in report._read_group(own & Domain("partner_id", "in", shown), ["partner_id"], days)
        }
        moves = self.env["account.move"]
        overdue = own & moves._chorus_late_domain() & Domain("commercial_partner_id", "in", shown)
        late = dict(moves._read_group(overdue, ["commercial_partner_id"], ["__count"]))
        return [
            {
                "key": body.id,
                "title": body.display_name,
                "count": count,
                "amount": self._money(amount),
                "to_available": self._days(took[body][0]),
                "to_payment": self._days(took[body][1]),
                "late": late.get(body, 0),
                "action": self._moves(
                    body.display_name, own & Domain("chorus_state", "!=", False) & Domain("commercial_partner_id", "=", body.id)
                ),
            }
            for body, count, amount in opened
        ]

    @api.model
    def _company_rows(self):
        """The companies chosen: what each has to do, waits for, is paid late for, and what is wrong with its connection."""
        companies = self.env.companies.union()  # each once, whatever the client asks for
        own, moves = Domain("company_id", "in", companies.ids), self.env["account.move"]
        counts = {}
        by_state = own & Domain("chorus_state", "!=", False)
        for company, state, count in moves._read_group(by_state, ["company_id", "chorus_state"], ["__count"]):
            counts.setdefault(company, {})[state] = count
        late = dict(moves._read_group(own & moves._chorus_late_domain(), ["company_id"], ["__count"]))
        waiting = Domain("chorus_state", "in", states.of_group(Group.THEIRS))
        amounts = dict(moves._read_group(own & waiting, ["company_id"], ["amount_total_signed:sum"]))
        rows = []
        for company in companies:
            states_of = counts.get(company, {})
            if not states_of and not company._chorus_may_use():
                continue
            mine = Domain("company_id", "=", company.id)
            trouble = company._chorus_silence_text() or self.env["chorus.connection"]._known(company).error_cause or ""
            rows.append(
                {
                    "key": company.id,
                    "title": company.name,
                    "mine": self._count(states_of, Group.MINE, Group.REFUSED),
                    "theirs": self._count(states_of, Group.THEIRS),
                    "late": late.get(company, 0),
                    "amount": format_amount(self.env, amounts.get(company) or 0.0, company.currency_id),
                    "trouble": trouble,
                    "action": self._moves(company.name, mine & Domain("chorus_state", "!=", False)),
                }
            )
        return rows

    @api.model
    def _week_rows(self, own):
        """What is to be paid in the weeks to come, by the last day for it; what is late stands in the figures."""
        moves = self.env["account.move"]
        due = own & moves._chorus_due_domain() & Domain("chorus_expected_date", ">=", paris_today())
        rows = moves._read_group(due, ["chorus_expected_date:week"], ["__count", "amount_residual_signed:sum"], limit=SHOWN)
        most = max((abs(amount) for _day, _count, amount in rows), default=0)
        weeks = []
        for first, count, amount in rows:
            title = self.env._("Week of %s", format_date(self.env, first))
            week = Domain("chorus_expected_date", ">=", first) & Domain("chorus_expected_date", "<", first + timedelta(days=7))
            weeks.append(
                {
                    "key": str(first), "title": title, "count": count, "amount": self._money(amount),
                    "share": self._share(amount, most), "action": self._moves(title, due & week),
                }
            )  # fmt: skip
        return weeks

    # -- how it is shown -----------------------------------------------------------------------------------------------

    @api.model
    def _sum(self, by_state, wanted):
        rows = [by_state[state] for state in wanted if state in by_state]
        return sum(count for count, _amount in rows), sum(amount for _count, amount in rows)

    @api.model
    def _count(self, by_state, *groups):
        """How many invoices are in a state of these groups."""
        return sum(by_state.get(state, 0) for state in states.of_group(*groups))

    @api.model
    def _money(self, amount):
        return format_amount(self.env, amount or 0.0, self.env.company.currency_id)

    @api.model
    def _days(self, average):
        """An average number of days; "" where nothing tells."""
        return "" if average is None or average is False else str(round(average))

    @api.model
    def _share(self, amount, most):
        """How long a bar is, in percent of the longest."""
        return round(100 * abs(amount) / most) if most else 0

    @api.model
    def _moves(self, title, domain):
        """The action that opens these invoices under this title."""
        view = self.env.ref("l10n_fr_chorus_pro.view_chorus_invoice_list")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "account.move",
            "views": [[view.id, "list"], [False, "kanban"], [False, "form"]],
            "mobile_view_mode": "kanban",
            "domain": json.loads(json.dumps(list(domain), default=json_default)),
            "context": {"default_move_type": "out_invoice", "create": False},
        }
