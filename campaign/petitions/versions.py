"""The versions of a petition: what supporters agree to, kept as they saw it.

A version holds the text, the targets, the petition's own questions, and what is delivered of each
signature. Before a petition opens, its one version follows every change. Afterwards each change
makes a new version, and a signature keeps the version it was made under.
"""

from datetime import datetime
from typing import Any

from campaign.petitions.models import Petition, PetitionText, PetitionVersion, Target
from campaign.publishing.texts import write_texts
from campaign.text.names import clean_text

TEXT_COLUMNS = ("title", "summary", "published_by", "body")
TERMS = ("targets", "questions", "delivered_names", "delivered_details")


def version_of(number: int, texts: dict[str, dict[str, Any]], **terms: Any) -> PetitionVersion:
    """Return a new PetitionVersion with these texts by language."""
    return PetitionVersion(
        number=number,
        texts=[PetitionText(lang=lang, **columns) for lang, columns in texts.items()],
        **terms,
    )


def texts_of(version: PetitionVersion) -> dict[str, dict[str, Any]]:
    """Return {language: {column: text}} of a version, with `kind_texts` only if there are some.

    The texts are cleaned, because one read from a file may end with a newline that no form sends.
    Such a newline must not count as a change.
    """
    return {text.lang: _columns_of(text) for text in version.texts}


def with_kind_texts(
    version: PetitionVersion, texts: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return `texts` with the `kind_texts` of the version, because another form edits those."""
    present = texts_of(version)
    return {
        lang: {
            **{
                name: value for name, value in present.get(lang, {}).items() if name == "kind_texts"
            },
            **columns,
        }
        for lang, columns in texts.items()
    }


def _columns_of(text: PetitionText) -> dict[str, Any]:
    columns: dict[str, Any] = {name: clean_text(getattr(text, name)) for name in TEXT_COLUMNS}
    if text.kind_texts:
        columns["kind_texts"] = {name: clean_text(part) for name, part in text.kind_texts.items()}
    return columns


def terms_of(source: Petition | PetitionVersion) -> dict[str, Any]:
    """Return the terms of a petition or of one of its versions: TERMS, and the targets."""
    # A version stores the names themselves.
    targets = (target.names if isinstance(target, Target) else target for target in source.targets)
    return {
        **{name: getattr(source, name) for name in TERMS},
        "targets": [dict(names) for names in targets],
    }


def update_versions(
    petition: Petition, now: datetime, texts: dict[str, dict[str, Any]] | None = None
) -> PetitionVersion:
    """Bring the versions up to date with the petition, and return the current version.

    `texts` are its new texts. None keeps those it has.
    """
    current, terms = petition.current_version, terms_of(petition)
    texts = texts_of(current) if texts is None else texts
    has_new_texts = texts != texts_of(current)
    if not has_new_texts and terms == terms_of(current):
        return current
    if petition.has_opened(now):
        petition.versions.append(version_of(current.number + 1, texts, created_at=now, **terms))
        return petition.current_version
    copy_terms(petition)
    if has_new_texts:
        _rewrite(current, texts, now)
    return current


def copy_terms(petition: Petition) -> None:
    """Copy the petition's terms to its current version.

    Use it only for versions that nobody can have signed.
    """
    for name, value in terms_of(petition).items():
        setattr(petition.current_version, name, value)


def _rewrite(version: PetitionVersion, texts: dict[str, dict[str, Any]], now: datetime) -> None:
    version.texts = [text for text in version.texts if text.lang in texts]
    with_kind_texts = {lang: {"kind_texts": {}, **columns} for lang, columns in texts.items()}
    write_texts(version.texts, PetitionText, with_kind_texts)
    version.created_at = now
