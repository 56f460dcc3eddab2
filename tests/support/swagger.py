"""AIFE's official Swaggers as a judge of our requests; without the folder they come in, nothing is judged."""

import functools
import json

from .places import REFERENCE

FOLDER = REFERENCE / "api"
FILES = {"factures": "factures.swagger.json", "structures": "structures.swagger.json"}


def available() -> bool:
    """Whether the Swaggers are beside this checkout."""
    return all((FOLDER / name).is_file() for name in FILES.values())


@functools.cache
def _api(name: str) -> dict:
    api = json.loads((FOLDER / FILES[name]).read_text("utf-8"))
    for definition in api["definitions"].values():
        # what the Swagger does not name must not be sent: a misspelt field would be ignored in silence
        if definition.get("properties"):
            definition["additionalProperties"] = False
    return api


def _tolerated(path: str, body: object) -> object:
    """``body`` in the form of the Swagger, where known successes have another one (REFERENCE §2.0, §6.2)."""
    main = "pieceJointePrincipale"
    if path.endswith("/soumettre") and isinstance(body, dict) and isinstance(body.get(main), list) and len(body[main]) == 1:
        return {**body, main: body[main][0]}
    return body


@functools.cache
def _validator(name: str, path: str, method: str):
    import jsonschema  # a test dependency, not needed where the Swaggers are missing

    api = _api(name)
    operation = api["paths"].get(path, {}).get(method.lower())
    if operation is None:
        return None
    schema = next((p["schema"] for p in operation["parameters"] if p["in"] == "body"), {})
    return jsonschema.Draft4Validator({**schema, "definitions": api["definitions"]})


def problems(method: str, path: str, body: object) -> list[str]:
    """What a request does that its Swagger does not allow: unknown operation, unknown field, wrong type, unknown value.

    Only the APIs whose official Swagger is known are judged (factures, structures); empty without the Swaggers.
    """
    parts = path.split("/")
    if not available() or len(parts) < 4 or parts[1] != "cpro" or parts[2] not in FILES:
        return []
    validator = _validator(parts[2], "/" + "/".join(parts[3:]), method)
    if validator is None:
        return ["unknown operation"]
    return [
        f"{'.'.join(map(str, error.path)) or 'body'}: {error.message}" for error in validator.iter_errors(_tolerated(path, body))
    ]
