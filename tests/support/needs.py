"""What only tests need: where it is missing, as on a production server, the tests that need it are skipped by name."""

import importlib
import os
import unittest


def package(name, purpose):
    """A Python package, imported now.

    :param purpose: what is not looked at without it, for the reason of the skip.
    :raises unittest.SkipTest: where it is not installed; on a CI machine (``CI=true``), where it must be, ImportError.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        if os.environ.get("CI") == "true":
            raise
        raise unittest.SkipTest(f"{name} is not installed: {purpose}") from error
