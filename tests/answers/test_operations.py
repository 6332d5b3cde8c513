"""Tests of answers: their states, what they keep, two editors, and what they suggest."""

import pytest

from campaign.answers.documents import NewDocument
from campaign.answers.models import PDF, Answer, AnswerDocument
from campaign.answers.operations import (
    AnswerNotReady,
    WrongState,
    change_answer,
    create_answer,
    delete_draft,
    publish_answer,
    reconsider_answer,
    reject_answer,
    withdraw_answer,
)
from campaign.answers.queries import answer_by_id, published_answers, suggested_result
from campaign.errors import EditConflict
from campaign.extensions import db, write
from campaign.petitions.editing import change_targets
from campaign.petitions.queries import petition_by_id
from campaign.process.clock import utcnow
from tests.factories.answers import content_of, make_answer
from tests.factories.petitions import make_petition

pytestmark = pytest.mark.both_databases
DOCUMENT = NewDocument(PDF, b"%PDF-1.4 %%EOF")


def present(answer):
    db.session.rollback()
    return answer_by_id(answer.id)


def states_of(petition):
    db.session.rollback()
    return [answer.state for answer in db.session.query(Answer).filter_by(petition_id=petition.id)]


@pytest.mark.usefixtures("app")
class TestStates:
    def test_only_a_published_answer_is_public(self):
        petition = make_petition()
        for state in ("draft", "waiting"):
            make_answer(petition, state=state, answered_by=state)
        shown = make_answer(petition)
        assert [answer.id for answer in published_answers(petition.id)] == [shown.id]

    def test_publishing_twice_keeps_the_first_time(self):
        answer = make_answer(make_petition())
        again = write(publish_answer, answer_id=answer.id, now=utcnow(), version=1)
        assert again.published_at == answer.published_at

    def test_withdrawn_answer_comes_back_with_its_time(self):
        petition = make_petition()
        answer = make_answer(petition)
        write(withdraw_answer, answer_id=answer.id, now=utcnow())
        assert not published_answers(petition.id)
        back = write(publish_answer, answer_id=answer.id, now=utcnow())
        assert (back.published_at, back.withdrawn_at) == (answer.published_at, None)

    def test_rejection_can_be_undone(self):
        answer = make_answer(make_petition(), state="waiting")
        assert write(reject_answer, answer_id=answer.id).state == "rejected"
        with pytest.raises(WrongState):
            write(publish_answer, answer_id=answer.id, now=utcnow())
        assert write(reconsider_answer, answer_id=answer.id).state == "waiting"

    def test_draft_is_neither_withdrawn_nor_rejected(self):
        answer = make_answer(make_petition(), state="draft")
        with pytest.raises(WrongState):
            write(withdraw_answer, answer_id=answer.id, now=utcnow())
        with pytest.raises(WrongState):
            write(reject_answer, answer_id=answer.id)

    def test_only_a_draft_is_deleted(self):
        petition = make_petition()
        shown, draft = make_answer(petition), make_answer(petition, state="draft", answered_by="A")
        with pytest.raises(WrongState):
            write(delete_draft, answer_id=shown.id)
        assert write(delete_draft, answer_id=draft.id) == draft.id
        assert write(delete_draft, answer_id=draft.id) is None
        assert states_of(petition) == ["published"]

    def test_answer_without_who_is_not_published(self):
        draft = make_answer(make_petition(), state="draft", target_id=None)
        with pytest.raises(AnswerNotReady) as refused:
            write(publish_answer, answer_id=draft.id, now=utcnow())
        assert refused.value.faults == ["by"]

    def test_second_editor_is_refused(self):
        petition = make_petition()
        answer = make_answer(petition, state="draft")
        content = content_of(petition, outcome="refused")
        write(change_answer, answer_id=answer.id, version=1, content=content)
        for operation in (publish_answer, change_answer):
            named = {"now": utcnow()} if operation is publish_answer else {"content": content}
            with pytest.raises(EditConflict):
                write(operation, answer_id=answer.id, version=1, **named)
        assert present(answer).outcome == "refused"

    def test_button_pressed_twice_makes_one_draft(self):
        petition = make_petition()
        for _ in range(2):
            write(
                create_answer, petition_id=petition.id, content=content_of(petition), now=utcnow()
            )
        assert states_of(petition) == ["draft"]


@pytest.mark.usefixtures("app")
class TestContent:
    def test_own_text_of_a_target_stays(self):
        petition = make_petition()
        answer = make_answer(petition, state="waiting", document=DOCUMENT)
        content = content_of(
            petition,
            texts={"en": "Other words.", "es": "Publicaremos la lista."},
            original_lang="es",
            removes_document=True,
        )
        write(change_answer, answer_id=answer.id, version=None, content=content)
        changed = present(answer)
        assert changed.texts == {"en": answer.texts["en"], "es": "Publicaremos la lista."}
        assert changed.original_lang == "en"
        assert changed.document is not None

    def test_document_is_replaced_and_removed(self):
        petition = make_petition()
        answer = make_answer(petition, document=DOCUMENT)
        other = NewDocument(PDF, b"%PDF-1.7 %%EOF")
        for document, removes in ((None, False), (other, False), (None, True)):
            content = content_of(petition, document=document, removes_document=removes)
            write(change_answer, answer_id=answer.id, version=None, content=content)
            if not removes:
                expected = (document or DOCUMENT).digest
                assert present(answer).document.digest == expected
        assert present(answer).document is None
        assert not db.session.query(AnswerDocument).count()

    def test_target_of_another_petition_is_ignored(self):
        petition = make_petition()
        other = make_petition("other", cause_id=petition.cause_id)
        answer = make_answer(petition, state="draft", target_id=other.targets[0].id)
        assert (answer.target_id, answer.target_names) == (None, {})

    def test_answer_keeps_its_target_when_targets_are_reordered_or_renamed(self):
        petition = make_petition(targets=[{"en": "One"}, {"en": "Two"}])
        answer = make_answer(petition, target_id=petition.targets[1].id)
        for targets in ([{"en": "New"}, {"en": "Two"}, {"en": "One"}], [{"en": "Two"}]):
            write(
                change_targets,
                petition_id=petition.id,
                version=None,
                targets=targets,
                now=utcnow(),
            )
            assert present(answer).target.names == {"en": "Two"}
            assert [row.names for row in petition_by_id(petition.id).targets] == targets

    def test_answer_keeps_the_names_of_a_removed_target(self):
        petition = make_petition(targets=[{"en": "One"}, {"en": "Two"}])
        answer = make_answer(petition)
        targets = [{"en": "Two"}]
        write(change_targets, petition_id=petition.id, version=None, targets=targets, now=utcnow())
        assert (present(answer).target_id, answer.target_names) == (None, {"en": "One"})


SUGGESTIONS = [
    ([], ""),
    (["promised"], ""),
    (["refused"], ""),
    (["done"], "won"),
    (["done", ""], "won"),
    (["done", "refused"], "partly_won"),
    (["partly", "promised"], "partly_won"),
]


@pytest.mark.parametrize(("outcomes", "expected"), SUGGESTIONS)
def test_outcomes_suggest_a_result(outcomes, expected):
    answers = [Answer(outcome=outcome, state="published") for outcome in outcomes]
    hidden = Answer(outcome="done", state="withdrawn")
    assert suggested_result([*answers, hidden]) == expected
