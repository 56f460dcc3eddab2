"""Where work is committed: a loop or a button calls these, never the method that does the work (ARCHITECTURE.md, *Commits*)."""

import logging
import random
import time
from datetime import timedelta

import psycopg2.errors

from odoo import fields
from odoo.exceptions import LockError

_logger = logging.getLogger(__name__)

#: How often a step is tried again when another transaction is in its way.
ATTEMPTS = 10
#: What another transaction causes, and a new one of ours may not meet again.
CONFLICTS = (
    LockError,
    psycopg2.errors.SerializationFailure,
    psycopg2.errors.DeadlockDetected,
    psycopg2.errors.LockNotAvailable,
    psycopg2.errors.UniqueViolation,
)


def commit(env):
    """Commit, outside tests: for loops and buttons only, never inside a step that does the work."""
    if env["account.move"]._can_commit():
        # outside a cron this just commits, which is what the loops want: what left must survive any rollback
        env["ir.cron"]._commit_progress()


def seconds_left(env):
    """Of the time of the scheduled job that runs; infinite outside one.

    Odoo ends the process of a job that takes long (``limit_time_real_cron``), whatever it is about to do.
    """
    return max(env.context.get("cron_end_time", float("inf")) - time.monotonic(), 0)


def turns(env, companies):
    """Give each company its turn in a scheduled job, as long as the job has time; those left have the next run, at once.

    :return: an iterator: a company, and how many are left after it.
    """
    progress = env["ir.cron"]._commit_progress
    seconds = progress(remaining=len(companies))
    for left, company in zip(reversed(range(len(companies))), companies, strict=True):
        if not seconds:
            return
        yield company, left
        seconds = progress(1, remaining=left)


def retry_and_commit(env, write, *args):
    """Carry out a step whatever other transactions do meanwhile, and commit it.

    A conflict is met by trying again in a new transaction: what the platform said exists in this process alone, and Odoo's own
    remedy, to run the whole request again, would tell the user of an invoice sent a moment ago.

    :param write: a function that may be called again.
    :return: what ``write`` returned.
    :raises Exception: the conflict, when it lasts; any other error of ``write`` at once.
    """
    for attempt in range(ATTEMPTS):
        try:
            result = write(*args)
            env.flush_all()
            commit(env)
            return result
        except CONFLICTS:
            if attempt == ATTEMPTS - 1:
                raise
            env.cr.rollback()
            time.sleep(random.uniform(0.05, 0.2) * (attempt + 1))


def run_and_survive(record, step, *args):
    """Run one step of a scheduled job for one record; what breaks is logged and undone, and the job goes on with the next.

    All that was not committed before is forgotten.

    :param step: the name of a method of ``record``.
    :return: the exception that broke it, None when all went well.
    """
    try:
        getattr(record, step)(*args)
        record.env.flush_all()
    except Exception as error:
        _logger.exception("Chorus Pro: %s broke for %s", step, record)
        if record.env["account.move"]._can_commit():
            record.env.cr.rollback()
        return error
    return None


def run_parts(*parts):
    """Run the parts of a scheduled job one after the other: one that breaks keeps none of the others from its turn.

    The longest one comes last, and may ask for another run: what is left when the job's time is over begins at once again.

    :param parts: a recordset and the name of its method, each.
    """
    for number, (records, step) in enumerate(parts):
        progress = records.env["ir.cron"]._commit_progress
        if number and not progress():
            progress(remaining=1)
            return
        if run_and_survive(records, step):
            # it has its next turn with the next run: begun again at once, it would break at once again
            progress(remaining=0)


def trigger(env, name, *delays):
    """Have a scheduled job of ours run after these delays, in seconds; at once without any.

    :param name: the end of its XML id ``ir_cron_chorus_…``.
    """
    cron = env["ir.cron"].sudo().browse(job_id(env, name))  # sudo: triggering our own cron is no right of users
    # all that Odoo asks of it, where it would read the whole of the job each time
    cron.fetch(["active"])
    now = fields.Datetime.now()
    cron._trigger(at=[now + timedelta(seconds=delay) for delay in delays] or None)


def job_id(env, name):
    """The id of a scheduled job of ours; see ``trigger``. Whether it is there is not asked each time, as `ref` does."""
    return env["ir.model.data"]._xmlid_to_res_id(f"l10n_fr_chorus_pro.ir_cron_chorus_{name}", raise_if_not_found=True)


def in_company_lang(records, company):
    """Records in the company's language, in which scheduled jobs log on its invoices."""
    return records.with_context(lang=company._chorus_lang())
