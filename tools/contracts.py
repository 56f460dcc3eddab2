"""The table of facts that our requests are judged by, made from the official Swagger files where they are at hand.

Only facts are taken over: operations, the fields of their requests and answers, types, lengths, codes, what is required.
One file an API in tests/contracts/, one line a field, always in the same order, so that a difference is a difference.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from odoo_env import REPO, fail, log

FOLDER = REPO / "tests/contracts"
#: Where the Swagger files are looked for when no folder is given; they are their publisher's, hence not in the repository.
SOURCE = REPO.parent / "shared/api"
#: The APIs whose official Swagger is public, and its file.
FILES = {"factures": "factures.swagger.json", "structures": "structures.swagger.json"}
#: A fact of the table and its name in a Swagger.
LENGTHS = {"longest": "maxLength", "shortest": "minLength"}


class _Api:
    """One Swagger file as a table."""

    def __init__(self, name: str, swagger: Mapping[str, Any]) -> None:
        self._name = name
        self._swagger = swagger
        self._codes: dict[str, list[str]] = {}

    def table(self) -> dict[str, Any]:
        """Operations by path, each with the fields of its request and its answer; the lists of codes they name."""
        operations = {
            f"{self._name}{path}": self._operation(method, operation)
            for path, methods in sorted(self._swagger["paths"].items())
            for method, operation in methods.items()
        }
        return {"operations": operations, "codes": dict(sorted(self._codes.items()))}

    def _operation(self, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
        bodies = [part["schema"] for part in operation["parameters"] if part["in"] == "body"]
        return {
            "method": method.upper(),
            "request": self._message(bodies[0] if bodies else {}),
            "answer": self._message(operation["responses"]["200"].get("schema", {})),
        }

    def _message(self, schema: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        return dict(sorted(self._fields(schema, "", ())))

    def _fields(self, schema: Mapping[str, Any], prefix: str, inside: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
        """The fields of an object, those of the objects in it included: path and facts."""
        reference = schema.get("$ref", "").rpartition("/")[2]
        if reference in inside:
            fail(f"{reference} holds itself: a table of paths cannot say so.", "teach tools/contracts.py about it")
        if reference:
            schema, inside = self._swagger["definitions"][reference], (*inside, reference)
        for name, content in schema.get("properties", {}).items():
            path = f"{prefix}{name}"
            item, suffix = (content["items"], "[]") if content.get("type") == "array" else (content, "")
            yield path, self._facts(name, item, suffix, name in schema.get("required", ()))
            yield from self._fields(item, f"{path}.", inside)

    def _facts(self, name: str, item: Mapping[str, Any], suffix: str, required: bool) -> dict[str, Any]:
        kind = item.get("type", "object")
        if item.get("format") in ("int32", "int64", "date-time"):
            kind = item["format"]
        facts: dict[str, Any] = {"type": kind + suffix}
        if required:
            facts["required"] = True
        facts.update((fact, item[key]) for fact, key in LENGTHS.items() if key in item)
        if "enum" in item:
            facts["codes"] = self._list_of_codes(name, sorted(item["enum"]))
        return facts

    def _list_of_codes(self, field: str, codes: list[str]) -> str:
        """The name of a list of codes: that of the first field that has it, with a number where others differ."""
        for name, known in self._codes.items():
            if known == codes:
                return name
        name, number = field, 1
        while name in self._codes:
            number += 1
            name = f"{field}_{number}"
        self._codes[name] = codes
        return name


def table_of(api: str, swagger: Mapping[str, Any]) -> dict[str, Any]:
    """The table of an API, from its Swagger: operations by path below ``/cpro/``, and the lists of codes they name."""
    return _Api(api, swagger).table()


def written(table: Mapping[str, Any]) -> str:
    """A table as JSON with one line a field: the form of every file in tests/contracts/."""

    def lines(entries: Mapping[str, Any], indent: str) -> str:
        return ",\n".join(f"{indent}{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())

    operations = []
    for path, operation in table["operations"].items():
        messages = ",\n".join(
            f'   "{message}": {{\n{lines(operation[message], "    ")}\n   }}' if operation[message] else f'   "{message}": {{}}'
            for message in ("request", "answer")
        )
        operations.append(f'  {json.dumps(path)}: {{\n   "method": {json.dumps(operation["method"])},\n{messages}\n  }}')
    body = ",\n".join(operations)
    return f'{{\n "operations": {{\n{body}\n }},\n "codes": {{\n{lines(table["codes"], "  ")}\n }}\n}}\n'


def available(source: Path = SOURCE) -> bool:
    """Whether the Swagger files are in that folder."""
    return all((source / name).is_file() for name in FILES.values())


def tables(source: Path = SOURCE) -> dict[Path, str]:
    """The table of each API, from the Swagger files of a folder: what its file must hold."""
    found = {}
    for api, name in FILES.items():
        swagger = json.loads((source / name).read_text("utf-8"))
        found[FOLDER / f"{api}.json"] = written(table_of(api, swagger))
    return found


def contracts(source: Path = SOURCE) -> int:
    """Write the tables anew from the Swagger files of a folder; 0, also when nothing changed."""
    if not available(source):
        fail(f"No Swagger files in {source}.", f"give the folder that holds {' and '.join(FILES.values())}")
    for path, text in tables(source).items():
        changed = not path.is_file() or path.read_text("utf-8") != text
        path.write_text(text, "utf-8")
        log(f"{path.relative_to(REPO)}: {'written' if changed else 'as it was'}")
    return 0
