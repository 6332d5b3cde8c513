"""Tests of the text of a letter, and of the links that open it in a mail program."""

from types import SimpleNamespace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from campaign.actions.letters.text.composition import (
    MAX_SUBJECT_LENGTH,
    MAX_URL_LENGTH,
    LetterTexts,
    Writer,
    compose,
    compose_by_hand,
    entered_paragraphs,
    letter_texts,
    salutation,
)
from campaign.signatures.models import MAX_PROMPT_LENGTH
from tests.factories.letters import QUESTIONS

TEXTS = LetterTexts(lang="en", subject="The river", opening="I write.", closing="Please test it.")
WRITER = Writer(name="Amalia Rosales", country="CA", postal_code="M5V 2T6")


def target(**columns):
    empty = {"salutations": {}, "honorifics": {}, "names": {"en": "Orla Fenn"}}
    return SimpleNamespace(**{**empty, **columns})


def composed(texts=TEXTS, **values):
    values = {"salutation": "Dear Minister,", "target_name": "Orla Fenn", **values}
    return compose(
        texts=texts, **{"paragraphs": ["My story.", "My wish."], "writer": WRITER, **values}
    )


def all_links(links):
    return [links.mailto, *(url for _name, url in links.providers)]


def test_letter_has_all_parts_in_order():
    assert composed().body == (
        "Dear Minister,\n\nI write.\n\nMy story.\n\nMy wish.\n\nPlease test it.\n\n"
        "Amalia Rosales\nM5V 2T6, Canada"
    )


def test_empty_parts_leave_no_gap():
    letter = composed(LetterTexts(lang="en", subject="S"), paragraphs=[], writer=Writer(name="A R"))
    assert letter.body == "Dear Minister,\n\nA R"


def test_paragraphs_are_the_answers_to_prompts_in_order_without_empty_ones():
    answers = {"age": "40", "answer_2": "Second", "answer_1": "  "}
    assert entered_paragraphs(QUESTIONS, answers) == ["Second"]
    both = {"answer_2": "Second", "answer_1": "First\r\nline", "answer_3": "Not asked"}
    assert entered_paragraphs(QUESTIONS, both) == ["First\nline", "Second"]


@pytest.mark.parametrize("answer", [None, 7, True, ["x"], {}])
def test_answer_that_is_no_text_is_left_out(answer):
    assert entered_paragraphs(QUESTIONS, {"answer_1": answer}) == []


def test_long_answer_is_cut_at_the_limit():
    [text] = entered_paragraphs(QUESTIONS, {"answer_1": "x" * 50_000})
    assert len(text) == MAX_PROMPT_LENGTH


@pytest.mark.parametrize(
    ("lang", "line"),
    [("en", "Dear Senator Fenn,"), ("en-CA", "Dear Senator Fenn,"), ("es", "Estimada senadora:")],
)
def test_salutation_is_that_of_the_language(app, lang, line):
    salutations = {"en": "Dear Senator Fenn", "es": "Estimada senadora:"}
    assert salutation(target(salutations=salutations), lang) == line


@pytest.mark.parametrize("lang", ["en", "es", "fr", "nah"])
def test_neutral_salutation_has_the_name_and_no_other_language(app, lang):
    line = salutation(target(salutations={"pt": "Prezada senadora"}), lang)
    assert "Orla Fenn" in line
    assert "Prezada" not in line
    assert line.endswith((",", ":"))


def test_honorific_is_only_that_of_the_language(app):
    honorifics = {"en": "Senator"}
    assert "Senator Orla Fenn" in salutation(target(honorifics=honorifics), "en")
    assert "Senator" not in salutation(target(honorifics=honorifics), "es")


@pytest.mark.parametrize("separator", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x00", "\u202e"])
def test_no_part_of_a_header_can_hold_a_second_line(app, separator):
    injected = f"Orla{separator}Bcc: everyone@victims.example"
    text = SimpleNamespace(lang="en", title="", kind_texts={"subject": injected})
    links = compose_by_hand(address=injected, subject=injected, body="x")
    greeting = salutation(target(names={"en": injected}), "en")
    signed = composed(writer=Writer(name=injected)).body.rpartition("Please test it.\n\n")[2]
    for line in (letter_texts(text).subject, greeting, signed, links.subject):
        assert line.splitlines() == [line]
        assert line.isprintable()
    for link in all_links(links):
        assert link.isascii()
        assert "\r" not in unquote(urlsplit(link).query)


def test_subject_has_a_limit():
    text = SimpleNamespace(lang="en", title="T", kind_texts={"subject": "x" * 500})
    assert len(letter_texts(text).subject) == MAX_SUBJECT_LENGTH


def test_subject_falls_back_to_the_title():
    assert letter_texts(SimpleNamespace(lang="en", title="T", kind_texts={})).subject == "T"


def test_preview_escapes_what_was_entered():
    html = composed(paragraphs=["<script>alert(1)</script>\nsecond line"]).html
    assert "<script>" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>second line" in html
    assert html.count("<p>") == 5


def test_mailto_is_percent_encoded_with_crlf():
    links = compose_by_hand(
        address="o.fenn+river@council.example", subject="¿El río & más?", body="One\n\nTwo + two"
    )
    assert links.mailto.startswith("mailto:o.fenn%2Briver@council.example?subject=")
    assert "%0D%0A%0D%0A" in links.mailto
    assert "+" not in links.mailto
    fields = parse_qs(urlsplit(links.mailto).query)
    assert fields == {"subject": ["¿El río & más?"], "body": ["One\r\n\r\nTwo + two"]}


def test_provider_links_carry_address_and_text():
    links = compose_by_hand(address="o@c.example", subject="S", body="B")
    assert [name for name, _url in links.providers] == ["Gmail", "Outlook", "Yahoo Mail"]
    for name, url in links.providers:
        fields = parse_qs(urlsplit(url).query)
        assert url.startswith("https://")
        assert (fields["to"], fields["body"]) == (["o@c.example"], ["B"])
        assert fields["su" if name == "Gmail" else "subject"] == ["S"]


def test_text_too_long_for_a_link_is_left_out_of_it():
    links = compose_by_hand(address="o@c.example", subject="S", body="é" * 700)
    assert not links.has_body
    assert links.body == "é" * 700
    for link in all_links(links):
        assert "body" not in link
        assert len(link) <= MAX_URL_LENGTH
