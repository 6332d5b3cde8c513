"""Tests that text in another language than the page is marked with its language."""

from datetime import timedelta

import pytest
from lxml import html

from campaign.process.clock import utcnow
from tests.factories import events, signatures, subscriptions
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.updates import make_update

CAUSE = ("Butterflies for the Valley", "A butterfly for every name.", "How it began.")
PETITION = (
    "Bring them home",
    "The Senate of the Valley",
    "We ask where they are.",
    "We, the undersigned,",
)
EVENT = (
    "How a family searches",
    "Larch Library",
    "Talk",
    "of questions.",
    "Bread for all",
    "A ramp at the door.",
    "By gift.",
    "She looks for her son.",
)
UPDATE = ("An answer came", "It is short.", "wrote")
ENGLISH = CAUSE + PETITION + EVENT + UPDATE
PEOPLE = [{"name": "Amalia Rosales", "role": "speaker", "words": {"en": "She looks for her son."}}]
WORDS = {
    "title": EVENT[0],
    "kind": "Talk",
    "place": "Larch Library",
    "body": "An *evening* of questions.",
    "price": "By gift.",
}
WORDS |= {"programme": [["18:00", "Bread for all"]], "access": "A ramp at the door."}


@pytest.fixture
def signed(app):
    """A campaign written in English, and the id of a signature in it."""
    cause = make_cause(story="How it began.")
    petition = make_petition(cause_id=cause.id)
    make_petition("truth", cause_id=cause.id)
    event = events.make_event(
        cause_id=cause.id,
        texts={"en": WORDS},
        people=PEOPLE,
        is_free=False,
        petition_ids=[petition.id],
    )
    make_update(cause_id=cause.id, petition_ids=[petition.id], event_id=event.id)
    make_update("again", cause_id=cause.id)
    return signatures.sign_and_hatch(petition)


PAGES = {
    "/fr/": CAUSE[:2] + EVENT[:3] + UPDATE[:2],
    "/fr/causes/valley": CAUSE + PETITION[:3] + EVENT[:3] + UPDATE[:2],
    "/fr/causes/valley/montage": CAUSE[:1],
    "/fr/causes/valley/montage?screen=1": CAUSE[:1],
    "/fr/causes/valley/posters": CAUSE[:1],
    "/fr/causes/valley/share": CAUSE[:1],
    "/fr/causes/valley/subscriptions": CAUSE[:1],
    "/fr/causes/valley/subscriptions/thanks": CAUSE[:1],
    "/fr/petitions/home": CAUSE[:1] + PETITION[:2] + PETITION[3:] + UPDATE[:2],
    "/fr/petitions/home/share": PETITION[:1],
    "/embed/petitions/home?show=form&lang=fr": CAUSE[:1] + PETITION,
    "/fr/events/": EVENT[:3],
    "/fr/events/talk": CAUSE[:1] + PETITION[:1] + EVENT + UPDATE[:2],
    "/fr/updates/": CAUSE[:1] + UPDATE[:2],
    "/fr/updates/answer": CAUSE[:1] + PETITION[:1] + EVENT[:1] + UPDATE,
}


@pytest.mark.once_on_postgresql
@pytest.mark.parametrize("path", PAGES)
def test_page_marks_the_language_of_each_borrowed_text(client, signed, path):
    assert heard(client, path) == {(words, "en") for words in PAGES[path]}


def test_text_of_a_closed_petition_is_offered_only_for_reading_in_its_language(client, app):
    petition = make_petition(closes_at=utcnow() - timedelta(days=1))
    make_petition("truth", cause_id=petition.cause_id)

    def note(slug):
        return html.fromstring(client.get(f"/fr/petitions/{slug}").data).xpath(
            "string(//*[contains(@class, 'petition-body-column')]//*[contains(@class, 'alert--note')]//p[last()])"
        )

    # Both name the language, and only one of them invites to sign.
    assert "English" in note("home") and "English" in note("truth")
    assert note("home") != note("truth")


@pytest.mark.parametrize(
    "path", ["/en/causes/valley", "/en/events/talk", "/en/updates/answer", "/en/petitions/home"]
)
def test_nothing_is_marked_on_a_page_in_the_language_of_its_text(client, signed, path):
    page = html.fromstring(client.get(path).data)
    assert not page.xpath("//main//*[@lang and not(@hreflang)][not(ancestor::dd)]")


def test_personal_pages_mark_borrowed_text_too(client, signed):
    pending = signatures.sign(make_petition("door", cause_id=first_cause(signed)), signatures.ODILE)
    reader = subscriptions.subscribe(cause_id=first_cause(signed))
    pending = subscriptions.ask_for_news("teo", cause_id=first_cause(signed))
    for path in (
        signatures.link("mine", signed, "fr"),
        signatures.link("confirm", pending, "fr"),
        signatures.link("hatched", signed, "fr"),
        subscriptions.link("preferences", reader, "fr"),
        subscriptions.link("confirm", pending, "fr"),
    ):
        found = heard(client, path)
        assert {lang for _, lang in found} == {"en"}, path


def first_cause(signature_id):
    return signatures.row(signature_id).cause_id


def heard(client, path):
    """Return {(text, the language a screen reader reads it in)} for the page's English texts."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    nodes = html.fromstring(answer.data).xpath(
        "//body//text()[not(ancestor::script or ancestor::select)]"
    )
    return {
        (words, read_in(node))
        for node in nodes
        for words in ENGLISH
        if words in " ".join(node.split())
    }


def read_in(node):
    owner = node.getparent() if node.is_text else node.getparent().getparent()
    return owner.xpath("ancestor-or-self::*[@lang][1]/@lang")[0]
