"""Works statements (situations) of a market: their order, their cumulative amounts, and what is odd about one of them.

A monthly statement is cumulative since the market began, at its prices, without revision nor VAT (CCAG-Travaux 12.1, doc/RULES.md
§2.2). Its number and period are ours; Chorus Pro has no field for them, so that nothing here is refused there: what only
surprises the buyer warns, what makes the statement meaningless blocks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..document.invoice import ZERO
from ..text import Text, listing, number
from ..vocabulary import frameworks
from ..vocabulary.places import Place
from .rule import Finding, Level

SOURCE = "CCAG-Travaux 12.1, doc/RULES.md §2.2"


@dataclass(frozen=True)
class Situation:
    """One statement. ``works``: done this time, without VAT; less than nothing when earlier work is taken back.

    ``retention``: kept back this time, less than nothing; more than nothing when it is given back.
    ``dated``: the day of the document. ``account``: it tells the whole market, and not one month.
    """

    number: int
    start: date | None
    end: date | None
    works: Decimal = ZERO
    retention: Decimal = ZERO
    dated: date | None = None
    account: bool = False


@dataclass(frozen=True)
class Waiting:
    """A statement that has not left yet. ``name``: the invoice's number, ``""`` for a draft. ``account``: the framework of an
    account."""

    number: int
    name: str = ""
    account: str = ""

    @property
    def title(self) -> Text:
        """What it is called in a list."""
        label = frameworks.get(self.account).label if self.account else None
        shown = label or Text(f"situation {self.number}", f"situation n° {self.number}")
        return Text(f"{shown.en} ({self.name or 'draft'})", f"{shown.fr} ({self.name or 'brouillon'})")


def proposed_number(others: Iterable[Situation]) -> int:
    """The number of the next statement."""
    return max((other.number for other in others), default=0) + 1


def proposed_start(others: Iterable[Situation], began: date | None) -> date | None:
    """The day after the last period; the market's first day for the first statement."""
    ends = [other.end for other in others if other.end]
    return max(ends) + timedelta(days=1) if ends else began


def end_of_month(day: date) -> date:
    """The last day of that day's month: statements are made at the end of each month."""
    following = (day.replace(day=28) + timedelta(days=4)).replace(day=1)
    return following - timedelta(days=1)


def previous(this: Situation, others: Iterable[Situation]) -> Decimal:
    """The cumulative amount of the statements before this one."""
    return sum((other.works for other in others if other.number < this.number), ZERO)


def check(
    this: Situation,
    others: Iterable[Situation],
    waiting: Iterable[Waiting] = (),
    *,
    today: date | None = None,
    stale: bool = False,
    unmade: bool = False,
    penalty_taxed: bool = False,
    total: Decimal = ZERO,
    retention_made: bool = False,
    goods: Iterable[str] = (),
) -> list[Finding]:
    """What is odd about a statement among the others of its market, what blocks first.

    :param others: those in the books. :param waiting: those, drafts too, that have not left yet. :param today: of the document.
    :param stale: the statements before it have changed since its progress was taken up from them.
    :param unmade: its lines are not what its progress and the market's clauses make of it now.
    :param penalty_taxed: a line of a penalty bears VAT. :param total: what is to be paid of it.
    :param retention_made: its retention is computed, so that none is missing. :param goods: VAT for goods on its lines, by name.
    """
    others = list(others)
    found = [
        *_stale(stale),
        *_unmade(unmade),
        *_number(this, others),
        *_period(this, others),
        *_future(this, today),
        *_amount(this, others),
        *_waiting(this, waiting),
        *_retention(this, others, retention_made),
        *_penalty(penalty_taxed),
        *_negative(this, total),
        *_goods(goods),
    ]
    return sorted(found, key=lambda finding: not finding.blocks)


def _number(this: Situation, others: list[Situation]) -> Iterable[Finding]:
    numbers = {other.number for other in others}
    if this.number < 1:
        yield _finding(
            "number_missing",
            Level.BLOCK,
            Text("The situation has no number.", "La situation n'a pas de numéro."),
            Text("Enter its number: 1 for the first one.", "Saisissez son numéro : 1 pour la première."),
        )
    elif this.number in numbers:
        yield _finding(
            "number_used",
            Level.BLOCK,
            Text(
                f"Another invoice of this market is situation {this.number} already.",
                f"Une autre facture de ce marché est déjà la situation n° {this.number}.",
            ),
            Text(
                "Change the number, or cancel the other one with a credit note first.",
                "Changez le numéro, ou annulez d'abord l'autre par un avoir.",
            ),
        )
    elif missing := sorted(set(range(1, this.number)) - numbers):
        several = len(missing) > 1
        listed = ", ".join(map(str, missing[:5])) + ("…" if len(missing) > 5 else "")
        yield _finding(
            "number_gap",
            Level.WARN,
            Text(
                f"{'Situations' if several else 'Situation'} {listed} of this market {'are' if several else 'is'} not in Odoo.",
                f"Les situations n° {listed} de ce marché ne sont pas dans Odoo."
                if several
                else f"La situation n° {listed} de ce marché n'est pas dans Odoo.",
            ),
            Text(
                "Check the number: the cumulative amount counts the invoices in Odoo only.",
                "Vérifiez le numéro : le cumul ne compte que les factures présentes dans Odoo.",
            ),
        )


