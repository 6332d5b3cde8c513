import re
import shutil
from dataclasses import astuple
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

import campaign.demo.content as content
from campaign.demo.content import LANGUAGES, load_cause
from campaign.demo.toml_pages import ContentInvalid

FOLDER = Path(content.__file__).parent / "campaigns" / "butterflies-for-mexico"
TODAY = date(2026, 11, 24)
CAUSE = load_cause(FOLDER, TODAY)
RIVER = load_cause(FOLDER.parent / "river", TODAY)
DEMOS = (CAUSE, RIVER)
NO_BREAK = "\N{NO-BREAK SPACE}"
LAW = "petitions/victims-law"
SLUGS = ("find-the-43", "human-rights-first", "victims-law")
# A hall or a town may have the same name in every language.
SAME_EVERYWHERE = {"place", "address", "deliver_place"}

LETTERS = [(petition.slug, lang) for petition in CAUSE.petitions for lang in LANGUAGES]
petition_bodies = pytest.mark.parametrize(("slug", "lang"), LETTERS)


def owners():
    return [
        owner for demo in DEMOS for owner in (demo, *demo.petitions, *demo.events, *demo.updates)
    ]


def sentences(lang):
    """Return everything shown in one language, each with a label for the failure message."""
    for owner in owners():
        for place, text in enumerate(_flat(astuple(owner.texts[lang]))):
            yield f"{owner.slug} {lang} {place}", text
    for demo in DEMOS:
        for name, text in demo.organisation.texts[lang].items():
            yield f"{demo.organisation.slug} {lang} {name}", text
    for petition in (petition for demo in DEMOS for petition in demo.petitions):
        for names in petition.targets:
            yield f"{petition.slug} {lang} target", names[lang]
        for place, text in enumerate(petition.wordings):
            yield f"{petition.slug} {lang} wording {place}", text[lang]
        for question in petition.questions:
            yield f"{petition.slug} {lang} {question.name}", question.labels[lang]


def _flat(texts):
    for text in texts:
        if not isinstance(text, str):
            yield from _flat(text)
        elif not re.fullmatch(r"\d\d:\d\d", text):  # The page formats the times of a programme.
            yield text


def petition_body(slug, lang):
    return next(petition for petition in CAUSE.petitions if petition.slug == slug).texts[lang].body


def tokens(markdown):
    return MarkdownIt("commonmark").parse(markdown)


def demands(markdown):
    """Return the openings of the numbered demands: the first inline token of each list item."""
    openings = tokens(markdown)
    return [
        openings[place + 2].children
        for place, token in enumerate(openings)
        if token.type == "list_item_open"
    ]


def word_count(text):
    return len(text.replace(NO_BREAK, " ").split())


@pytest.fixture
def copy(tmp_path):
    return Path(shutil.copytree(FOLDER, tmp_path / "cause"))


