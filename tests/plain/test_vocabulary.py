"""The vocabulary: complete, bilingual, consistent. Needs neither Odoo nor a database."""

import dataclasses
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...services.rules import RULES
from ...services.text import Text
from ...services.vocabulary import (
    ACTORS,
    FIELDS,
    FLOW_STATES,
    FRAMEWORKS,
    MESSAGES,
    MOTIFS,
    ROLES,
    STATES,
    STATUSES,
    SUPPLIER_ROLES,
    SYNTAXES,
    TERMINAL,
    Actor,
    Form,
    Group,
    Outcome,
    Role,
    flows,
    frameworks,
    motifs,
    states,
    statuses,
    syntaxes,
)
from ..support import swagger

TABLES = {
    "statuses": STATUSES,
    "flow states": FLOW_STATES,
    "frameworks": FRAMEWORKS,
    "syntaxes": SYNTAXES,
    "reasons": MOTIFS,
    "messages": MESSAGES,
    "fields": FIELDS,
    "states": STATES,
    "actors": ACTORS,
    "roles": ROLES,
    "outcomes": flows.OUTCOMES,
}
#: Statuses that the Swagger at hand does not have, and who told of them.
LATER = {"ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE": "a third party's client, doc/API.md §3.5"}
SUPPLIER_MUST_ACT = [status for status in STATUSES.values() if status.who is Actor.SUPPLIER]


def texts(value: Any) -> Iterator[Text]:
    """Every bilingual text of a table's entry."""
    if isinstance(value, Text):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


# --- all tables ---


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_every_text_in_both_languages(table):
    found = [(key, text) for key, entry in table.items() for text in texts(entry)]
    assert len(found) >= len(table)
    for key, text in found:
        for words in text:
            assert words.strip() == words, key
            assert words, key
            assert "{" not in words, key
            assert "  " not in words, key


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_french_is_typeset_and_english_is_english(table):
    accents = re.compile(r"[éèàùâêîôûç]")
    for key, entry in table.items():
        for text in texts(entry):
            assert not re.search(r"\w[:;!?](?: |$)", text.fr), (key, "a French double sign takes a space before it")
            assert not accents.search(text.en), (key, text.en)


@pytest.mark.parametrize(
    ("table", "lang"), [(table, lang) for table in (STATUSES, FLOW_STATES, FRAMEWORKS, MOTIFS) for lang in ("en", "fr")]
)
def test_labels_are_told_apart(table, lang):
    labels = [entry.label.of(lang).lower() for entry in table.values()]
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("table", [STATUSES, FLOW_STATES, FRAMEWORKS, SYNTAXES, MOTIFS])
def test_keys_are_codes_and_read_only(table):
    assert all(key == entry.code for key, entry in table.items())
    with pytest.raises(TypeError):
        table["X"] = None


# --- states ---


def test_states_stand_in_the_order_of_the_process_each_with_its_own_words():
    assert list(STATES)[:4] == ["to_send", "to_file", "sending", "checking"]
    assert list(STATES).index("deposited") < list(STATES).index("received") < list(STATES).index("paid")
    for lang in ("en", "fr"):
        assert len({label.of(lang) for label in STATES.values()}) == len(STATES)


def test_a_state_is_ours_theirs_done_or_refused():
    assert sorted(states.of_group(*Group), key=list(STATES).index) == list(STATES)
    assert states.of_group(Group.DONE) == ("paid", "cancelled")
    assert {states.group(state) for state in states.WAITING} == {Group.THEIRS}
    assert {states.group(state) for state in states.RETURNED} == {Group.MINE}
    assert {states.group(state) for state in states.TURNED_DOWN} == {Group.REFUSED}


@pytest.mark.parametrize("code", ["SUSPENDUE", "A_COMPLETER", "A_RECYCLER", "REJETEE", "REFUSEE_1", "MISE_A_DISPOSITION",
                                  "COMPLETEE", "MISE_EN_PAIEMENT", "ABANDONNEE", "DEPOSEE"])  # fmt: skip
def test_a_state_is_read_in_chorus_pros_own_words(code):
    status = STATUSES[code]
    assert status.label.fr.startswith(STATES[status.state].fr)


# --- statuses ---


def test_statuses_are_those_of_the_swagger_and_later_ones():
    known = swagger.codes("factures/v1/consulter/historique", "answer", "statutCourantCode")
    assert set(LATER) & known == set(), "the Swagger has it now"
    assert set(STATUSES) == known | set(LATER)


def test_polling_stops_at_these_only():
    terminal = {code for code, status in STATUSES.items() if status.terminal}
    assert terminal == {"REJETEE", "MISE_EN_PAIEMENT", "ABANDONNEE", "SUPPRIMEE", "REMPLACEE_PAR_A22"}
    assert terminal == TERMINAL


