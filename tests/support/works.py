"""What the tests of works documents share."""

from odoo import Command

from . import printed, simulated
from .markets import MarketCommon

WORKS = "/cpro/facturesTravaux/v1/rechercher"


FILES = "/cpro/factures/v1/rechercher/demandePaiement"


HISTORY = "/cpro/factures/v1/consulter/historique"


class ProgressCommon(MarketCommon):
    """A works market with a price schedule of two chapters."""

    #: code, designation, unit, quantity, unit price; a chapter has no unit.
    SCHEDULE = (
        ("1", "Couverture", "", 0, 0),
        ("1.1", "Zinc", "m²", 100, 300),
        ("1.2", "Isolation", "m²", 200, 50),
        ("2", "Charpente", "", 0, 0),
        ("2.1", "Panne", "m3", 40, 1000),
        ("2.2", "Nettoyage", "Ft", 1, 20000),
    )

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.market.line_ids = [
            Command.create(
                {
                    "sequence": rank,
                    "display_type": False if unit else "line_section",
                    "code": code,
                    "name": name,
                    "unit": unit,
                    "quantity": quantity,
                    "price_unit": price,
                }
            )
            for rank, (code, name, unit, quantity, price) in enumerate(cls.SCHEDULE)
        ]

    def next(self, post=True, day=None, **percents):
        """The next situation, with percentages to date by code (``p1_1=50``)."""
        move = self.market._chorus_next_situation()
        self.state(move, **percents)
        move.invoice_date = day or move.chorus_period_end
        if post:
            move.action_post()
        return move

    def state(self, move, **percents):
        """State lines by their percentage to date."""
        rows = {row.code: row for row in move.chorus_progress_ids}
        move.chorus_progress_ids = [
            Command.update(rows[code[1:].replace("_", ".")].id, {"percent": percent}) for code, percent in percents.items()
        ]

    def codes(self, move):
        """What is wrong or odd about a document of the market."""
        return {finding.code for finding in move._chorus_market_findings()}

    def made(self, move):
        """The lines of an invoice: name and amount without VAT."""
        return [(line.name, line.price_subtotal) for line in move.invoice_line_ids.sorted("sequence")]


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
