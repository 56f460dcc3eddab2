"""Never twice, never lost, whatever the platform answers: invoices sent, completed and followed while answers are changed.

A proxy stands between Odoo and the simulator. It changes real answers (status, headers, type and value of every field, missing
keys, depth, numbers, encodings, pages of gateways, cut, slow, swollen, repeated) or invents them, before or after the call was
carried out. Beside Odoo, a client alone calls every method that there is. Then the answers are true again, the scheduled jobs run
until nothing is left to do, and both sides are compared.
"""

from __future__ import annotations

import argparse
from collections import Counter

from chaos import seeded, show, stage, with_jobs
from workspace import Workspace

from .run import HostileRun, Outcome, client_alone

COLUMNS = """columns:
  seconds    from the first changed answer to the comparison
  answers    given in all; changed: of them; to_odoo: of all, the others to the client that calls every method
  clicks     of users; told: answered with a reason
  deposits   intents in Odoo for these invoices; flows: files that the platform accepted
  unknown    outcomes in doubt: of those adopted (found at the platform), absent (surely not there, sent anew) or given_up
             (left to a person after several uploads)
  refused    deposits that the platform refused, or was made to
  completed  invoices completed after a suspension; unreadable: lines of answers that were named and kept
  violated   what does not hold at the end, in words below the row
"""


def arguments(words: list[str]) -> argparse.Namespace:
    """The command line."""
    parser = seeded("hostile", __doc__, COLUMNS, "decides what is changed and how")
    parser.add_argument("--answers", type=int, default=2000, metavar="N", help="to be given in a run, at least (default: 2000)")
    parser.add_argument("--client", action="store_true", help="without Odoo: the client alone calls all that there is")
    with_jobs(parser)
    return parser.parse_args(words)


def hostile(work: Workspace, words: list[str]) -> int:
    """Run the command; its exit status: 0 only if nothing was violated."""
    options = arguments(words)
    outcomes: list[Outcome] = []
    with stage(work, "hostile") as folder:
        for seed in range(options.seed, options.seed + options.runs):
            run = (work, seed, options.answers, folder)
            outcomes.append(client_alone(*run) if options.client else HostileRun(*run, options.queue_job).run())
            show(outcomes[-1], with_head=len(outcomes) == 1)
    tell(outcomes)
    bad = [str(outcome.seed) for outcome in outcomes if outcome.violated]
    verdict = f"violated with seed {', '.join(bad)}" if bad else "nothing violated"
    print(f"{len(outcomes)} runs, {sum(outcome.counts['answers'] for outcome in outcomes)} answers: {verdict}", flush=True)
    return int(bool(bad))


def tell(outcomes: list[Outcome]) -> None:
    """What was changed, by kind, and what came of it."""
    kinds = sum((outcome.kinds for outcome in outcomes), Counter())
    met = sum((outcome.met for outcome in outcomes), Counter())
    print("\nchanged, by kind, and how the calls of the client alone ended:")
    for kind, times in kinds.most_common():
        ends = ", ".join(f"{end} {count}" for (what, end), count in sorted(met.items()) if what == kind)
        print(f"  {kind:<10} {times:>6}  {ends}")
    plain = ", ".join(f"{end} {count}" for (what, end), count in sorted(met.items()) if not what)
    methods = sum((outcome.methods for outcome in outcomes), Counter())
    print(f"  unchanged          {plain}")
    print(f"methods called: {len(methods)}, each {min(methods.values(), default=0)} times or more")
    for outcome in outcomes[:1]:
        print("memory of one answer, at most: " + "; ".join(outcome.memory))
