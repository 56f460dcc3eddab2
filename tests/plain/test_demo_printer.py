"""The demonstration on a machine that has nothing to print with: what takes a PDF is left out, and said, never the whole."""

import contextlib

import pytest

demo = pytest.importorskip("demo", reason="needs the tools of `tools/dev.py test`")
demo_works = pytest.importorskip("demo_works", reason="needs the tools of `tools/dev.py test`")


class User:
    """Odoo's side: what is created, and which models are asked for a PDF."""

    def __init__(self):
        self.created = []

    def find(self, _model, **_values):
        return 1

    def _rows(self, _model, ids, _fields):
        return [{"partner_id": [1, "Communauté de communes"]} for _ in ids]

    read = _rows  # a method of that name is taken for a model's, which calls super()

    def call(self, model, method, *_arguments):
        if method in ("search_read", "write"):
            return []
        assert method == "create"
        assert model != "chorus.works.deposit", "filing a works document takes its PDF"
        self.created.append(model)
        return [len(self.created)]

    def button(self, model, method, ids):
        if (model, method) == ("chorus.market", "action_new_invoice"):
            self.created.append("account.move")
            return {"res_id": len(self.created)}
        assert (model, method) == ("account.move", "action_post")
        assert ids == [len(self.created)]


class Job:
    """What the demonstration does with a job, none of it at a server."""

    def __init__(self, *_addresses):
        self.user = User()
        self.simulator = "http://127.0.0.1:9"
        self.followed = 0
        JOBS.append(self)

    def run(self):
        pass

    def add_examples(self):
        pass

    def follow(self):
        self.followed += 1


JOBS = []


class Workspace:
    """A workspace whose database is there already."""

    def hold(self, _database):
        return contextlib.nullcontext()


@pytest.fixture
def nothing_installed(monkeypatch):
    """No browser and no wkhtmltopdf on PATH; the servers and the database are played."""
    monkeypatch.setattr(demo.shutil, "which", lambda _name: None)
    monkeypatch.setattr(demo, "prepare", lambda *_: None)
    monkeypatch.setattr(demo, "running", lambda *_: contextlib.nullcontext(("http://127.0.0.1:9", "http://127.0.0.1:9")))
    monkeypatch.setattr(demo, "settled_port", lambda _work, port: port)
    monkeypatch.setattr(demo, "Job", Job)
    monkeypatch.setattr(demo_works, "add_subcontractor", lambda _job: None)
    JOBS.clear()


@pytest.mark.usefixtures("nothing_installed")
def test_what_takes_a_pdf_is_left_out_and_said(monkeypatch, capsys):
    invited = []
    monkeypatch.setattr(demo, "invite", lambda *addresses: invited.append(addresses))
    assert demo.demo(Workspace(), once=False) == 0
    (job,) = JOBS
    assert job.user.created == ["account.move"] * len(demo_works.SITUATIONS)
    assert invited, "the demonstration goes on"
    said = capsys.readouterr().err
    assert "LEFT OUT: the works documents" in said
    assert "install chromium" in said


@pytest.mark.parametrize("program", ["wkhtmltopdf", "chromium", "google-chrome"])
def test_what_prints(monkeypatch, program):
    monkeypatch.setattr(demo.shutil, "which", lambda name: f"/usr/bin/{name}" if name == program else None)
    assert demo.can_print()
