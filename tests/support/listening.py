"""A server on this machine that keeps what it hears."""

import threading
from http.server import HTTPServer


def listening(case, handler):
    """Start one until the end of a test; ``heard``, a list, is what its handler puts there.

    :param handler: its ``BaseHTTPRequestHandler``.
    """
    server = HTTPServer(("127.0.0.1", 0), handler)
    server.heard = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    case.addCleanup(thread.join)
    case.addCleanup(server.server_close)
    case.addCleanup(server.shutdown)
    return server
