"""Tests of what the page of a signature shows of its privacy notice and its consents."""

from campaign.causes.presenters import news_consent
from campaign.causes.queries import cause_by_id
from tests.factories import mailboxes
from tests.factories.signatures import (
    AMALIA,
    hatch_now,
    post_signature,
    rows,
    sign_and_hatch,
    withdraw,
)
from tests.notices.test_notices import notice_of
from tests.page_parts import links, tree, values


def test_page_shows_the_notice_with_its_version_and_a_link_to_its_text(client, desk_of, petition):
    post_signature(client, petition, AMALIA, lang="es")
    notice = notice_of(rows()[0])
    page = desk_of("reviewer", petition.cause_id).get(f"/organize/signatures/{rows()[0].id}")
    assert values(page, "data-notice") == [notice.digest]
    address = f"/es/notices/{notice.digest}"
    assert address in links(page)
    assert values(client.get(address), "data-notice") == [notice.digest]


def test_page_shows_each_consent_with_its_text_and_when_it_was_withdrawn(desk_of, petition):
    signature_id = sign_and_hatch(petition, {**AMALIA, "name_display": "full"}, subscribe=True)
    desk = desk_of("reviewer", petition.cause_id)
    address = f"/organize/signatures/{signature_id}"
    page = desk.get(address)
    assert values(page, "data-notice") == [""]
    assert sorted(values(page, "data-consent")) == ["name", "news"]
    assert news_consent(cause_by_id(petition.cause_id), "en") in tree(page).xpath(
        "//*[@data-consent]//q/text()"
    )
    assert set(values(page, "data-withdrawn")) == {"no"}
    withdraw(signature_id)
    hatch_now()
    assert set(values(desk.get(address), "data-withdrawn")) == {"yes"}


def test_page_says_that_the_address_was_changed_and_not_from_where(desk_of, petition):
    signature_id = sign_and_hatch(petition)
    desk = desk_of("reviewer", petition.cause_id)
    address = f"/organize/signatures/{signature_id}"
    assert not tree(desk.get(address)).xpath("//*[@data-address-changed]")
    mailboxes.move()
    page = desk.get(address)
    assert len(tree(page).xpath("//*[@data-address-changed]")) == 1
    text = tree(page).text_content()
    assert mailboxes.NEW in text
    assert mailboxes.OLD not in text
