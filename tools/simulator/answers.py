"""Invoices as the API shows them. Fields that hold nothing are left out."""

from __future__ import annotations

from typing import Any

from .clock import iso, midnight
from .directory import Account, Directory, Structure
from .document import Line, TaxLine
from .records import Happening, Invoice, StatusChange
from .replies import without_none
from .store import Store
from .vocabulary import PAYMENT_MEANS


def search_row(invoice: Invoice, directory: Directory, with_size: bool) -> dict[str, Any]:
    """A line of rechercher/fournisseur (``RetourRechercherFactureParFournisseur``)."""
    document = invoice.document
    supplier, recipient = _parties(invoice, directory)
    service = recipient.service(document.service)
    account = directory.account(invoice.login)
    last = invoice.history[-1]
    return without_none(
        {
            "identifiantFactureCPP": invoice.identifier,
            "typeDemandePaiement": "FACTURE",
            "codeFournisseur": supplier.identifiantStructure,
            "typeIdentifiantFournisseur": supplier.typeIdentifiantStructure,
            "designationFournisseur": supplier.designationStructure,
            "idDestinataire": recipient.idStructureCPP,
            "codeDestinataire": recipient.identifiantStructure,
            "designationDestinataire": recipient.designationStructure,
            "idServiceExecutant": invoice.service_id,
            "codeServiceExecutant": document.service,
            "nomServiceExecutant": service.libelleService if service else None,
            "typeFacture": invoice.invoice_type,
            "numeroFacture": document.number,
            "dateFacture": _invoice_date(invoice),
            "dateDepot": iso(invoice.deposited_at),
            "montantHT": document.totals.without_vat,
            "montantTTC": document.totals.with_vat,
            "montantAPayer": document.totals.payable,
            "devise": document.currency,
            "statut": last.code,
            "numeroMarche": document.market,
            "numeroBonCommande": document.engagement,
            "numeroFluxDepot": invoice.flow,
            "numeroFactureOrigine": _origin(invoice),
            "modeDepot": invoice.deposit_mode,
            "nomPrenomUtilisateurCreateur": f"{account.nom} {account.prenom}" if account else None,
            **_bank(invoice, "coordBancairesFournisseurNomCb"),
            "taille": invoice.size if with_size else None,
            "dateHeureEtatCourant": iso(last.at),
            "commentaireEtatCourant": last.comment,
            "rejetTraite": invoice.rejection_treated,
        }
    )


def supplier_view(invoice: Invoice, directory: Directory, store: Store) -> dict[str, Any]:
    """``FactureCppEmise`` of consulter/fournisseur, without its three paged lists."""
    document, totals = invoice.document, invoice.document.totals
    supplier, recipient = _parties(invoice, directory)
    service = recipient.service(document.service)
    without_vat = any(tax.category in ("E", "AE", "O") for tax in document.taxes)
    return without_none(
        {
            "identifiantFactureCPP": invoice.identifier,
            "numeroFacture": document.number,
            "statutFacture": invoice.status,
            "modeDepot": invoice.deposit_mode,
            "rejetTraite": invoice.rejection_treated,
            "destinataire": without_none(
                {
                    "idDestinataire": recipient.idStructureCPP,
                    "codeDestinataire": recipient.identifiantStructure,
                    "libelleDestinataire": recipient.designationStructure,
                    "designationDestinataire": recipient.designationStructure,
                    "idServiceExecutant": invoice.service_id,
                    "codeServiceExecutant": document.service,
                    "libelleServiceExecutant": service.libelleService if service else None,
                    "miseEnPaiementDestinataire": not recipient.parametres.statutMiseEnPaiementNestPasRemonte,
                    **_address(recipient, "adresseDestinataire"),
                }
            ),
            "fournisseur": without_none(
                {
                    "idFournisseur": supplier.idStructureCPP,
                    "typeIdentifiantFournisseur": supplier.typeIdentifiantStructure,
                    "codeFournisseur": supplier.identifiantStructure,
                    "raisonSocialeFournisseur": supplier.designationStructure,
                    "designationFournisseur": supplier.designationStructure,
                    **_address(supplier, "adresseFournisseur"),
                    **_bank(invoice, "coordBancairesFournisseurLibelle"),
                    "coordBancairesFournisseurId": store.bank_account(document.iban),
                    "coordBancairesFournisseurType": "IBAN" if document.iban else None,
                    "coordBancairesBicSwift": document.bic,
                }
            ),
            "cadreDeFacturation": {"codeCadreFacturation": invoice.framework},
            "references": without_none(
                {
                    "dateFacture": _invoice_date(invoice),
                    "dateDepot": iso(invoice.deposited_at),
                    "codeDeviseFacture": document.currency,
                    "typeFacture": invoice.invoice_type,
                    "typeTva": "EXONERATION" if without_vat else "TVA_SUR_DEBIT",
                    "libelleMotifExonerationTva": next((tax.reason for tax in document.taxes if tax.reason), None),
                    "numeroMarche": document.market,
                    "numeroBonCommande": document.engagement,
                    "numeroFactureOrigine": _origin(invoice),
                    "modePaiement": PAYMENT_MEANS.get(document.payment_code),
                    "dateEcheancePaiement": iso(midnight(document.due)) if document.due else None,
                    "tailleTotalePiecesJointes": sum(len(item.content) for item in invoice.attachments),
                }
            ),
            "montantTotal": without_none(
                {
                    "montantHtTotal": totals.without_vat,
                    "montantTVA": totals.vat,
                    "montantTtcTotal": totals.with_vat,
                    "montantTtcAvantRemiseGlobalTTC": totals.with_vat,
                    "montantAPayer": totals.payable,
                }
            ),
            "pieceJointePrincipale": {
                "idLiaisonPieceJointePrincipale": invoice.identifier,
                "idPieceJointePrincipale": invoice.identifier,
            },
            "commentaire": " ".join(document.notes),
        }
    )


