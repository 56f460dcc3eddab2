"""What an account may do: structures/rechercher/espaces, utilisateurs/monCompte/recuperer/rattachements."""

from __future__ import annotations

from typing import Any

from .access import Caller
from .chorus import Platform
from .directory import SPACES
from .paging import cut
from .replies import TRANSVERSE_OK, answer, not_allowed, nothing_found


def spaces(platform: Platform, caller: Caller, body: dict[str, Any]) -> dict[str, Any]:
    """The spaces of one's own structure, as far as they are open to the account."""
    account = caller.account
    structure = platform.directory.by_siret(account.structure) if account else None
    wanted = (body.get("structure") or {}).get("idStructure")
    if account is None or structure is None or wanted not in (None, structure.idStructureCPP):
        raise not_allowed()
    rows = [
        {
            "codeEspace": number,
            "libelleEspace": label,
            "etatCourant": "ACTIVE",
            "typeHabilitation": "CONSULTATION_UNIQUEMENT" if space in account.consultation else "MODIFICATION",
        }
        for number, (space, label) in enumerate(SPACES.items(), 1)
        if space in account.espaces
    ]
    page = cut(rows, body.get("parametresRechercherEspaces") or {}, "pageResultatDemandee", "nbResultatsParPage")
    return answer(TRANSVERSE_OK, parametresRetour=page.as_parameters(), listeEspace=page.items)


def attachments(platform: Platform, caller: Caller, _body: dict[str, Any]) -> dict[str, Any]:
    """The structure of the account. Nothing found answers like the searches of Transverses."""
    account = caller.account
    structure = platform.directory.by_siret(account.structure) if account else None
    if account is None or structure is None:
        raise nothing_found()
    row = {
        "idStructure": structure.idStructureCPP,
        "identifiantStructure": structure.identifiantStructure,
        "typeIdentifiantStructure": structure.typeIdentifiantStructure,
        "designationStructure": structure.designationStructure,
        "statutRattachementStructure": "ACTIF",
        "statutUtilisateur": account.statut,
    }
    return answer(TRANSVERSE_OK, listeStructureRattachement=[row])
