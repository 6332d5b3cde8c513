"""The picture of a petition, an event or an update: set it, describe it, remove it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import Blueprint, Response, abort, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms.validators import InputRequired, NumberRange

from campaign.events import operations as events
from campaign.events.models import Event
from campaign.organize.core.access import accepts_bytes, allowed
from campaign.organize.core.audit import AuditEvent, act
from campaign.organize.core.edit_conflicts import Editor, save
from campaign.organize.core.fields import (
    InLanguages,
    ShortTextField,
    VersionField,
    WholeNumberField,
    by_language,
    in_language,
    max_length,
    sent_version,
)
from campaign.organize.core.languages import original_first, petition_languages
from campaign.organize.core.scope import load_event, load_petition, load_update
from campaign.organize.events.routes import blueprint as events_blueprint
from campaign.organize.petitions.parts import onward
from campaign.organize.petitions.routes import blueprint as petitions_blueprint
from campaign.organize.updates.routes import blueprint as updates_blueprint
from campaign.petitions import operations as petitions
from campaign.petitions.models import Petition
from campaign.process.clock import utcnow
from campaign.publishing.picture_upload import MAX_BYTES, PictureUploadRefused, clean_picture
from campaign.publishing.pictures import PART, Pictures
from campaign.updates import operations as updates
from campaign.updates.models import Update

# The form's text fields are sent along with the file.
MAX_UPLOAD_BYTES = MAX_BYTES + 256 * 1024
MAX_ALT_LENGTH = 300
REFUSALS = {
    "format": _l("We cannot show this file. Use JPEG, PNG or WebP."),
    "bytes": _l("The file is larger than 12 MB. Make it smaller, or choose another."),
    "pixels": _l(
        "The picture has more than 50 million pixels. Make it smaller, or choose another."
    ),
}


def _share(label: Any) -> WholeNumberField:
    wrong = _l("Enter a number from 0 to 100.")
    return WholeNumberField(label, [InputRequired(wrong), NumberRange(0, 100, wrong)], default=50)


def _alt(lang: str) -> ShortTextField:
    return ShortTextField(
        in_language(_l("Picture description"), lang), [max_length(MAX_ALT_LENGTH)]
    )


class _AltTexts(InLanguages, FlaskForm):
    """A picture with its alt texts."""

    version = VersionField()
    picture = FileField(_l("Picture"))
    # The CleanPicture of the uploaded file once the form is valid, or None without a file.
    sent = None

    @classmethod
    def fields_in(cls, languages: tuple[str, ...]) -> dict[str, Any]:
        return by_language(languages, "alt", _alt)

    def alts(self, langs: Iterable[str]) -> dict[str, str]:
        return {lang: self[f"alt_{lang}"].data or "" for lang in langs}

    def validate_about(self, *, has_picture: bool, spoken: Iterable[str]) -> bool:
        """Check the form: a picture needs a file, and an alt text in each language of `spoken`."""
        valid = self.validate()
        if not has_picture and not self.picture.data:
            self.picture.errors = [_l("Choose a file.")]
        alts = [self[f"alt_{lang}"] for lang in spoken]
        for alt in alts:
            if not alt.data and not alt.errors:
                alt.errors = [_l("Describe the picture for people who cannot see it.")]
        # Decode the file here, outside the write transaction, so that other writers do not wait.
        self._read()
        return valid and not self.picture.errors and not any(alt.errors for alt in alts)

    def _read(self) -> None:
        if self.picture.data and not self.picture.errors:
            try:
                self.sent = clean_picture(self.picture.data.read())
            except PictureUploadRefused as refusal:
                self.picture.errors = [REFUSALS[refusal.code]]


class PictureForm(_AltTexts):
    """A picture that lists and phones crop around its focal point."""

    focal_x = _share(_l("Distance from the left, in percent"))
    focal_y = _share(_l("Distance from the top, in percent"))

    def focal(self) -> tuple[int, int]:
        """Return the focal point in percent, once the form is valid."""
        return cast(int, self.focal_x.data), cast(int, self.focal_y.data)


class BodyPictureForm(_AltTexts):
    """A picture in a text, with its alt texts."""


def shown_picture(picture: Any) -> dict[str, str]:
    """Return the form data that says, in an edit conflict, that there is a picture."""
    return {"picture": _("Current picture")} if picture else {}


@dataclass(frozen=True)
class PictureViews:
    """The pages of the picture of one kind, at `/<slug>/picture` of the kind's blueprint.

    `subject` is the first part of the kind's actions, such as `petitions`. `load` returns its row
    at a slug, or None. `title` returns a row's title for organizers. `langs` returns the languages
    in which its picture can be described, the original first, and `needed` those in which it must
    be. `public_view` is the endpoint that shows pictures of drafts too. Without it, organizers have
    their own.
    """

    subject: str
    blueprint: Blueprint
    pictures: Pictures
    load: Callable[[str], Any]
    title: Callable[[Any], str]
    langs: Callable[[Any], Sequence[str]]
    needed: Callable[[Any], Sequence[str]]
    public_view: str | None = None

    def register(self) -> None:
        """Add the pages to the blueprint."""
        may_see = allowed(self._action("see"), self.load)
        may_edit = allowed(self._action("edit"), self.load)
        add, path = self.blueprint.add_url_rule, "/<slug>/picture"
        add(path, "picture", may_edit(self.show))
        add(
            path,
            "save_picture",
            accepts_bytes(MAX_UPLOAD_BYTES)(may_edit(self.save)),
            methods=["POST"],
        )
        add(f"{path}/remove", "remove_picture", may_edit(self.remove), methods=["POST"])
        if self.public_view is None:
            add(f"{path}-<digest>.webp", "picture_file", may_see(self.file))

    def show(self, owner: Any) -> ResponseReturnValue:
        """Show the form of the picture."""
        return self._render_page(owner, self._form(owner))

    def save(self, owner: Any) -> ResponseReturnValue:
        """Save a new picture, or another description of the present one."""
        form = PictureForm.in_languages(tuple(self.langs(owner)))()
        is_valid = form.validate_about(
            has_picture=owner.picture is not None, spoken=self.needed(owner)
        )
        if not is_valid:
            return self._render_page(owner, form, 422)
        # Crop before the transaction, so that other writers do not wait.
        wide = self.pictures.cropped(owner_id=owner.id, picture=form.sent, focal=form.focal())
        save(
            Editor(form, partial(self.load, owner.slug), self._form, self._render_page),
            self._audit_event_of(owner),
            self.pictures.change,
            owner_id=owner.id,
            picture=form.sent,
            focal=form.focal(),
            alts=form.alts(self.langs(owner)),
            wide=wide,
            now=utcnow(),
        )
        flash(_("Saved."), "success")
        if isinstance(owner, Petition):
            return onward(owner, "picture")
        return redirect(self._url(owner, "show"), 303)

    def remove(self, owner: Any) -> ResponseReturnValue:
        """Remove the picture, if it is the one that the editor saw."""
        act(
            self._audit_event_of(owner),
            self.pictures.remove,
            owner_id=owner.id,
            version=sent_version(),
            now=utcnow(),
        )
        flash(_("Picture removed."), "success")
        return redirect(self._url(owner, "picture"), 303)

    def file(self, owner: Any, digest: str) -> ResponseReturnValue:
        """Return the picture for organizers, before it is public."""
        if owner.picture is None or owner.picture.digest != digest:
            abort(404)
        return Response(self.pictures.data(owner_id=owner.id), mimetype="image/webp")

    def _form(self, owner: Any) -> FlaskForm:
        row = owner.picture
        focal = {"focal_x": row.focal_x, "focal_y": row.focal_y} if row else {}
        alts = {f"alt_{lang}": alt for lang, alt in row.alts.items()} if row else {}
        version = owner.version_of(PART)
        return PictureForm.in_languages(tuple(self.langs(owner)))(
            formdata=None, data={"version": version, **shown_picture(row), **focal, **alts}
        )

    def _render_page(self, owner: Any, form: Any, status: int = 200) -> tuple[str, int]:
        row = owner.picture
        return render_template(
            "organize/content/picture.html",
            form=form,
            owner=owner,
            title=self.title(owner),
            shown=row,
            picture_url=row and self._file_url(owner, row.digest),
            owner_url=self._url(owner, "show"),
            save_url=self._url(owner, "save_picture"),
            remove_url=self._url(owner, "remove_picture"),
            langs=self.langs(owner),
            needed=self.needed(owner),
        ), status

    def _url(self, owner: Any, view: str, **values: Any) -> str:
        return url_for(f"organize.{self.subject}.{view}", slug=owner.slug, **values)

    def _file_url(self, owner: Any, digest: str) -> str:
        view = self.public_view or f"organize.{self.subject}.picture_file"
        return url_for(view, slug=owner.slug, digest=digest)

    def _action(self, verb: str) -> str:
        return f"{self.subject}.{verb}"

    def _audit_event_of(self, owner: Any) -> AuditEvent:
        return AuditEvent(
            self._action("edit"),
            on=(owner.kind, owner.id),
            cause_id=owner.cause_id,
            details={"part": "picture"},
        )


def _petition_title(petition: Petition) -> str:
    return petition.current_version.text(g.lang, petition.original_lang).title


def _title(owner: Event | Update) -> str:
    return owner.text(g.lang).title


KINDS = (
    PictureViews(
        subject="petitions",
        blueprint=petitions_blueprint,
        pictures=petitions.pictures,
        load=load_petition,
        title=_petition_title,
        langs=lambda petition: original_first(petition.original_lang, petition_languages(petition)),
        needed=lambda petition: [petition.original_lang],
    ),
    PictureViews(
        subject="events",
        blueprint=events_blueprint,
        pictures=events.pictures,
        load=load_event,
        title=_title,
        langs=lambda event: original_first(
            event.original_lang, tuple(text.lang for text in event.texts)
        ),
        needed=lambda event: [event.original_lang],
    ),
    PictureViews(
        subject="updates",
        blueprint=updates_blueprint,
        pictures=updates.pictures,
        load=load_update,
        title=_title,
        langs=lambda update: update.written_in,
        needed=lambda update: update.written_in,
        public_view="updates.picture",
    ),
)

for views in KINDS:
    views.register()
