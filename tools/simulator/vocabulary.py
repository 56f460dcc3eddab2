"""Chorus Pro's code lists, with the French labels the recipient's page shows (doc/API.md §3)."""

from __future__ import annotations

STATUSES: dict[str, str] = {
    "BROUILLON": "Brouillon",
    "A_VALIDER_1": "À valider (valideur 1)",
    "ERREUR_FOURNISSEUR_SUR_VALIDEUR": "Erreur du fournisseur sur le valideur",
    "REFUSEE_1": "Refusée (valideur 1)",
    "VALIDEE_1": "Validée (valideur 1)",
    "ABSENCE_VALIDATION_1_HORS_DELAI": "Absence de validation 1 hors délai",
    "A_VALIDER_2": "À valider (valideur 2)",
    "ERREUR_COTRAITANT_SUR_VALIDEUR": "Erreur du cotraitant sur le valideur",
    "REFUSEE_2": "Refusée (valideur 2)",
    "VALIDEE_2": "Validée (valideur 2)",
    "ABSENCE_VALIDATION_2_HORS_DELAI": "Absence de validation 2 hors délai",
    "DEPOSEE": "Déposée",
    "ERREUR_FOURNISSEUR_SUR_MOE": "Erreur du fournisseur sur la MOE",
    "EN_COURS_ACHEMINEMENT": "En cours d'acheminement",
    "MISE_A_DISPOSITION": "Mise à disposition",
    "A_RECYCLER": "À recycler",
    "SUSPENDUE": "Suspendue",
    "REJETEE": "Rejetée",
    "MANDATEE": "Mandatée",
    "MISE_EN_PAIEMENT": "Mise en paiement",
    "COMPTABILISEE": "Comptabilisée",
    "MISE_A_DISPOSITION_COMPTABLE": "Mise à disposition du comptable",
    "ABANDONNEE": "Abandonnée",
    "SUPPRIMEE": "Supprimée",
    "ASSOCIEE": "Associée",
    "EN_COURS_TRAITEMENT_PIVOT_S": "En cours de traitement (pivot S)",
    "A_VALIDER_MOE": "À valider (MOE)",
    "REFUSEE_MOE": "Refusée (MOE)",
    "EN_ATTENTE_RECYCLAGE_FOURNISSEUR": "En attente de recyclage par le fournisseur",
    "ERREUR_MOE_SUR_FOURNISSEUR": "Erreur de la MOE sur le fournisseur",
    "ERREUR_MOA_SUR_FOURNISSEUR": "Erreur de la MOA sur le fournisseur",
    "INTERPRETEE_OCR": "Interprétée (OCR)",
    "COMPLETEE": "Complétée",
    "ERREUR_FOURNISSEUR_SUR_MOA": "Erreur du fournisseur sur la MOA",
    "ERREUR_MOE_SUR_MOA": "Erreur de la MOE sur la MOA",
    "ERREUR_DESTINATAIRE_PD": "Erreur du destinataire (PD)",
    "ERREUR_DESTINATAIRE_EA": "Erreur du destinataire (EA)",
    "SERVICE_FAIT": "Service fait",
    "NON_CONFORME": "Non conforme",
    "A_ASSOCIER_MOE": "À associer (MOE)",
    "ERREUR_DE_MOE": "Erreur de MOE",
    "MISE_A_DISPOSITION_MOE": "Mise à disposition de la MOE",
    "PRISE_EN_COMPTE_MOE": "Prise en compte par la MOE",
    "A_ASSOCIER_MOA": "À associer (MOA)",
    "ERREUR_DE_MOA": "Erreur de MOA",
    "REFUSEE_MOA": "Refusée (MOA)",
    "A_ASSOCIER_FOURNISSEUR": "À associer (fournisseur)",
    "REFUSEE_FOURNISSEUR": "Refusée (fournisseur)",
    "A_COMPLETER": "À compléter",
    "TRANSMISE_MOA": "Transmise à la MOA",
    "PRISE_EN_COMPTE_DESTINATAIRE": "Prise en compte par le destinataire",
    "REMPLACEE_PAR_A22": "Remplacée par A22",
    "DUPLIQUE_APRES_REFUS": "Dupliquée après refus",
    "MISE_A_DISPOSITION_MOA": "Mise à disposition de la MOA",
    "PRISE_EN_COMPTE_MOA": "Prise en compte par la MOA",
    "TECHNIQUE_INCONNU": "Technique inconnu",
}