def _period(this: Situation, others: list[Situation]) -> Iterable[Finding]:
    if not this.start or not this.end:
        yield _finding(
            "period_missing",
            Level.BLOCK,
            Text("The period of the situation is missing.", "La période de la situation manque."),
            Text("Enter the first and the last day of the work stated.", "Saisissez le premier et le dernier jour des travaux."),
        )
        return
    if this.end < this.start:
        yield _finding(
            "period_order",
            Level.BLOCK,
            Text("The situation's period ends before it starts.", "La période de la situation finit avant de commencer."),
            Text("Correct the dates of the period.", "Corrigez les dates de la période."),
        )
        return
    if this.dated and this.start > this.dated:
        yield _finding(
            "period_future",
            Level.WARN,
            Text(
                f"The situation of {this.dated:%Y-%m-%d} states work to come, from {this.start:%Y-%m-%d} on.",
                f"La situation du {this.dated:%d/%m/%Y} constate des travaux à venir, à partir du {this.start:%d/%m/%Y}.",
            ),
            Text("Check the period, or the date of the invoice.", "Vérifiez la période, ou la date de la facture."),
        )
    if this.account:
        return
    dated = [other for other in others if other.start and other.end and other.number != this.number and not other.account]
    for other in dated:
        if this.start <= other.end and other.start <= this.end:
            yield _finding(
                "period_overlap",
                Level.WARN,
                Text(
                    f"Its period overlaps that of situation {other.number}.",
                    f"Sa période chevauche celle de la situation n° {other.number}.",
                ),
                Text("Check both periods.", "Vérifiez les deux périodes."),
            )
    before = [other.end for other in dated if other.number < this.number]
    if before and this.start > max(before) + timedelta(days=1):
        last = max(before)
        yield _finding(
            "period_gap",
            Level.WARN,
            Text(
                f"No situation covers the days between {last:%Y-%m-%d} and {this.start:%Y-%m-%d}.",
                f"Aucune situation ne couvre les jours entre le {last:%d/%m/%Y} et le {this.start:%d/%m/%Y}.",
            ),
            Text(
                "Check the period; a stop of the works is fine.",
                "Vérifiez la période ; un arrêt de chantier l'explique peut-être.",
            ),
        )


def _future(this: Situation, today: date | None) -> Iterable[Finding]:
    # a statement is made before its month ends, and never before it begins (doc/RULES.md §11.1)
    if today and this.start and this.start > today:
        yield _finding(
            "period_future",
            Level.WARN,
            Text(
                f"The situation is of {today:%Y-%m-%d}, and its period only begins on {this.start:%Y-%m-%d}.",
                f"La situation est du {today:%d/%m/%Y}, et sa période ne commence que le {this.start:%d/%m/%Y}.",
            ),
            Text(
                "Check the period: work that is still to be done is not stated.",
                "Vérifiez la période : on ne constate pas des travaux à venir.",
            ),
            at_once=True,
        )


def _stale(stale: bool) -> Iterable[Finding]:
    if stale:
        yield _finding(
            "number_stale",
            Level.BLOCK,
            Text(
                "The situations before this one have changed since its progress was taken up from them.",
                "Les situations précédentes ont changé depuis que l'avancement de celle-ci en a été repris.",
            ),
            Text(
                "In the tab “Progress”, take up the last situation again: what you stated here stays.",
                "Dans l'onglet « Avancement », reprenez la dernière situation : ce que vous avez saisi ici reste.",
            ),
            Place.REMAKE,
            at_once=True,
        )


def _unmade(unmade: bool) -> Iterable[Finding]:
    if unmade:
        yield _finding(
            "number_unmade",
            Level.WARN,
            Text(
                "The lines are no longer what the progress and the market's clauses make of this situation.",
                "Les lignes ne correspondent plus à l'avancement et aux clauses du marché.",
            ),
            Text(
                "“Make the lines anew” puts them right: what a person added stays.",
                "« Refaire les lignes » les remet d'accord : ce qui a été ajouté à la main reste.",
            ),
            Place.REMAKE,
            at_once=True,
        )


