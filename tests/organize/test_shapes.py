"""Tests of a montage's shape in the workspace: choosing, uploading, cutting out."""

import io

import pytest
from PIL import Image, ImageDraw

from campaign.causes.queries import cause_in_any_state
from campaign.extensions import db, write
from campaign.montage.queries import drafts_of
from campaign.montage.shapes import image_subprocess, image_worker
from campaign.montage.shapes.creation import MAX_BYTES
from campaign.montage.shapes.operations import accept_shape, create_shape
from campaign.organize.causes.shapes import REFUSALS, REFUSALS_BY_ALPHA
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.pictures import heart, png
from tests.factories.signatures import AMALIA, sign_and_hatch
from tests.page_parts import alerts, figures, links, sends_to, text_at, tree, values, wrong_fields

SHAPE = "/organize/causes/valley/shape"


def now_of(slug="valley"):
    db.session.rollback()
    return cause_in_any_state(slug)


def send(desk, content, name="heart.png", **form_data):
    return desk.post(SHAPE, {"picture": (io.BytesIO(content), name), **form_data})


@pytest.fixture(autouse=True)
def _here(monkeypatch):
    """Work on pictures in this process.

    The tests of the picture process cover the separate process.
    """
    monkeypatch.setattr(
        image_subprocess,
        "_run_worker",
        lambda kind, folder, **arguments: image_worker.WORK[kind](folder, **arguments),
    )
    monkeypatch.setattr("campaign.organize.causes.shapes.PREVIEW_WIDTH", 60)


def test_only_editors_choose_among_the_built_in_shapes(desk_of, client):
    petition = make_petition()
    sign_and_hatch(petition, AMALIA)
    desk = desk_of("editor", petition.cause_id)
    page = desk.get(SHAPE).text
    assert all(f'href="{SHAPE}/{name}"' in page for name in ("monarch", "dove", "drop"))
    look = desk.get(f"{SHAPE}/dove")
    assert figures(text_at(look, f"//form[@action='{SHAPE}/dove']//button")) == [1] and tree(
        look
    ).find_class("shape-details")
    assert desk.post(f"{SHAPE}/dove", {"version": 1}).location == SHAPE
    assert now_of().shape == "dove"
    assert alerts(desk.get(SHAPE)) == ["success", "note"]
    owner = desk_of("owner", petition.cause_id)
    assert "causes.shape" in values(owner.get("/organize/audit/"), "data-action")
    for role in ("reviewer", "tabler"):
        other = desk_of(role, petition.cause_id)
        assert other.post(f"{SHAPE}/drop", {"version": 1}).status_code == 403
        assert other.get(f"{SHAPE}/drop/100.png").status_code == 403
    assert now_of().shape == "dove"


def test_picture_is_uploaded_previewed_and_accepted(desk_of, client):
    cause = make_cause()
    desk = desk_of("owner", cause.id)
    place = send(desk, heart()).location
    draft = drafts_of(now_of())[0]
    assert place == f"{SHAPE}/pictures/{draft.id}"
    page = desk.get(place)
    assert f"{SHAPE}/{draft.shape}" in sends_to(page) and not tree(page).find_class("shape-details")
    assert (draft.title, now_of().shape) == ("heart", "monarch")
    assert Image.open(io.BytesIO(desk.get(f"{place}.webp").data)).size == (
        draft.width,
        draft.height,
    )
    for count in ("100", "now"):
        assert Image.open(io.BytesIO(desk.get(f"{SHAPE}/{draft.shape}/{count}.png").data)).size == (
            60,
            60,
        )
    assert desk.get(f"{SHAPE}/{draft.shape}/7.png").status_code == 404
    # Until it is accepted, no one else can see it.
    stranger = desk_of("editor", make_cause("other").id)
    for path in (place, f"{place}.webp", f"{SHAPE}/{draft.shape}/100.png"):
        assert stranger.get(path).status_code in (303, 404)
        assert client.get(path).status_code == 303
    assert stranger.get(f"/organize/causes/other/shape/{draft.shape}/100.png").status_code == 404
    assert client.get(f"/montage/any/{draft.shape}.bin").status_code == 404
    name = draft.shape
    desk.post(f"{SHAPE}/{name}", {"version": 1})
    assert now_of().shape == name
    assert client.get(f"/montage/any/{name}.bin").status_code == 200
    assert alerts(desk.get(place, follow_redirects=True))[-1] == "waiting"