def tax_row(tax: TaxLine) -> dict[str, Any]:
    return without_none(
        {
            "ligneTvaTauxManuel": tax.rate,
            "ligneTvaMontantBaseHtParTaux": tax.base,
            "ligneTvaMontantTvaParTaux": tax.amount,
        }
    )


def line_row(line: Line) -> dict[str, Any]:
    vat = line.net * line.rate / 100 if line.rate is not None else None
    return without_none(
        {
            "lignePosteNumero": int(line.number) if line.number.isdecimal() else None,
            "lignePosteReference": line.reference,
            "lignePosteDenomination": line.name,
            "lignePosteQuantite": line.quantity,
            "lignePosteUniteLibelle": line.unit,
            "lignePosteMontantUnitaireHT": line.unit_price,
            "lignePosteMontantRemiseHT": line.allowance or None,
            "lignePosteTauxTvaManuel": line.rate,
            "lignePosteMontantHtApresRemise": line.net,
            "lignePosteMontantTva": vat,
            "lignePosteMontantTtcApresRemise": line.net + vat if vat is not None else None,
        }
    )


def attachment_rows(invoice: Invoice) -> list[dict[str, Any]]:
    return [
        without_none(
            {
                "pieceJointeDesignation": item.description or item.name,
                "pieceJointeId": invoice.identifier * 1000 + index,
                "pieceJointeIdLiaison": invoice.identifier * 1000 + index,
                "pieceJointeExtension": item.extension,
            }
        )
        for index, item in enumerate(invoice.attachments, start=1)
    ]


def status_row(change: StatusChange) -> dict[str, Any]:
    return without_none(
        {
            "histoStatutId": change.identifier,
            "histoStatutCode": change.code,
            "histoStatutDatePassage": iso(change.at),
            "histoStatutCommentaire": change.comment,
            "histoStatutUtilisateurPrenom": change.user.first_name,
            "histoStatutUtilisateurNom": change.user.last_name,
            "histoStatutUtilisateurEmail": change.user.email,
            "histoStatutUtilisateurTelephone": change.user.phone,
        }
    )


def action_row(action: Happening) -> dict[str, Any]:
    return without_none(
        {
            "histoActionId": action.identifier,
            "histoActionCode": action.code,
            "histoActionDateHeure": iso(action.at),
            "histoActionUtilisateurPrenom": action.user.first_name,
            "histoActionUtilisateurNom": action.user.last_name,
            "histoActionUtilisateurEmail": action.user.email,
            "histoActionUtilisateurTelephone": action.user.phone,
        }
    )


def event_row(event: Happening) -> dict[str, Any]:
    return without_none(
        {
            "evenementId": event.identifier,
            "evenementLibelle": event.code,
            "evenementQui": f"{event.user.first_name} {event.user.last_name}".strip(),
            "evenementDateHeure": iso(event.at),
        }
    )


def creator_id(invoice: Invoice, directory: Directory) -> int | None:
    account: Account | None = directory.account(invoice.login)
    return account.idUtilisateur if account else None


def _parties(invoice: Invoice, directory: Directory) -> tuple[Structure, Structure]:
    """The two structures; what the invoice itself says when the directory was restored without them."""
    document = invoice.document
    supplier = directory.by_id(invoice.supplier_id)
    recipient = directory.by_id(invoice.recipient_id)
    return (
        supplier or Structure(document.supplier, invoice.supplier_id, designationStructure=document.supplier_name),
        recipient or Structure(document.buyer, invoice.recipient_id, designationStructure=document.buyer_name),
    )


def _invoice_date(invoice: Invoice) -> str | None:
    return iso(midnight(invoice.document.issued)) if invoice.document.issued else None


def _origin(invoice: Invoice) -> str | None:
    return invoice.document.origins[0] if invoice.document.origins else None


def _address(structure: Structure, prefix: str) -> dict[str, Any]:
    return {
        f"{prefix}Detail": structure.adresse,
        f"{prefix}CodePostal": structure.codePostal,
        f"{prefix}Ville": structure.ville,
        f"{prefix}CodePays": structure.pays,
    }


def _bank(invoice: Invoice, name_field: str) -> dict[str, Any]:
    """The parts of a French IBAN: country, key, then bank, branch, account and RIB key."""
    iban = invoice.document.iban
    if not iban:
        return {}
    french = iban[:2] == "FR" and len(iban) == 27
    return {
        "coordBancairesFournisseurCodePays": iban[:2],
        "coordBancairesFournisseurCleIban": iban[2:4],
        "coordBancairesFournisseurCodeBanque": iban[4:9] if french else None,
        "coordBancairesFournisseurCompteBancaire": iban[14:25] if french else iban[4:],
        "coordBancairesFournisseurCleRib": iban[25:] if french else None,
        name_field: invoice.document.account_name,
    }
