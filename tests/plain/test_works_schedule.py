"""Price schedules as buyers publish them, in twelve shapes: what is read of each, and which cells are named."""

import io
from decimal import Decimal

import pytest
from openpyxl import Workbook

from ...services.works import grid, schedule, schedule_file
from ...services.works.numbers import NotANumber, parse
from ...services.works.schedule import Row

D = Decimal


def book(*sheets, merged=()):
    """An XLSX file of sheets, each a title and its rows."""
    workbook = Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def read(content):
    return schedule.read(grid.read(content))


def told(preview):
    """The rows in short: a chapter's title, or a line's code, unit, quantity and price."""
    return [
        row.name if row.chapter else (row.code, row.name, row.unit, str(row.quantity), str(row.price)) for row in preview.rows
    ]


def bad(preview):
    return [(remark.where, remark.value) for remark in preview.bad]


def remarks(preview):
    return [(remark.where, remark.message.fr) for remark in preview.remarks if not remark.blocks]


def test_1_a_dpgf_with_merged_titles_chapters_totals_and_a_foot():
    preview = read(book(("DPGF", [
        ["COMMUNE DE DÉMONVILLE"],
        ["Réfection de l'école – Lot 3 : couverture"],
        [],
        ["N°", "Désignation des ouvrages", "U", "Quantité", "Prix unitaire € HT", "Montant € HT"],
        ["1", "INSTALLATION DE CHANTIER"],
        ["1.1", "Base vie", "Ft", 1, 1500, 1500],
        ["1.2", "Échafaudage", "m²", 320, 12.5, 4000],
        [None, "Sous-total 1", None, None, None, 5500],
        [],
        ["2", "COUVERTURE"],
        ["2.1", "Zinc à joint debout", "m²", 210.5, 98.3, 20692.15],
        [None, "Sous-total 2", None, None, None, 20692.15],
        [],
        [None, "TOTAL HT", None, None, None, 26192.15],
        [None, "TVA 20 %", None, None, None, 5238.43],
        [None, "TOTAL TTC", None, None, None, 31430.58],
    ]), merged=("A1:F1", "A2:F2")))  # fmt: skip
    assert told(preview) == [
        "INSTALLATION DE CHANTIER",
        ("1.1", "Base vie", "Ft", "1", "1500"),
        ("1.2", "Échafaudage", "m²", "320", "12.5"),
        "COUVERTURE",
        ("2.1", "Zinc à joint debout", "m²", "210.5", "98.3"),
    ]
    assert (preview.total, preview.printed, preview.remarks) == (D("26192.15"), D("26192.15"), [])


def test_2_a_csv_with_semicolons_decimal_commas_and_spaces_between_thousands():
    content = (
        (
            "Code;Libellé;Unité;Qté;P.U. HT;Total HT\r\n"
            "A1;Terrassement en pleine masse;m3;1\u202f250,50;1 234,56 €;1 543 817,28\r\n"
            "A2;Évacuation;m3;1 250,5;7,00;8 753,50\r\n"
        )
        .encode("cp1252", "replace")
        .replace(b"1?250", b"1\xa0250")
    )
    preview = read(content)
    assert told(preview) == [
        ("A1", "Terrassement en pleine masse", "m3", "1250.50", "1234.56"),
        ("A2", "Évacuation", "m3", "1250.5", "7.00"),
    ]
    assert preview.total == D("1552570.78")
    assert preview.remarks == []


def test_3_a_bpu_has_no_quantities_and_spells_its_prices_out():
    preview = read(book(("BPU", [
        ["N° de prix", "Désignation", "Unité", "Prix unitaire en chiffres (€ HT)", "Prix unitaire en lettres (€ HT)"],
        ["100", "PRIX GÉNÉRAUX"],
        ["101", "Amenée du matériel", "Forfait", 850, "huit cent cinquante euros"],
        ["102", "Heure de manœuvre", "h", "42,50", "quarante-deux euros cinquante"],
    ])))  # fmt: skip
    assert told(preview) == [
        "PRIX GÉNÉRAUX",
        ("101", "Amenée du matériel", "Forfait", "0", "850"),
        ("102", "Heure de manœuvre", "h", "0", "42.50"),
    ]
    assert preview.total == 0
    assert not preview.bad


def test_4_one_sheet_for_each_lot_with_a_cover_and_a_recapitulation():
    table = ["Poste", "Désignation", "Unité", "Quantité", "PU HT"]
    preview = read(book(
        ("Page de garde", [["DPGF"], ["Mairie de Saint-Exemple"]]),
        ("Lot 1", [table, ["1.1", "Gros œuvre", "Ens", 1, 80000]]),
        ("Lot 2", [[], table, ["2.1", "Menuiserie", "U", 12, 640]]),
        ("Récapitulatif", [["Désignation", "Montant HT"], ["Lot 1", 80000], ["Lot 2", 7680]]),
    ))  # fmt: skip
    assert [(row.name, row.lot, row.where) for row in preview.lines] == [
        ("Gros œuvre", "Lot 1", "Lot 1!B2"),
        ("Menuiserie", "Lot 2", "Lot 2!B3"),
    ]
    assert preview.total == D(87680)