def _amount(this: Situation, others: list[Situation]) -> Iterable[Finding]:
    # an account puts right what the statements before it say
    if this.works < 0 and not this.account:
        total = previous(this, others)
        now, former = number(total + this.works), number(total)
        yield _finding(
            "cumulative_lower",
            Level.WARN,
            Text(
                f"The cumulative amount ({now.en} €) is lower than that of the previous situation ({former.en} €).",
                f"Le cumul ({now.fr} €) est inférieur à celui de la situation précédente ({former.fr} €).",
            ),
            Text(
                "Check the lines: a cumulative statement normally only grows.",
                "Vérifiez les lignes : un décompte cumulé ne fait normalement que croître.",
            ),
        )


def _waiting(this: Situation, waiting: Iterable[Waiting]) -> Iterable[Finding]:
    # a draft of the same number was begun before: numbers are proposed from those in the books
    former = sorted(
        (one for one in waiting if one.number < this.number or (one.number == this.number and not one.name)),
        key=lambda one: (one.number, one.name),
    )
    if former:
        several = len(former) > 1
        listed = listing(one.title for one in former)
        yield _finding(
            "previous_waiting",
            Level.WARN,
            Text(
                f"Not filed yet in this market: {listed.en}.",
                f"{'Pas encore déposées' if several else 'Pas encore déposée'} dans ce marché : {listed.fr}.",
            ),
            Text(
                f"File {'them' if several else 'it'} first: each document adds to those before it.",
                f"Déposez-{'les' if several else 'la'} d'abord : chaque pièce s'ajoute aux précédentes.",
            ),
            Place.EARLIER,
            at_once=True,
        )


def _retention(this: Situation, others: list[Situation], made: bool) -> Iterable[Finding]:
    kept = sum((other.retention for other in others if other.number < this.number), ZERO)
    if kept < 0 and this.retention == 0 and not this.account and not made:
        shown = number(-kept)
        yield _finding(
            "retention_missing",
            Level.WARN,
            Text(
                f"The previous situations have a retention ({shown.en} € so far), and this one has none.",
                f"Les situations précédentes portent une retenue de garantie ({shown.fr} € à ce jour), celle-ci n'en a pas.",
            ),
            Text(
                "Add the line of the retention, unless a guarantee (bond) replaces it.",
                "Ajoutez la ligne de la retenue de garantie, sauf si une caution ou une garantie la remplace.",
            ),
            at_once=True,
        )


def _penalty(taxed: bool) -> Iterable[Finding]:
    if taxed:
        yield _finding(
            "penalty_taxed",
            Level.WARN,
            Text("A penalty of this situation bears VAT.", "Une pénalité de cette situation porte de la TVA."),
            Text(
                "Take its VAT off: a penalty for delay is outside VAT and does not lower that of the work. A lower price is no"
                " penalty: state it as work.",
                "Retirez-en la TVA : une pénalité de retard est hors du champ de la TVA et ne réduit pas celle des travaux. Une"
                " réfaction n'est pas une pénalité : saisissez-la en travaux.",
            ),
            at_once=True,
        )


def _negative(this: Situation, total: Decimal) -> Iterable[Finding]:
    # of an account, see ``accounts``
    if total < 0 and not this.account:
        yield _finding(
            "cumulative_negative",
            Level.WARN,
            Text(
                "This situation takes back more than it states: no invoice can be confirmed below zero.",
                "Cette situation reprend plus qu'elle ne constate : aucune facture ne se comptabilise en dessous de zéro.",
            ),
            Text(
                "State it with the next month; or credit part of an earlier situation: what it takes back is off here.",
                "Constatez-la avec le mois suivant ; ou faites un avoir partiel d'une situation précédente : ce qu'il reprend est"
                " déduit d'ici.",
            ),
            at_once=True,
        )


def _goods(names: Iterable[str]) -> Iterable[Finding]:
    # works on buildings are services (CGI 256 IV, doc/RULES.md §11.1), and the printed invoice names the kind of operation
    if listed := listing(names).en:
        yield _finding(
            "amount_goods",
            Level.WARN,
            Text(
                f"Its VAT is one for goods ({listed}): works are services, and the paper would say “Goods Delivery”.",
                f"Sa TVA est celle de livraisons de biens ({listed}) : des travaux sont des prestations de services, et le papier"
                " porterait « Livraison de biens ».",
            ),
            Text(
                "Choose a VAT for services in “VAT of the work” of the market, or on the lines; have one activated where there is"
                " none.",
                "Choisissez une TVA de prestations de services dans « TVA des travaux » du marché, ou sur les lignes ; faites-en"
                " activer une s'il n'y en a pas.",
            ),
            Place.MARKET,
            at_once=True,
        )


def _finding(
    code: str, level: Level, message: Text, remedy: Text, place: Place = Place.DRAFT, *, at_once: bool = False
) -> Finding:
    amounts = ("cumulative", "retention", "penalty", "amount")
    topic = code.partition("_")[0]
    field = "period" if topic == "period" else "amounts" if topic in amounts else "number"
    return Finding(f"works.{code}", level, field, message, remedy, SOURCE, place, at_once=at_once)