def change(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# Texts.


def test_cause_has_its_three_petitions_in_order():
    assert tuple(petition.slug for petition in CAUSE.petitions) == SLUGS
    assert (CAUSE.slug, CAUSE.palette, CAUSE.shape) == (FOLDER.name, "monarch", "monarch")


def test_every_text_exists_in_every_language():
    for owner in owners():
        assert set(owner.texts) == set(LANGUAGES), owner.slug


def test_no_language_is_a_copy_of_another():
    for owner in owners():
        for field in type(owner.texts["en"]).__dataclass_fields__:
            text = [getattr(owner.texts[lang], field) for lang in LANGUAGES]
            if field not in SAME_EVERYWHERE and any(text):
                assert len(set(text)) == len(text), f"{owner.slug} {field}"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_text_shouts_or_quotes_people(lang):
    for name, text in sentences(lang):
        assert not re.search('[!¡“”„«»"]', text), name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_apostrophes_and_ellipses_are_typographic(lang):
    for name, text in sentences(lang):
        assert "'" not in text and "..." not in text and "  " not in text, name


def test_french_spaces_its_marks_as_in_canada():
    for name, text in sentences("fr"):
        assert not re.search(rf"[^{NO_BREAK}]:|\s[;?]", text), name
        assert not re.search(r"\d \d|oeu", text), name


def test_only_french_uses_the_no_break_space():
    for lang in ("en", "es"):
        assert not any(NO_BREAK in text for _, text in sentences(lang))


def test_spanish_opens_its_questions():
    for name, text in sentences("es"):
        assert text.count("¿") == text.count("?"), name


@pytest.mark.parametrize(
    ("lang", "own", "foreign"),
    [("en", "the", "les"), ("fr", "les", "the"), ("es", "que", "the")],
)
def test_petition_texts_are_written_in_their_language(lang, own, foreign):
    for slug in SLUGS:
        words = re.findall(r"\w+", petition_body(slug, lang).lower())
        assert words.count(own) > 5 and foreign not in words, slug


@pytest.mark.parametrize("lang", LANGUAGES)
def test_summaries_updates_and_story_fit_their_place(lang):
    cause = CAUSE.texts[lang]
    assert 2 <= len(re.findall(r"[.?](?:\s|$)", cause.summary)) <= 3
    assert 3 <= cause.story.count("\n\n") + 1 <= 5
    for update in CAUSE.updates:
        assert 40 <= word_count(update.texts[lang].text) <= 80, update.slug
    for petition in CAUSE.petitions:
        assert 10 <= word_count(petition.texts[lang].summary) <= 45, petition.slug
        assert len(petition.texts[lang].title) <= 60, petition.slug


# Petition texts.


@petition_bodies
def test_petition_text_can_be_read_in_two_minutes(slug, lang):
    assert 200 <= word_count(petition_body(slug, lang)) <= 450


@petition_bodies
def test_petition_text_greets_explains_asks_and_closes(slug, lang):
    top = [
        token
        for token in tokens(petition_body(slug, lang))
        if token.level == 0 and token.nesting >= 0
    ]
    kinds = [token.type for token in top]
    assert kinds[0] == "heading_open" and top[0].tag == "h1"
    assert kinds.count("heading_open") == 1
    assert kinds.count("ordered_list_open") == 1
    assert kinds[-2:] == ["ordered_list_open", "paragraph_open"]
    assert set(kinds) == {"heading_open", "paragraph_open", "ordered_list_open"}
    assert "<" not in petition_body(slug, lang)


@petition_bodies
def test_each_demand_begins_in_bold(slug, lang):
    demands_found = demands(petition_body(slug, lang))
    assert len(demands_found) >= 4
    for inline in demands_found:
        # An empty text token comes before the mark.
        assert "strong_open" in [token.type for token in inline[:2]], inline
        assert "**" not in "".join(token.content for token in inline)


@pytest.mark.parametrize("slug", SLUGS)
def test_petition_text_has_as_many_demands_in_every_language(slug):
    assert len({len(demands(petition_body(slug, lang))) for lang in LANGUAGES}) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_petition_for_the_forty_three_says_when_and_where(lang):
    text = petition_body("find-the-43", lang)
    assert "Iguala" in text and "Guerrero" in text and "Ayotzinapa" in text
    assert re.search(r"(September 26,|26 septembre|26 de septiembre de) 2014", text)


# Both demonstrations.


def test_demonstrations_differ_in_all_that_an_organization_chooses():
    assert CAUSE.languages != RIVER.languages
    assert sorted(CAUSE.languages) == sorted(RIVER.languages) == sorted(LANGUAGES)
    for name in ("palette", "shape", "zone", "country"):
        assert getattr(CAUSE, name) != getattr(RIVER, name), name
    for name in ("slug", "texts", "images"):
        assert getattr(CAUSE.organisation, name) != getattr(RIVER.organisation, name), name
    assert CAUSE.organisation.columns["accent"] != RIVER.organisation.columns["accent"]


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: demo.slug)
def test_organization_is_plainly_invented(demo):
    columns = demo.organisation.columns
    assert columns["email"].endswith(".example")
    assert columns["website"].endswith(".example")
    for lang in LANGUAGES:
        texts = demo.organisation.texts[lang]
        assert all(texts.values()), lang
        assert "invent" in texts["imprint"], lang


# Facts.


@settings(deadline=None)
@given(st.dates(min_value=date(2020, 9, 27), max_value=date(2150, 1, 1)))
def test_table_and_talk_are_always_upcoming(today):
    ahead = [event for event in load_cause(FOLDER, today).events if event.date > today]
    assert {event.slug for event in ahead} == {"table", "talk", "vigil"}
    table, talk, vigil = (
        next(item for item in ahead if item.slug == slug) for slug in ("table", "talk", "vigil")
    )
    assert (vigil.date.month, vigil.date.day) == (9, 26) and (vigil.date - today).days <= 366
    assert 9 <= (table.date - today).days <= 15 and table.date.isoweekday() == 6
    assert 23 <= (talk.date - today).days <= 29 and talk.date.isoweekday() == 4


