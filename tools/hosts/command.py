"""Two hosts share the work: each has Odoo's processes and a network of its own, and both use one PostgreSQL.

All scheduled jobs run on both, people click the same invoices on both, half of the invoices are left to the jobs. In four cases
nothing else happens, or one host's cable is pulled in the middle of calls, for good or for a while, or PostgreSQL dies and starts
anew. Then the jobs run until nothing is left to do, and Odoo is compared with the platform: each invoice is there exactly once.
At last accountants of many companies send all their invoices, served by one, two and four workers, which is timed.
Needs root, and a machine that makes network namespaces.
"""

from __future__ import annotations

from chaos import seeded, show, stage
from chaos_run import Outcome
from odoo_env import MODULE
from workspace import Workspace

from . import network, throughput
from .run import CASES, LATENCY, HostsRun

COLUMNS = f"""columns:
  seconds    from the first click to the comparison; each answer of the platform takes {LATENCY} s
  clicks     of users; told: answered with a reason
  requests   to the platform; first, second: connections that came from each host
  deposits   intents in Odoo; batches: of them with several invoices; flows: files that the platform accepted
  unknown    answers that were lost: of those adopted (found at the platform) or absent (surely not there, sent anew)
  retried    deposits that surely did not arrive, sent again
  cut        how often the second host's cable was pulled; restarts: how often PostgreSQL died and started anew; calling: how
             often of both a deposit was on its way that was not answered yet
  conflicts  transactions undone for another one's sake, and made again
  violated   what does not hold at the end, in words below the row
"""
#: Seconds for each invoice, and at least: long enough that those who sent on a host that was cut off are found dead.
PACE, SHORTEST = 0.5, 60
#: Of PostgreSQL: a client that is gone without a word holds its locks no longer than this (see doc/OPERATING.md).
GONE = {
    "tcp_keepalives_idle": 2,
    "tcp_keepalives_interval": 1,
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 5000,
}


def hosts(work: Workspace, words: list[str]) -> int:
    """Run the command, which opens the workspace itself; its exit status: 0 only if nothing was violated and all were fast."""
    parser = seeded("hosts", __doc__, COLUMNS, "decides who does what")
    parser.add_argument("--invoices", type=int, default=100, metavar="N", help="in each case (default: 100)")
    parser.add_argument("--case", type=int, choices=range(len(CASES) + 1), help="this one alone; 0: how fast workers are")
    parser.add_argument("--companies", type=int, default=40, metavar="N", help="whose workers are timed (default: 40)")
    parser.add_argument("--each", type=int, default=50, metavar="N", help="invoices of each (default: 50)")
    options = parser.parse_args(words)
    chosen = CASES if options.case is None else CASES[options.case - 1 : options.case] if options.case else ()
    network.enter()
    work.open(listen_addresses=network.CENTRE, **GONE)
    outcomes: list[Outcome] = []
    with network.hosts(2) as pair, stage(work, "hosts") as folder:
        with open(work.env["ODOO_RC"], "a") as settings:
            settings.write(f"\n[{MODULE}]\nsimulator_hosts = {network.CENTRE}\n")
        for seed in range(options.seed, options.seed + options.runs):
            for case in chosen:
                print(f"{CASES.index(case) + 1}. {case.name}", flush=True)
                duration = max(SHORTEST, PACE * options.invoices)
                outcomes.append(HostsRun(work, case, seed, options.invoices, duration, folder, pair).run())
                show(outcomes[-1], with_head=True)
        fast = options.case or _is_fast(throughput.measure(work, pair, folder, options.companies, options.each))
    bad = sum(bool(outcome.violated) for outcome in outcomes)
    verdict = f"violated in {bad}" if bad else "nothing violated"
    print(f"{len(outcomes)} cases of {options.invoices} invoices: {verdict}", flush=True)
    return int(bool(bad) or not fast)


def _is_fast(measured: list[throughput.Measure]) -> bool:
    """Print how fast so many workers were; whether each was as fast as it shall be, and nothing was sent twice or not at all."""
    print("\n| workers on two hosts | seconds | invoices a second | times one | target | |\n|---|---|---|---|---|---|")
    met = []
    for row, (_workers, target) in zip(measured, throughput.TARGETS, strict=True):
        ratio = measured[0].seconds / row.seconds
        met.append(ratio >= target and not row.violated)
        cells = (row.workers, f"{row.seconds:.1f}", f"{row.invoices / row.seconds:.1f}", f"{ratio:.2f}", f"≥ {target}")
        print("| " + " | ".join(map(str, cells)) + f" | {'met' if met[-1] else 'MISSED'} |", flush=True)
        for text in row.violated:
            print(f"  VIOLATED: {text}", flush=True)
    print(f"{sum(met)} of {len(met)} targets met", flush=True)
    return all(met)
