"""Run in `odoo shell`: an Odoo that is started once, and makes a process of its own of each step that it is asked for.

Odoo's own server makes its workers in this way: they share what was loaded, and nothing that they do or that becomes of them.
A step is a line of JSON on the first of the files named by ``STEPS``: its script, its environment variables, where its output
goes. How it ended is a line on the second, as `subprocess` says it.
"""

import json
import os
import sys
import threading
import traceback

from odoo import api, sql_db
from odoo.modules.registry import Registry

env = globals()["env"]  # given by `odoo shell`
database, uid = env.cr.dbname, env.uid


def run(script, environment, out, err):
    os.environ.update(environment)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT), number)
    with Registry(database).check_signaling().cursor() as cr:
        with open(script, "rb") as source:
            code = compile(source.read(), script, "exec")
        exec(code, {"__name__": "__main__", "env": api.Environment(cr, uid, {})})  # noqa: S102 - as `odoo shell` does
        cr.rollback()
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join()


def step(asked):
    """Become that step."""
    status = 1
    try:
        run(**asked)
        status = 0
    finally:  # whatever it was: it is told, and this process ends
        if status:
            traceback.print_exc()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


# Each step begins with empty caches, as after a start. No connection is shared, nor in the way of who copies the database.
env.registry.clear_all_caches()
env.cr.close()
sql_db.close_all()
asks, answers = (os.fdopen(int(number), mode) for number, mode in zip(os.environ["STEPS"].split(), "rw", strict=True))
for line in asks:
    pid = os.fork() or step(json.loads(line))
    _pid, ended = os.waitpid(pid, 0)
    answers.write(f"{os.waitstatus_to_exitcode(ended)}\n")
    answers.flush()
os._exit(0)
