"""What can come in answer to a call in the place of what the platform says: drawn from chances, named by kind.

No well-formed lie is among them that nothing in the world could tell from the truth: an answer that says "nothing found" where
there is something, a number of somebody else's invoice, the platform's own success where nothing was done.
"""

from __future__ import annotations

import copy
import json
import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

JSON, HTML = "application/json;charset=utf-8", "text/html; charset=utf-8"
#: The calls that may be done only once.
ONCE = (
    "/cpro/factures/v1/deposer/flux",
    "/cpro/factures/v1/soumettre",
    "/cpro/factures/v1/completer",
    "/cpro/factures/v1/recycler",
    "/cpro/factures/v1/traiterRejet",
    "/cpro/factures/v1/corriger/valideur/facture",
    "/cpro/factures/v1/traiter/factureAValider",
)
#: Those of them whose answer says of which flow or invoice it speaks, none of which came before.
ACKNOWLEDGED = ONCE[:2]
TOKEN = "/api/oauth/token"
#: Of an answer that swells when unpacked, and of one without end: far beyond what is read, harmless to whoever reads it all.
SWOLLEN, ENDLESS = 24 * 1024**2, 64 * 1024**2


@dataclass
class Answer:
    """An answer as it is to leave.

    :ivar pieces: of the body, one after the other. :ivar pause: seconds between two of them, and before the first.
    :ivar raw: these bytes instead of all that. :ivar length: of the body, where it is to be told; "" for none told.
    """

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    what: str = ""
    pause: float = 0
    piece: int = 0
    raw: bytes | None = None
    length: str | None = None
    repeat: int = 1


#: Values that no field is documented to have; texts that are put in as they are stand in ``Raw``.
class Raw(str):
    """JSON, or what is none, as it is to leave."""


WRONG: tuple[Any, ...] = (
    None, True, False, -1, 0, 3.5, 10**30, -(10**30), Raw("1" * 6000), Raw("1e999"), Raw("NaN"), Raw("-Infinity"), Raw("1e-400"),
    "", " ", "null", "[]", "0", "\0", "a\0b", Raw('"\\ud800"'), "x" * 20_000, "١٢٣", "²", "\u202e", "hier", "2026-13-45",
    "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "99999-01-01", "1e999", "NaN", "-0", "+1", "1_000", "0x10",
    [], {}, [None], [[]], [{}], {"": ""}, ["x"] * 50,
)  # fmt: skip
#: Values of the documented form that are not true, where the truth shows at the next look.
UNTRUE: dict[str, tuple[Any, ...]] = {
    "montantTTC": (0.01, "12.00", -5),
    "dateFacture": ("2019-02-03", "2031-01-01"),
    "codeDestinataire": ("20000002400014",),
    "statut": ("STATUT_NOUVEAU",),
    "numeroFluxDepot": ("CPP0000000000000000000000",),
    "nomFichier": ("un_autre.xml",),
    "numeroDP": ("AUTRE-1",),
    "libelleErreurDP": ("Une autre raison",),
    "pages": (0, 1, 2, 1_000_000),
    "total": (0, 1, 1_000_000),
    "libelle": ("GDP_MSG_99.999",),
}
#: Fields whose wrong value of a right type nothing could tell from the truth.
UNTOUCHED = {"codeRetour": (0,), "histoStatut": ([],)}
SHAPES: tuple[str, ...] = (
    "{}", "[]", "null", '""', "0", "true", '"Service indisponible"', '{"httpCode": "403", "httpMessage": "Forbidden"}',
    '{"error": "server_error"}', '[{"error": "NotFoundReference"}]', '{"codeRetour": null, "libelle": null}',
    '{"codeRetour": "0", "libelle": "GCU_MSG_01_000"}', '{"codeRetour": false}', '{"codeRetour": []}', '{"codeRetour": {}}',
    '{"codeRetour": "20001", "libelle": "GDP_MSG_11.022"}', '{"codeRetour": 20001}', '{"codeRetour": -1, "libelle": "x"}',
    '{"codeRetour": 20001, "libelle": null}', '{"libelle": "Erreur"}', '{"libelleErreur": "Erreur interne"}',
    '{"listeFactures": []}', '{"listeFactures": "aucune"}', '{"numeroFluxDepot": null}',
)  # fmt: skip
PAGES: tuple[bytes, ...] = (
    b"<html><body>Service indisponible</body></html>",
    b"<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head></html>",
    b"",
    b"   \r\n",
    b"upstream connect error or disconnect/reset before headers",
    b"\x89PNG\r\n\x1a\n\x00\x00",
    b"%PDF-1.7",
    b'<?xml version="1.0"?><error code="20001">GDP_MSG_11.022</error>',
)
STATUSES = (*range(400, 600), 100, 201, 204, 206, 300, 301, 302, 303, 307, 308, 600, 799, 999)
#: The platform's own refusals, none of which says "found nothing" (doc/API.md §4).
REFUSALS = ((20000, "GDP_MSG_11.008"), (20001, "GDP_MSG_11.022"), (20001, "GDP_MSG_11.005"), (20002, "Le format est invalide"))
HEADERS: tuple[dict[str, str], ...] = (
    {"Retry-After": "99999999999999999999"},
    {"Retry-After": "-1"},
    {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"Retry-After": "demain"},
    {"WWW-Authenticate": 'Basic realm="Chorus Pro"'},
    {"WWW-Authenticate": "Bearer"},
    {"Location": "http://127.0.0.1:9/"},
    {"Set-Cookie": "a=" + "b" * 4000},
    {"Content-Encoding": "gzip"},
    {"Content-Encoding": "br"},
    {"Content-Type": "image/png"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"x-correlationid": "é" * 200},
    {"Transfer-Encoding": "chunked"},
    {"x": "y" * 60_000},
)


