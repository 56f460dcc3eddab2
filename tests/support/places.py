"""Where things are in this repository, and beside it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ROOT / "tests"
SUPPORT = TESTS / "support"
#: The reference that developers may have beside the checkout; a test that judges by it says so where it is missing.
REFERENCE = ROOT.parent / "shared"
