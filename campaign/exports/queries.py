"""Reading signatures for an export: as texts that the database made, in batches, with constant memory."""

import json

from sqlalchemy import Text, cast, func, select

from campaign.exports.columns import ANSWER, COLUMNS
from campaign.exports.delivery_columns import delivered_columns
from campaign.exports.selection import EQUAL, STATES
from campaign.extensions import db
from campaign.petitions.models import Petition, PetitionVersion
from campaign.signatures.models import Signature

# So many cells at once stay in the processor's cache while they are turned from rows to columns and back: twice as fast as 5,000.
BATCH = 500


class Sheet:
    """The table that a Selection asks for: its `header`, the `kinds` of its columns, and its signatures in batches.

    A batch is a list of columns, each as long as there are signatures in it, at most BATCH. `questions` are those that the
    petition asks and, after them, those that it once asked and were answered; they are looked up unless they are known.
    """

    def __init__(self, selection, questions=None):
        self.selection = selection
        self._known = delivered_columns(selection.petition_id) if selection.delivered else COLUMNS
        self.plain = [name for name in selection.columns if name != "answers"]
        asks = "answers" in selection.columns
        self.questions = (
            (_questions(selection.petition_id) if questions is None else questions) if asks else []
        )
        self.header = [*self.plain, *map(ANSWER.format, self.questions)]
        self.kinds = [
            *(self._known[name].kind for name in self.plain),
            *["text"] * len(self.questions),
        ]

    def total(self):
        """Return how many signatures there are."""
        return db.session.scalar(
            select(func.count()).select_from(Signature).where(*self._conditions())
        )

    def last_id(self):
        """Return the id of the newest signature of the petition, so that an export ends where it began to be."""
        return (
            db.session.scalar(
                select(func.max(Signature.id)).where(
                    Signature.petition_id == self.selection.petition_id
                )
            )
            or 0
        )

    def stream(self):
        """Yield batches from one cursor that stays open at the server."""
        for rows in self._rows(self._query(), yield_per=BATCH).partitions():
            yield self._columns(rows)

    def after(self, after_id, last_id, most):
        """Return (id of the last, batches) of the next `most` signatures by id, or None where there is none."""
        rows = self._rows(
            self._query().where(Signature.id > after_id, Signature.id <= last_id).limit(most)
        ).all()
        if not rows:
            return None
        return rows[-1].id, [
            self._columns(rows[start : start + BATCH]) for start in range(0, len(rows), BATCH)
        ]

    @staticmethod
    def _rows(query, **options):
        # By the connection, not the session: plain rows of texts and numbers need nothing of what it does for objects.
        return db.session.connection().execute(query, execution_options=options)

    def _query(self):
        sources = [source for name in self.plain for source in self._known[name].sources]
        if self.questions:
            sources.append(cast(Signature.answers, Text))
        query = select(Signature.id, *sources).where(*self._conditions()).order_by(Signature.id)
        return (
            query.join(PetitionVersion, PetitionVersion.id == Signature.version_id)
            if "version" in self.plain
            else query
        )

    def _conditions(self):
        chosen = self.selection
        yield Signature.petition_id == chosen.petition_id
        if STATES[chosen.state] is not None:
            yield Signature.state.in_(STATES[chosen.state])
        yield from (
            getattr(Signature, name) == value for name in EQUAL if (value := getattr(chosen, name))
        )
        if chosen.subscribed:
            yield Signature.subscribe
        if chosen.since:
            yield Signature.created_at >= chosen.since
        if chosen.until:
            yield Signature.created_at < chosen.until

    def _columns(self, rows):
        """Return the batch that rows make as the query gives them."""
        _ids, *sources = zip(*rows, strict=True)
        told = iter(sources)
        columns = []
        for name in self.plain:
            column = self._known[name]
            own = [next(told) for _ in column.sources]
            columns.append(list(map(column.make, *own)) if column.make else own[0])
        if self.questions:
            columns += self._answers(next(told))
        return columns

    def _answers(self, texts):
        answers = [json.loads(text) if text != "{}" else {} for text in texts]
        return ([_said(each.get(question)) for each in answers] for question in self.questions)


def _said(answer):
    """Return an answer as text; a tick is yes or no."""
    return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer


def _questions(petition_id):
    asked = [
        question["name"]
        for question in db.session.scalar(select(Petition.questions).filter_by(id=petition_id))
    ]
    answered = select(cast(Signature.answers, Text)).where(
        Signature.petition_id == petition_id, cast(Signature.answers, Text) != "{}"
    )
    rows = db.session.scalars(answered.execution_options(yield_per=BATCH))
    return [
        *asked,
        *sorted({name for answers in rows for name in json.loads(answers)} - set(asked)),
    ]
