"""A works market computed a second time, month by month and by hand: Decimal alone, nothing of the add-on.

It goes another way than the add-on on purpose: each month is worked out from what that month knew, and what was wrong of
earlier ones is added up in an account of its own.
"""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal, localcontext

CENT = Decimal("0.01")


def half_up(amount):
    return amount.quantize(CENT, ROUND_HALF_UP)


class Account:
    """The firm's own book of a market.

    :param lines: ``{code: (chapter, quantity, price, rate of VAT)}``, added to by amendments as they come.
    :param weights: of the indices, ``{name: (weight, initial value)}``; ``fixed`` is the rest.
    :param lots: chapters with a formula of their own, ``{chapter: (fixed, weights)}``.
    """

    def __init__(self, lines, *, fixed, weights, lots=(), advance, start, end, retention, amount, rate):
        self.lines = dict(lines)
        self.usual, self.lots = (fixed, weights), dict(lots)
        self.advance, self.start, self.end = advance, start, end
        self.retention, self.amount, self.rate = retention, amount, rate
        self.done = dict.fromkeys(lines, Decimal(0))  # percent
        self.billed = dict.fromkeys(lines, Decimal(0))
        self.months = []  # (month, works by chapter)
        self.revised = self.repaid = self.kept = self.works = Decimal(0)
        self.incurred = self.fined = Decimal(0)

    def amend(self, lines, amount):
        """An amendment: more lines, another amount."""
        self.lines.update(lines)
        self.done.update(dict.fromkeys(lines, Decimal(0)))
        self.billed.update(dict.fromkeys(lines, Decimal(0)))
        self.amount += amount

    def late(self, days):
        """So many days of delay, a three thousandth of the market each."""
        self.incurred += half_up(self.amount * days / 3000)

    def coefficient(self, formula, month, known):
        """By a formula and the values known, ``{name: {month: value}}``; an unpublished month takes the last one before."""
        with localcontext(prec=60):
            return self._coefficient(formula, month, known)

    @staticmethod
    def _coefficient(formula, month, known):
        total, weights = formula
        for name, (weight, initial) in weights.items():
            months = [one for one in known[name] if one <= month]
            if not months:
                return Decimal(1)
            # kept exact to 40 digits, far below a thousandth
            total += weight * known[name][max(months)] / initial
        return total.quantize(Decimal("1e-30")).quantize(Decimal("0.001"), ROUND_CEILING)

    def _due(self, month, done, known):
        """The revision of one month's work: of each lot with a formula of its own, and of the rest together."""
        own = {chapter: Decimal(0) for chapter in self.lots}
        rest = Decimal(0)
        for chapter, amount in done.items():
            if chapter in own:
                own[chapter] += amount
            else:
                rest += amount
        due = half_up(rest * (self.coefficient(self.usual, month, known) - 1))
        for chapter, amount in own.items():
            due += half_up(amount * (self.coefficient(self.lots[chapter], month, known) - 1))
        return due

    def month(self, month, percents, known):
        """What the statement of a month says: a dict of amounts, each as it is printed, and works by chapter."""
        chapters = {}
        for code, percent in percents.items():
            self.done[code] = percent
            chapter, quantity, price, _rate = self.lines[code]
            now = half_up(quantity * price * percent / 100)
            chapters[chapter] = chapters.get(chapter, Decimal(0)) + now - self.billed[code]
            self.billed[code] = now
        chapters = {chapter: amount for chapter, amount in chapters.items() if amount}
        works = sum(chapters.values(), Decimal(0))
        self.works += works
        self.months.append((month, chapters))
        due = sum((self._due(one, done, known) for one, done in self.months), Decimal(0))
        revision, self.revised = due - self.revised, due
        granted = self.advance if len(self.months) == 1 else Decimal(0)
        percent = self.works / self.amount * 100
        share = min(max((percent - self.start) / (self.end - self.start), Decimal(0)), Decimal(1))
        repaid = half_up(self.advance * share) - self.repaid
        repaid = min(repaid, max(works + revision, Decimal(0)))
        self.repaid += repaid
        base = self.works + half_up(self.works * self.rate / 100)
        ceiling = half_up(self.amount * (100 + self.rate) / 100 * self.retention / 100)
        kept = min(half_up(base * self.retention / 100), ceiling) - self.kept
        taxed = [*chapters.values(), revision, granted, -repaid]
        untaxed = sum(taxed, Decimal(0))
        # as the books round it: once for a rate
        vat = half_up(untaxed * self.rate / 100)
        # nothing is kept back, and no penalty taken, of money that is not paid
        left = max(untaxed + vat, Decimal(0))
        wanted = kept
        kept = min(kept, left)
        self.kept += kept
        owed = Decimal(0) if self.incurred <= 1000 else min(self.incurred, half_up(self.amount / 10))
        fine = min(owed - self.fined, max(untaxed + vat - kept, Decimal(0)))
        self.fined += fine
        return {
            "chapters": chapters,
            "works": works,
            "revision": revision,
            "advance": granted,
            "repaid": repaid,
            "untaxed": untaxed,
            "vat": vat,
            "taxed": untaxed + vat,
            "retention": kept,
            "penalty": fine,
            "net": untaxed + vat - kept - fine,
            "carried": {"retention": wanted - kept, "penalty": owed - self.fined},
        }
