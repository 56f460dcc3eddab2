"""The requests of the works searches and of validators: doc/API.md §2.A and §2.E, written down again as typed tables."""

from __future__ import annotations

from . import vocabulary as v
from .contracts import _generic_paging
from .schema import boolean, either, integer, list_of, moment, number, one_of, record, string
from .works import TYPES

_ORDER = one_of(("Ascendant", "Descendant"))
_ROLES = one_of(("FOURNISSEUR", "MOE", "MOA", "VALIDEUR", "DESTINATAIRE"))

SEARCH_WORKS = record(
    {
        "roleUtilisateur": _ROLES,
        **{
            name: integer()
            for name in (
                "idStructureFournisseur idServiceFournisseur idStructureMoe idServiceMoe idStructureMoa idServiceMoa "
                "idDestinataire idServiceExecutant idStructureValideur idCoordonneeBancaire"
            ).split()
        },
        "listeTypeFactureTravaux": list_of(one_of(TYPES.values())),
        "listeStatutCourant": either(string, list_of(one_of(v.STATUSES))),
        "cadreFacturation": one_of(v.SEARCHED_FRAMEWORKS),
        **{
            f"{name}{end}": moment
            for name in ("periodeDateDepot", "periodeDateFactureTravaux", "periodeDateHeureEtatCourant")
            for end in ("Du", "Au")
        },
        **{f"montant{name}{end}": string for name in ("HT", "TTC", "APayer") for end in ("Min", "Max")},
        **dict.fromkeys(("numeroFactureTravaux", "numeroMarche", "numeroBonCommande", "numeroFluxDepot"), string),
        "modeDepot": one_of(v.DEPOSIT_MODES),
        "uniquementSansPieceSuivante": boolean,
        "avecSansService": string,
        "flagTelecharge": boolean,
        "rechercheFactureTravaux": record(
            {"pageResultatDemandee": integer(), "nbResultatsParPage": integer(), "triSens": _ORDER, "triColonne": string}
        ),
    }
)


def _structure(name: str) -> object:
    return record(
        {
            f"idStructure{name}": integer(),
            f"typeIdentifiantStructure{name}": one_of(v.IDENTIFIER_TYPES),
            f"identifiantStructure{name}": string,
        }
    )


SEARCH_PAYMENT_REQUESTS = record(
    {
        "roleUtilisateur": _ROLES,
        "typeDemandePaiement": one_of(("FACTURE", "FACTURE_TRAVAUX", "MEMOIRE_JUSTICE", "DEMANDE_REMBOURSEMENT")),
        "typeFacture": one_of(v.INVOICE_TYPES),
        "typeFactureTravaux": one_of(TYPES.values()),
        "cadreFacturation": one_of(v.SEARCHED_FRAMEWORKS),
        "statutCourant": list_of(one_of(v.STATUSES)),
        **{
            f"{name}{end}": moment
            for name in ("periodeDateHeureEtatCourant", "periodeDateFournisseur", "periodeDateDepot")
            for end in ("Du", "Au")
        },
        **{f"montant{name}{end}": number for name in ("HT", "TTC", "APayer") for end in ("Min", "Max")},
        **dict.fromkeys(
            (
                "numeroFacture numeroMarche numeroBonCommande numeroFactureOrigine numeroDossierFacturation "
                "numeroFactureMemoire numeroDpMandat"
            ).split(),
            string,
        ),
        **{f"structure{name}": _structure(name) for name in ("Fournisseur", "Moe", "Moa", "Valideur", "Destinataire")},
        "rechercheSirenFournisseur": boolean,
        "rechercheSirenDestinataire": boolean,
        **{f"idService{name}": integer() for name in ("Fournisseur", "Moe", "Moa", "Destinataire")},
        "dpOuDpArchive": one_of(("DEMANDE_PAIEMENT", "DP_ARCHIVE")),
    }
)

_VALIDATOR_COLUMNS = (
    "IdFacture TypeDemandePaiement IdFournisseur IdentifiantFournisseur DesignationFournisseur TypeFacture NumeroFacture "
    "DateFacture DateDepot MontantHT MontantTTC MontantAPayer Devise Statut NumeroMarche NumeroEngagement"
).split()

SEARCH_TO_VALIDATE = record(
    {
        "idUtilisateurCourant": integer(),
        "idStructure": integer(),
        "typeIdentifiantStructure": one_of(v.IDENTIFIER_TYPES),
        "identifiantStructure": string,
        "pagination": record(
            {
                "pageResultatDemandee": integer(),
                "nbResultatsParPage": integer(),
                "triSens": _ORDER,
                "triColonne": one_of(_VALIDATOR_COLUMNS),
                **_generic_paging(),
            }
        ),
    }
)

SEARCH_AS_VALIDATOR = record(
    {
        "idUtilisateurCourant": integer(),
        "typeDemandePaiement": one_of(("FACTURE", "FACTURE_TRAVAUX")),
        "numeroFacture": string,
        "numeroMarche": string,
        "idStructureValideur": integer(),
        "statutCourant": list_of(one_of(v.STATUSES)),
        "pagination": record(
            {
                "pageResultatDemandee": integer(),
                "nbResultatsParPage": integer(),
                "triSens": _ORDER,
                "triColonne": one_of(_VALIDATOR_COLUMNS),
                **_generic_paging(),
            }
        ),
    }
)

VALIDATE = record(
    {
        "idFacture": integer(),
        "action": one_of(("VALIDATION", "REFUS")),
        "typeValideur": string,
        "idValideur": integer(),
        "motifRefus": string,
        "complementInfo": string,
    }
)

DOWNLOAD_GROUP = record(
    {
        "idUtilisateurCourant": integer(),
        "idEspace": integer(),
        "format": one_of(("PDF", "PIVOT")),
        "avecPiecesJointesComplementaires": string,
        "listeFacture": list_of(record({"idFacture": integer()})),
    }
)
