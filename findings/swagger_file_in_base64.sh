#!/usr/bin/env bash
# bravado-core sends the bytes of a deposit, declared as base64 (format byte) in a Swagger, as Python writes them: "b'%PDF-1.7'".
#
# Versions: bravado-core 6.1.1.
# Input: a Swagger 2.0 of our own, valid by the library's own check, with one object that has a file (string, format byte), as an API has it that
#   takes documents within JSON, like Chorus Pro's; the file is b"%PDF-1.7".
# The guess that is wrong: Swagger 2.0 says that format byte means base64 characters, and a library that turns dates into ISO 8601 by their format
#   turns bytes into base64 by theirs, or refuses them.
# Seen: the date becomes text as it should; the bytes become the text b'%PDF-1.7', quotes and all, and nothing is said. What is read is left in
#   base64. Only the server can notice, when it decodes the file.
# What we do about it: the client is written by hand and encodes files itself (services/api/client.py), and the simulator refuses a file that is no
#   base64 (tools/simulator/flows.py).
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check bravado-core==6.1.1
cat >"$folder/try.py" <<'PYTHON'
import base64
import warnings
from datetime import date

warnings.simplefilter("ignore")
from bravado_core.marshal import marshal_schema_object  # noqa: E402
from bravado_core.spec import Spec  # noqa: E402
from bravado_core.unmarshal import unmarshal_schema_object  # noqa: E402

FILE, TEXT = b"%PDF-1.7", base64.b64encode(b"%PDF-1.7").decode()
description = {
    "swagger": "2.0",
    "info": {"title": "Dépôt", "version": "1"},
    "paths": {},
    "definitions": {
        "Depot": {
            "type": "object",
            "required": ["fichier"],
            "properties": {
                "fichier": {"type": "string", "format": "byte"},
                "jour": {"type": "string", "format": "date"},
            },
        }
    },
}
spec = Spec.from_dict(description, config={"validate_swagger_spec": True})
form = spec.spec_dict["definitions"]["Depot"]
sent = marshal_schema_object(spec, form, {"fichier": FILE, "jour": date(2026, 1, 5)})
read = unmarshal_schema_object(spec, form, {"fichier": TEXT}).fichier
print(f"sent: {sent}; right would be {TEXT}")
print(f"read of {TEXT}: {read!r}")
assert sent == {"fichier": str(FILE), "jour": "2026-01-05"} and read == TEXT, "changed: look again"
PYTHON
"$folder/venv/bin/python" "$folder/try.py"