def test_picture_is_cut_out_in_another_way_and_errors_are_at_the_field(desk_of):
    cause = make_cause()
    desk = desk_of("editor", cause.id)
    place = send(desk, heart("white", file_format="JPEG"), title="Our heart").location
    first = drafts_of(now_of())[0].shape
    answer = desk.post(place, {"version": 1, "cut_by": "colour", "threshold": "254"})
    assert (answer.status_code, 'id="threshold-error"' in answer.text) == (422, True)
    for wrong in ("", "x", "0", "255"):
        assert (
            desk.post(place, {"version": 1, "cut_by": "colour", "threshold": wrong}).status_code
            == 422
        )
    assert drafts_of(now_of())[0].shape == first
    assert (
        desk.post(place, {"version": 1, "cut_by": "colour", "threshold": "120"}).location == place
    )
    draft = drafts_of(now_of())[0]
    assert (draft.threshold, draft.shape == first, draft.title) == (120, False, "Our heart")
    # Of two people who saw the first cut, the second is told, whichever button they press.
    assert (
        desk.post(place, {"version": 1, "cut_by": "colour", "threshold": "90"}).status_code == 409
    )
    assert alerts(desk.post(f"{SHAPE}/{first}", {"version": 1}, follow_redirects=True)) == [
        "waiting"
    ]
    assert now_of().shape == "monarch"
    desk.post(f"{place}/discard")
    assert drafts_of(now_of()) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (heart()[:2000], "broken"),
        (bytes(MAX_BYTES + 1), "too_heavy"),
    ],
)
def test_non_picture_is_refused_with_its_reason_and_the_title_is_kept(desk_of, content, code):
    answer = send(desk_of("editor", make_cause().id), content, title="Our heart")
    assert answer.status_code == 422
    assert (
        wrong_fields(answer) == {"picture": str(REFUSALS[code])}
        and 'value="Our heart"' in answer.text
    )
    assert drafts_of(now_of()) == []


def test_missing_file_and_far_too_large_file_are_explained(desk_of):
    desk = desk_of("editor", make_cause().id)
    assert wrong_fields(desk.post(SHAPE, {"title": "x"})).keys() == {"picture"}
    assert alerts(desk.get(send(desk, bytes(MAX_BYTES + 2**20)).location)) == ["danger"]


def test_picture_without_an_automatic_shape_can_be_cut_another_way(desk_of):
    desk = desk_of("editor", make_cause().id)
    # It holds two things. The fainter one is found first, and fills the square.
    picture = Image.new("RGB", (600, 600), "white")
    picture.paste("#909090", (9, 9, 591, 591))
    ImageDraw.Draw(picture).ellipse((150, 150, 450, 450), fill="#101010")
    place = send(desk, png(picture), "two.png").location
    page = desk.get(place)
    assert wrong_fields(page) == {
        "threshold": str(REFUSALS["fills_all"])
    } and "/shape/own-" not in str(sends_to(page))
    assert (
        desk.post(place, {"version": 1, "cut_by": "colour", "threshold": "200"}).location == place
    )
    assert "/shape/own-" in str(sends_to(desk.get(place)))


def test_transparency_decides_without_a_threshold_to_try(desk_of):
    desk = desk_of("editor", make_cause().id)
    place = send(desk, png(Image.new("RGBA", (600, 600))), "clear.png").location
    assert wrong_fields(desk.get(place)) == {"cut_by": str(REFUSALS_BY_ALPHA["empty"])}
    assert REFUSALS_BY_ALPHA["empty"] != REFUSALS["empty"]


def test_second_of_two_who_choose_gets_a_conflict(desk_of):
    desk = desk_of("editor", make_cause().id)
    desk.post(f"{SHAPE}/dove", {"version": 1})
    answer = desk.post(f"{SHAPE}/drop", {"version": 1})
    assert (answer.status_code, now_of().shape) == (409, "dove")
    assert "danger" in alerts(answer) and 'name="version" value="2"' in answer.text
    place = send(desk, heart()).location
    draft = drafts_of(now_of())[0]
    answer = desk.post(f"{SHAPE}/{draft.shape}", {"version": 1})
    assert answer.status_code == 409 and place in links(answer)
    assert 'name="version" value="2"' in desk.get(place).text
    assert now_of().shape == "dove"
    assert desk.get(f"{SHAPE}/pictures/{2**70}.webp").status_code == 404


def _fail(*_given, **_order):
    raise image_subprocess.WorkFailed


def test_failure_of_the_picture_process_keeps_nothing_and_is_explained(desk_of, monkeypatch):
    monkeypatch.setattr(image_subprocess, "_run_worker", _fail)
    answer = send(desk_of("editor", make_cause().id), heart())
    assert (answer.status_code, list(wrong_fields(answer))) == (422, ["picture"])
    assert drafts_of(now_of()) == []


def test_editing_the_text_of_a_cause_leaves_its_own_shape(desk_of):
    cause = make_cause()
    name = write(create_shape, content=heart(), title="Heart", now=utcnow()).name
    write(accept_shape, cause.id, name=name, now=utcnow())
    desk = desk_of("editor", cause.id)
    assert ">Heart<" in desk.get("/organize/causes/valley").text
    form_data = {
        "version": cause.version_of("text"),
        "title_en": "Valley",
        "summary_en": "One",
        "palette": "water",
        "shape": "drop",
    }
    assert desk.post("/organize/causes/valley/words", form_data).status_code == 303
    assert now_of().shape == name
    desk.post(f"{SHAPE}/monarch", {"version": 2})
    assert desk.post(f"{SHAPE}/{name}/drop").location == SHAPE
    assert desk.get(f"{SHAPE}/{name}").status_code == 404