def test_5_headings_in_two_rows_under_a_merged_one():
    preview = read(book(("DPGF", [
        ["Art.", "Nature des travaux", "Unité", "Quantités", "Prix HT", None, "TVA"],
        [None, None, None, None, "unitaire", "total", "taux"],
        ["3.1", "Isolation des combles", "m²", 150, 32.4, 4860, 0.055],
        ["3.2", "Pare-vapeur", "m²", 150, 4.1, 615, 0.055],
    ]), merged=("E1:F1",)))  # fmt: skip
    assert told(preview) == [("3.1", "Isolation des combles", "m²", "150", "32.4"), ("3.2", "Pare-vapeur", "m²", "150", "4.1")]
    assert [row.vat for row in preview.lines] == [D("5.5"), D("5.5")]
    assert preview.remarks == []


def test_6_every_bad_cell_is_named_and_the_other_lines_are_read():
    preview = read(book(("DPGF", [
        ["N°", "Désignation", "U", "Qté", "PU HT", "TVA"],
        ["1", "Bon", "m²", 2, 3, 20],
        ["2", "Quantité en mots", "m²", "environ dix", 3, 20],
        ["3", "Sans prix", "m²", 2, None, 20],
        ["4", "Sans quantité", "m²", None, 3, 20],
        ["5", "Deux lectures", "m²", "1.250", 3, 20],
        ["6", "Taux étrange", "m²", 2, 3, 196],
        [None, None, "m²", 2, 3, 20],
        ["8", "Formule", "m²", "=1+1", 3, 20],
    ])))  # fmt: skip
    assert [row.name for row in preview.lines] == ["Bon"]
    assert bad(preview) == [
        ("DPGF!D3", "environ dix"), ("DPGF!E4", ""), ("DPGF!D5", ""), ("DPGF!D6", "1.250"), ("DPGF!F7", "196"), ("DPGF!B8", ""),
        ("DPGF!D9", ""),
    ]  # fmt: skip
    texts = [remark.message.fr for remark in preview.bad]
    assert texts[1] == "pas de prix unitaire"
    assert texts[3] == "peut être 1250 ou 1,250 : écrivez-le sans point"
    assert "formule jamais calculée" in texts[6]


def test_7_amounts_that_do_not_follow_are_told_and_do_not_stop():
    preview = read(book(("DPGF", [
        ["N°", "Désignation", "U", "Qté", "PU HT", "Total HT"],
        ["1", "Enduit", "m²", 10, 25, 250],
        ["2", "Peinture", "m²", 10, 8, 90],
        [None, "Montant total HT", None, None, None, 340],
    ])))  # fmt: skip
    assert not preview.bad
    assert remarks(preview) == [
        ("DPGF!F3", "la quantité et le prix font 80,00"),
        ("", "Le fichier affiche un total de 340,00, ses lignes font 330,00."),
    ]


def test_8_copied_cells_with_tabulations_repeated_headings_and_carried_totals():
    preview = read((
        "N°\tDésignation\tUnité\tQuantité\tPrix unitaire\tMontant\n"
        "1\tVoirie\t\t\t\t\n"
        "1.1\tBordures T2\tml\t85\t28,90\t2456,50\n"
        "\tÀ reporter\t\t\t\t2456,50\n"
        "N°\tDésignation\tUnité\tQuantité\tPrix unitaire\tMontant\n"
        "\tReport\t\t\t\t2456,50\n"
        "1.2\tEnrobé 0/10\tt\t40\t112\t4480\n"
    ).encode())  # fmt: skip
    assert told(preview) == [
        "Voirie",
        ("1.1", "Bordures T2", "ml", "85", "28.90"),
        ("1.2", "Enrobé 0/10", "t", "40", "112"),
    ]
    assert preview.total == D("6936.50")


def test_9_no_headings_at_all():
    preview = read(book(("Feuil1", [
        ["1.1", "Dépose des menuiseries existantes", "U", 14, 85, 1190],
        ["1.2", "Fourniture et pose de fenêtres bois", "U", 14, 640, 8960],
        ["1.3", "Habillage", "ml", 62.5, 18, 1125],
    ])))  # fmt: skip
    assert told(preview)[2] == ("1.3", "Habillage", "ml", "62.5", "18")
    assert preview.total == D(11275)


def test_10_lump_sums_with_an_amount_alone_and_chapters_that_print_their_sub_total():
    preview = read(book(("DPGF", [
        ["N°", "Désignation", "Montant HT"],
        ["1", "ÉTUDES", 3500],
        ["1.1", "Plans d'exécution", 2500],
        ["1.2", "Dossier des ouvrages exécutés", "1 000,00"],
        ["2", "NETTOYAGE", 400],
        [None, "TOTAL GÉNÉRAL HT", 3900],
    ])))  # fmt: skip
    assert told(preview) == [
        "ÉTUDES",
        ("1.1", "Plans d'exécution", "Ft", "1", "2500"),
        ("1.2", "Dossier des ouvrages exécutés", "Ft", "1", "1000.00"),
        ("2", "NETTOYAGE", "Ft", "1", "400"),
    ]
    assert preview.printed == preview.total == D(3900)


