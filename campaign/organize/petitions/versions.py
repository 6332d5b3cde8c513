"""The versions of a petition: what changed in each, and what a change would put in the next."""

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from flask import abort, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from campaign.organize.core.access import allowed
from campaign.organize.core.scope import load_petition
from campaign.organize.petitions.routes import blueprint
from campaign.petitions.delivery_terms import delivered_items
from campaign.petitions.models import Petition
from campaign.petitions.queries import petition_counts
from campaign.petitions.questions import prompts_among, without_prompts
from campaign.petitions.versions import TEXT_COLUMNS, terms_of, texts_of
from campaign.process.clock import utcnow
from campaign.site.languages import languages_with

_PARAGRAPHS = re.compile(r"(\n\s*\n)")
_WORDS = re.compile(r"\s+|[^\s]+")


class DiffPiece(NamedTuple):
    """A run of text. `kind` is "kept", "added" or "removed"."""

    kind: str
    text: str


def pieces(before: str, after: str) -> list[DiffPiece]:
    """Return the DiffPieces from `before` to `after`, word by word within changed paragraphs."""
    result = []
    # Compare paragraphs first: comparing every word with every other takes seconds on a long text.
    for old, new in _opposite(_PARAGRAPHS.split(before), _PARAGRAPHS.split(after)):
        if old == new:
            result.append(DiffPiece("kept", "".join(old)))
        else:
            result += _word_pieces("".join(old), "".join(new))
    return _joined(result)


def line_pieces(before: str, after: str) -> list[DiffPiece]:
    """Return the DiffPieces that turn `before` into `after` by whole lines, for lists."""
    result = []
    for old, new in _opposite(_lines_of(before), _lines_of(after)):
        kinds = (("kept", old),) if old == new else (("removed", old), ("added", new))
        result += [DiffPiece(kind, "".join(lines)) for kind, lines in kinds]
    return _joined(result)


def _lines_of(text: str) -> list[str]:
    return [f"{line}\n" for line in text.splitlines()]


def _word_pieces(before: str, after: str) -> Iterator[DiffPiece]:
    for old, new in _opposite(_WORDS.findall(before), _WORDS.findall(after)):
        if old == new:
            yield DiffPiece("kept", "".join(old))
            continue
        if old:
            yield DiffPiece("removed", "".join(old))
        if new:
            yield DiffPiece("added", "".join(new))


def _opposite(before: list[str], after: list[str]) -> Iterator[tuple[list[str], list[str]]]:
    """Yield pairs of matching or replaced stretches of two lists."""
    for _kind, i, j, k, m in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        yield before[i:j], after[k:m]


def _joined(pieces: Iterable[DiffPiece]) -> list[DiffPiece]:
    joined: list[DiffPiece] = []
    for piece in pieces:
        if not piece.text:
            continue
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = DiffPiece(piece.kind, joined[-1].text + piece.text)
        else:
            joined.append(piece)
    return joined


NOT_RESENT = ("csrf_token", "press")
LISTS = ("targets", "prompts", "questions", "delivered")
# The parts of a version in one language, in the order in which they are shown. `subject`, `opening`
# and `closing` are those of a letter.
PARTS = (
    *("targets", "title", "summary", "published_by", "body"),
    *("subject", "opening", "prompts", "closing", "questions"),
)


@blueprint.get("/<slug>/versions/")
@allowed("petitions.see", load_petition)
def versions(petition: Petition) -> ResponseReturnValue:
    return render_template(
        "organize/petitions/versions.html", petition=petition, title=_title(petition)
    )


@blueprint.get("/<slug>/versions/<int:number>")
@allowed("petitions.see", load_petition)
def version(petition: Petition, number: int) -> ResponseReturnValue:
    """Show one version, and what changed since the one before."""
    by_number = {item.number: item for item in petition.versions}
    if number not in by_number:
        abort(404)
    current, before = by_number[number], by_number.get(number - 1)
    return render_template(
        "organize/petitions/version.html",
        petition=petition,
        title=_title(petition),
        version=current,
        changes=_differences(
            _parts(texts_of(before), terms_of(before)) if before else {},
            _parts(texts_of(current), terms_of(current)),
        ),
    )


