"""Files in requests leave piece by piece: what arrives is what ``json.dumps`` would have written."""

import base64
import json
import os
import tracemalloc

import pytest

from ...services.api.upload import SMALL, Base64, Body, body
from ...services.pieces import SIZE

SIZES = (0, 1, 2, 3, 4, SIZE - 1, SIZE, SIZE + 1, 2 * SIZE + 2)


@pytest.mark.parametrize("size", SIZES)
def test_as_json_would_have_it(size):
    content = os.urandom(size)
    request = {"nomFichier": 'é " \\ \n.xml', "fichierFlux": Base64(content), "deux": [Base64(b"a"), None, 1.5], "fin": False}
    plain = {**request, "fichierFlux": base64.b64encode(content).decode(), "deux": ["YQ==", None, 1.5]}
    pieces = Body(request)
    for _attempt in range(2):
        assert b"".join(pieces) == json.dumps(plain).encode()
    assert len(pieces) == len(json.dumps(plain))
    assert len(list(pieces)) >= size // SIZE
    assert body(request) == json.dumps(plain).encode()


@pytest.mark.parametrize("size", SIZES)
def test_the_echo_of_a_request_is_known(size):
    """The gateway's form of a call that it did not pass on: the request itself."""
    content = os.urandom(size)
    text = base64.b64encode(content).decode()
    assert json.loads(b"".join(Body({"a": Base64(content)}))) == {"a": Base64(content)}
    for other in (text + "A", text[:-1] + "*" if text else "*", "", 5, None):
        if other != text:
            assert {"a": other} != {"a": Base64(content)}


def test_a_large_file_leaves_in_pieces():
    request = {"petit": Base64(b"a"), "grand": Base64(bytes(SMALL + 1))}
    made = body(request)
    assert isinstance(made, Body)
    assert json.loads(b"".join(made)) == {"petit": "YQ==", "grand": base64.b64encode(bytes(SMALL + 1)).decode()}


def test_nothing_else_passes_for_a_file():
    for make in (Body, body):
        with pytest.raises(TypeError):
            make({"a": object()})


def test_in_memory_once():
    content = os.urandom(8 * 1024 * 1024)
    tracemalloc.start()
    try:
        sent = sum(map(len, Body({"a": Base64(content)})))
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sent > len(content)
    assert peak < len(content) / 4
