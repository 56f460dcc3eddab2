"""Of two classes that override the same method, the one imported last runs first: none may be cut off by another of ours."""

import inspect

from odoo.tests import TransactionCase, tagged

from ...support.places import ROOT

PACKAGE = "odoo.addons.l10n_fr_chorus_pro."
#: In their written order; see models/__init__.py.
PACKAGES = ("core", "connection", "exchange", "directory", "followup", "takeover", "market", "works")


def classes_of_ours(model):
    """The classes by which this add-on defines or extends a model, the one that runs first in front."""
    return [cls for cls in type(model).__mro__ if cls.__module__.startswith(PACKAGE)]


def own_methods(cls):
    return {name: value for name, value in vars(cls).items() if hasattr(getattr(value, "__func__", value), "__code__")}


def calls_super(method):
    # what Odoo wraps, such as the creation of several records, is looked at itself
    return "super" in inspect.unwrap(getattr(method, "__func__", method)).__code__.co_names


@tagged("post_install_l10n", "post_install", "-at_install")
class TestInheritance(TransactionCase):
    def test_no_override_of_ours_stands_behind_one_of_ours_without_super(self):
        cut, overridden = [], 0
        for name in sorted(self.env.registry):
            seen = {}
            for cls in (cls for cls in classes_of_ours(self.env[name]) if cls._name == name):
                for method, function in own_methods(cls).items():
                    overridden += method in seen
                    if method in seen and not calls_super(seen[method]):
                        cut.append(f"{cls.__module__}: {method} of {name} never runs")
                    seen[method] = function
        self.assertFalse(cut)
        self.assertGreater(overridden, 20, "else the walk looks at nothing")

    def test_later_packages_run_first(self):
        seen = set()
        for name in sorted(self.env.registry):
            order = [cls.__module__.removeprefix(f"{PACKAGE}models.").split(".")[0] for cls in classes_of_ours(self.env[name])
                     if cls._name == name]  # fmt: skip
            ranks = [PACKAGES.index(package) for package in order if package in PACKAGES]
            seen.update(ranks)
            self.assertEqual(ranks, sorted(ranks, reverse=True), name)
            self.assertEqual(len(ranks), len(set(ranks)), f"{name} is extended twice in one package: {order}")
        self.assertEqual(len(seen), len(PACKAGES), "else the walk looks at nothing")
        folders = {path.parent.name for path in (ROOT / "models").glob("*/__init__.py")}
        self.assertEqual(folders, set(PACKAGES))

    def test_an_invoice_has_no_more_fields_of_ours_than_needed(self):
        """What no view, search or rule needs of an invoice is a method, or stands on its deposit, not a 46th field."""
        own = [name for name in self.env["account.move"]._fields if name.startswith("chorus_")]
        self.assertLessEqual(len(own), 45, own)
        new = [
            name
            for name, field in self.env["account.move"]._fields.items()
            if not name.startswith("chorus_") and set(field._modules) == {"l10n_fr_chorus_pro"}
        ]
        self.assertFalse(new, "a field of ours under another name")

    def test_the_walk_tells_a_class_that_cuts_others_off(self):
        class Cutting:
            def kept(self):
                return super().kept()

            def cut(self):
                return None

        self.assertTrue(calls_super(vars(Cutting)["kept"]))
        self.assertFalse(calls_super(vars(Cutting)["cut"]))