def changes_of(
    petition: Petition, *, texts: dict[str, dict[str, Any]] | None = None, **terms: Any
) -> list[tuple[str, str, list[DiffPiece]]]:
    """Return [(language or "", part, pieces)] for the next version with these texts and terms."""
    present, present_terms = texts_of(petition.current_version), terms_of(petition)
    return _differences(
        _parts(present, present_terms),
        _parts(present if texts is None else texts, {**present_terms, **terms}),
    )


def review_of(
    petition: Petition,
    part: str,
    seen: int,
    here: str,
    leave: str = "organize.petitions.show",
    **named: Any,
) -> str | None:
    """Return the page that shows what becomes a new version, before anything is saved, or None.

    None if no version is needed, or if the editor has already seen the changes. It is also None if
    someone has saved `part` since the editor saw its version `seen`, because saving shows both
    texts.

    The submitted form goes along to the endpoint `here`, whichever button is pressed next. `named`
    are the texts and terms of `changes_of`.
    """
    has_answered = request.form.get("press") == "new-version"
    if has_answered or seen != petition.version_of(part) or not petition.has_opened(utcnow()):
        return None
    changes = changes_of(petition, **named)
    if not changes:
        return None
    return render_template(
        "organize/petitions/version_review.html",
        petition=petition,
        action=url_for(here, slug=petition.slug),
        leave=url_for(leave, slug=petition.slug),
        typed=[
            (name, value)
            for name, value in request.form.items(multi=True)
            if name not in NOT_RESENT
        ],
        changes=changes,
        count=petition_counts([petition.id]).get(petition.id, 0),
    )


def saved(before: int, changed: Petition) -> str:
    """Return the message after saving. It names the version if a new one was made.

    `before` is the version number before the change.
    """
    number = changed.current_version.number
    return _("Saved as version %(number)s.", number=number) if number != before else _("Saved.")


def _parts(texts: dict[str, dict[str, Any]], terms: Any) -> dict[tuple[str, str], str]:
    """Return {(language or "", part): its text} of one version."""
    written = {
        (lang, part): value
        for lang, text in texts.items()
        for part, value in (
            *((part, text[part]) for part in TEXT_COLUMNS),
            *text.get("kind_texts", {}).items(),
        )
    }
    languages = dict.fromkeys(
        lang
        for by_lang in (*terms["targets"], *(term["label"] for term in terms["questions"]))
        for lang in by_lang
    )
    targets = {
        (lang, "targets"): _lines(names.get(lang) for names in terms["targets"])
        for lang in languages
    }
    questions = {
        (lang, part): _lines(_question(term, lang) for term in among(terms["questions"]))
        for lang in languages
        for part, among in (("prompts", prompts_among), ("questions", without_prompts))
    }
    return {
        **written,
        **targets,
        **questions,
        ("", "delivered"): _lines(
            delivered_items(terms["delivered_names"], terms["delivered_details"])
        ),
    }


def _question(question: dict[str, Any], lang: str) -> str | None:
    choices = question.get("choices", {}).get(lang, ())
    label = question["label"].get(lang)
    if label and question.get("required"):
        label = _("%(question)s (required)", question=label)
    return label and _lines((label, *(f"– {choice}" for choice in choices)))


def _lines(lines: Iterable[str | None]) -> str:
    return "\n".join(filter(None, lines))


def _differences(
    before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]
) -> list[tuple[str, str, list[DiffPiece]]]:
    order = [
        (lang, part)
        for lang in languages_with(lang for lang, _part in (*before, *after) if lang)
        for part in PARTS
    ]
    return [
        (lang, part, (line_pieces if part in LISTS else pieces)(old, new))
        for lang, part in (*order, ("", "delivered"))
        if (old := before.get((lang, part), "")) != (new := after.get((lang, part), ""))
    ]


def _title(petition: Petition) -> str:
    return petition.current_version.text(g.lang, petition.original_lang).title
