"""The directory's operations: structures, their services, the State's commitments (doc/API.md §2.B, §2.C, §2.F).

The API's French names stay in this file and in ``client``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..clock import parse_instant
from .answers_directory import (
    Engagement,
    FoundService,
    FoundStructure,
    PostalAddress,
    ServiceDetails,
    StructureDetails,
    StructurePage,
)
from .json_values import pages, record, rows, text, total
from .paging import search_all
from .session import PisteSession

#: Services asked for in one page: most structures have fewer (doc/API.md §2.H: others ask up to 10,000).
SERVICES_PAGE = 500
#: Structures in one page of a search, which a person reads.
STRUCTURES_PAGE = 40


class DirectoryClient:
    """Calls that only read; see :class:`~.client.ChorusClient`."""

    def __init__(self, session: PisteSession) -> None:
        self._session = session

    @property
    def tally(self) -> Mapping[str, int]:
        """Requests made so far, under ``""``, and the failed ones under their failure's code."""
        return self._session.tally

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
        answer = self._session.search(
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
        )
        found = tuple(
            FoundStructure(
                identifier=text(row.get("idStructureCPP")),
                name=text(row.get("designationStructure")),
                registry=text(row.get("identifiantStructure")),
                registry_type=text(row.get("typeIdentifiantStructure")) or "SIRET",
                active=text(row.get("statut")) == "ACTIVE",
            )
            for row in rows(answer.get("listeStructures"))
        )
        return StructurePage(found, page, pages(answer), total(answer, len(found)))

    def structure(self, identifier: str) -> StructureDetails:
        """What a structure is and requires (``structures/consulter``); ``identifier`` is its ``idStructureCPP``."""
        answer = self._session.post("/cpro/structures/v1/consulter", {"codeLangue": "FR", "idStructureCPP": int(identifier)})
        general, asked = record(answer.get("informationGenerales")), record(answer.get("parametres"))
        address = record(answer.get("adressePostaleDuSiege"))
        person = " ".join(filter(None, (text(general.get("prenomStructure")), text(general.get("nomStructure")))))
        more = [text(address.get("complementAdresse1")), text(address.get("complementAdresse2"))]
        return StructureDetails(
            name=text(general.get("raisonSocialeStructure")) or text(general.get("libelleStructure")) or person,
            registry=text(general.get("identifiantStructure")),
            registry_type=text(general.get("typeIdentifiantStructure")) or "SIRET",
            public=text(general.get("structurePriveePublique")) == "PUBLIQUE",
            vat=text(general.get("numeroTVA")),
            email=text(general.get("emailStructure")),
            address=PostalAddress(
                street=text(address.get("adresse")),
                street2=", ".join(filter(None, more)),
                postcode=text(address.get("codePostal")),
                city=text(address.get("ville")),
                country=text(address.get("pays")),
                phone="".join((text(address.get("indicatifTelephone")), text(address.get("telephone")))),
            ),
            service_required=bool(asked.get("codeServiceDoitEtreRenseigne")),
            engagement_required=bool(asked.get("numeroEJDoitEtreRenseigne")),
            either_required=bool(asked.get("gestionNumeroEJOuCodeService")),
            works_owner_only=bool(asked.get("estMoaUniquement")),
            payment_not_reported=bool(asked.get("statutMiseEnPaiementNestPasRemonte")),
            password_expires_at=parse_instant(general.get("dateExpirationMotPasseCompteTech")),
        )

    def services(self, structure: str) -> Iterator[FoundService]:
        """All services of a structure, active or not (``structures/rechercher/services``); one call a page."""
        found = search_all(
            self._session,
            "/cpro/structures/v1/rechercher/services",
            {"idStructure": int(structure)},
            "parametresRechercherServicesStructure",
            "listeServices",
            column="CodeService",
            size=SERVICES_PAGE,
        )
        for row in found:
            yield FoundService(
                identifier=text(row.get("idService")),
                code=text(row.get("codeService")),
                name=text(row.get("libelleService")),
                active=bool(row.get("estActif")),
            )

    def service(self, structure: str, service: str) -> ServiceDetails:
        """What one service requires (``structures/consulter/service``); both are the platform's identifiers."""
        answer = self._session.post(
            "/cpro/structures/v1/consulter/service",
            {"codeLangue": "FR", "idStructure": int(structure), "idService": int(service)},
        )
        asked = record(answer.get("parametres"))
        return ServiceDetails(
            engagement_required=bool(asked.get("numeroEngagement")),
            valid_from=parse_instant(asked.get("dateDebutValidite")),
            valid_until=parse_instant(asked.get("dateFinValidite")),
        )

    # -- commitments -----------------------------------------------------------------------------------------------------

    def engagements(self, number: str, supplier_structure: str) -> list[Engagement]:
        """The State's commitments to us under that number (``engagementsJuridiques/rechercher``, doc/API.md §2.F).

        :param supplier_structure: Chorus Pro's identifier of our structure.
        """
        answer = self._session.search(
            "/cpro/engagementsJuridiques/v1/rechercher",
            {
                "numeroEngagementJuridique": number,
                "structureReceptriceEngagementJuridique": supplier_structure,
                "parametresRecherche": {"nbResultatsParPage": 10, "pageResultatDemandee": 1},
            },
        )
        return [
            Engagement(
                number=text(row.get("numeroEngagementJuridique")),
                state=text(row.get("libelleEtatCourantEJ")),
                total=text(row.get("montantTotalTtc")),
                currency=text(row.get("deviseEngagement")),
                service_code=text(row.get("codeServiceExecutant")),
                notified_at=parse_instant(row.get("dateNotificationEJ")),
            )
            for row in rows(answer.get("listeEngagementJuridique"))
        ]
