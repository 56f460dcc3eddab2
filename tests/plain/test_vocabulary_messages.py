"""Explaining Chorus Pro's messages: every label seen, and no word lost. Needs neither Odoo nor a database."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...services.vocabulary import LABELS as BUTTONS
from ...services.vocabulary import MESSAGES, PLACES, Kind, Place, explain, with_code
from ...services.vocabulary.fields import FIELDS
from ..support.places import ROOT

_SUPPLIER = "AccountingSupplierParty.Party.PartyIdentification.ID.value"
_CII = "FichierXml.SupplyChainTradeTransaction"
LABELS = [
    # every label of doc/API.md §4
    (f"L'identifiant fournisseur de la demande de paiement (balise : {_SUPPLIER}) n'est pas reference dans notre "
     "systeme. ",
     "supplier_unknown", "supplier.siret"),
    (f"La structure (balise {_SUPPLIER}) n'utilise pa", "supplier_not_set_up", "supplier.siret"),
    ("ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire",
     "payment_means_missing", "payment_means"),
    ("BusinessProcessSpecifiedDocumentContextParameter.ID", "framework", "framework"),
    ("BusinessProcessSpecifiedDocumentContextParameter.I", "framework", "framework"),
    ("Le champ identifiant de la facture (FichierXml.ExchangedDocument.ID.value) ne doit pas depasser 20 caracteres",
     "number_too_long", "number"),
    (f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.BuyerReference.value) est obligatoire",
     "service_missing", "service_code"),
    (f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.BuyerOrderReferencedDocument.IssuerAssignedID."
     "value) est obligatoire", "engagement_missing", "engagement_number"),
    ("GCU_MSG_01_000", "success", None),
    ("TRA_MSG_00.000", "success", None),
    ("CODE PAR DEFAUT", "success", None),
    ("TRA_MSG_00.015", "no_result", None),
    ("GFT_MSG_01.075", "no_result", None),
    ("La recherche n'a retourné aucun résultat", "no_result", None),
    ("GDP_MSG_11.008", "invoice_unknown", None),
    ("La demande de paiement n'existe pas.", "invoice_unknown", None),
    ("GDP_MSG_11.005", "rights_missing", "supplier.rights"),
    ("L'utilisateur n'a pas les habilitations nécessaires pour soumettre la demande.",
     "rights_missing", "supplier.rights"),
    ("GDP_MSG_11.033", "not_suspended", None),
    ('Le statut de la demande de paiement n\'est pas défini à "Suspendue".', "not_suspended", None),
    ("GDP_MSG_11.022", "file_too_large", "attachments"),
    ("GDP_MSG_11.001", "state_forbids", None),
    # seen by other software
    ("L'element (AppliedTradeAllowanceCharge.ActualAmount.value) est obligatoire si l'element "
     "(SupplyChainTradeTransaction.IncludedSupplyChainTradeLineItem.SpecifiedLineTradeAgreement."
     "GrossPriceProductTradePrice) est renseigne.",
     "discount", "lines"),
    ("ERR_XSD_001", "file_format", None),
    ("IRRECEVABILITE: cvc-datatype-valid.1.2.1: '-1 324,60' is not a valid value for 'decimal'. - ligne: 150 - position: 60",
     "file_format", None),
    ("POQ_MSG_01.003 - Flux introuvable.", "flow_unknown", None),
    (f"L'element {_CII}.ApplicableHeaderTradeSettlement.SpecifiedTradeSettlementPaymentMeans.TypeCode.value est obligatoire.",
     "payment_means_missing", "payment_means"),
    ("L'element (AppliedTradeAllowance [...]", "discount", "lines"),
    ("Le code service de la structure publique émettrice est inconnu ou inactif dans Chorus Pro", "supplier_service",
     "supplier.siret"),
    ("Les contrôles de cohérence effectués sur la demande de paiement ne sont pas valides", "consistency", "amounts"),
    ("Cette facture n'a pas pu être analysée par le système Chorus Pro", "file_format", None),
    ("Destinataire introuvable ou inactif", "recipient", "recipient.siret"),
    ("Le service exécutant est obligatoire pour ce destinataire", "service_missing", "service_code"),
    ("Le code service de la structure publique destinataire est inconnu ou inactif dans Chorus Pro",
     "service_wrong", "service_code"),
    # by the rules, or by the element that the message names
    ("REJ_UNI", "rej_uni", "number"),
    ("REJ_ADR", "rej_adr", "recipient.siret"),
    ("REJ_CONT_B2G : BT-22", "rej_cont_b2g", "lines"),
    ("La demande de paiement existe déjà", "duplicate", "number"),
    ("La facture F-1 a deja ete deposee", "duplicate", "number"),
    ("Numéro de facture en doublon", "duplicate", "number"),
    ("Le code service ou le numéro d'engagement est obligatoire", "service_or_engagement_missing", "service_code"),
    ("L'identifiant destinataire de la demande de paiement n'est pas référencé dans notre système", "recipient",
     "recipient.siret"),
    ("La pièce jointe existe déjà", "attachments", "attachments"),
    ("Le mot de passe du compte technique a expiré", "password_expired", "supplier.technical_password"),
    (f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.Buyer", "service_or_engagement_missing", "service_code"),
    (f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.BuyerRef", "service_wrong", "service_code"),
    (f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.BuyerOrd", "engagement_wrong", "engagement_number"),
    ("L'engagement juridique (BuyerReference.value) est obligatoire ou l'engagement juridique (OrderReference.ID.value)",
     "service_or_engagement_missing", "service_code"),
    (f"La structure (balise : {_CII}.ApplicableHeaderTradeAgreement.BuyerTradeParty.GlobalID.value) n'est pas active.",
     "recipient", "recipient.siret"),
    ("La structure (balise : AccountingCustomerParty.Party.PartyIdentification.ID.value) n'utilise pas le service CHU",
     "service_wrong", "service_code"),
    ("Le champ identifiant de la facture (ID.value) contient des caracteres non autorises (G1.05)", "number", "number"),
    ("PaymentMeans.PayeeFinancialAccount.ID.value est obligatoire pour un virement", "iban", "iban"),
    ("BillingReference.InvoiceDocumentReference.ID.value est obligatoire pour un avoir", "original_invoice",
     "original_number"),
    ("Montants incoherents : total HT attendu 10, trouve 11 (BR-CO-10)", "amounts", "amounts"),
    ("La piece jointe plan.dwg depasse 10 Mo", "file_too_large", "attachments"),
    ("L'archive tar.gz est illisible", "file_format", None),
    (f"L'élément ({_CII}.ApplicableHeaderTradeAgreement.SellerTradeParty.PostalTradeAddress.CountryID) est obligatoire",
     "element_missing", None),
]  # fmt: skip


@pytest.mark.parametrize(("label", "key", "field"), LABELS, ids=[f"{key}-{i}" for i, (_, key, _) in enumerate(LABELS)])
@pytest.mark.parametrize("write", [str, str.upper, lambda text: text.replace("'", "’")], ids=["seen", "upper", "quotes"])
def test_label_is_explained(label, key, field, write):
    (told,) = explain(write(label))
    assert (told.key, told.field, told.text) == (key, field, write(label).strip())
    assert told.duplicate == (key in ("duplicate", "rej_uni"))
    assert told.kind == {"success": Kind.SUCCESS, "no_result": Kind.EMPTY}.get(key, Kind.REFUSAL)


def test_joined_labels_are_told_one_by_one():
    first, second = LABELS[0][0].strip(), LABELS[1][0]
    told = explain(f"{first} |{second}|Message encore jamais vu ")
    assert [explanation.text for explanation in told] == [first, second, "Message encore jamais vu"]
    assert [explanation.known for explanation in told] == [True, True, False]
    assert told[2].cause.fr
    assert told[2].remedy.fr


def test_message_keys_are_unique_and_all_can_be_reached():
    assert len(MESSAGES) == len({message.pattern for message in MESSAGES.values()})
    reached = {explanation.key for label, _, _ in LABELS for explanation in explain(label)}
    more = {
        "number": "Le numéro de facture contient un caractère interdit",
        "service_reserved": "Le service FACTURES_PUBLIQUES est interdit aux fournisseurs privés",
        "engagement_wrong": "Le numéro d'engagement est inconnu",
        "market": "Le numéro de marché est trop long",
        "original_invoice": "Le numéro de la facture d'origine est absent",
        "iban": "L'IBAN est incorrect",
        "payment_means": "Le mode de paiement n'est pas dans la liste",
        "taxes": "Le taux de TVA est inconnu",
        "amounts": "Le montant HT total est incohérent",
        "invoice_date": "La date de facture est postérieure à la date du jour",
        "document_type": "Le type de facture est inconnu",
        "currency": "La devise est inconnue",
        "validator": "Le valideur est inconnu",
        "supplier": "Le SIRET du fournisseur doit comporter 14 chiffres",
        "rej_coh": "REJ_COH",
        "moe": "La maîtrise d'œuvre désignée est inconnue",
        "moa": "Le maître d'ouvrage désigné est inconnu",
    }
    for key, label in more.items():
        assert [explanation.key for explanation in explain(label)] == [key]
    assert reached - {None} | set(more) == set(MESSAGES)


def test_every_refusal_has_a_button():
    (unknown,) = explain("Message encore jamais vu")
    assert unknown.place is Place.PORTAL
    for message in MESSAGES.values():
        explained = message.place or PLACES.get(message.field)
        assert (explained is not None) == (message.kind is Kind.REFUSAL), message.key
    assert {explanation.place for label, _, _ in LABELS for explanation in explain(label)} >= {
        Place.REFERENCES, Place.NUMBER, Place.RECIPIENT, Place.SUPPLIER, Place.BANK, Place.DRAFT, Place.LOOKUP, Place.SETTINGS,
    }  # fmt: skip


def test_every_field_has_its_place_and_every_place_its_words():
    assert set(PLACES) == set(FIELDS) - {"notes", "payments", "retention"}
    assert set(BUTTONS) == set(Place)


def test_every_label_of_the_document_is_known():
    """doc/API.md §4: the message codes of its table, and the sentences seen in reports below it."""
    section = (ROOT / "doc/API.md").read_text("utf-8").partition(" Messages and error codes\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1:-1] for line in section.splitlines() if line.startswith("|")]
    labels = {cells[1].strip() for cells in rows[2:]} - {"–"}
    sentences = section.rpartition("|\n")[2].partition("\n\n- ")[2].partition("\n\n")[0]
    labels |= {label for label in re.findall(r"`([^`]+)`", sentences) if not label.startswith("[")}
    assert len(labels) >= 16
    assert {label for label in labels for told in explain(label) if not told.known} == set()


_WORDS = st.sampled_from([label for label, _, _ in LABELS] + ["inconnu", "|", " | ", "\n", "\u00a0", "||"])


@given(st.one_of(st.text(), st.lists(st.one_of(_WORDS, st.text(max_size=20))).map("".join)))
def test_nothing_is_lost(text):
    told = explain(text)
    kept = "".join(explanation.text for explanation in told)
    assert re.sub(r"[\s|]", "", kept) == re.sub(r"[\s|]", "", text)
    assert all(explanation.text and explanation.cause.fr and explanation.remedy.fr for explanation in told)


@given(st.sampled_from([label for label, _, _ in LABELS]), st.integers(min_value=1, max_value=250))
def test_a_cut_label_is_kept_and_never_raises(label, length):
    told = explain(label[:length])
    assert [explanation.text for explanation in told] == [label[:length].strip()]


def test_an_enormous_message_is_kept():
    """Only its beginning is matched: see ``_READ``."""
    text = "engagement ou " * 20_000
    (told,) = explain(text)
    assert told.text == text.strip()


@pytest.mark.parametrize("length", range(1, 140))
@pytest.mark.parametrize(("element", "wrong"), [("BuyerReference", "engagement"), ("BuyerOrderReferencedDocument", "service")])
def test_a_cut_reference_is_never_taken_for_the_other(element, wrong, length):
    """Both messages say "engagement juridique"; only the element, that the cut may take away, tells them apart."""
    label = f"L'engagement juridique ({_CII}.ApplicableHeaderTradeAgreement.{element}.value) est obligatoire"
    (told,) = explain(label[:length])
    assert told.key in (None, "service_or_engagement_missing") or not told.key.startswith(f"{wrong}_")


@pytest.mark.parametrize(
    ("label", "code", "service", "key"),
    [
        ("Erreur", 20001, "factures/v1/deposer/flux", "file_too_large"),
        ("codeRetour 20000", 20000, "factures/v1/completer", "invoice_unknown"),
        ("codeRetour 20001", 20001, "factures/v1/completer", "rights_missing"),
        ("codeRetour 20002", 20002, "factures/v1/completer", "not_suspended"),
        ("Erreur", 20000, "factures/v1/rechercher/recipiendaire", "no_result"),
        ("Erreur", 20007, "facturesTravaux/v1/rechercher", "no_result"),
        ("Erreur", 20003, "transverses/v1/ajouter/fichier", "file_too_large"),
        ("Erreur|Autre erreur", 20303, "factures/v1/soumettre", "amounts"),
        ("REJ_UNI", 20001, "factures/v1/deposer/flux", "rej_uni"),
        ("L'IBAN est incorrect", 20001, "factures/v1/deposer/flux", "iban"),
        ("Erreur", 20099, "factures/v1/soumettre", None),
        ("Erreur", 0, "factures/v1/soumettre", None),
        ("Erreur", None, "factures/v1/soumettre", None),
        ("Erreur", 20001, "", None),
    ],
)
def test_the_code_tells_what_the_words_do_not(label, code, service, key):
    """A ``codeRetour`` has no meaning without its service (doc/API.md §4); words that are known prevail."""
    kept = with_code(label, code, service)
    told = explain(kept)
    assert {explanation.key for explanation in told} == {key}
    assert "|".join(explanation.text for explanation in told) == kept
    assert (f"{service} : codeRetour {code}" in kept) == (key not in ("iban", "rej_uni") and bool(code and service))


@given(st.text(min_size=1).filter(str.strip), st.integers(0, 10**9 - 1), st.sampled_from(["factures/v1/soumettre", "x", ""]))
def test_nothing_is_lost_with_its_code(label, code, service):
    kept = with_code(label, code, service)
    assert kept.startswith(label)
    assert re.sub(r"[\s|]", "", "".join(told.text for told in explain(kept))) == re.sub(r"[\s|]", "", kept)
