"""The requests this simulator takes: doc/API.md §2.A, §2.B and §2.C, written down again as typed tables."""

from __future__ import annotations

from . import vocabulary as v
from .schema import Check, boolean, either, integer, list_of, moment, number, one_of, record, string

_ORDER = one_of(("Ascendant", "Descendant"))

# A sort column that no flow fills is taken and keeps the order of integration (search.py).
SEARCH_COLUMNS = (
    "TypeDemandePaiement CodeFournisseur TypeIdentifiantFournisseur DesignationFournisseur CodeServiceFournisseur "
    "NomServiceFournisseur CodeDestinataire DesignationDestinataire CodeServiceExecutant NomServiceExecutant "
    "TypeFacture NumeroFacture DateFacture DateDepot MontantHT MontantTTC MontantAPayer Devise Statut NumeroMarche "
    "NumeroBonCommande NumeroFluxDepot TypeIdentifiantValideur1 CodeValideur1 RaisonSocialeValideur1 NomValideur1 "
    "PrenomValideur1 DateValidation1 TypeIdentifiantValideur2 CodeValideur2 RaisonSocialeValideur2 NomValideur2 "
    "PrenomValideur2 DateValidation2 NumeroFactureOrigine ModeDepot CoordBancairesFournisseurCleIban "
    "CoordBancairesFournisseurCleRib CoordBancairesFournisseurCodeBanque CoordBancairesFournisseurCodePays "
    "CoordBancairesFournisseurCompteBancaire CoordBancairesFournisseurNomCb AffactureurCode "
    "AffactureurTypeIdentifiant AffactureurRaisonSociale NomPrenomUtilisateurCreateur"
).split()


def _generic_paging() -> dict[str, Check]:
    """The second, generic set of paging fields that every search of Factures carries."""
    return {
        "champsDeTri": record({}),
        "ordreTriGenerique": _ORDER,
        "taillePageGenerique": integer(),
        "indexPageGenerique": integer(),
    }


DEPOSIT_FLOW = record(
    {
        "idUtilisateurCourant": integer(),
        "fichierFlux": string,
        "nomFichier": string,
        "syntaxeFlux": one_of(v.SYNTAXES),
        "avecSignature": boolean,
    }
)

_MAIN_FILE = record({"pieceJointePrincipaleDesignation": string, "pieceJointePrincipaleId": integer()})

SUBMIT = record(
    {
        "idUtilisateurCourant": integer(),
        "modeDepot": one_of(v.SUBMISSION_MODES),
        "numeroFactureSaisi": string,
        "dateFacture": moment,
        "destinataire": record({"codeDestinataire": string, "codeServiceExecutant": string}),
        "fournisseur": record(
            {
                "idFournisseur": integer(),
                "idServiceFournisseur": integer(),
                "codeCoordonneesBancairesFournisseur": integer(),
            }
        ),
        "cadreDeFacturation": record(
            {
                "codeCadreFacturation": one_of(v.FRAMEWORKS.values()),
                "codeStructureValideur": string,
                "codeServiceValideur": string,
            }
        ),
        "references": record(
            {
                "deviseFacture": string,
                "typeFacture": one_of(("AVOIR", "FACTURE")),
                "typeTva": one_of(v.VAT_KINDS),
                "motifExonerationTva": string,
                "numeroMarche": string,
                "numeroBonCommande": string,
                "numeroFactureOrigine": string,
                "modePaiement": one_of(v.PAYMENT_MODES),
            }
        ),
        "lignePoste": list_of(
            record(
                {
                    "lignePosteNumero": integer(32),
                    "lignePosteReference": string,
                    "lignePosteDenomination": string,
                    "lignePosteQuantite": number,
                    "lignePosteUnite": string,
                    "lignePosteMontantUnitaireHT": number,
                    "lignePosteMontantRemiseHT": number,
                    "lignePosteTauxTva": string,
                    "lignePosteTauxTvaManuel": number,
                }
            )
        ),
        "ligneTva": list_of(
            record(
                {
                    "ligneTvaTaux": string,
                    "ligneTvaMontantBaseHtParTaux": number,
                    "ligneTvaMontantTvaParTaux": number,
                    "ligneTvaTauxManuel": number,
                }
            )
        ),
        "montantTotal": record(
            {
                "montantHtTotal": number,
                "montantTVA": number,
                "montantTtcTotal": number,
                "montantRemiseGlobaleTTC": number,
                "motifRemiseGlobaleTTC": string,
                "montantAPayer": number,
            }
        ),
        # an object in the Swagger, a list in the requests known to have succeeded (doc/API.md §2.0): both are taken
        "pieceJointePrincipale": either(_MAIN_FILE, list_of(_MAIN_FILE)),
        "pieceJointeComplementaire": list_of(
            record(
                {
                    "pieceJointeComplementaireDesignation": string,
                    "pieceJointeComplementaireType": string,
                    "pieceJointeComplementaireNumeroLigneFacture": integer(32),
                    "pieceJointeComplementaireId": integer(),
                    "pieceJointeComplementaireIdLiaison": integer(),
                }
            )
        ),
        "commentaire": string,
    }
)

