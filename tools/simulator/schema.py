"""Types of JSON requests: a name that is not known, a wrong type or a wrong code must never pass unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .clock import parse_moment

# A check takes the value and its place in the request; it raises ContractError.
Check = Callable[[Any, str], None]


class ContractError(ValueError):
    """The request is not one the reference describes."""


def _refuse(place: str, problem: str) -> ContractError:
    return ContractError(f"Le champ « {place} » {problem}.")


def integer(bits: int = 64) -> Check:
    limit = 2 ** (bits - 1)

    def check(value: Any, place: str) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            raise _refuse(place, "doit être un entier")
        if not -limit <= value < limit:
            raise _refuse(place, f"doit tenir sur {bits} bits")

    return check


def string(value: Any, place: str) -> None:
    if not isinstance(value, str):
        raise _refuse(place, "doit être une chaîne")


def boolean(value: Any, place: str) -> None:
    if not isinstance(value, bool):
        raise _refuse(place, "doit être un booléen")


def number(value: Any, place: str) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _refuse(place, "doit être un nombre")


def moment(value: Any, place: str) -> None:
    string(value, place)
    try:
        parse_moment(value)
    except ValueError as error:
        raise _refuse(place, "doit être une date (AAAA-MM-JJ ou AAAA-MM-JJThh:mm:ss)") from error


def one_of(codes: Iterable[str]) -> Check:
    known = frozenset(codes)

    def check(value: Any, place: str) -> None:
        string(value, place)
        if value not in known:
            raise _refuse(place, f"n'accepte pas la valeur « {value} »")

    return check


def list_of(item: Check) -> Check:
    def check(value: Any, place: str) -> None:
        if not isinstance(value, list):
            raise _refuse(place, "doit être une liste")
        for index, element in enumerate(value):
            item(element, f"{place}[{index}]")

    return check


def either(first: Check, second: Check) -> Check:
    """What the second takes when it is a list, else what the first does."""

    def check(value: Any, place: str) -> None:
        (second if isinstance(value, list) else first)(value, place)

    return check


def record(fields: Mapping[str, Check]) -> Check:
    """An object of these fields. None stands for an absent value, as in the official examples."""

    def check(value: Any, place: str) -> None:
        if not isinstance(value, dict):
            raise _refuse(place, "doit être un objet")
        for name, content in value.items():
            inner = f"{place}.{name}" if place else name
            if name not in fields:
                raise _refuse(inner, "est inconnu")
            if content is not None:
                fields[name](content, inner)

    return check


def require(body: Mapping[str, Any], *names: str) -> None:
    """These fields must hold something. Raises ContractError."""
    for name in names:
        if body.get(name) in (None, "", []):
            raise _refuse(name, "est obligatoire")
