"""Tests of texts at the beginning and the end of a sentence, and within quotation marks."""

from campaign.text.sentences import before_period, with_capital, within_quotation


def test_line_begins_with_a_capital_and_keeps_the_others():
    assert with_capital("sábado 26 de septiembre, Québec") == "Sábado 26 de septiembre, Québec"
    assert with_capital("") == ""


def test_name_that_ends_in_a_period_gets_no_second_one():
    assert f"{before_period('River Keepers, Inc.')}." == "River Keepers, Inc."
    assert before_period("River Keepers") == "River Keepers"
    assert before_period("") == ""


def test_quotes_within_a_quotation_get_inner_marks():
    french = "Des nouvelles sur «\u00a0Des papillons\u00a0»"
    assert within_quotation(french, "fr") == "Des nouvelles sur “Des papillons”"
    assert within_quotation(french, "en") == "Des nouvelles sur ‘Des papillons’"
    assert within_quotation("Updates about “Butterflies”", "es") == "Updates about ‘Butterflies’"
    assert within_quotation("Updates about “Butterflies”", "fr") == "Updates about “Butterflies”"