@pytest.mark.parametrize("status", STATUSES.values(), ids=STATUSES)
def test_status_is_consistent(status):
    assert status.state in STATES
    assert status.advice.en.endswith(".")
    assert status.advice.fr.endswith(".")
    assert status.state not in ("to_send", "to_file", "sending", "checking", "rejected"), "before the deposit"
    if states.group(status.state) is Group.MINE:
        assert status.who is Actor.SUPPLIER
    if status.state in ("paid", "cancelled", "abandoned"):
        assert status.who is Actor.NOBODY
    if status.state == "validation":
        assert status.who is Actor.VALIDATOR
    if status.state in ("at_moe", "at_moa"):
        assert status.who in (Actor.MOE, Actor.MOA)
    if status.state in ("received", "completed", "processing") and not status.works:
        assert status.who is Actor.RECIPIENT
    if status.who in (Actor.MOE, Actor.MOA):
        assert status.works


@pytest.mark.parametrize("status", SUPPLIER_MUST_ACT, ids=lambda status: status.code)
def test_supplier_must_act(status):
    assert states.group(status.state) in (Group.MINE, Group.REFUSED)
    assert status.activity
    assert not status.advice.en.startswith("Nothing to do")
    assert not status.advice.fr.startswith("Rien à faire")


def test_who_must_act_is_the_supplier():
    """What doc/RULES.md §2.5 and §4.3 say a supplier handles, and the documents that never left."""
    assert {status.code for status in SUPPLIER_MUST_ACT} >= {
        "BROUILLON", "INTERPRETEE_OCR", "A_RECYCLER", "SUSPENDUE", "REJETEE", "REFUSEE_1", "REFUSEE_2",
        "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "ERREUR_COTRAITANT_SUR_VALIDEUR", "ERREUR_FOURNISSEUR_SUR_MOE",
        "ERREUR_FOURNISSEUR_SUR_MOA", "REFUSEE_MOE", "REFUSEE_MOA", "A_ASSOCIER_FOURNISSEUR", "A_COMPLETER",
        "EN_ATTENTE_RECYCLAGE_FOURNISSEUR",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["SUSPENDUE", "REJETEE", "A_RECYCLER", "A_COMPLETER", "REFUSEE_1", "REFUSEE_MOA"])
def test_reason_is_fetched(code):
    assert STATUSES[code].needs_reason


@pytest.mark.parametrize(
    ("code", "state", "who"),
    [
        ("DEPOSEE", "deposited", Actor.PLATFORM),
        ("EN_COURS_ACHEMINEMENT", "deposited", Actor.PLATFORM),
        ("MISE_A_DISPOSITION", "received", Actor.RECIPIENT),
        ("COMPLETEE", "completed", Actor.RECIPIENT),
        ("SERVICE_FAIT", "processing", Actor.RECIPIENT),
        ("MANDATEE", "processing", Actor.RECIPIENT),
        ("COMPTABILISEE", "processing", Actor.RECIPIENT),
        ("MISE_EN_PAIEMENT", "paid", Actor.NOBODY),
        ("A_VALIDER_1", "validation", Actor.VALIDATOR),
        ("A_VALIDER_MOE", "at_moe", Actor.MOE),
        ("TRANSMISE_MOA", "at_moa", Actor.MOA),
    ],
)
def test_usual_statuses(code, state, who):
    status = statuses.get(code)
    assert (status.state, status.who, status.activity) == (state, who, False)


@given(st.one_of(st.none(), st.text()))
def test_unknown_status_is_followed(code):
    status = statuses.get(code)
    assert status.label.en
    assert status.label.fr
    if code not in STATUSES:
        assert (status.state, status.terminal, status.code) == ("deposited", False, code or "")
        assert status.label.fr == code or not (code or "").strip()


# --- flow states ---


@pytest.mark.parametrize(
    ("code", "outcome", "terminal"),
    [
        ("IN_DEPOT_PORTAIL_EN_ATTENTE_TRAITEMENT_SE_CPP", Outcome.WAITING, False),
        ("IN_RECU", Outcome.WAITING, False),
        ("IN_TRAITE_SE_CPP", Outcome.WAITING, False),
        ("IN_EN_ATTENTE_TRAITEMENT_CPP", Outcome.WAITING, False),
        ("IN_EN_COURS_TRAITEMENT_CPP", Outcome.WAITING, False),
        ("IN_EN_ATTENTE_RETRAITEMENT_CPP", Outcome.STUCK, False),
        ("IN_INCIDENTE", Outcome.INCIDENT, True),
        ("IN_REJETE", Outcome.REJECTED, True),
        ("IN_INTEGRE", Outcome.INTEGRATED, True),
        ("IN_INTEGRE_PARTIEL", Outcome.PARTIAL, True),
        ("Intégré", Outcome.INTEGRATED, True),
        ("Rejeté", Outcome.REJECTED, True),
        ("INTÉGRÉ PARTIELLEMENT", Outcome.PARTIAL, True),
        ("Reçu par Chorus Pro", Outcome.WAITING, False),
        ("IN_NOUVEL_ETAT", Outcome.WAITING, False),
        ("Non intégré", Outcome.WAITING, False),
        ("", Outcome.WAITING, False),
        (None, Outcome.WAITING, False),
    ],
)
def test_flow_state(code, outcome, terminal):
    state = flows.get(code)
    assert (state.outcome, state.terminal) == (outcome, terminal)
    assert state.advice.fr


