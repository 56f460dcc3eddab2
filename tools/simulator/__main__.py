"""Starts the simulator: ``python -m simulator`` (see ``--help``)."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import threading
from pathlib import Path

from . import xsd
from .api import OPERATIONS
from .chorus import Platform
from .memory import Memory
from .options import Options
from .server import Server

DEFAULT_PORT = 8099

DESCRIPTION = """\
A local Chorus Pro and PISTE over HTTP (loopback only), for tests, demonstrations and training.
Token at A/api/oauth/token, business calls under A/cpro/..., the recipient's page at A/ (A: the printed address)."""

EPILOG = """\
SERVED (anything else answers 404):
  POST /api/oauth/token
{operations}
  Deposited files really read: IN_DP_E1_CII_16B, IN_DP_E1_UBL_INVOICE, IN_DP_E2_CII_FACTURX, alone or several in a
  tar.gz or a zip. The other syntaxes are accepted by name; their flow ends rejected, saying so.

NOT SERVED YET:
  factures: deposer/pdf, the recipients' calls, consulter/valideur; transverses: the other lists (recuperer/...), the
  directory as a file (its format is not public); utilisateurs; facturesTravaux: all but rechercher, for want of a
  documented body. Works pieces are filed on the page /travaux or by a control call.

WHAT IT DOES NOT KNOW (no public source says; chosen as the stricter or the plainer reading):
  - the codeRetour of a malformed request: 400, with HTTP 400 and a text;
  - the codeRetour of a supplier's search without a result: 20000 TRA_MSG_00.015 (option empty_search);
  - whether nbResultatsMaximum (200 by default) caps total: here it does;
  - the wording of most refusals, the codes of listeErreurTechnique, and whether an archive with one unreadable file
    is refused whole: here it is, and nothing of it is integrated;
  - when DEPOSEE becomes EN_COURS_ACHEMINEMENT: here never by itself; A9 and A12 go to A_VALIDER_1;
  - which action and typeValideur traiter/factureAValider takes: VALIDATION and REFUS, any typeValideur;
  - the statuses between two parties of a works file: read from their names;
  - whether works frameworks (A4...) may come by these flows: here only A1, A2, A9, A12;
  - whether a credit note must leave the payment means out: here it may;
  - what a search for commitments answers when there is none: 20000 TRA_MSG_00.015;
  - the generic paging fields (ordreTriGenerique...): typed, without effect;
  - CII is held against D16B's own XSD, whatever profile it declares; whether the codes of 2016 are all it takes is not known.

CONTROL CALLS (with --control, JSON):
  GET  /_simulator/state | journal | options | directory | faults
  POST /_simulator/reset
  POST /_simulator/advance   {{"steps"?, "outcome"? (IN_INCIDENTE, IN_EN_ATTENTE_RETRAITEMENT_CPP), "numeroFluxDepot"?}}
  POST /_simulator/invoices/<identifiantFactureCPP>/status   {{"statut", "motif"?, "commentaire"?}}
  POST /_simulator/works   {{"cadre", "numero", "fournisseur", "destinataire", "service"?, "moe"?, "moa"?, "valideur"?,
                              "marche"?, "engagement"?, "date"?, "montantHT", "montantTTC", "dossier"?}}
  POST /_simulator/works/<idFactureTravaux>/act   {{"actor": validator|moe|moa|finance, "action": accept|refuse|pay}}
  POST /_simulator/works/<idFactureTravaux>/status   {{"statut", "commentaire"?}}
  POST /_simulator/faults    {{"path", "kind", "times"? (null: endless), "after"?, "delay"?, "codeRetour"?, "libelle"?,
                              "http"?, "done"?, "echo"?, "challenge"?, "body"?, "content_type"?, "size"?, "retry_after"?,
                              "probability"?, "seed"?}}; DELETE clears them
  POST /_simulator/directory {{"structures": [...]}} or one structure, {{"applications": [...]}}, {{"accounts": [...]}},
                             with the names of directory.json and directory_bodies.json
  POST /_simulator/clock     {{"now": date or null}}
  POST /_simulator/options   {{"processing_time", "token_lifetime", "latency", "idle", "error_list": array or object,
                              "empty_search": code or list, "max_flow_bytes"}}
"""


def main(arguments: list[str] | None = None) -> int:
    options = _arguments(arguments)
    logging.getLogger("factur-x").setLevel(logging.CRITICAL)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    platform = Platform(
        Options(
            processing_time=options.processing_time,
            token_lifetime=options.token_lifetime,
            latency=options.latency,
        )
    )
    memory = Memory(platform, options.state) if options.state else None
    if lacking := xsd.lacking():
        print(f"simulator: {lacking}", file=sys.stderr)
    try:
        if memory:
            memory.load()
        server = Server(options.port, platform, options.control)
    except (OSError, ValueError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 1
    _run(server, memory, options.with_input)
    return 0


def _run(server: Server, memory: Memory | None, with_input: bool) -> None:
    """Until SIGTERM or SIGINT, or the end of the standard input."""

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=server.shutdown).start()  # shutdown waits for the loop this handler interrupts

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if with_input:
        threading.Thread(target=_stop_with_input, args=(server,), daemon=True).start()
    platform = server.platform
    platform.flows.start()
    if memory:
        memory.start()
    print(_greeting(server), flush=True)
    try:
        server.serve_forever(poll_interval=0.1)
    finally:
        server.stopping.set()
        server.server_close()
        platform.flows.stop()
        if memory:
            memory.stop()


def _stop_with_input(server: Server) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    server.shutdown()


def _greeting(server: Server) -> str:
    known = server.platform.directory.dump()
    lines = [f"Chorus Pro simulator: {server.url}"]
    for application in known["applications"]:
        lines.append(f"PISTE client: {application['client_id']} / {application['client_secret']}")
    for account in known["accounts"]:
        lines.append(f"Technical account: {account['login']} / {account['password']}")
    for structure in known["structures"]:
        lines.append(f"{structure['identifiantStructure']} {structure['designationStructure']}")
    return "\n".join(lines)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    operations = "\n".join(f"  {operation.method} {path}" for path, operation in OPERATIONS.items())
    parser = argparse.ArgumentParser(
        prog="simulator",
        description=DESCRIPTION,
        epilog=EPILOG.format(operations=operations),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 for a free one (default: %(default)s)")
    parser.add_argument("--latency", type=_seconds, default=0.0, metavar="S", help="seconds before each answer")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keeps the memory there across restarts")
    parser.add_argument(
        "--processing-time",
        type=_processing_time,
        default=2.0,
        metavar="S|never",
        help="seconds from a deposit to its end (default: %(default)s); never: only on advance",
    )
    parser.add_argument("--token-lifetime", type=_seconds, default=3600.0, metavar="S", help="seconds (default: %(default)s)")
    parser.add_argument("--control", action="store_true", help="serves the control calls")
    parser.add_argument("--with-input", action="store_true", help="ends when its standard input does")
    return parser.parse_args(arguments)


def _seconds(text: str) -> float:
    value = float(text)
    if value < 0:
        raise ValueError(text)
    return value


def _processing_time(text: str) -> float | None:
    return None if text == "never" else _seconds(text)


if __name__ == "__main__":
    sys.exit(main())
