"""transverses/v1: files handed over for a later call, and the lists that go with them."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from .access import Caller
from .chorus import Platform
from .document import Attachment
from .replies import FACTURES_OK, TRANSVERSE_OK, FunctionalError, answer, not_allowed
from .rules import ATTACHMENT_BYTES, ATTACHMENT_NAME_LENGTH
from .schema import require
from .vocabulary import ATTACHMENT_EXTENSIONS, FILE_TYPES

TOO_LARGE = 20003  # doc/API.md §4


def add_file(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """Keeps a file; refuses what is empty, too large, too long a name or of another kind (doc/RULES.md R-29).

    Only the code for the size is known; the others, and all texts, are made in its manner.
    """
    require(body, "pieceJointeFichier", "pieceJointeNom", "pieceJointeExtension")
    if caller.account is None:
        raise not_allowed()
    try:
        content = base64.b64decode("".join(body["pieceJointeFichier"].split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise FunctionalError(400, "Requête mal formulée : pieceJointeFichier n'est pas en base 64", 400) from error
    name, extension = body["pieceJointeNom"], body["pieceJointeExtension"].upper()
    if not content:
        raise FunctionalError(20001, "Le fichier est vide")
    if len(content) > ATTACHMENT_BYTES:
        raise FunctionalError(TOO_LARGE, "La taille du fichier dépasse 10 Mo")
    if len(name) > ATTACHMENT_NAME_LENGTH:
        raise FunctionalError(20002, f"Le nom du fichier dépasse {ATTACHMENT_NAME_LENGTH} caractères")
    if extension not in ATTACHMENT_EXTENSIONS:
        raise FunctionalError(20002, f"L'extension {extension} n'est pas autorisée")
    with platform.store.lock:
        file = Attachment(name, body.get("pieceJointeTypeMime") or "", content)
        identifier = platform.store.add_file(caller.account.login, file)
    return answer(FACTURES_OK, pieceJointeId=identifier)


def file_types(_platform: Platform, _caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    rows = [
        {"codeTypePieceJointe": code, "libelleTypePieceJointe": label, "idTypePieceJointe": identifier, "typeObjet": "FACTURE"}
        for code, identifier, label in FILE_TYPES
    ]
    return answer(TRANSVERSE_OK, listeTypePieceJointe=rows)


def bank_accounts(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The accounts declared by the caller's structure; their names show no number."""
    require(body, "idStructure")
    structure = platform.directory.by_id(body["idStructure"])
    if structure is None or caller.account is None or structure.identifiantStructure not in caller.account.structures:
        raise not_allowed()
    rows = [
        {"idCoordonneeBancaire": structure.idStructureCPP * 10 + index, "nomCoordonneeBancaire": name}
        for index, name in enumerate(structure.coordonneesBancaires, 1)
    ]
    return answer(TRANSVERSE_OK, listeCoordonneeBancaire=rows)