ADD_FILE = record(
    {
        "idUtilisateurCourant": integer(),
        "pieceJointeExtension": string,
        "pieceJointeFichier": string,
        "pieceJointeNom": string,
        "pieceJointeTypeMime": string,
    }
)
FILE_TYPES = record({"codeLangue": one_of(("FR", "EN")), "typeObjet": one_of(v.FILE_OBJECTS)})
FLOW_FORMATS = record({})
FLOW_SYNTAXES = record({"formatFlux": one_of(tuple(v.FLOW_FORMATS))})
FRAMEWORKS = record({"typeDemandePaiement": one_of(("FACTURE", "FACTURE_TRAVAUX"))})
WORKS_TYPES = record({})
EXEMPTIONS = record({"codeLangue": one_of(("FR", "EN"))})
BANK_ACCOUNTS = record({"idStructure": integer()})

SEARCH_AS_SUPPLIER = record(
    {
        "idUtilisateurCourant": integer(),
        "listeDestinataire": list_of(
            record(
                {
                    "idDestinataire": integer(),
                    "listeIdServiceExecutant": list_of(integer()),
                    "raisonSocialeStuctDmd": string,
                }
            )
        ),
        "rechercheSirenDestinataire": boolean,
        "numeroFacture": string,
        "periodeDateDepotDu": moment,
        "periodeDateDepotAu": moment,
        "typeFacture": one_of(v.INVOICE_TYPES),
        "idFournisseur": integer(),
        "idServiceFournisseur": integer(),
        "idStructureValideur": integer(),
        "cadreFacturation": one_of(v.SEARCHED_FRAMEWORKS),
        "statutCourant": list_of(one_of(v.STATUSES)),
        "periodeDateFactureDu": moment,
        "periodeDateFactureAu": moment,
        "montantHTMin": number,
        "montantHTMax": number,
        "montantTTCMin": number,
        "montantTTCMax": number,
        "montantApayerMin": number,
        "montantApayerMax": number,
        "coordonneeBancaire": integer(),
        "idUtilisateurCreateur": list_of(integer()),
        "numeroMarche": string,
        "numeroBonCommande": string,
        "numeroFactureOrigine": string,
        "modeDepot": one_of(v.DEPOSIT_MODES),
        "numeroFluxDepot": string,
        "rechercheFactureParFournisseur": record(
            {
                "nbResultatsMaximum": integer(),
                "pageResultatDemandee": integer(),
                "nbResultatsParPage": integer(),
                "triSens": _ORDER,
                "triColonne": one_of(SEARCH_COLUMNS),
                **_generic_paging(),
            }
        ),
        "recupererTaille": boolean,
        "periodeDateHeureEtatCourantDu": moment,
        "periodeDateHeureEtatCourantAu": moment,
        "rejetTraite": boolean,
    }
)