MOTIFS: dict[str, str] = {
    "JUSTIF_ABS": "Absence de pièce justificative",
    "AUTRE": "Autre",
    "CONTACT_ACHTR": "Autres : contacter votre acheteur",
    "COORD_BANC_ERR": "Erreur de coordonnées bancaires",
    "CREANCIER_ERR": "Créancier inconnu ou différent de celui de l'EJ",
    "DOUBLE_FACT": "Double facturation",
    "ERREUR_DONNEE_EJ": "Erreur au niveau des données de l'engagement",
    "EJ_ERR": "EJ incorrect ou inexistant",
    "ERR_VALIDEUR": "Mauvais valideur",
    "AUT_MOTIF_ERR_VALIDEUR": "Autre motif que « Erreur de valideur »",
    "FACT_NON_CONFORME": "Facture non conforme à la commande",
    "HONORER_LA_COMMANDE": "Impossibilité d'honorer la commande",
    "LIVR_INCOMP": "Livraison incomplète / non effectuée",
    "MARCHE_TERM": "Marché terminé",
    "MONTANT_ERR": "Montant de la facture erroné",
    "RETRAIT_MAN_SERV": "Retraitement manuel par les services",
    "SE_ERR": "SE incorrect",
    "ST_CT_NON_DECLAR": "Sous-traitant / cotraitant non déclaré",
    "SUPPR_COMP_AVOIR": "Suppression pour compensation d'avoirs",
    "SUPPR_MASSE": "Suppression en masse",
    "TRANSF_PMNT_REGIE": "Transfert pour paiement en régie",
    "TX_TVA_ERR": "Taux de TVA erroné",
}

# BT-23 as it stands in a file -> the API's name (doc/API.md §3.1). Only these four are taken here on the
# channel of ordinary invoices; whether works frameworks may come by this API's flows is not known.
FRAMEWORKS: dict[str, str] = {
    "A1": "A1_FACTURE_FOURNISSEUR",
    "A2": "A2_FACTURE_FOURNISSEUR_DEJA_PAYEE",
    "A9": "A9_FACTURE_SOUSTRAITANT",
    "A12": "A12_FACTURE_COTRAITANT",
}
# The sub-contractor's and co-contractor's invoices wait for their validator first (doc/RULES.md §3.3).
FRAMEWORKS_TO_VALIDATE = ("A9", "A12")

SEARCHED_FRAMEWORKS = (
    *FRAMEWORKS.values(),
    "A3_MEMOIRE_JUSTICE",
    "A4_PROJET_DECOMPTE_MENSUEL_FOURNISSEUR",
    "A5_ETAT_ACOMPTE_FOURNISSEUR",
    "A6_ETAT_ACOMPTE_VALIDE_FOURNISSEUR",
    "A7_PROJET_DECOMPTE_FINAL_FOURNISSEUR",
    "A8_DECOMPTE_GENERAL_DEFINITIF_FOURNISSEUR",
    "A10_PROJET_DECOMPTE_MENSUEL_SOUSTRAITANT",
    "A11_PROJET_DECOMPTE_FINAL_SOUSTRAITANT",
    "A13_PROJET_DECOMPTE_MENSUEL_COTRAITANT",
    "A14_PROJET_DECOMPTE_FINAL_COTRAITANT",
    "A15_ETAT_ACOMPTE_MOE",
    "A16_ETAT_ACOMPTE_VALIDE_MOE",
    "A17_PROJET_DECOMPTE_GENERAL_MOE",
    "A18_DECOMPTE_GENERAL_MOE",
    "A19_ETAT_ACOMPTE_VALIDE_MOA",
    "A20_DECOMPTE_GENERAL_MOA",
    "A21_DEMANDE_REMBOURSEMENT_TIC",
    "A22_PROJET_DECOMPTE_GENERAL_FOURNISSEUR_PROCEDURE_TACITE",
    "A23_DECOMPTE_GENERAL_DEFINITIF_TACITE_FOURNISSEUR",
    "A24_DECOMPTE_GENERAL_DEFINITIF_TACITE_MOE",
    "A25_DECOMPTE_GENERAL_DEFINITIF_MOE_PROCEDURE_TACITE",
)

