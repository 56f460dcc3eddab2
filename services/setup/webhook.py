"""Events for other software: what may be called, the signature of what is sent, and one delivery (doc/INTEGRATORS.md).

Nothing here knows what an event says; the caller decides when it is told, and how often.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from ..api.wire import Broken, Wire
from ..text import Text

#: The header with the signature.
HEADER = "Chorus-Pro-Signature"
#: Seconds to connect, and to wait for the answer.
CONNECT, ANSWER = 5, 10
#: Seconds between the tries of an event that was not taken, the last one for all that follow.
WAITS = (60, 300, 900, 3600, 6 * 3600, 24 * 3600)
#: Tries after which an event is given up, and a person called: some two days.
TRIES = 8

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Fault(NamedTuple):
    """Why an event was not taken, in words.

    :ivar alone: it concerns this event; another one may still be taken.
    """

    cause: Text
    remedy: Text
    alone: bool = False


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "secret": Fault(
            Text("There is no secret to sign events with, or this server cannot read it.",
                 "Aucun secret ne permet de signer les événements, ou ce serveur ne peut pas le lire."),
            Text("Type the signing secret in the settings.", "Saisissez le secret de signature dans les paramètres."),
        ),
        "unreachable": Fault(
            Text("The other software does not answer.", "L'autre logiciel ne répond pas."),
            Text("Check its address, and the network and proxy of this server.",
                 "Vérifiez son adresse, ainsi que le réseau et le proxy de ce serveur."),
        ),
        "certificate": Fault(
            Text("There is no safe way to the other software: its certificate is not trusted.",
                 "La liaison avec l'autre logiciel n'est pas sûre : son certificat n'est pas reconnu."),
            Text("Have a valid certificate installed there.", "Faites-y installer un certificat valide."),
        ),
        "redirected": Fault(
            Text("The other software sends events on to another address, which is not followed.",
                 "L'autre logiciel redirige les événements vers une autre adresse, ce qui n'est pas suivi."),
            Text("Enter its final address in the settings.", "Saisissez son adresse définitive dans les paramètres."),
        ),
        "busy": Fault(
            Text("The other software is in trouble, or asks to wait.", "L'autre logiciel est en panne, ou demande d'attendre."),
            Text("Nothing to do: it is told again later. If it lasts, see whoever runs it.",
                 "Rien à faire : l'événement sera renvoyé. Si cela dure, voyez avec son exploitant."),
        ),
        "refused": Fault(
            Text("The other software refuses the event.", "L'autre logiciel refuse l'événement."),
            Text("Have its log read: most often the address or the secret is not the one it expects.",
                 "Faites lire son journal : le plus souvent, l'adresse ou le secret n'est pas celui qu'il attend."),
            alone=True,
        ),
    }
)  # fmt: skip


def address_problem(url: str, *, simulated: bool = False) -> Text | None:
    """Why events cannot be sent to an address, None when they can.

    :param simulated: the invoices are a simulator's, so that a program of this machine may be told without encryption.
    """
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or any(sign.isspace() for sign in url):
        return Text("This is no address, such as https://erp.example.fr/chorus.",
                    "Ce n'est pas une adresse, telle que https://erp.exemple.fr/chorus.")  # fmt: skip
    if parts.username is not None or parts.password is not None:
        return Text("An address that holds a password would show it to whoever reads the settings.",
                    "Une adresse contenant un mot de passe le montrerait à qui lit les paramètres.")  # fmt: skip
    if parts.scheme != "https" and not (simulated and parts.scheme == "http" and host in _LOOPBACK):
        return Text("Events go to an address in https only.", "Les événements ne sont envoyés qu'à une adresse en https.")
    return None


def signature(secret: str, moment: int, content: bytes) -> str:
    """The header's value: ``t=<moment>,v1=<HMAC-SHA256 of "<moment>." and the body, hexadecimal>``.

    :param moment: of the signature, in seconds since 1970; a receiver takes no old one, lest somebody repeats it.
    """
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + content, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def deliver(url: str, secret: str, content: bytes) -> str:
    """Send an event once; "" when the other software took it (2xx), else one of ``FAULTS``.

    Redirections are not followed: they could lead to what only this server reaches. What is answered is not read.
    """
    headers = {"Content-Type": "application/json", HEADER: signature(secret, int(time.time()), content)}
    wire = Wire(ANSWER, CONNECT)
    try:
        status = wire.post(url, content, headers=headers, longest=0).status
    except Broken as error:
        # the words are the class of the error
        return "certificate" if "SSL" in str(error) else "unreachable"
    finally:
        wire.close()
    if status == 429 or status >= 500:
        return "busy"
    return "" if status < 300 else "redirected" if status < 400 else "refused"
