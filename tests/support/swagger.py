"""The judge of our requests, and of the simulator's answers: the tables of facts in tests/contracts/.

``factures.json`` and ``structures.json`` are made from AIFE's official Swaggers by ``dev.py contracts``. ``others.json`` holds
by hand what is known of the operations that our client calls of other APIs, whose Swaggers are not public.
"""

import contextlib
import functools
import json
import re
from datetime import date

from .places import ROOT

FOLDER = ROOT / "tests/contracts"
TABLES = ("factures", "structures", "others")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?)?")


@functools.cache
def operations() -> dict[str, dict]:
    """The operations known, by their path below ``/cpro/``; lists of codes stand in place of their names."""
    found = {}
    for name in TABLES:
        table = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
        for path, operation in table["operations"].items():
            for message in ("request", "answer"):
                for facts in operation[message].values():
                    if "codes" in facts:
                        facts["codes"] = table["codes"][facts["codes"]]
            found[path] = operation
    return found


def codes(path: str, message: str, field: str) -> set[str]:
    """The codes that a field may hold: ``message`` is ``request`` or ``answer``."""
    return set(operations()[path][message][field]["codes"])


def _is_of(kind: str, value: object) -> bool:
    """Whether a value has one of the table's types."""
    if kind in ("integer", "int32", "int64"):
        bits = 32 if kind == "int32" else 64
        return isinstance(value, int) and not isinstance(value, bool) and -(2 ** (bits - 1)) <= value < 2 ** (bits - 1)
    if kind == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    if kind == "date-time":
        with contextlib.suppress(ValueError):
            return isinstance(value, str) and bool(_DATE.fullmatch(value)) and bool(date.fromisoformat(value[:10]))
        return False
    return isinstance(value, {"string": str, "boolean": bool, "object": dict}[kind])


def _value(fields: dict, field: str, place: str, kind: str, value: object):
    facts = fields[field]
    if not _is_of(kind, value):
        yield f"{place}: {value!r} is no {kind}"
    elif kind == "object":
        yield from _object(fields, f"{field}.", f"{place}.", value)
    elif "codes" in facts and value not in facts["codes"]:
        yield f"{place}: {value!r} is not one of {', '.join(facts['codes'])}"
    elif isinstance(value, str) and not facts.get("shortest", 0) <= len(value) <= facts.get("longest", len(value)):
        yield f"{place}: {len(value)} characters"


def _object(fields: dict, prefix: str, place: str, content: dict):
    """The problems of an object whose fields' paths begin with ``prefix``."""
    for name, value in content.items():
        facts = fields.get(prefix + name)
        if facts is None:
            # a misspelt field would be ignored in silence
            yield f"{place}{name}: unknown field"
        elif not facts["type"].endswith("[]"):
            yield from _value(fields, prefix + name, place + name, facts["type"], value)
        elif not isinstance(value, list):
            yield f"{place}{name}: {value!r} is no list"
        else:
            for index, item in enumerate(value):
                yield from _value(fields, prefix + name, f"{place}{name}.{index}", facts["type"][:-2], item)
    for path, facts in fields.items():
        name = path.removeprefix(prefix)
        if path.startswith(prefix) and "." not in name and facts.get("required") and name not in content:
            yield f"{place}{name}: missing"


def judge(fields: dict, body: object) -> list[str]:
    """What a request or an answer has that the facts of its fields do not allow."""
    return list(_object(fields, "", "", body)) if isinstance(body, dict) else [f"{body!r} is no object"]


def _tolerated(path: str, body: object) -> object:
    """``body`` in the form of the Swagger, where known successes have another one (doc/API.md §2.0, §6.2)."""
    main = "pieceJointePrincipale"
    if path.endswith("/soumettre") and isinstance(body, dict) and isinstance(body.get(main), list) and len(body[main]) == 1:
        return {**body, main: body[main][0]}
    return body


def problems(method: str, path: str, body: object) -> list[str]:
    """What a request does that the tables do not allow: unknown operation or field, wrong type, unknown code, missing field.

    Requests to anything but ``/cpro/`` are none of the API's, hence not judged.
    """
    if not path.startswith("/cpro/"):
        return []
    operation = operations().get(path.removeprefix("/cpro/"))
    if operation is None or operation["method"] != method:
        return ["unknown operation"]
    return judge(operation["request"], _tolerated(path, body))


def answer_problems(path: str, answer: object) -> list[str]:
    """What an answer of the operation with that path below ``/cpro/`` has that the tables do not allow."""
    return judge(operations()[path]["answer"], answer)