# syntaxeFlux of deposer/flux -> interface code, None where no source gives it (doc/API.md §3.3, doc/RULES.md §2.6).
SYNTAXES: dict[str, str | None] = {
    "IN_DP_E1_UBL_INVOICE": "FSO1100A",
    "IN_DP_E1_CII": None,
    "IN_DP_E1_PES_FACTURE": None,
    "IN_DP_E1_XCBL": None,
    "IN_DP_E2_UBL_INVOICE_MIN": "FSO1110A",
    "IN_DP_E2_CII_MIN": None,
    "IN_DP_E2_PES_FACTURE_MIN": None,
    "IN_DP_E2_CPP_FACTURE_MIN": "FSO1113A",
    "IN_DP_PDFARCHIVE_UBL_INVOICE_MUG": None,
    "IN_DP_PDFARCHIVE_CII_MUG": None,
    "IN_DP_E1_CII_16B": "FSO1106A",
    "IN_DP_E2_CII_MIN_16B": "FSO1116A",
    "IN_DP_E2_CII_FACTURX": "FSO1117A",
}
# The formats of a flow, each with its syntaxes; which one belongs to which is deduced from their names.
FLOW_FORMATS: dict[str, tuple[str, ...]] = {
    "IN_DP_E1_STRUCT": tuple(code for code in SYNTAXES if code.startswith("IN_DP_E1_")),
    "IN_DP_E2_MIXTE": tuple(code for code in SYNTAXES if code.startswith("IN_DP_E2_") and not code.endswith("_FACTURX")),
    "IN_DP_E2_FACTURX": ("IN_DP_E2_CII_FACTURX",),
}
# The one reason for an exemption of VAT that was seen, at a third party; what a real account is served is not known.
EXEMPTIONS = {"EXPT": "Exportation"}
# Those consulterCR and consulterCRDetaille know (doc/API.md §2.C).
REPORT_SYNTAXES = (
    "IN_DP_E1_UBL_INVOICE",
    "IN_DP_E1_CII_16B",
    "IN_DP_E2_UBL_INVOICE_MIN",
    "IN_DP_E2_CPP_FACTURE_MIN",
    "IN_DP_E2_CII_MIN_16B",
    "IN_DP_E2_CII_FACTURX",
    "IN_DP_E3_UBL_INVOICE",
)

# Flow states and what they mean (doc/API.md §3.4); the first five in the order in which a flow goes through them.
FLOW_STATES: dict[str, str] = {
    "IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP": "Déposé, en attente",
    "IN_RECU": "Reçu",
    "IN_TRAITE_SE_CPP": "Arrivé au système d'échange",
    "IN_EN_ATTENTE_TRAITEMENT_CPP": "En attente de traitement",
    "IN_EN_COURS_TRAITEMENT_CPP": "En cours de traitement",
    "IN_EN_ATTENTE_RETRAITEMENT_CPP": "Bloqué, en attente d'une reprise",
    "IN_INTEGRE": "Intégré",
    "IN_INTEGRE_PARTIEL": "Intégré en partie",
    "IN_REJETE": "Rejeté",
    "IN_INCIDENTE": "En incident",
}
INTERMEDIATE_STATES = tuple(FLOW_STATES)[:5]
INTEGRATED = "IN_INTEGRE"
PARTLY_INTEGRATED = "IN_INTEGRE_PARTIEL"
REJECTED = "IN_REJETE"
INCIDENT = "IN_INCIDENTE"
HELD = "IN_EN_ATTENTE_RETRAITEMENT_CPP"
# Reached only on demand; only the first is an end.
OUTCOMES_ON_DEMAND = (INCIDENT, HELD)