CONSULT_AS_SUPPLIER = record(
    {
        "idUtilisateurCourant": integer(),
        "identifiantFactureCPP": integer(),
        "codeLangue": one_of(("FR", "EN")),
        "getpLigneRecapTva": record(
            {
                "pageResultatDemandeeListeRecapitulatifTVA": integer(32),
                "nbResultatsParPageListeListeRecapitulatifTVA": integer(32),
                "triSensListeRecapitulatifTVA": _ORDER,
                "triColonneListeRecapitulatifTVA": one_of(
                    (
                        "LigneTvaMontantTvaParTaux",
                        "LigneTvaTauxRefCode",
                        "LigneTvaTauxRefLibelle",
                        "LigneTvaTauxRefValeur",
                        "LigneTvaTauxManuel",
                        "LigneTvaMontantBaseHtParTaux",
                    )
                ),
                **_generic_paging(),
            }
        ),
        "getpListePiecesJointes": record(
            {
                "pageResultatDemandeeListePieceJointe": integer(),
                "nbResultatsParPageListePieceJointe": integer(),
                "triSensListePiecesJointes": _ORDER,
                "triColonneListePiecesJointes": one_of(
                    (
                        "PieceJointeTypeCode",
                        "PieceJointeTypeLibelle",
                        "PieceJointeDesignation",
                        "PieceJointeNumeroLigneFacture",
                        "PieceJointeExtension",
                    )
                ),
                **_generic_paging(),
            }
        ),
        "getpLignesPoste": record(
            {
                "pageResultatDemandeeLignesPoste": integer(32),
                "nbResultatsParPageLignesPoste": integer(32),
                "triSensListeLignesPoste": _ORDER,
                "triColonneListeLignesPoste": one_of(
                    (
                        "LignePosteNumero",
                        "LignePosteReference",
                        "LignePosteDenomination",
                        "LignePosteQuantite",
                        "LignePosteUniteCode",
                        "LignePosteUniteLibelle",
                        "LignePosteMontantUnitaireHT",
                        "LignePosteMontantRemiseHT",
                        "LignePosteTauxTva",
                        "LignePosteTauxTvaManuel",
                        "LignePosteMontantHtApresRemise",
                        "LignePosteMontantTva",
                        "LignePosteMontantTtcApresRemise",
                    )
                ),
                **_generic_paging(),
            }
        ),
    }
)

CONSULT_HISTORY = record(
    {
        "idUtilisateurCourant": integer(),
        "idFacture": integer(),
        "idEspace": integer(),
        "nbResultatsMaximum": integer(32),
        "paramRechercheHistoStatuts": record(
            {
                "pageResultatDemandeeListeHistoStatut": integer(32),
                "nbResultatsParPageListeHistoStatut": integer(32),
                "triSensListeHistoStatut": _ORDER,
                "triColonneListeHistoStatut": one_of(
                    (
                        "HistoStatutCode",
                        "HistoStatutDatePassage",
                        "HistoStatutCommentaire",
                        "HistoStatutUtilisateurPrenom",
                        "HistoStatutUtilisateurNom",
                        "HistoStatutUtilisateurEmail",
                        "HistoStatutUtilisateurTelephone",
                    )
                ),
                **_generic_paging(),
            }
        ),
        "paramRechercheHistoEvenementsComplementaires": record(
            {
                "pageResultatDemandeeListeHistoEvenement": integer(32),
                "nbResultatsParPageListeHistoEvenement": integer(32),
                "triSensListeHistoEvenement": _ORDER,
                "triColonneListeHistoEvenement": one_of(("EvenementLibelle", "EvenementQui", "EvenementDateHeure")),
                **_generic_paging(),
            }
        ),
        "paramRechercheHistoActionsUtilisateurs": record(
            {
                "pageResultatDemandeeListeHistoAction": integer(32),
                "nbResultatsParPageListeHistoAction": integer(32),
                "triSensListeHistoAction": _ORDER,
                "triColonneListeHistoAction": one_of(
                    (
                        "HistoActionDateHeure",
                        "HistoActionCode",
                        "HistoAction",
                        "HistoActionUtilisateurPrenom",
                        "HistoActionUtilisateurNom",
                        "HistoActionUtilisateurEmail",
                        "HistoActionUtilisateurTelephone",
                    )
                ),
                **_generic_paging(),
            }
        ),
    }
)

