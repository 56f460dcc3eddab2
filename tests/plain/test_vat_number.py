"""A customer's VAT number, from a directory or from its SIREN."""

import pytest

from ...services import vat_number


@pytest.mark.parametrize(
    ("registry", "country", "number"),
    [
        # the numbers that INSEE's and the tax office's examples give
        ("55208131766522", "FR", "FR03552081317"),
        ("404833048", "FR", "FR83404833048"),
        ("404 833 048 00022", "RE", "FR83404833048"),
        ("40483304800022", "GP", "FR83404833048"),
        ("40483304800022", "MQ", "FR83404833048"),
        # no French VAT there
        ("40483304800022", "GF", ""),
        ("40483304800022", "YT", ""),
        ("40483304800022", "NC", ""),
        ("40483304800022", "BE", ""),
        ("40483304800022", "", ""),
        # no SIREN
        ("404833049", "FR", ""),
        ("4048", "FR", ""),
        ("ABC", "FR", ""),
        ("", "FR", ""),
    ],
)
def test_of_a_siren(registry, country, number):
    assert vat_number.of_siren(registry, country) == number


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("FR 83 404 833 048", "FR83404833048"),
        ("fr83404833048", "FR83404833048"),
        ("BE0428759497", "BE0428759497"),
        # wrong ones are not taken over: the SIREN tells
        ("FR00404833048", "FR83404833048"),
        ("néant", "FR83404833048"),
        ("", "FR83404833048"),
    ],
)
def test_what_a_directory_tells_comes_first(told, number):
    assert vat_number.known(told, "40483304800022", "FR") == number
