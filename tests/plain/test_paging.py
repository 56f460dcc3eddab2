"""Searches that come page by page, over real HTTP. Needs neither Odoo nor a database."""

import itertools
import unittest
from unittest.mock import patch

from ...services.api import directory as client_directory
from ...services.api import session
from ...services.api.errors import TryLater
from ...services.api.json_values import name
from ...services.api.verdict import Found
from ..support import simulated
from ..support.sessions import SessionCase

PATH = "/cpro/structures/v1/rechercher/services"


class TestPaging(SessionCase):
    def search(self, client, size, **criteria):
        (state,) = client.find_structures(simulated.STATE)
        return session.search_all(
            client._session,
            PATH,
            {"idStructure": int(state.identifier), **criteria},
            "parametresRechercherServicesStructure",
            "listeServices",
            lambda row: row("codeService", name),
            named="codeService",
            column="CodeService",
            size=size,
        )

    def test_all_pages(self):
        for size, calls in ((1, 3), (2, 2), (3, 1), (client_directory.SERVICES_PAGE, 1)):
            with self.subTest(size):
                self.simulator.reset()
                self.assertEqual(list(self.search(self.client(), size)), ["FAC-001", "FAC-OLD", "FACTURES_PUBLIQUES"])
                self.assertEqual(self.simulator.calls(PATH), calls, "each page once, and none after the last")

    def test_a_page_is_asked_for_when_it_is_wanted(self):
        found = self.search(self.client(), 1)
        self.assertEqual(self.simulator.calls(PATH), 0)
        first = next(found)
        self.assertEqual(self.simulator.calls(PATH), 1)
        self.assertEqual(len({first, *found}), 3)

    def test_a_criterion_without_a_value_is_left_out(self):
        self.assertEqual(len(list(self.search(self.client(), 500, estActif=None))), 3)
        body = next(entry["body"] for entry in self.simulator.control("journal", "GET") if entry["path"] == PATH)
        self.assertNotIn("estActif", body)

    def test_nothing_found(self):
        client = self.client()
        self.assertEqual(list(client.search_invoices(number="NOWHERE")), [])
        self.assertEqual(self.simulator.calls("/cpro/factures/v1/rechercher/fournisseur"), 1)


class Pages:
    """In the session's place: one page after another; no rows after the last."""

    def __init__(self, pages):
        self.pages, self.asked = iter(pages), 0

    def search(self, path, body, results):
        self.asked += 1
        return next(self.pages, Found([], None, None))


class TestEnds(unittest.TestCase):
    """However many pages are told, or come: a search ends, and says so where it ends before its end."""

    def rows(self, pages, size=2, **options):
        self.session = Pages(pages)
        return list(
            session.search_all(
                self.session, "/", {}, "p", "liste", lambda row: row.need("n", name), named="n", column="", size=size, **options
            )
        )

    @staticmethod
    def page(*names, pages=None, total=None):
        return Found([{"n": one} for one in names], pages, total)

    def endless(self, **told):
        return (self.page(f"F{turn}", f"G{turn}", **told) for turn in itertools.count())

    def test_the_same_page_for_ever(self):
        pages = itertools.repeat(self.page("F1", "F2", pages=1000))
        with self.assertRaises(TryLater) as caught:
            self.rows(pages)
        self.assertEqual((caught.exception.code, self.session.asked), ("unreadable", 2))
        bad = []
        self.assertEqual(self.rows(pages, unreadable=bad)[:2], ["F1", "F2"])
        self.assertIn("the same page", str(bad[0]))

    def test_new_pages_for_ever(self):
        with patch.object(session, "MAXIMUM", 20):
            for told in ({"pages": 10**9}, {"total": 10**9}, {}):
                with self.subTest(told), self.assertRaises(TryLater) as caught:
                    self.rows(self.endless(**told))
                self.assertIn("no end", caught.exception.detail)
                self.assertEqual(self.session.asked, 10)

    def test_for_too_long(self):
        with patch.object(session, "LONGEST_SEARCH", -1), self.assertRaises(TryLater):
            self.rows(self.endless(pages=3))
        self.assertEqual(self.session.asked, 1)

    def test_pages_and_totals_that_disagree(self):
        first, second = self.page("F1", "F2", pages=1, total=3), self.page("F3", pages=1, total=3)
        self.assertEqual(self.rows([first, second]), ["F1", "F2", "F3"], "the larger of the two")
        self.assertEqual(self.rows([self.page("F1", pages=0, total=0)]), ["F1"])
        self.assertEqual(self.rows([self.page("F1", "F2"), self.page("F3")]), ["F1", "F2", "F3"], "a full page, nothing told")
        self.assertEqual(self.rows([self.page("F1")]), ["F1"])

    def test_fewer_rows_than_told(self):
        pages = [self.page("F1", total=3)]
        self.assertEqual(self.rows(pages), ["F1"])
        with self.assertRaises(TryLater):
            self.rows(pages, whole=True)

    def test_a_row_that_cannot_be_read(self):
        pages = [self.page("F1", []), self.page("F3")]
        bad = []
        self.assertEqual(self.rows(pages, unreadable=bad), ["F1", "F3"])
        self.assertEqual(len(bad), 1)
        with self.assertRaises(TryLater):
            self.rows(pages)
