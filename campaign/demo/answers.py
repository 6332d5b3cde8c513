"""The deliveries of a demonstration, and the invented answers to its petitions."""

from collections.abc import Mapping
from datetime import timedelta

from campaign.answers.operations import AnswerContent, create_answer, publish_answer
from campaign.demo.content_types import DemoAnswer, DemoDelivery
from campaign.petitions.deliveries import record_delivery
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.site.settings import local_day


def create_answers(
    petitions: Mapping[str, Petition],
    deliveries: tuple[DemoDelivery, ...],
    answers: tuple[DemoAnswer, ...],
) -> None:
    """Record the deliveries, and publish the answers. `petitions` are by their slug."""
    now = utcnow()
    today = local_day(now)
    for delivery in deliveries:
        record_delivery(
            petition_id=petitions[delivery.petition].id,
            day=today - timedelta(delivery.days_ago),
            received_by=delivery.received_by,
            signatures=delivery.signatures,
            note="",
        )
    for answer in answers:
        petition = petitions[answer.petition]
        content = AnswerContent(
            target_id=petition.targets[answer.target - 1].id if answer.target else None,
            answered_by=answer.answered_by,
            day=today - timedelta(answer.days_ago),
            outcome=answer.outcome,
            original_lang=answer.original_language,
            texts=answer.texts,
        )
        draft = create_answer(petition_id=petition.id, content=content, now=now)
        publish_answer(answer_id=draft.id, now=now - timedelta(answer.days_ago))
