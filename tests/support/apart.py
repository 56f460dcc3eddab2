"""A process beside the tests that outlives a class of them: Odoo's test cases end the children they find when a class is done."""

import os
import select
import signal
import subprocess

#: Starts a program, says its number and ends: whoever is whose child's child is nobody's child any more.
_AWAY = 'exec 3<&0; "$@" <&3 3<&- & echo $!'


class Apart:
    """A program spoken to through its standard input and output, which ends where its input does.

    :ivar stdin: what it reads; closed, it ends, as it does when this process is gone.
    :ivar stdout: what it writes.
    """

    def __init__(self, command, **options):
        shell = subprocess.Popen(
            ["/bin/sh", "-c", _AWAY, "sh", *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **options
        )
        self.stdin, self.stdout = shell.stdin, shell.stdout
        self._pid = int(self.stdout.readline())
        shell.wait()
        self._written = select.poll()
        self._written.register(self.stdout, 0)

    def runs(self):
        """Whether it has not ended."""
        return not self.stdin.closed and not self._written.poll(0)

    def stop(self):
        """Have it end, where it has not, and wait for that."""
        if not self.stdin.closed:
            self.stdin.close()
            self.stdout.read()
            self.stdout.close()

    def kill(self):
        """End it in the middle of what it does."""
        if self.runs():
            os.kill(self._pid, signal.SIGKILL)
