import logging

_logger = logging.getLogger(__name__)


def guarded(record, step, *args):
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