def invented(dice: random.Random, path: str) -> Answer:
    """An answer to a call that was never passed on, or was done and is not told: nothing in it is true."""
    kind = dice.choice(("page", "shape", "refusal", "connection", "headers") if path in ONCE else ("page", "shape", "connection"))
    if kind == "connection":
        return _connection(dice)
    if kind == "refusal":
        code, label = dice.choice(REFUSALS)
        body = json.dumps({"codeRetour": code, "libelle": label}).encode()
        return Answer(dice.choice((200, 400, 400, 403, 404, 409, 429, 500, 503)), body, {"Content-Type": JSON}, "refusal", label)
    status = dice.choice(STATUSES + (200,) * 60)
    if kind == "headers":
        more = dice.choice(HEADERS)
        return Answer(dice.choice((401, 403, 429, 503)), b"{}", {"Content-Type": JSON, **more}, "headers", str(more)[:60])
    if kind == "page":
        body = dice.choice(PAGES)
        return Answer(status, body, {"Content-Type": dice.choice((HTML, JSON, "text/plain"))}, "page", f"{status} {body[:20]!r}")
    shape = dice.choice(SHAPES)
    return Answer(status, shape.encode(), {"Content-Type": JSON}, "shape", f"{status} {shape[:40]}")


def changed(dice: random.Random, path: str, true: Answer, earlier: Answer | None) -> Answer:
    """A true answer, changed in one way.

    :param earlier: another true answer to the same operation, where there was one.
    """
    kinds: list[Callable[..., Answer | None]] = [
        _field, _field, _field, _missing, _nested, _status, _cut, _late, _drip, _swollen, _endless, _headers, _encoding, _doubled,
    ]  # fmt: skip
    if earlier:
        kinds += [lambda dice, true: _repeated(true, earlier)] * 2
    while True:
        answer = dice.choice(kinds)(dice, copy.deepcopy(true))
        if answer is not None:
            return answer


# -- kinds of change ---------------------------------------------------------------------------------------------------


def _field(dice: random.Random, true: Answer) -> Answer | None:
    """Another type, or another value, in one place of any depth."""
    values = _loaded(true.body)
    places = list(_places(values))
    if not places:
        return None
    container, key = dice.choice(places)
    untrue = UNTRUE.get(str(key), ())
    value = dice.choice(untrue) if untrue and dice.random() < 0.4 else dice.choice(WRONG)
    before = container[key]
    if any(value == other and type(value) is type(other) for other in UNTOUCHED.get(str(key), ())):
        return None
    if isinstance(before, list) and before and value == [] and not _counted(values):
        # an empty list that nothing contradicts would say that there is nothing
        return None
    if isinstance(before, int) and not isinstance(before, bool) and dice.random() < 0.3:
        # the same number, written in another way
        value = dice.choice((str(before), float(before), Raw(f"{before}.0"), Raw(f"{before}e0"), [before]))
    container[key] = value
    return _with(true, values, "field", f"{key}: {str(value)[:30]!r}")


def _missing(dice: random.Random, true: Answer) -> Answer | None:
    values = _loaded(true.body)
    places = [(container, key) for container, key in _places(values) if isinstance(container, dict)]
    if not places:
        return None
    container, key = dice.choice(places)
    if key == "histoStatut":
        return None
    del container[key]
    return _with(true, values, "missing", str(key))


def _nested(dice: random.Random, true: Answer) -> Answer | None:
    """Deeper than anything reads, or one level more or less than it is."""
    values = _loaded(true.body)
    places = list(_places(values))
    if not places:
        return None
    container, key = dice.choice(places)
    inner = container[key]
    if isinstance(inner, list) and len(inner) == 1 and dice.random() < 0.5:
        container[key] = inner[0]
        return _with(true, values, "nesting", f"{key}: one level less")
    if dice.random() < 0.5:
        container[key] = [inner]
        return _with(true, values, "nesting", f"{key}: one level more")
    container[key] = Raw("[" * 50_000 + "]" * 50_000)
    return _with(true, values, "nesting", f"{key}: 50,000 levels")


