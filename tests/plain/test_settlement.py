"""What people type and books call things, made into what a document says: references, payment means, terms. Needs no database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ...services.document import means, terms
from ...services.rules import references
from ...services.text import cleaned
from ...services.vocabulary import units

JANUARY, FEBRUARY, MARCH = date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        (None, ""),
        ("   ", ""),
        (" FAC-001 ", "FAC-001"),
        ("FAC-001\u00a0", "FAC-001"),
        ("FAC-001\u200b", "FAC-001"),
        ("\ufeffFAC\u00ad-001\u2060", "FAC-001"),
        ("13 000 123 45", "1300012345"),
        ("13\u202f000\u00a0123 45", "1300012345"),
        ("EJ 1300 012 345", "EJ 1300 012 345"),
        ("1300012345\n1300012346", "1300012345 1300012346"),
        ("2026\t M  07", "2026 M 07"),
        ("001 002 003 004 005", "001 002 003 004 005"),
    ],
)
def test_references_lose_what_no_eye_sees(typed, read):
    assert cleaned(typed) == read


@given(st.text())
def test_cleaning_ends(text):
    assert cleaned(cleaned(text)) == cleaned(text)


@pytest.mark.parametrize(
    "text", ["néant", "NEANT", "/", ".", "--", "0", "000", "Sans objet", "N/A", "n.c.", "xxx", "Aucun", "à définir"]
)
def test_fillers(text):
    assert references.is_filler(text)
    assert not references.is_given(text)


@pytest.mark.parametrize("text", ["1300012345", "EJ-7", "2026/07", "S00042", "A0", "NANTES", "MX-01"])
def test_numbers_are_no_fillers(text):
    assert references.is_given(text)
    assert not references.looks_several(text)


@pytest.mark.parametrize(
    "text", ["EJ 1, EJ 2", "EJ1;EJ2", "1300012345 et 1300012346", "1300012345/1300012346", "1300012345 1300012346"]
)
def test_several_numbers_in_one(text):
    assert references.looks_several(text)


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_no_filler(text):
    assert not references.is_filler(text)
    assert not references.is_given(text)


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"names": ("Prélèvement SEPA",)}, "49"),
        ({"names": ("Direct Debit",), "journal": "bank"}, "49"),
        ({"code": "sdd", "names": ("Manual",)}, "49"),
        ({"names": ("Chèque", "Banque")}, "20"),
        ({"names": ("Check", "Bank")}, "20"),
        ({"code": "check_printing"}, "20"),
        ({"names": ("Manual Payment", "TPE carte")}, "48"),
        ({"names": ("Carte d'achat",)}, "48"),
        ({"names": ("Stripe",)}, "48"),
        ({"names": ("Manual Payment", "Banque"), "online": True}, "48"),
        ({"names": ("Espèces",)}, "10"),
        ({"names": ("Manual Payment", "Comptoir"), "journal": "cash"}, "10"),
        ({"names": ("Virement",)}, "30"),
        ({"names": ("Manual Payment", "Banque"), "journal": "bank"}, "30"),
        ({"names": ("Carte", "Banque"), "journal": "bank"}, "48"),
        ({"names": ("Règlement",), "journal": "credit"}, "48"),
        ({"names": ("Compensation",)}, "97"),
        ({"names": ("Opérations diverses",), "journal": "general"}, ""),
        ({}, ""),
    ],
    ids=str,
)
def test_means_of_payment_by_their_nature(facts, code):
    assert means.means(**facts) == code


PARTS = [(MARCH, Decimal("840.00")), (JANUARY, Decimal("360.00"))]


@pytest.mark.parametrize(
    ("paid", "due"),
    [("0", JANUARY), ("100.00", JANUARY), ("360.00", MARCH), ("1000.00", MARCH), ("1200.00", JANUARY), ("5000", JANUARY)],
)
def test_the_first_date_on_which_something_is_left_to_pay(paid, due):
    assert terms.first_due(PARTS, Decimal(paid)) == due


def test_nothing_is_due_without_instalments():
    assert terms.first_due([]) is None


def test_what_a_payer_must_know():
    told = terms.particulars(PARTS, [("Précompte", Decimal("11.00"))], [("Retenue de garantie 5 %", Decimal("60.00"))], "EUR")
    assert told == (
        "Échéances : 360,00 EUR le 31/01/2027, 840,00 EUR le 31/03/2027.",
        "Précompte : 11,00 EUR retenus par le client, déduits du montant à payer.",
        "Retenue de garantie 5 % : 60,00 EUR à retenir sur le règlement, payables à la levée de la garantie.",
    )
    assert terms.particulars(PARTS[:1], [], [], "EUR") == ()
    francs = [(JANUARY, Decimal(12888)), (FEBRUARY, Decimal(30071))]
    assert terms.particulars(francs, [], [], "XPF") == (
        "Échéances : 12\u00a0888 XPF le 31/01/2027, 30\u00a0071 XPF le 28/02/2027.",
    )


@pytest.mark.parametrize(
    ("label", "retention"),
    [
        ("Retenue de garantie 5 %", True),
        ("RETENUE  DE GARANTIE", True),
        ("Retention 5%", True),
        ("Retenue à la source", False),
        ("Garantie décennale", False),
        ("", False),
        (None, False),
    ],
)
def test_which_label_is_a_retention(label, retention):
    assert terms.says_retention(label) is retention


def test_units():
    assert {code: units.known(code) for code in ("HUR", "C62", "QT", "", "heure", "XPK")} == {
        "HUR": "HUR", "C62": "C62", "QT": "C62", "": "C62", "heure": "C62", "XPK": "XPK",
    }  # fmt: skip
