"""Tests of choosing a cause's shape on both databases, and of the picture process."""

import io
from datetime import timedelta

import pytest
from PIL import Image
from sqlalchemy import func, select

from campaign.causes.queries import cause_by_slug, cause_in_any_state
from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.montage.models import ShapeDraft, StoredShape
from campaign.montage.queries import draft_of, find_shape, is_public_shape, shapes_of
from campaign.montage.shapes import image_subprocess
from campaign.montage.shapes import operations as shape_operations
from campaign.montage.shapes.creation import PictureRefused, shape_files
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.files import UnknownShape
from campaign.montage.shapes.image_subprocess import CutOut, WorkFailed, cut_out, preview_png
from campaign.montage.shapes.operations import (
    ButterfliesWouldMove,
    ShapeInUse,
    TooManyDrafts,
    accept_shape,
    begin_draft,
    create_shape,
    cut_draft,
    drop_shape,
    sweep_shapes,
)
from campaign.process.clock import utcnow
from tests.factories.causes import make_cause
from tests.factories.petitions import make_petition
from tests.factories.pictures import bomb, grating, heart, ring
from tests.factories.signatures import sign_and_hatch
from tests.together import together

NOON = utcnow().replace(hour=12, minute=0, second=0, microsecond=0)
DAY = timedelta(days=1)
ALPHA = Cut("alpha")


@pytest.fixture
def cause(app):
    return make_cause()


def made_of(content, title="Heart", cut=ALPHA):
    """A CutOut, made in this process."""
    name, files = shape_files(content, title, cut)
    return CutOut(name, "", files, cut, b"webp", 600, 533, True, (0, 0, 0))


def begin(cause, content=None, now=NOON):
    made = made_of(content or heart())
    return write(begin_draft, cause_id=cause.id, title="Heart", made=made, now=now)


def keep(content=None):
    return write(create_shape, content=content or heart(), title="Heart", now=NOON).name


def count_of(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_shape_is_saved_once_and_deleted_unless_accepted(cause):
    name = keep()
    assert keep() == name
    assert find_shape(name).title == "Heart"
    assert write(sweep_shapes, now=NOON + DAY / 2) == 0
    assert write(sweep_shapes, now=NOON + DAY) == 1


def test_accepted_shape_stays(cause):
    name = keep()
    assert not is_public_shape(name)
    write(accept_shape, cause.id, name=name, now=NOON)
    assert write(sweep_shapes, now=NOON + 8 * DAY) == 0
    db.session.rollback()
    assert cause_by_slug("valley").shape == name
    assert is_public_shape(name)
    assert db.session.get(StoredShape, name).accepted_at == NOON


def test_butterflies_move_only_where_that_is_intended(app):
    petition = make_petition()
    sign_and_hatch(petition)
    with pytest.raises(ButterfliesWouldMove):
        write(accept_shape, petition.cause_id, name="dove", now=NOON)
    assert (
        write(accept_shape, petition.cause_id, name="dove", now=NOON, may_move=True).shape == "dove"
    )


def test_unknown_shape_is_not_accepted(cause):
    with pytest.raises(UnknownShape):
        write(accept_shape, cause.id, name="own-nothing", now=NOON)


def test_second_of_two_simultaneous_choices_is_told(app, cause):
    def take(name):
        try:
            return write(accept_shape, cause.id, name=name, version=1, now=NOON).shape
        except EditConflict:
            return "told"

    results = together(app, [lambda: take("dove"), lambda: take("drop")])
    taken = [result for result in results if result != "told"]
    assert results.count("told") == 1
    db.session.rollback()
    assert [cause_in_any_state("valley").shape] == taken


def test_same_choice_twice_is_one(cause):
    for _ in range(2):
        write(accept_shape, cause.id, name="dove", version=1, now=NOON)
    db.session.rollback()
    assert cause_in_any_state("valley").shape == "dove"


def test_former_shape_can_be_used_again_or_discarded(cause):
    name = keep()
    write(accept_shape, cause.id, name=name, now=NOON)
    with pytest.raises(ShapeInUse):
        write(drop_shape, cause_id=cause.id, name=name)
    write(accept_shape, cause.id, name="monarch", now=NOON)
    assert shapes_of(cause) == {name: "Heart"}
    write(drop_shape, cause_id=cause.id, name=name)
    assert shapes_of(cause) == {}
    assert write(sweep_shapes, now=NOON + DAY) == 1


def test_unused_draft_is_deleted_with_its_shape_after_a_day(cause):
    draft = begin(cause)
    assert begin(cause).id == draft.id
    write(sweep_shapes, now=NOON + DAY / 2)
    assert (count_of(ShapeDraft), count_of(StoredShape)) == (1, 1)
    assert write(sweep_shapes, now=NOON + DAY) == 1
    assert count_of(ShapeDraft) == 0


def test_accepted_draft_is_no_longer_a_draft(cause):
    draft = begin(cause)
    write(accept_shape, cause.id, name=draft.shape, version=1, now=NOON)
    assert draft_of(cause, draft.id) is None
    assert write(sweep_shapes, now=NOON + 8 * DAY) == 0


def test_second_of_two_who_cut_the_same_picture_is_told(cause):
    draft = begin(cause)
    first, second = made_of(ring()), made_of(heart("white"), cut=Cut("colour", 90))
    write(cut_draft, draft_id=draft.id, version=1, made=first, now=NOON)
    with pytest.raises(EditConflict):
        write(cut_draft, draft_id=draft.id, version=1, made=second, now=NOON)
    db.session.rollback()
    assert draft_of(cause, draft.id).shape == first.name


def test_number_of_drafts_per_cause_is_limited(cause, monkeypatch):
    monkeypatch.setattr(shape_operations, "MAX_DRAFTS", 1)
    begin(cause)
    with pytest.raises(TooManyDrafts):
        begin(cause, ring())


def test_shape_is_cut_out_and_drawn_in_a_separate_process(cause, tmp_path):
    made = cut_out(heart("white", file_format="JPEG"), title="Heart", cut=Cut())
    assert made.name == shape_files(heart("white", file_format="JPEG"), "Heart")[0]
    assert (made.cut.by, made.is_clear, made.ground) == ("colour", False, (255, 255, 255))
    draft = write(begin_draft, cause_id=cause.id, title="Heart", made=made, now=NOON)
    with Image.open(io.BytesIO(made.picture)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (made.width, made.height))
    png = preview_png(tmp_path, shape=draft.shape, count=300, width=120)
    assert Image.open(io.BytesIO(png)).size == (120, 120)


def test_non_picture_is_refused_and_unusable_shape_says_why(app):
    with pytest.raises(PictureRefused, match="too_many_pixels"):
        cut_out(bomb(30_000, 30_000), title="x", cut=Cut())
    made = cut_out(grating(), title="x", cut=Cut())
    assert (made.name, made.error_code, made.cut.by) == (None, "too_thin", "alpha")


def test_work_that_takes_too_long_is_ended(app, monkeypatch):
    monkeypatch.setattr(image_subprocess, "MAX_SECONDS", 0.01)
    with pytest.raises(WorkFailed):
        cut_out(heart(), title="x", cut=Cut())


def test_inverting_makes_the_background_the_shape(app):
    shape, other = (
        find_shape(
            write(
                create_shape, content=ring(), title="R", cut=Cut("alpha", inverted=item), now=NOON
            ).name
        )
        for item in (False, True)
    )
    # The ring's middle is a hole in one shape and part of the other.
    assert not shape.mask[512, 512] and other.mask[512, 512]