DEPOSIT_MODES = (
    "SAISIE_WEB",
    "PORTAIL_PDF",
    "EDI_XML_STRUCT",
    "EDI_MIXTE",
    "EDI_PDF_ARCHIVE",
    "SAISIE_PORTAIL",
    "SAISIE_API",
    "DEPOT_PDF_PORTAIL",
    "DEPOT_PDF_SIGNE_PORTAIL",
    "DEPOT_PDF_API",
    "DEPOT_PDF_SIGNE_API",
    "EDI",
    "UPLOAD_PORTAIL",
    "UPLOAD_API",
    "EDI_NUMERISATION",
)
DEPOSIT_MODE_OF_A_FLOW = "UPLOAD_API"
DEPOSIT_MODE_OF_A_PDF = "DEPOT_PDF_API"
# The modes of soumettre; the first renumbers the invoice (doc/RULES.md R-07).
SUBMISSION_MODES = ("SAISIE_API", DEPOSIT_MODE_OF_A_PDF, "DEPOT_PDF_SIGNE_API")
VAT_KINDS = ("TVA_SUR_DEBIT", "TVA_SUR_ENCAISSEMENT", "EXONERATION", "SANS_TVA")
PAYMENT_MODES = ("CHEQUE", "PRELEVEMENT", "VIREMENT", "ESPECE", "AUTRE", "REPORT")
# What recuperer/typespj says of invoices: no source gives its codes, these are made up (doc/API.md §3.2 has other objects').
FILE_TYPES = (("AUT", 54062, "Autre"), ("BDC", 54101, "Bon de commande"), ("BDL", 54102, "Bon de livraison"))
FILE_OBJECTS = (
    "STRUCTURE UTILISATEUR CB MANDAT FICHE_RACCORDEMENT EJ MEMOIRE DMD_RBST TRANSVERSE FACTURE_TRAVAUX FACTURE "
    "DMDE_CPTE_DEV_SI_EXT SOLLICITATION CERTIFICAT PJ_REJET_EDI"
).split()

IDENTIFIER_TYPES = ("SIRET", "UE_HORS_FRANCE", "HORS_UE", "RIDET", "TAHITI", "AUTRE", "PARTICULIER")

INVOICE_TYPES = ("FACTURE", "AVOIR", "ACOMPTE")
# Chorus Pro tells apart only invoices and credit notes (doc/RULES.md R-17).
INVOICE_TYPE_CODES = frozenset(("380", "384", "386", "389", "393", "501"))
CREDIT_NOTE_TYPE_CODES = frozenset(("261", "262", "381", "396", "502", "503"))

# EDI payment codes (doc/API.md §3.2, rule S2.05) -> modePaiement of the API.
PAYMENT_MEANS: dict[str, str] = {
    "01": "AUTRE",
    "1": "AUTRE",  # the same in UNTDID 4461, whose codes EN 16931 takes: the EDI annex alone writes a zero before it
    "10": "ESPECE",
    "20": "CHEQUE",
    "30": "VIREMENT",
    "31": "VIREMENT",
    "42": "VIREMENT",
    "48": "AUTRE",
    "49": "PRELEVEMENT",
    "58": "VIREMENT",
    "59": "PRELEVEMENT",
    "97": "REPORT",
}
TRANSFER_CODES = frozenset(code for code, mode in PAYMENT_MEANS.items() if mode == "VIREMENT")

# A service that public bodies use among themselves (doc/RULES.md R-12).
PUBLIC_ONLY_SERVICE = "FACTURES_PUBLIQUES"

ATTACHMENT_EXTENSIONS = frozenset(
    "BMP GIF FAX ODT PPT TIFF XLS BZ2 GZ JPEG P7S RTF TXT XML CSV GZIP JPG PDF SVG XHTML XLSX DOC HTM ODP PNG TGZ XLC "
    "ZIP DOCX HTML ODS PPS TIF XLM PPTX".split()
)

CURRENCIES = frozenset(
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG "
    "HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA "
    "MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD "
    "RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX "
    "USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW".split()
)
