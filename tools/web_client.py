"""Speaks to Odoo as a user's browser does: a session, then the calls that the web client makes."""

from __future__ import annotations

from typing import Any

import requests

from odoo_env import fail
from workspace import RUN

TIMEOUT = 120


class Refused(SystemExit):
    """Odoo answered a call with an error; ends the command, as `fail` does, where nobody expects it.

    :ivar kind: full name of Odoo's exception, e.g. ``odoo.exceptions.UserError``; ``""`` where Odoo does not tell.
    """

    def __init__(self, path: str, error: dict[str, Any]) -> None:
        data = error.get("data", {})
        self.kind = data.get("name", "")
        remedy = f"see {RUN / 'server.log'}; the command may be run again"
        super().__init__(f"\nOdoo refused {path}:\n{data.get('message') or error['message']}\nWhat to do: {remedy}.")


class WebClient:
    """A user's session on an Odoo server.

    :param base: address of the server, without a slash at the end.
    """

    def __init__(self, base: str, database: str, login: str, password: str) -> None:
        self.base = base
        self._session = requests.Session()
        parameters = {"db": database, "login": login, "password": password}
        self._context = self._post("/web/session/authenticate", **parameters)["user_context"]

    def _post(self, path: str, **parameters: object) -> Any:
        request = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self._session.post(self.base + path, json=request, timeout=TIMEOUT).json()
        if "error" in answer:
            raise Refused(path, answer["error"])
        return answer.get("result")

    def call(self, model: str, method: str, *arguments: object, **keywords: object) -> Any:
        """Call a method, as the web client does for what the user types and sees.

        :raises Refused: when Odoo answers with an error, with its message.
        """
        keywords = {"context": self._context, **keywords}
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self._post(path, model=model, method=method, args=arguments, kwargs=keywords)

    def button(self, model: str, method: str, ids: list[int]) -> Any:
        """Click on a button of these records; the action it answers, if any."""
        path = f"/web/dataset/call_button/{model}/{method}"
        return self._post(path, model=model, method=method, args=[ids], kwargs={"context": self._context})

    def download(self, address: str) -> bytes:
        """The file of an action that downloads one.

        :param address: without the server's. :raises requests.HTTPError: when there is none.
        """
        answer = self._session.get(self.base + address, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.content

    def read(self, model: str, ids: list[int], fields: list[str]) -> list[dict[str, Any]]:
        """The values of some fields, in the order of ``ids``."""
        rows = {row["id"]: row for row in self.call(model, "read", ids, fields)}
        return [rows[identifier] for identifier in ids]

    def find(self, model: str, **values: object) -> int:
        """The record that has these values.

        :raises SystemExit: when there is none.
        """
        found = self.call(model, "search", [[name, "=", value] for name, value in values.items()], limit=1)
        if not found:
            fail(f"No {model} with {values} in the demonstration's database.", "run `python3 tools/dev.py demo` again")
        return found[0]
