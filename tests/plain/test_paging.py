"""Searches that come page by page, over real HTTP. Needs neither Odoo nor a database."""

from ...services.api import directory as client_directory
from ...services.api import paging
from ...services.api.json_values import name
from ..support import simulated
from ..support.sessions import SessionCase

PATH = "/cpro/structures/v1/rechercher/services"


class TestPaging(SessionCase):
    def search(self, client, size, **criteria):
        (state,) = client.find_structures(simulated.STATE)
        return paging.search_all(
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