def test_a_flow_ends_only_with_an_outcome():
    for state in FLOW_STATES.values():
        ends = state.outcome in (Outcome.INTEGRATED, Outcome.PARTIAL, Outcome.REJECTED, Outcome.INCIDENT)
        assert state.terminal == ends, state.code


@given(st.text())
def test_unknown_flow_state_waits(code):
    state = flows.get(code)
    assert state.label.en
    assert state.code in FLOW_STATES or (state.outcome, state.terminal) == (Outcome.WAITING, False)


# --- frameworks ---


def test_frameworks_are_those_of_the_swagger():
    searched = swagger.codes("factures/v1/rechercher/fournisseur", "request", "cadreFacturation")
    values = searched | swagger.codes(
        "factures/v1/consulter/fournisseur", "answer", "facture.cadreDeFacturation.codeCadreFacturation"
    )
    assert {framework.api_value for framework in FRAMEWORKS.values()} == values
    assert set(FRAMEWORKS) == {f"A{number}" for number in range(1, 26)} | {"SANS_CADRE"}


def test_frameworks_of_submit_are_those_of_the_swagger():
    by_submit = {framework.api_value for framework in FRAMEWORKS.values() if framework.by_submit}
    assert by_submit == swagger.codes("factures/v1/soumettre", "request", "cadreDeFacturation.codeCadreFacturation")


def test_offered_to_a_supplier():
    offered = {code for code, framework in FRAMEWORKS.items() if framework.offered_to_supplier}
    assert offered == {"A1", "A2", "A4", "A5", "A6", "A7", "A8", "A9", "A10", "A12", "A13", "A14", "A22", "A23"}


@pytest.mark.parametrize(
    ("role", "works", "codes"),
    [
        (Role.TITULAIRE, False, ["A1", "A2"]),
        (Role.TITULAIRE, True, ["A4", "A5", "A6", "A7", "A8", "A22", "A23"]),
        (Role.MANDATAIRE, True, ["A4", "A5", "A6", "A7", "A8", "A22", "A23"]),
        (Role.SOUS_TRAITANT, None, ["A9", "A10"]),
        (Role.COTRAITANT, None, ["A12", "A13", "A14"]),
        (Role.MOE, None, []),
        (Role.MOA, None, []),
    ],
)
def test_offered_by_role(role, works, codes):
    assert [framework.code for framework in frameworks.offered([role], works=works)] == codes


@pytest.mark.parametrize(
    ("code", "next_codes", "validator"),
    [
        ("A1", (), False),
        ("A4", ("A15", "A19"), False),
        ("A7", ("A17", "A20", "A8"), False),
        ("A9", (), True),
        ("A10", (), True),
        ("A12", (), True),
        ("A13", (), True),
        ("A14", (), True),
        ("A18", ("A8",), False),
        ("A20", ("A8",), False),
        ("A22", ("A23",), False),
    ],
)
def test_what_follows(code, next_codes, validator):
    framework = frameworks.get(code)
    assert (framework.next_codes, framework.needs_validator) == (next_codes, validator)


def test_frameworks_are_consistent():
    for framework in FRAMEWORKS.values():
        assert set(framework.next_codes) <= set(FRAMEWORKS)
        assert not (framework.works and framework.by_submit)
        if framework.offered_to_supplier:
            assert framework.roles <= SUPPLIER_ROLES
            assert framework.circuit
            assert framework.circuit[-1] is Actor.RECIPIENT
        # who files the next documents stands in the circuit, in the same order
        filers = {Role.MOE: Actor.MOE, Role.MOA: Actor.MOA}
        after = [filers.get(min(FRAMEWORKS[code].roles), Actor.SUPPLIER) for code in framework.next_codes]
        circuit = iter(framework.circuit)
        assert all(actor in circuit for actor in after), framework.code


@pytest.mark.parametrize("framework", FRAMEWORKS.values(), ids=FRAMEWORKS)
def test_framework_by_either_code(framework):
    assert frameworks.get(framework.code) is framework
    assert frameworks.get(framework.api_value) is framework


