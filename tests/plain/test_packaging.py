"""What is shown of the add-on in a store, and what installs it: judged as far as this machine can."""

import ast
import re
from html.parser import HTMLParser

import pytest

from odoo.addons.l10n_fr_chorus_pro.tests.support.places import ROOT

MANIFEST = ast.literal_eval((ROOT / "__manifest__.py").read_text("utf-8"))
STORE = ROOT / "static/description"
#: What Odoo's own requirements.txt brings, in versions that do.
BROUGHT = {"cryptography", "docutils", "lxml", "openpyxl", "Pillow", "python-stdnum", "requests", "urllib3"}


class Page(HTMLParser):
    """The pictures and anchors of a page, and whether each tag is closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.pictures, self.links, self.names, self.languages = [], [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.names.add(found.get("id"))
        self.languages.append(found.get("lang"))
        if tag == "img":
            self.pictures.append(found["src"])
            assert found["alt"], found
        else:
            self.open.append(tag)
        if tag == "a":
            self.links.append(found["href"])

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"{tag}, line {self.getpos()[0]}"


def test_the_stores_page_is_well_formed_shows_its_pictures_and_speaks_french():
    page = Page((STORE / "index.html").read_text("utf-8"))
    assert not page.open
    assert sorted(page.pictures) == sorted(path.name for path in STORE.glob("*.png") if path.name != "icon.png")
    assert "fr" in page.languages
    for link in page.links:
        assert link.startswith("#"), "the store takes no links that lead elsewhere"
        assert link[1:] in page.names
    for picture in MANIFEST["images"]:
        assert (ROOT / picture).is_file()


def test_the_requirements_are_what_odoo_does_not_bring_and_no_more():
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    required = {line for line in lines if line and not line.startswith("#")}
    named = set(MANIFEST["external_dependencies"]["python"])
    # Odoo reads versions in a manifest with packaging, which it does not bring
    assert required == {name for name in named if name not in BROUGHT} | {"packaging"}


@pytest.fixture
def compose():
    yaml = pytest.importorskip("yaml", reason="NOT JUDGED: doc/compose.yaml, for want of PyYAML")
    return yaml.safe_load((ROOT / "doc/compose.yaml").read_text("utf-8"))


def test_the_compose_file_is_one(compose):
    """By the keys of the Compose specification that it may use; no Docker is asked."""
    assert set(compose) <= {"name", "services", "volumes"}
    may = {"image", "build", "depends_on", "environment", "ports", "volumes", "healthcheck", "restart"}
    for name, service in compose["services"].items():
        assert set(service) <= may, name
        assert ("image" in service) != ("build" in service), name
        for volume in service["volumes"]:
            assert volume.partition(":")[0] in compose["volumes"], volume
        for other, condition in service.get("depends_on", {}).items():
            assert "healthcheck" in compose["services"][other] or condition["condition"] != "service_healthy"
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), "nobody else is let in before there is TLS"


def test_the_compose_file_runs_this_add_on_with_the_keys_it_asks_for(compose):
    odoo, database = compose["services"]["odoo"], compose["services"]["db"]
    build = odoo["build"]["dockerfile_inline"]
    assert f"FROM odoo:{MANIFEST['version'][:4]}" in build
    context = (ROOT / "doc" / odoo["build"]["context"]).resolve()
    copied = re.findall(r"(?m)^COPY (\S+) (\S+)$", build)
    assert all((context / source).exists() for source, _target in copied)
    assert (".", "/mnt/extra-addons/l10n_fr_chorus_pro") in copied, "under its technical name"
    assert odoo["environment"]["PASSWORD"] == database["environment"]["POSTGRES_PASSWORD"]
    assert odoo["environment"]["HOST"] in compose["services"]
    head = (ROOT / "doc/compose.yaml").read_text("utf-8").partition("\nname:")[0]
    for value in (*odoo["environment"].values(), *database["environment"].values()):
        for variable in re.findall(r"\$\{(\w+)", value):
            assert f"export {variable}=" in head, f"the head says how to make {variable}"
