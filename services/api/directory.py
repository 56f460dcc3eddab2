"""The directory's operations: structures, their services, the State's commitments (doc/API.md §2.B, §2.C, §2.F).

The API's French names stay in this file and in ``client``.
"""

from __future__ import annotations

from collections.abc import Iterator

from .answers_directory import (
    Attachment,
    Engagement,
    FoundService,
    FoundSpace,
    FoundStructure,
    PostalAddress,
    ServiceDetails,
    StructureDetails,
    StructurePage,
)
from .errors import TryLater
from .json_values import Fields, amount, digits, flag, instant, name, record, text, understood
from .session import PisteSession, search_all

#: Services asked for in one page: most structures have fewer (doc/API.md §2.H: others ask up to 10,000).
SERVICES_PAGE = 500
#: Structures in one page of a search, which a person reads.
STRUCTURES_PAGE = 40


class DirectoryClient:
    """Calls that only read; see :class:`~.client.ChorusClient`."""

    _session: PisteSession

    # -- what our account may do ---------------------------------------------------------------------------------------

    def spaces(self, structure: str) -> list[FoundSpace]:
        """The spaces of a structure and of its services (``structures/rechercher/espaces``), the first page of them."""
        found = self._session.search(
            "/cpro/structures/v1/rechercher/espaces",
            {
                "structure": {"idStructure": int(structure)},
                "parametresRechercherEspaces": {"nbResultatsParPage": SERVICES_PAGE, "pageResultatDemandee": 1},
            },
            "listeEspace",
        )
        with understood():
            return [_found_space(Fields(row)) for row in found.rows]

    def own_attachments(self) -> list[Attachment]:
        """The structures to which our account is attached (``utilisateurs/monCompte/recuperer/rattachements``).

        Needs the PISTE API *Utilisateurs*.
        """
        found = self._session.search(
            "/cpro/utilisateurs/v1/monCompte/recuperer/rattachements",
            {"parametresRecherche": {"nbResultatsParPage": SERVICES_PAGE, "pageResultatDemandee": 1}},
            "listeStructureRattachement",
        )
        with understood():
            return [_attachment(Fields(row)) for row in found.rows]

    # -- structures ----------------------------------------------------------------------------------------------------

    def find_structures(self, identifier: str, identifier_type: str = "SIRET") -> list[FoundStructure]:
        """The structures with that identifier (``structures/rechercher``), active or not."""
        return list(self.search_structures(identifier=identifier, identifier_type=identifier_type).structures)

    def search_structures(
        self,
        *,
        identifier: str | None = None,
        identifier_type: str | None = None,
        name: str | None = None,
        town: str | None = None,
        postcode: str | None = None,
        public_only: bool = False,
        active_only: bool = False,
        page: int = 1,
    ) -> StructurePage:
        """One page of the structures that meet all the criteria given (``structures/rechercher``).

        :param identifier_type: a ``typeIdentifiantStructure``: ``SIRET``, ``UE_HORS_FRANCE``, ``HORS_UE``, ``RIDET``…
        :param name, town: looked for inside the structure's.
        """
        criteria = {
            "identifiantStructure": identifier,
            "typeIdentifiantStructure": identifier_type,
            "raisonSocialeStructure": name,
            "adresseVille": town,
            "adresseCodePostal": postcode,
            "typeStructure": "PUBLIQUE" if public_only else None,
            "statutStructure": "ACTIF" if active_only else None,
        }
        found = self._session.search(
            "/cpro/structures/v1/rechercher",
            {
                "structure": {field: value for field, value in criteria.items() if value},
                "parametres": {
                    "nbResultatsParPage": STRUCTURES_PAGE,
                    "pageResultatDemandee": page,
                    "triColonne": "DesignationStructure",
                    "triSens": "Ascendant",
                },
            },
            "listeStructures",
        )
        with understood():
            structures = tuple(_found_structure(Fields(row)) for row in found.rows)
        return StructurePage(structures, page, found.pages or 1, found.total or len(structures))

    def structure(self, identifier: str) -> StructureDetails:
        """What a structure is and requires (``structures/consulter``); ``identifier`` is its ``idStructureCPP``."""
        answer = self._session.post("/cpro/structures/v1/consulter", {"codeLangue": "FR", "idStructureCPP": int(identifier)})
        with understood():
            parts = Fields(answer)
            if not parts("informationGenerales", record) or not parts("parametres", record):
                raise TryLater("a structure without its parameters", code="unreadable")
            general, asked = Fields(answer["informationGenerales"]), Fields(answer["parametres"])
            address = Fields(parts("adressePostaleDuSiege", record))
            person = " ".join(filter(None, (general("prenomStructure", text), general("nomStructure", text))))
            more = (address("complementAdresse1", text), address("complementAdresse2", text))
            return StructureDetails(
                name=general("raisonSocialeStructure", text) or general("libelleStructure", text) or person,
                registry=general("identifiantStructure", name),
                registry_type=general("typeIdentifiantStructure", name) or "SIRET",
                public=general("structurePriveePublique", name) == "PUBLIQUE",
                vat=general("numeroTVA", name),
                email=general("emailStructure", text),
                address=PostalAddress(
                    street=address("adresse", text),
                    street2=", ".join(filter(None, more)),
                    postcode=address("codePostal", name),
                    city=address("ville", text),
                    country=address("pays", name),
                    phone="".join((address("indicatifTelephone", name), address("telephone", name))),
                ),
                service_required=asked("codeServiceDoitEtreRenseigne", flag),
                engagement_required=asked("numeroEJDoitEtreRenseigne", flag),
                either_required=asked("gestionNumeroEJOuCodeService", flag),
                works_owner_only=asked("estMoaUniquement", flag),
                payment_not_reported=asked("statutMiseEnPaiementNestPasRemonte", flag),
                password_expires_at=general("dateExpirationMotPasseCompteTech", instant),
            )

    def services(self, structure: str) -> Iterator[FoundService]:
        """All services of a structure, active or not (``structures/rechercher/services``); one call a page."""
        return search_all(
            self._session,
            "/cpro/structures/v1/rechercher/services",
            {"idStructure": int(structure)},
            "parametresRechercherServicesStructure",
            "listeServices",
            _found_service,
            named="codeService",
            column="CodeService",
            size=SERVICES_PAGE,
        )

    def service(self, structure: str, service: str) -> ServiceDetails:
        """What one service requires (``structures/consulter/service``); both are the platform's identifiers."""
        answer = self._session.post(
            "/cpro/structures/v1/consulter/service",
            {"codeLangue": "FR", "idStructure": int(structure), "idService": int(service)},
        )
        with understood():
            if not Fields(answer)("parametres", record):
                raise TryLater("a service without its parameters", code="unreadable")
            asked = Fields(answer["parametres"])
            return ServiceDetails(
                engagement_required=asked("numeroEngagement", flag),
                valid_from=asked("dateDebutValidite", instant),
                valid_until=asked("dateFinValidite", instant),
            )

    # -- commitments -----------------------------------------------------------------------------------------------------

    def engagements(self, number: str, supplier_structure: str) -> list[Engagement]:
        """The State's commitments to us under that number (``engagementsJuridiques/rechercher``, doc/API.md §2.F).

        :param supplier_structure: Chorus Pro's identifier of our structure.
        """
        found = self._session.search(
            "/cpro/engagementsJuridiques/v1/rechercher",
            {
                "numeroEngagementJuridique": number,
                "structureReceptriceEngagementJuridique": supplier_structure,
                "parametresRecherche": {"nbResultatsParPage": 10, "pageResultatDemandee": 1},
            },
            "listeEngagementJuridique",
        )
        with understood():
            return [_engagement(Fields(row)) for row in found.rows]