def test_11_lines_for_memory_and_descriptions_over_several_rows():
    preview = read(book(("DPGF", [
        ["Repère", "Désignation", "Unité", "Qté", "P.U.", "P.T."],
        [None, "Charpente"],
        ["C1", "Panne en sapin", "m3", 3.2, 890, 2848],
        [None, "- y compris assemblages"],
        [None, "et traitement"],
        ["C2", "Chevrons", "m3", "PM", None, None],
        ["C3", "Option non retenue", "m3", 1, "sans objet", None],
        [None, "Divers"],
        ["C4", "Nettoyage", "Ft", None, 150, 150],
    ])))  # fmt: skip
    assert told(preview) == [
        "Charpente",
        ("C1", "Panne en sapin - y compris assemblages et traitement", "m3", "3.2", "890"),
        "Divers",
        ("C4", "Nettoyage", "Ft", "1", "150"),
    ]
    assert [where for where, _message in remarks(preview)] == ["DPGF!D6", "DPGF!E7"]


def test_12_points_negative_prices_empty_columns_and_an_order_of_its_own():
    preview = read(
        "\ufeffLot,Qté,Unité,Désignation,,PU HT,TVA\n"
        '2,"1,5",U,"Porte, à deux vantaux",,"1,250.40",20%\n'
        '2,1,Ft,Moins-value,,(300.00),"5,5"\n'.encode()
    )
    assert told(preview) == [
        ("", "Porte, à deux vantaux", "U", "1.5", "1250.40"),
        ("", "Moins-value", "Ft", "1", "-300.00"),
    ]
    assert [(row.lot, row.vat) for row in preview.lines] == [("2", D("2E+1")), ("2", D("5.5"))]
    assert preview.total == D("1575.60")


@pytest.mark.parametrize(("text", "expected"), [
    ("1 234,50 €", "1234.50"), ("1\u00a0234\u202f567,8", "1234567.8"), ("1.234,5", "1234.5"), ("1,234.5", "1234.5"),
    ("(12,00)", "-12.00"), ("−3", "-3"), ("12.", "12"), (",5", "0.5"), ("1,234", "1.234"), ("1.234.567", "1234567"),
    ("0.125", "0.125"), ("12.5", "12.5"), ("20 %", "20"), ("15 HT", "15"), ("1'000", "1000"),
])  # fmt: skip
def test_numbers_as_people_write_them(text, expected):
    assert parse(text) == D(expected)


@pytest.mark.parametrize("text", ["douze", "12 m²", "1.250", "€", "1/2", "NaN", "1e5", "Infinity", "#REF!"])
def test_what_is_no_number_or_may_be_two_is_not_guessed(text):
    with pytest.raises(NotANumber):
        parse(text)
    assert parse("") is None


@pytest.mark.parametrize("content", [
    b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0 old excel", b"%PDF-1.4 \x00\x01", b"x" * (grid.MOST_BYTES + 1),
    b"a;b\n" * (grid.MOST_ROWS + 2),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_so(content):
    with pytest.raises(grid.GridError) as refused:
        grid.read(content)
    assert refused.value.text.fr


@pytest.mark.parametrize("content", [b"", b"Bonjour,\nvoici le prix.\n", book(("Vide", []))])
def test_a_file_without_a_table_says_so(content):
    preview = read(content)
    assert not preview.rows
    assert "tableau" in preview.bad[0].message.fr


ROWS = [
    Row(True, "1", "Gros œuvre"),
    Row(False, "1.1", "=Béton \"B25\"; coulé", "m3", D("12.5"), D("145.10"), D(20), "1"),
    Row(False, "1.2", "Moins-value", "Ft", D(1), D("-250"), D("5.5"), "1"),
    Row(True, "2", "Finitions"),
    Row(False, "2.1", "Peinture", "m²", D("1250.123"), D("7.123456"), D(0), "2"),
]  # fmt: skip


@pytest.mark.parametrize("content", [schedule_file.xlsx(ROWS, "2026-TVX-0001"), schedule_file.text(ROWS)])
def test_what_is_exported_is_imported_again(content):
    preview = read(content)
    assert not preview.bad
    assert [(row.chapter, row.code, row.name.lstrip("'"), row.unit, row.quantity, row.price) for row in preview.rows] == [
        (row.chapter, row.code, row.name, row.unit, row.quantity, row.price) for row in ROWS
    ]
    assert [(row.vat, row.lot) for row in preview.lines] == [(row.vat, row.lot) for row in ROWS if not row.chapter]


def test_an_exported_text_is_no_formula():
    assert b"\n1.1;\"'=B" in schedule_file.text(ROWS)