def _status(dice: random.Random, true: Answer) -> Answer | None:
    status = dice.choice([status for status in STATUSES if status >= 200 and status not in (204, 304)])
    return Answer(status, true.body, true.headers, "status", str(status))


def _cut(dice: random.Random, true: Answer) -> Answer | None:
    if len(true.body) < 3:
        return None
    place = dice.randrange(1, len(true.body) - 1)
    length = str(len(true.body)) if dice.random() < 0.5 else None
    return Answer(true.status, true.body[:place], true.headers, "cut", "shorter than told" if length else "told", length=length)


def _late(dice: random.Random, true: Answer) -> Answer:
    return Answer(true.status, true.body, true.headers, "slow", "one pause", pause=dice.uniform(0.5, 2.5), piece=10**9)


def _drip(dice: random.Random, true: Answer) -> Answer:
    return Answer(true.status, true.body or b" " * 100, true.headers, "drip", "byte by byte", pause=0.2, piece=1)


def _swollen(dice: random.Random, true: Answer) -> Answer:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    blank = b" " * 1024**2
    body = packer.compress(true.body[:-1]) + b"".join(packer.compress(blank) for _ in range(SWOLLEN // len(blank)))
    body += packer.compress(true.body[-1:]) + packer.flush()
    return Answer(true.status, body, {**true.headers, "Content-Encoding": "gzip"}, "swollen", f"{SWOLLEN} bytes")


def _endless(dice: random.Random, true: Answer) -> Answer:
    blank = b" " * 64 * 1024
    return Answer(true.status, blank, true.headers, "endless", f"{ENDLESS} bytes", length="", repeat=ENDLESS // len(blank))


def _headers(dice: random.Random, true: Answer) -> Answer:
    more = dice.choice(HEADERS)
    return Answer(true.status, true.body, {**true.headers, **more}, "headers", str(more)[:60])


def _encoding(dice: random.Random, true: Answer) -> Answer | None:
    try:
        words = true.body.decode()
    except UnicodeDecodeError:
        return None
    name = dice.choice(("latin-1", "utf-16", "utf-8-sig", "utf-32-be", "cp500"))
    return Answer(true.status, words.encode(name, "replace"), true.headers, "encoding", name)


def _doubled(dice: random.Random, true: Answer) -> Answer:
    return Answer(true.status, true.body * 2, true.headers, "repeated", "twice in one body")


def _repeated(true: Answer, earlier: Answer) -> Answer | None:
    return Answer(earlier.status, earlier.body, earlier.headers, "repeated", "an earlier answer")


def _connection(dice: random.Random) -> Answer:
    what, raw = dice.choice(
        (
            ("closed", b""),
            ("no HTTP", b"SSH-2.0-OpenSSH_9.2\r\n"),
            ("odd status line", b"HTTP/1.1 abc OK\r\n\r\n{}"),
            ("headers without end", b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 500),
            ("told twice how long", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 3\r\n\r\n{}"),
            ("continue", b"HTTP/1.1 100 Continue\r\n\r\n" * 200),
            ("odd pieces", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
            ("NUL", b"\0" * 1000),
        )
    )
    return Answer(0, b"", {}, "connection", what, raw=raw)


# -- helpers -----------------------------------------------------------------------------------------------------------


def says_nothing_found(answer: Answer) -> bool:
    """Whether a true answer says that there is nothing: repeated in answer to another question it would be a lie."""
    values = _loaded(answer.body)
    if not isinstance(values, dict):
        return False
    lists = [value for value in values.values() if isinstance(value, list)]
    return values.get("codeRetour") != 0 or (bool(lists) and not any(lists))


def _loaded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a JSON value: its container and its key."""
    for key in list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from _places(value[key])


def _counted(values: Any) -> bool:
    return isinstance(values, dict) and bool((values.get("parametresRetour") or {}).get("total"))


def _with(true: Answer, values: Any, kind: str, what: str) -> Answer:
    raw: list[str] = []

    def plain(value: Any) -> Any:
        if isinstance(value, Raw):
            raw.append(value)
            return f"@@{len(raw) - 1}@@"
        if isinstance(value, dict):
            return {key: plain(item) for key, item in value.items()}
        return [plain(item) for item in value] if isinstance(value, list) else value

    words = json.dumps(plain(values), ensure_ascii=True)
    for place, text in enumerate(raw):
        words = words.replace(f'"@@{place}@@"', text)
    return Answer(true.status, words.encode(), true.headers, kind, what)
