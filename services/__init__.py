"""Chorus Pro without Odoo: the way there, its vocabulary, the document and its rules. Nothing here imports Odoo."""

import importlib.machinery

import stdnum

# Odoo 19 hooks the import of stdnum and leaves it a loader that cannot open the package's data files, so that stdnum.iban, which
# factur-x imports, fails with "Can't open orphan path". The usual loader opens them.
if stdnum.__spec__ and stdnum.__file__ and not hasattr(stdnum.__spec__.loader, "get_resource_reader"):
    stdnum.__spec__.loader = importlib.machinery.SourceFileLoader(stdnum.__name__, stdnum.__file__)