@settings(deadline=None)
@given(st.dates(min_value=date(2020, 9, 27), max_value=date(2150, 1, 1)))
def test_petitions_are_open_and_deliveries_are_upcoming(today):
    for petition in load_cause(FOLDER, today).petitions:
        assert petition.opens_at < datetime.combine(today, time(), UTC)
        assert petition.deliver_on is None or petition.deliver_on > today


def test_past_events_and_updates_keep_their_dates():
    past = {event.slug: event.date for event in CAUSE.events if event.date < TODAY}
    assert past["evening-talk-2016"] == date(2016, 5, 10)
    assert past["university-talk-2017"] == date(2017, 3, 9)
    assert past["round-table-2017"].year == 2017
    assert [update.date.isoformat()[:7] for update in CAUSE.updates] == [
        "2020-09", "2014-11", "2013-03", "2013-01",
    ]  # fmt: skip


def test_goals_are_within_reach_and_not_yet_reached():
    for petition in CAUSE.petitions:
        assert 0.5 < petition.generated / petition.goal < 1, petition.slug
    assert [petition.generated for petition in CAUSE.petitions] == [380, 190, 120]


def test_every_petition_has_a_target():
    for petition in CAUSE.petitions:
        assert petition.targets and petition.original_language in LANGUAGES
        assert all(set(names) == set(LANGUAGES) for names in petition.targets)


def test_place_of_delivery_comes_with_a_date():
    for petition in CAUSE.petitions:
        places = [bool(text.deliver_place) for text in petition.texts.values()]
        assert places == [bool(petition.deliver_on)] * len(LANGUAGES)


# Errors.


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        ("cause.toml", "palette =", "pallete =", "cause.toml: pallete "),
        ("cause.toml", "en = 44", 'en = "44"', r"cause.toml: signers.en should be of type int"),
        ("organisation.toml", "slug =", "slugg =", "organisation.toml: slugg "),
        ("organisation.toml", "[fr]", "[de]", "organisation.toml: de "),
        ("cause.toml", 'shape = "monarch"', "", "cause.toml: shape "),
        ("cause.toml", '"find-the-43"', '"find-them"', "find-them/petition.toml: there is no"),
        ("fr.md", "+++", "", "fr.md: "),
        ("es.md", "title = ", "title = 4 #", "es.md: title should be of type str, not int"),
        ("en.md", "summary = ", "summary ", "en.md: "),
        ("updates.toml", "date = 2020-09-26", "date = true", r"updates\[0\].date should be"),
        ("updates.toml", "[updates.es]", "[updates.ca]", r"updates\[0\].ca "),
        ("events.toml", '"saturday"', '"sat"', r"events\[0\].weekday should be one"),
        ("events.toml", "days_ahead = 9", "days_ahead = -9", r"events\[0\].days_ahead is below"),
        (f"{LAW}/petition.toml", '"victims-law"', '"law"', "slug should be victims-law"),
        (f"{LAW}/petition.toml", '"fr"', '"de"', "original_language should be one of"),
        (f"{LAW}/petition.toml", "goal = ", "goal = -", "goal is below zero"),
        (
            f"{LAW}/petition.toml",
            'required = ["country"]',
            "required = [1]",
            "petition.toml: required ",
        ),
        (f"{LAW}/es.md", "published_by", "x", "victims-law/es.md: x "),
    ],
)
def test_error_names_its_file_and_key(copy, file, old, new, message):
    change(copy / file, old, new)
    with pytest.raises(ContentInvalid, match=message):
        load_cause(copy, TODAY)


def test_petition_without_text_is_an_error(copy):
    page = copy / "petitions" / "find-the-43" / "es.md"
    front = page.read_text(encoding="utf-8").split("+++")[1]
    page.write_text(f"+++{front}+++\n", encoding="utf-8")
    with pytest.raises(ContentInvalid, match=r"find-the-43/es\.md: there is no text"):
        load_cause(copy, TODAY)
