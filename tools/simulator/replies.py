"""HTTP answers as plain values, and Chorus Pro's own errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

JSON = "application/json;charset=utf-8"

# libelle of a success, by service (doc/API.md §4)
FACTURES_OK = "GCU_MSG_01_000"
TRANSVERSE_OK = "TRA_MSG_00.000"


@dataclass(frozen=True)
class Reply:
    """``body`` None stands for an echo of the request, see ``access.Access.check``. ``seconds_a_byte``: it leaves so slowly."""

    status: int
    content_type: str = JSON
    body: bytes | None = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds_a_byte: float = 0

    @classmethod
    def json(cls, status: int, data: Any, headers: Mapping[str, str] | None = None) -> Reply:
        body = json.dumps(data, ensure_ascii=False, default=_plain).encode("utf-8")
        return cls(status, JSON, body, headers or {})


class FunctionalError(Exception):
    """A ``codeRetour`` other than 0, with the HTTP status it comes with: 200 or 400, both occur (doc/API.md §1.3)."""

    def __init__(self, code: int, label: str, http: int = 200) -> None:
        super().__init__(label)
        self.code = code
        self.label = label
        self.http = http

    def reply(self) -> Reply:
        return Reply.json(self.http, {"codeRetour": self.code, "libelle": self.label})


def malformed(problem: str) -> FunctionalError:
    """HTTP 400: "Requête mal formulée" is the Swaggers' own text; no source gives its codeRetour."""
    return FunctionalError(400, f"Requête mal formulée : {problem}", http=400)


def not_found() -> FunctionalError:
    return FunctionalError(20000, "GDP_MSG_11.008")


def nothing_found() -> FunctionalError:
    return FunctionalError(20000, "TRA_MSG_00.015")


def not_allowed() -> FunctionalError:
    return FunctionalError(20001, "GDP_MSG_11.005")


def answer(label: str, **fields: Any) -> dict[str, Any]:
    """A success; fields that hold None are left out."""
    return {"codeRetour": 0, "libelle": label, **without_none(fields)}


def without_none(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"not for JSON: {type(value)}")
