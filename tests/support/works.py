"""What the tests of works documents share."""

from . import printed, simulated
from .markets import MarketCommon

WORKS = "/cpro/facturesTravaux/v1/rechercher"


FILES = "/cpro/factures/v1/rechercher/demandePaiement"


HISTORY = "/cpro/factures/v1/consulter/historique"


class WorksCommon(MarketCommon):
    """The works market's MOE and validator are structures that the simulator knows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.moe.company_registry = simulated.SECOND_SUPPLIER

    def setUp(self):
        super().setUp()
        self.env = self.enterContext(printed.printer(self.env))

    def works_invoice(self, price=1000, **values):
        return self.situation([("works", price, True)], invoice_user_id=self.sender.id, **values)

    def filed(self, move, **changes):
        """A person files it with the assistant: the simulated portal takes it, Odoo is told."""
        piece = self.simulator.file_works(move, **changes)
        self.tell(move)
        return piece

    def tell(self, move):
        """Say in the assistant that it is filed."""
        self.env["chorus.works.deposit"].with_user(self.sender).create({"move_id": move.id, "filed": True}).action_filed()
        move.invalidate_recordset()

    def poll(self):
        """The cron that follows."""
        company = self.company
        deposits = self.env["chorus.deposit"].sudo()
        with company._chorus_client() as client:
            deposits._chorus_read_statuses(self.env["chorus.connection"]._of(company), client)
        self.env.invalidate_all()