def _found_structure(row: Fields) -> FoundStructure:
    return FoundStructure(
        identifier=row.need("idStructureCPP", digits),
        name=row("designationStructure", text),
        registry=row("identifiantStructure", name),
        registry_type=row("typeIdentifiantStructure", name) or "SIRET",
        active=row("statut", name) == "ACTIVE",
    )


def _found_space(row: Fields) -> FoundSpace:
    return FoundSpace(
        name=row("libelleEspace", text),
        active=row("etatCourant", name) != "SUPPRIME",
        read_only=row("typeHabilitation", name) == "CONSULTATION_UNIQUEMENT",
    )


def _attachment(row: Fields) -> Attachment:
    return Attachment(
        structure=row("idStructure", digits),
        state=row("statutRattachementStructure", text),
        account_state=row("statutUtilisateur", text),
    )


def _found_service(row: Fields) -> FoundService:
    return FoundService(
        identifier=row.need("idService", digits),
        code=row("codeService", name),
        name=row("libelleService", text),
        active=row("estActif", flag),
    )


def _engagement(row: Fields) -> Engagement:
    return Engagement(
        number=row("numeroEngagementJuridique", name),
        state=row("libelleEtatCourantEJ", text),
        total=row("montantTotalTtc", amount),
        currency=row("deviseEngagement", name),
        service_code=row("codeServiceExecutant", name),
        notified_at=row("dateNotificationEJ", instant),
    )