@given(st.one_of(st.none(), st.text()))
def test_unknown_framework_is_offered_to_nobody(code):
    framework = frameworks.get(code)
    assert framework.code in FRAMEWORKS or not (framework.offered_to_supplier or framework.roles)


# --- syntaxes ---


def test_syntaxes_are_those_of_the_swagger():
    assert set(SYNTAXES) == swagger.codes("factures/v1/deposer/flux", "request", "syntaxeFlux")


@pytest.mark.parametrize(
    ("code", "interface", "form", "suffix", "batch"),
    [
        ("IN_DP_E1_CII_16B", "FSO1106A", Form.STRUCTURED, ".xml", True),
        ("IN_DP_E1_UBL_INVOICE", "FSO1100A", Form.STRUCTURED, ".xml", True),
        ("IN_DP_E2_CII_FACTURX", "FSO1117A", Form.MIXED, ".pdf", False),
        ("IN_DP_E2_CPP_FACTURE_MIN", "FSO1113A", Form.MIXED, ".xml", None),
    ],
)
def test_syntax(code, interface, form, suffix, batch):
    syntax = syntaxes.get(code)
    assert (syntax.interface, syntax.form, syntax.suffix, syntax.batch_known_to_work) == (
        interface,
        form,
        suffix,
        batch,
    )


def test_unknown_syntax_is_an_error():
    with pytest.raises(KeyError):
        syntaxes.get("IN_DP_E4_UBL_INVOICE")


# --- reasons ---


def test_reasons_of_the_reference():
    ordinary = {
        "AUT_MOTIF_ERR_VALIDEUR", "RETRAIT_MAN_SERV", "SUPPR_MASSE", "AUTRE", "CONTACT_ACHTR", "COORD_BANC_ERR",
        "CREANCIER_ERR", "DOUBLE_FACT", "ERREUR_DONNEE_EJ", "EJ_ERR", "ERR_VALIDEUR", "FACT_NON_CONFORME",
        "HONORER_LA_COMMANDE", "LIVR_INCOMP", "MARCHE_TERM", "MONTANT_ERR", "SE_ERR", "ST_CT_NON_DECLAR",
        "SUPPR_COMP_AVOIR", "TRANSF_PMNT_REGIE", "TX_TVA_ERR", "JUSTIF_ABS", "REJ_ADR", "REJ_COH", "REJ_UNI", "DEST_ERR",
    }  # fmt: skip
    works = {"MAUVAIS_VALIDEUR", "MAUVAISE_MOE", "MAUVAISE_MOA", "REF_FAC_TRAVAUX"}
    assert {code for code, motif in MOTIFS.items() if not motif.works} == ordinary
    assert {code for code, motif in MOTIFS.items() if motif.works} == works


def test_fields_are_known():
    pointed_at = {entry.field for table in (MOTIFS, MESSAGES) for entry in table.values() if entry.field}
    assert pointed_at | {rule.field for rule in RULES} == set(FIELDS)


@pytest.mark.parametrize(
    ("comment", "codes"),
    [
        ("EJ_ERR", ["EJ_ERR"]),
        ("Motif : EJ incorrect ou inexistant. Merci de corriger", ["EJ_ERR"]),
        ("EJ INCORRECT OU INEXISTANT", ["EJ_ERR"]),
        ("SE_ERR - le service CHU-ACHATS est fermé ; TX_TVA_ERR", ["SE_ERR", "TX_TVA_ERR"]),
        ("Sous-traitant/cotraitant non déclaré", ["ST_CT_NON_DECLAR"]),
        ("Autres: contacter votre acheteur", ["CONTACT_ACHTR"]),
        ("Autre motif que « Erreur de valideur »", ["AUT_MOTIF_ERR_VALIDEUR"]),
        ("Livraison incomplète / non effectuée", ["LIVR_INCOMP"]),
        ("AUTRE : merci de joindre le bon de livraison", ["AUTRE"]),
        ("Merci de joindre un autre bon de livraison", []),
        ("XEJ_ERRX", []),
        ("", []),
        (None, []),
    ],
)
def test_reason_in_a_comment(comment, codes):
    assert [motif.code for motif in motifs.recognise(comment)] == codes


@pytest.mark.parametrize("motif", MOTIFS.values(), ids=MOTIFS)
def test_each_reason_is_recognised_by_code_and_label(motif):
    assert motifs.recognise(f"{motif.code} : voir commentaire") == [motif]
    assert motifs.recognise(motif.label.fr) == [motif]
    assert motifs.get(motif.code) is motif


@given(st.one_of(st.none(), st.text()))
def test_unknown_reason_is_labelled_with_itself(code):
    motif = motifs.get(code)
    assert motif.remedy.fr
    assert motif.code in MOTIFS or motif.label.fr in ((code or "").strip(), "Aucun motif indiqué")
    assert all(found in MOTIFS.values() for found in motifs.recognise(code))
