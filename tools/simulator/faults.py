"""Faults on demand: the next calls to a path fail in a chosen way."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .reading import MEGABYTE
from .replies import JSON
from .schema import ContractError

REFUSE = "refuse_connection"
HOLD_KINDS = ("timeout_before", "timeout_after")
RESET_KINDS = ("reset_before", "reset_after")
HTTP_KINDS = {f"http_{status}": status for status in (401, 403, 429, 500, 502, 503)}
#: ``answer``: any status, body and type; ``drip``: the true answer, byte by byte; ``swollen``: packed, and large once unpacked;
#: ``invalid_client``: what PISTE says of a wrong secret, and of a good one now and then
OWN_KINDS = ("answer", "drip", "swollen", "invalid_client")
KINDS = (REFUSE, *RESET_KINDS, *HOLD_KINDS, *HTTP_KINDS, "html_200", "empty_200", "code_retour", "slow", *OWN_KINDS)

DEFAULT_HOLD = 60.0
DEFAULT_SLOWNESS = 5.0
DEFAULT_DRIP = 1.0


@dataclass
class Fault:
    """``times`` None: endless. ``after``: so many calls pass first. ``done``: the call is processed all the same.

    ``echo``: a 403 answers with the request. ``challenge``: a 401 says that it is the token which is refused. ``body`` and
    ``content_type``: of an ``answer``, whose status is ``http``. ``size``: of what is ``swollen``, in bytes.
    """

    path: str
    kind: str
    times: int | None = 1
    after: int = 0
    delay: float | None = None
    codeRetour: int = 20000
    libelle: str = "TRA_MSG_00.015"
    http: int = 200
    done: bool = False
    echo: bool = False
    challenge: bool = False
    body: str = ""
    content_type: str = JSON
    size: int = 16 * MEGABYTE
    retry_after: int | None = None
    probability: float = 1.0
    seed: int | None = None
    fired: int = 0
    _random: random.Random = field(default_factory=random.Random, repr=False)

    def __post_init__(self) -> None:
        self._random.seed(self.seed)
        if self.kind.endswith("_after"):
            self.done = True

    @property
    def seconds(self) -> float:
        """How long to hold (time-outs), to slow down, or to wait between two bytes."""
        if self.delay is not None:
            return self.delay
        return {"slow": DEFAULT_SLOWNESS, "drip": DEFAULT_DRIP}.get(self.kind, DEFAULT_HOLD)

    @property
    def is_over(self) -> bool:
        return self.times is not None and self.fired >= self.times

    def matches(self, path: str) -> bool:
        return fnmatchcase(path, self.path)

    def fires(self) -> bool:
        """Counts one call that the fault is about."""
        if self.after > 0:
            self.after -= 1
            return False
        if self._random.random() >= self.probability:
            return False
        self.fired += 1
        return True

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if not name.startswith("_")}


_TYPES: dict[str, tuple[type, ...]] = {
    "path": (str,),
    "kind": (str,),
    "times": (int, type(None)),
    "after": (int,),
    "delay": (int, float),
    "codeRetour": (int,),
    "libelle": (str,),
    "http": (int,),
    "done": (bool,),
    "echo": (bool,),
    "challenge": (bool,),
    "body": (str,),
    "content_type": (str,),
    "size": (int,),
    "retry_after": (int,),
    "probability": (int, float),
    "seed": (int,),
}


def _fault(body: dict[str, Any]) -> Fault:
    for name, value in body.items():
        if name not in _TYPES:
            raise ContractError(f"fault : champ inconnu {name}")
        if not isinstance(value, _TYPES[name]) or (isinstance(value, bool) and bool not in _TYPES[name]):
            raise ContractError(f"fault : type inattendu pour {name}")
    if body.get("kind") not in KINDS:
        raise ContractError(f"fault : kind doit être l'un de {', '.join(KINDS)}")
    if not body.get("path"):
        raise ContractError("fault : path est obligatoire")
    return Fault(**{**body, "path": _full_path(body["path"])})


def _full_path(path: str) -> str:
    """``*``, a whole path, or a path under /cpro."""
    if path == "*" or path.startswith(("/cpro/", "/api/")):
        return path
    return "/" + path.lstrip("/") if path.lstrip("/").startswith(("cpro/", "api/")) else "/cpro/" + path.lstrip("/")


class Faults:
    """In the order in which they were asked for; the first that fires is the one that happens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def add(self, body: dict[str, Any]) -> None:
        """Raises ContractError."""
        fault = _fault(body)
        with self._lock:
            self._faults.append(fault)

    def as_json(self) -> list[dict[str, Any]]:
        """Those that may still fire."""
        with self._lock:
            return [fault.as_json() for fault in self._faults if not fault.is_over]

    def refuses(self, path: str) -> bool:
        """Whether the connection is to be refused, asked before the request is read."""
        return self._take(path, refusal=True) is not None

    def take(self, path: str) -> Fault | None:
        """What goes wrong with this request, asked once it is read."""
        return self._take(path, refusal=False)

    def _take(self, path: str, refusal: bool) -> Fault | None:
        with self._lock:
            self._faults = [fault for fault in self._faults if not fault.is_over]
            for fault in self._faults:
                if (fault.kind == REFUSE) == refusal and fault.matches(path) and fault.fires():
                    return fault
        return None