_ADDED_PIECE = record(
    {
        "pieceJointeComplementaireDesignation": string,
        "pieceJointeComplementaireType": string,
        "pieceJointeComplementaireNumeroLigneFacture": integer(32),
        "pieceJointeComplementaireId": integer(),
    }
)

COMPLETE = record(
    {
        "idUtilisateurCourant": integer(),
        "identifiantFactureCPP": integer(),
        "pieceJointeComplementaire": list_of(_ADDED_PIECE),
        "commentaire": string,
    }
)

# Of the references only these two route; the Swagger reuses the type of soumettre.
RECYCLE = record(
    {
        "idUtilisateurCourant": integer(),
        "identifiantFactureCPP": integer(),
        "destinataire": record({"codeDestinataire": string, "codeServiceExecutant": string}),
        "commentaire": string,
        "reference": record({"numeroMarche": string, "numeroBonCommande": string}),
    }
)

TREAT_REJECTIONS = record({"listeDemandePaiement": list_of(record({"idDemandePaiement": integer()}))})

CORRECT_VALIDATOR = record(
    {
        "idFacture": integer(),
        "idStructure": integer(),
        "typeIdentifiantStructure": one_of(v.IDENTIFIER_TYPES),
        "identifiantStructure": string,
    }
)

CONSULT_REPORT = record({"dateDepot": moment, "numeroFluxDepot": string, "syntaxeFlux": one_of(v.REPORT_SYNTAXES)})
CONSULT_DETAILED_REPORT = record({"numeroFluxDepot": string, "syntaxeFlux": one_of(v.REPORT_SYNTAXES)})

SEARCH_STRUCTURE = record(
    {
        "parametres": record(
            {
                "nbResultatsParPage": integer(),
                "pageResultatDemandee": integer(),
                "triColonne": one_of(("IdentifiantStructure", "DesignationStructure", "TypeIdentifiantStructure", "Statut")),
                "triSens": _ORDER,
            }
        ),
        "restreindreStructuresPrivees": boolean,
        "structure": record(
            {
                "adresseCodePays": string,
                "adresseCodePostal": string,
                "adresseVille": string,
                "estMOA": boolean,
                "estMOAUniquement": boolean,
                "identifiantStructure": string,
                "libelleStructure": string,
                "nomStructure": string,
                "prenomStructure": string,
                "raisonSocialeStructure": string,
                "statutStructure": one_of(("ACTIF", "INACTIF")),
                "typeIdentifiantStructure": one_of(v.IDENTIFIER_TYPES),
                "typeStructure": one_of(("PRIVEE", "PUBLIQUE")),
            }
        ),
    }
)

CONSULT_STRUCTURE = record({"codeLangue": one_of(("FR", "EN")), "idStructureCPP": integer()})

SEARCH_SERVICES = record(
    {
        "idStructure": integer(),
        "parametresRechercherServicesStructure": record(
            {
                "nbResultatsParPage": integer(),
                "pageResultatDemandee": integer(),
                "triColonne": one_of(("CodeService", "LibelleService", "DateDbtService", "DateFinService", "EstActif")),
                "triSens": _ORDER,
            }
        ),
    }
)

CONSULT_SERVICE = record({"codeLangue": one_of(("FR", "EN")), "idService": integer(), "idStructure": integer()})

SEARCH_SPACES = record(
    {
        "idService": integer(),
        "structure": record(
            {
                "idStructure": integer(),
                "identifiantStructure": string,
                "typeIdentifiantStructure": one_of(v.IDENTIFIER_TYPES),
            }
        ),
        "parametresRechercherEspaces": record(
            {
                "nbResultatsParPage": integer(),
                "pageResultatDemandee": integer(),
                "triColonne": one_of(
                    (
                        "CodeEspace", "CodeService", "IdService", "LibelleEspace", "LibelleService", "TypeHabilitation",
                        "etatCourant", "idEspaceFo",
                    )
                ),
                "triSens": _ORDER,
            }
        ),
    }
)  # fmt: skip

OWN_ATTACHMENTS = record({"parametresRecherche": record({"nbResultatsParPage": integer(), "pageResultatDemandee": integer()})})
