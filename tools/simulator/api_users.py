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
    wanted = (body.get("structure") or {}).get("idStructure")
    structure = platform.directory.by_id(wanted or 0)
    if account is None or structure is None or structure.identifiantStructure not in account.structures:
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
    """The structures of the account. Nothing found answers like the searches of Transverses."""
    account = caller.account
    structures = [platform.directory.by_siret(siret) for siret in account.structures] if account else []
    rows = [
        {
            "idStructure": structure.idStructureCPP,
            "identifiantStructure": structure.identifiantStructure,
            "typeIdentifiantStructure": structure.typeIdentifiantStructure,
            "designationStructure": structure.designationStructure,
            "statutRattachementStructure": "ACTIF",
            "statutUtilisateur": account.statut if account else "",
        }
        for structure in structures
        if structure
    ]
    if not rows:
        raise nothing_found()
    return answer(TRANSVERSE_OK, listeStructureRattachement=rows)
