"""Every citation in the code leads to a document of the repository, and its documents say of the rules what the code does."""

import re
import subprocess

from ...services.rules import ELSEWHERE, RULES
from ..support.places import ROOT

DOCUMENTS = {"API.md": ROOT / "doc/API.md", "RULES.md": ROOT / "doc/RULES.md"}
#: A section (§2.A, §6.3) or a rule (R-08), as it is cited.
PLACE = r"§\d+(?:\.\w+)?|\bR-\d\d\b"
#: A citation: the document, then places with nothing but words of enumeration between them.
CITATION = re.compile(rf"(?:doc/|\]\()(API|RULES)\.md[)`]?((?:(?:,| and| to|…|) ?(?:{PLACE}))+)")
#: The names of papers that readers of the repository do not have.
ELSEWHERE_ONLY = re.compile(
    r"\b(?:REFERENCE|DOMAIN|FACTURX|NEEDS|UBL_WORKS|ODOO19|WORKS_ARITHMETIC|EXAMPLES)(?:\.md\b|\s+(?:§|R-\d))"
    r"|\bSETUP_STEPS\b|works-invoices\.json|\benums\.json|\bendpoints\.json"
)
SUFFIXES = {".py", ".xml", ".js", ".json", ".md", ".csv", ".ini", ".toml", ""}


def texts():
    """The text files under version control, by name; a citation that is cut by the end of a line is put together again."""
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in done.stdout.splitlines():
        path = ROOT / name
        if path.suffix in SUFFIXES and path.is_file() and path.name not in ("test_citations.py", "LICENSE"):
            yield name, re.sub(r"\s*\n\s*(?:#:?\s*)?", " ", path.read_text("utf-8"))


def anchors(document):
    text = DOCUMENTS[document].read_text("utf-8")
    found = re.findall(rf"(?m)^#+ ({PLACE})", text) + re.findall(rf"\*\*({PLACE})\*\*", text)
    assert len(set(found)) == len(found), f"{document} has a place twice"
    return set(found)


def test_every_citation_resolves():
    known = {document: anchors(document) for document in DOCUMENTS}
    cited = {document: set() for document in DOCUMENTS}
    for name, text in texts():
        for match in CITATION.finditer(text):
            document = f"{match[1]}.md"
            for place in re.findall(PLACE, match[2]):
                assert place in known[document], f"{name}: {match[0]}"
                cited[document].add(place)
    assert len(cited["API.md"]) > 20
    assert len(cited["RULES.md"]) > 40


def test_no_place_is_named_without_its_document():
    """A section sign alone says nothing; a rule's code is that of RULES.md, wherever it stands."""
    known = {document: anchors(document) for document in DOCUMENTS}
    for name, text in texts():
        for rule in re.findall(r"(?<![\w-])R-\d\d\b", text):
            assert rule in known["RULES.md"], f"{name}: {rule}"
        rest = re.sub(r"\b(?:ISO|RFC) [\d-]+ §[\d.]+", "", CITATION.sub("", text))
        within = known.get(name.removeprefix("doc/"), set())
        bare = [place for place in re.findall(r"§\d+(?:\.\w+)?", rest) if place not in within]
        assert bare == [], f"{name}: {bare}"


def test_no_paper_is_cited_that_readers_do_not_have():
    for name, text in texts():
        assert not ELSEWHERE_ONLY.findall(text), name


def test_the_table_of_rules_says_what_the_code_does():
    """Level by level: B stops the sending, W warns, a dash is for what has no row in the code."""
    rows = re.findall(r"(?m)^\| \*\*(R-\d\d)\*\* \|[^|]+\| ([^|]+) \|", DOCUMENTS["RULES.md"].read_text("utf-8"))
    assert [code for code, _level in rows] == [f"R-{number:02}" for number in range(1, max(36, len(rows)) + 1)]
    levels = {}
    for rule in RULES:
        levels.setdefault(rule.code.partition(".")[0], set()).add(rule.level.name[0])
    for code, level in rows:
        told = set(re.findall(r"\b[BW]\b", level.partition(" (")[0]))
        assert told == levels.get(code, set()), code
        assert (level.strip() == "–") == (code in ELSEWHERE), code


def test_documents_lead_to_files_that_are_there():
    pages = [path for path in ROOT.rglob("*.md") if ".git" not in path.parts]
    targets = [
        (page, target) for page in pages for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    ]
    assert len(targets) > 20
    for page, target in targets:
        assert (page.parent / target).exists(), f"{page.relative_to(ROOT)}: {target}"


def test_the_readme_is_for_someone_in_a_hurry():
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 150
