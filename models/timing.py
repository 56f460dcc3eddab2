"""How long things may take. Fit for the real platform; an environment variable shortens them where time is simulated."""

import os
from datetime import timedelta

from odoo import fields

from ..services.api.errors import TryLater
from ..services.api.verdict import LONGEST_PATIENCE


def _seconds(variable, default):
    return int(os.environ.get(variable) or default)


#: Seconds after which a deposit still "sending" belongs to a sender that died. A living one lets its call leave within a third of
#: them, and no call lasts longer than another third: the largest file on the slowest line takes ten minutes.
STALE = _seconds("CHORUS_STALE", 1800)
LEAVE_WITHIN = max(STALE / 3, 3)
#: How often something is sent whose answer is lost each time and which Chorus Pro surely does not show; then a person decides.
UPLOADS = 3
#: Seconds the platform may need to show an invoice it received; only after them is "not found" an answer.
SHOWN_AFTER = _seconds("CHORUS_SHOWN_AFTER", 900)
#: Seconds after which a person is called when nobody knows what became of a deposit.
CALL_AFTER = 86400
#: Waits between tries of a deposit that surely did not arrive, in seconds; the last one for all that follow.
RETRY = (60, 300, 900, 3600)
#: Waits between searches for a deposit of unknown outcome.
SEARCHES = (120, 300, 900, 1800, 3600)
#: Moments after which the report of a fresh deposit is asked for.
FIRST_REPORTS = (60, 300)
#: Waits between two requests of the same report.
REPORTS = (240, 600, 900, 1800, 3600, 10800)
#: Waits after consecutive failures of the way to Chorus Pro.
BACKOFF = (60, 120, 300, 900, 1800, 3600)
#: Seconds by which the period of a search for changed statuses reaches back before the last good one: clocks differ, and the
#: platform may show a change a little after its date.
OVERLAP = 900
#: Seconds that no wait of ours exceeds: a moment further ahead was written by a clock that was ahead.
LONGEST_WAIT = LONGEST_PATIENCE + OVERLAP
#: Seconds for which the scheduled jobs, that run every hour, may be silent in a database that is surely the same as before.
ALIVE = 3 * 3600
#: Seconds between two readings of the statuses, at most. The job has its turn a little earlier (``ir_cron.xml``), so that a
#: token of PISTE, which lives as long, serves two of them.
READINGS = 3600
#: Seconds between two readings of what others have filed for us to validate, while no decision of ours is on its way.
VALIDATIONS = 86400
#: Seconds between two searches for invoices that the search for changes may have missed.
SWEEP = 86400
#: Days for which what the directory told of a body is not asked for again: the weekly refresh.
FRESH_DAYS = 7
#: Days for which a directory's "not found" or "several" is not asked for again in the same words.
ANSWER_DAYS = 1
#: Days after which a person is told that what is known of a body is old: the refresh failed several times.
STALE_DAYS = 30
#: Days since its last invoice after which a customer is out of use, and no longer refreshed.
USED_DAYS = 365
#: Seconds that a person waits for the directory before Odoo says that it cannot be reached.
WHILE_WAITING = 15
#: Seconds within which a change of status is seen, when the hourly readings go well; with more between, others may have passed.
SEEN_LATE = 7200
#: Seconds after a change of status until its history is read, when nothing of it is needed sooner: many changes, one call.
HISTORY_AFTER = 43200
#: Histories read in one run.
HISTORIES = 50


def step(waits, count, error=None):
    """The wait before try number ``count`` (from 0), the last one for all that follow; longer where ``error`` asks for it."""
    asked = error.retry_after if isinstance(error, TryLater) else None
    return max(waits[min(count, len(waits) - 1)], asked or 0)


def credible(stamp):
    """A moment at which something happened; False for none, and for one that a clock wrote which was ahead."""
    return stamp if stamp and stamp <= fields.Datetime.now() + timedelta(seconds=OVERLAP) else False


def is_ahead(moment, seconds=LONGEST_WAIT):
    """Whether a moment to wait for is further ahead than any wait of ours, hence no reason to wait."""
    return bool(moment) and moment > fields.Datetime.now() + timedelta(seconds=seconds)
