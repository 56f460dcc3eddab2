"""A session with the simulator, without Odoo."""

import unittest

from ...services.api.client import ChorusClient
from ...services.api.environment import Credentials, simulator
from ...services.api.session import PisteSession, TokenStore
from . import simulated

DEPOSIT = "/cpro/factures/v1/deposer/flux"


REPORT = "/cpro/transverses/v1/consulterCRDetaille"


SEARCH = "/cpro/factures/v1/rechercher/fournisseur"


TOKEN = "/api/oauth/token"


class SessionCase(unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.simulator = simulated.simulator()
        self.addCleanup(self.simulator.check_requests)

    def client(self, timeout=5.0, retries=2, tokens=None, wires=None, **credentials):
        known = {
            "client_id": simulated.CLIENT_ID,
            "client_secret": simulated.CLIENT_SECRET,
            "technical_account": simulated.ACCOUNT,
            "technical_password": simulated.PASSWORD,
        }
        session = PisteSession(
            simulator(self.simulator.url),
            Credentials(**{**known, **credentials}),
            timeout=timeout,
            retries=retries,
            tokens=tokens or TokenStore(),
            wires=wires,
        )
        self.addCleanup(session.close)
        return ChorusClient(session)

    def deposit(self, client=None):
        return (client or self.client()).deposit_flow(b"<not-an-invoice/>", "x.xml", "IN_DP_E1_CII_16B")

    def deposits(self):
        return len(self.simulator.state()["deposits"])
