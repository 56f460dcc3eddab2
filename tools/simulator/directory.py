"""Who exists here: PISTE applications, technical accounts, structures with their requirements and services.

The shape is that of ``directory.json`` and of ``directory_bodies.json``, which holds bodies of every kind to look up; a change
(``POST /_simulator/directory``) uses the same names.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from importlib import resources
from typing import Any, TypeVar

from .clock import Clock, iso, parse_moment
from .schema import ContractError

Kept = TypeVar("Kept", "Structure", "Service")

DEFAULT_FILES = ("directory.json", "directory_bodies.json")
#: The space of a supplier's invoices.
ISSUED_INVOICES = "FACTURES_EMISES"
#: All spaces that are of use to a supplier, with their labels.
SPACES = {
    ISSUED_INVOICES: "Factures émises",
    "FACTURES_A_VALIDER": "Factures à valider",
    "FACTURES_TRAVAUX": "Factures de travaux",
    "ENGAGEMENTS": "Engagements",
    "SUIVI_FLUX": "Suivi des flux",
}
FIRST_NEW_ID = 5_000_900_000


@dataclass(frozen=True)
class Application:
    """A PISTE application and the structures whose API connection ("raccordement") names it."""

    client_id: str
    client_secret: str = field(repr=False)
    apis: tuple[str, ...] = ("factures", "structures", "transverses", "engagementsJuridiques")
    structures: tuple[str, ...] = ()
    raccordementActif: bool = True


@dataclass(frozen=True)
class Account:
    """A technical account; its password expires (``motPasseExpireLe``). ``espaces``: the spaces it may work in.

    ``consultation``: those of them in which it may only look. ``rattachements``: other structures, establishments say, for which
    it may act as for its own. ``statut``: of its account, as *Utilisateurs* tells it.
    """

    login: str
    password: str = field(repr=False)
    structure: str
    idUtilisateur: int
    prenom: str = ""
    nom: str = ""
    email: str = ""
    motPasseExpireLe: str = ""
    espaces: tuple[str, ...] = tuple(SPACES)
    consultation: tuple[str, ...] = ()
    rattachements: tuple[str, ...] = ()
    statut: str = "ACTIF"

    @property
    def structures(self) -> tuple[str, ...]:
        """All structures for which it may act."""
        return (self.structure, *self.rattachements)


@dataclass(frozen=True)
class Service:
    """A service of a public body; ``numeroEngagement`` says that it requires one."""

    codeService: str
    idService: int = 0
    libelleService: str = ""
    estActif: bool = True
    numeroEngagement: bool = False
    miseEnPaiement: bool = False
    dateDebutValidite: str = ""
    dateFinValidite: str = ""


@dataclass(frozen=True)
class Requirements:
    """``parametres`` of structures/consulter (doc/RULES.md §5, R-08 to R-13)."""

    codeServiceDoitEtreRenseigne: bool = False
    numeroEJDoitEtreRenseigne: bool = False
    gestionNumeroEJOuCodeService: bool = False
    estMoaUniquement: bool = False
    getaMoa: bool = False
    estValideurDelegue: bool = False
    connexionEDI: bool = False
    recevoirDonneesViaEDI: bool = False
    nonDiffusibleInsee: bool = False
    statutMiseEnPaiementNestPasRemonte: bool = False


@dataclass(frozen=True)
class Engagement:
    """A commitment of the State, kept with the supplier who receives it (doc/API.md §2.F)."""

    idEngagementJuridique: int
    numeroEngagementJuridique: str
    montantTotalTtc: float
    libelleTypeEngagementJuridique: str = "BON_DE_COMMANDE"
    libelleEtatCourantEJ: str = "COMMANDE"
    codeServiceExecutant: str = ""
    libelleServiceExecutant: str = ""
    dateNotificationEJ: str = ""
    deviseEngagement: str = "EUR"


@dataclass(frozen=True)
class Structure:
    identifiantStructure: str
    idStructureCPP: int = 0
    typeIdentifiantStructure: str = "SIRET"
    designationStructure: str = ""
    typeStructure: str = "PUBLIQUE"
    statut: str = "ACTIVE"
    emailStructure: str = ""
    numeroTVA: str = ""
    adresse: str = ""
    codePostal: str = ""
    ville: str = ""
    pays: str = "FR"
    parametres: Requirements = Requirements()
    services: tuple[Service, ...] = ()
    engagements: tuple[Engagement, ...] = ()
    # names of the bank accounts declared on the portal
    coordonneesBancaires: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        return self.statut == "ACTIVE"

    @property
    def is_public(self) -> bool:
        return self.typeStructure == "PUBLIQUE"

    @property
    def siren(self) -> str:
        return self.identifiantStructure[:9]

    def service(self, code: str) -> Service | None:
        return next((service for service in self.services if service.codeService == code), None)


def _default() -> list[dict[str, Any]]:
    folder = resources.files(__package__)
    return [json.loads(folder.joinpath(name).read_text(encoding="utf-8")) for name in DEFAULT_FILES]


class Directory:
    """Everything is replaced, never changed in place, so that readers need no lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.restore()

    def restore(self) -> None:
        """Back to the data files."""
        self._applications: dict[str, Application] = {}
        self._accounts: dict[str, Account] = {}
        self._structures: dict[int, Structure] = {}
        self._by_identifier: dict[str, int] = {}
        self._next_id = FIRST_NEW_ID
        for part in _default():
            self.change(part)

    # What the API asks

    def application(self, client_id: str) -> Application | None:
        return self._applications.get(client_id)

    def account(self, login: str) -> Account | None:
        return self._accounts.get(login)

    def by_id(self, identifier: int) -> Structure | None:
        return self._structures.get(identifier)

    def by_siret(self, siret: str) -> Structure | None:
        return self._structures.get(self._by_identifier.get(siret, 0))

    def structures(self) -> list[Structure]:
        return list(self._structures.values())

    # Changes

    def change(self, body: dict[str, Any]) -> None:
        """Adds or changes what ``body`` holds: ``structures``, ``applications``, ``accounts``, or one structure.

        Fields that are not given keep their value; services are matched by ``codeService``, one with ``"gone": true`` is taken
        out; commitments are replaced as a whole. Nothing is changed when part of the body is wrong. Raises
        ContractError.
        """
        body = copy.deepcopy(body)
        if not {"structures", "applications", "accounts"} & body.keys():
            body = {"structures": [body]}
        unknown = body.keys() - {"structures", "applications", "accounts"}
        if unknown:
            raise ContractError(f"Clés inconnues : {sorted(unknown)}")
        saved = self._snapshot()
        try:
            for data in body.get("structures", []):
                self._change_structure(data)
            for data in body.get("applications", []):
                self._change_application(data)
            for data in body.get("accounts", []):
                self._change_account(data)
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            self._restore_snapshot(saved)
            raise ContractError(f"Annuaire : {error}") from error

    def as_json(self) -> dict[str, Any]:
        """The directory without its secrets."""
        return {
            "structures": [asdict(structure) for structure in self._structures.values()],
            "applications": [_without(asdict(item), "client_secret") for item in self._applications.values()],
            "accounts": [_without(asdict(item), "password") for item in self._accounts.values()],
        }

    def dump(self) -> dict[str, Any]:
        """All of it, as ``change`` takes it back."""
        return {
            "structures": [asdict(structure) for structure in self._structures.values()],
            "applications": [asdict(item) for item in self._applications.values()],
            "accounts": [asdict(item) for item in self._accounts.values()],
        }

    def _snapshot(self) -> tuple[Any, ...]:
        return (dict(self._applications), dict(self._accounts), dict(self._structures), dict(self._by_identifier))

    def _restore_snapshot(self, saved: tuple[Any, ...]) -> None:
        self._applications, self._accounts, self._structures, self._by_identifier = saved

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    def _change_structure(self, data: dict[str, Any]) -> None:
        if "siret" in data:
            data["identifiantStructure"] = data.pop("siret")
        known = self.by_siret(data["identifiantStructure"])
        structure = known or Structure(data["identifiantStructure"], idStructureCPP=self._new_id())
        parameters = data.pop("parametres", {})
        services = data.pop("services", [])
        if "engagements" in data:
            data["engagements"] = tuple(Engagement(**item) for item in data["engagements"])
        if "coordonneesBancaires" in data:
            data["coordonneesBancaires"] = tuple(data["coordonneesBancaires"])
        structure = _changed(structure, data)
        structure = replace(
            structure,
            parametres=replace(structure.parametres, **parameters),
            services=self._changed_services(structure, services),
        )
        if structure.statut not in ("ACTIVE", "INACTIVE") or structure.typeStructure not in ("PUBLIQUE", "PRIVEE"):
            raise ValueError("statut (ACTIVE, INACTIVE) ou typeStructure (PUBLIQUE, PRIVEE) inconnu")
        self._structures = {**self._structures, structure.idStructureCPP: structure}
        self._by_identifier = {**self._by_identifier, structure.identifiantStructure: structure.idStructureCPP}

    def _changed_services(self, structure: Structure, changes: list[dict[str, Any]]) -> tuple[Service, ...]:
        services = {service.codeService: service for service in structure.services}
        for data in changes:
            code = data["codeService"]
            if data.pop("gone", False):
                services.pop(code, None)
                continue
            known = services.get(code) or Service(code, idService=self._new_id(), libelleService=code)
            services[code] = _changed(known, data)
            for name in ("dateDebutValidite", "dateFinValidite"):
                if getattr(services[code], name):
                    parse_moment(getattr(services[code], name))
        return tuple(services.values())

    def _change_application(self, data: dict[str, Any]) -> None:
        known = self._applications.get(data["client_id"]) or Application(data["client_id"], data["client_secret"])
        for name in ("apis", "structures"):
            if name in data:
                data[name] = tuple(data[name])
        self._applications = {**self._applications, known.client_id: replace(known, **data)}

    def _change_account(self, data: dict[str, Any]) -> None:
        if "joursAvantExpiration" in data:
            days = timedelta(days=data.pop("joursAvantExpiration"))
            data["motPasseExpireLe"] = iso(self._clock.now() + days)
        for name in ("espaces", "consultation", "rattachements"):
            if name in data:
                data[name] = tuple(data[name])
        known = self._accounts.get(data["login"])
        account = replace(known, **data) if known else Account(**{"idUtilisateur": self._new_id(), **data})
        if account.motPasseExpireLe:
            parse_moment(account.motPasseExpireLe)
        self._accounts = {**self._accounts, account.login: account}


def _changed(known: Kept, data: dict[str, Any]) -> Kept:
    """``replace`` with the names and the types checked."""
    for name, value in data.items():
        if not isinstance(value, type(getattr(known, name))):
            raise ValueError(f"{name} : type inattendu")
    build: Callable[..., Kept] = replace
    return build(known, **data)


def _without(data: dict[str, Any], secret: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != secret}
