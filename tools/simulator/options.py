"""What can be set at the start and changed at run time (``POST /_simulator/options``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from .reading import MEGABYTE
from .schema import ContractError


@dataclass
class Options:
    """Durations in seconds. ``processing_time`` None: deposits wait for ``advance``."""

    processing_time: float | None = 2.0
    token_lifetime: float = 3600.0
    latency: float = 0.0
    # after so much silence a connection is closed
    idle: float = 120.0
    # "array" as in recent answers, or "object" for a single error as in the 2018 example (doc/API.md §2.0)
    error_list: str = "array"
    # a search that finds nothing: "code" answers 20000 TRA_MSG_00.015, "list" answers 0 with an empty list
    empty_search: str = "code"
    max_flow_bytes: int = 30 * MEGABYTE

    def change(self, body: dict[str, Any]) -> None:
        """Changes the named options, or none of them. Raises ContractError."""
        checked = {name: self._checked(name, value) for name, value in body.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_json(self) -> dict[str, Any]:
        data = asdict(self)
        if data["processing_time"] is None:
            data["processing_time"] = "never"
        return data

    @staticmethod
    def _checked(name: str, value: Any) -> Any:
        if name == "processing_time" and value in ("never", None):
            return None
        if name in ("processing_time", "token_lifetime", "latency", "idle", "max_flow_bytes"):
            if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
                raise ContractError(f"{name} : un nombre positif est attendu")
            return int(value) if name == "max_flow_bytes" else float(value)
        choices = {"error_list": ("array", "object"), "empty_search": ("code", "list")}
        if name not in choices:
            raise ContractError(f"Option inconnue : {name}")
        if value not in choices[name]:
            raise ContractError(f"{name} : une de ces valeurs est attendue : {', '.join(choices[name])}")
        return value
