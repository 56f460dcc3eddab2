"""The demonstration while Odoo's own scheduler is at the job that it wants to run; Odoo's server is played, busy at will."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

demo = pytest.importorskip("demo", reason="needs the tools of `tools/dev.py test`")
BUSY = {"name": "odoo.exceptions.UserError", "message": "Tâche 'Chorus Pro' déjà en cours d’exécution"}
FORBIDDEN = {"name": "odoo.exceptions.AccessError", "message": "Vous n'avez pas le droit"}


@pytest.fixture
def odoo():
    """A server that knows one job; ``errors`` are what it answers to the next attempts to run it."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Nothing."""

        def do_POST(self):
            request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["params"]
            results = {"search": [7], "read": [{"id": 7, "res_id": 3}], None: {"user_context": {}}}
            answer = {"result": results.get(request.get("method"), True)}
            if request.get("method") == "method_direct_trigger":
                self.server.attempts += 1
                if self.server.errors:
                    answer = {"error": {"message": "Odoo Server Error", "data": self.server.errors.pop(0)}}
            content = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.attempts, server.errors = 0, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def job(odoo):
    return demo.Job(f"http://127.0.0.1:{odoo.server_address[1]}", "http://127.0.0.1:9")


def test_a_job_that_odoo_runs_already_is_waited_for(odoo, job):
    odoo.errors = [BUSY, BUSY]
    job.follow()
    assert odoo.attempts == 3


def test_patience_ends(odoo, job, monkeypatch):
    monkeypatch.setattr(demo, "PATIENCE", 0)
    odoo.errors = [BUSY] * 9
    with pytest.raises(SystemExit) as ended:
        job.follow()
    assert "déjà en cours" in str(ended.value)
    assert str(demo.RUN / "server.log") in str(ended.value)
    assert "run again" in str(ended.value)


def test_another_refusal_is_not_repeated(odoo, job):
    odoo.errors = [FORBIDDEN]
    with pytest.raises(SystemExit, match="pas le droit"):
        job.follow()
    assert odoo.attempts == 1
