"""Serve static files under URLs that change with their content. Browsers cache them a year."""

import mimetypes
import re
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    make_response,
    redirect,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from campaign.http.caching import immutable, public
from campaign.organisations.presenters import identity_of
from campaign.site.settings import site_settings
from campaign.web import script_bundles

blueprint = Blueprint("assets", __name__)
ICON_SECONDS = 86_400
# Where two rules are equally specific, the later one wins. So the sheets that others build on come
# first, in this order, and all others follow by name.
FIRST_SHEETS = {
    "css": ("colors", "type", "base", "layout", "wing-border"),
    "organize": (
        *("account", "audit", "content", "workspace", "sign-in", "events", "exports", "kiosks"),
        *("numbers", "overview", "paper", "sharing", "people", "sidebar", "shapes", "card-table"),
    ),
}
# Print rules override screen rules, so they come last.
LAST_SHEET = "print"
# Browsers do not need these, and they are a fifth of what browsers would load.
_COMMENTS = re.compile(r"/\*.*?\*/", re.DOTALL)
_INDENTATION = re.compile(r"\n\s+")


class Assets:
    """The static folder as it was at start-up. `version` is a digest of everything in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.joined = dict(self._join_sheets()) | dict(self._join_scripts())
        self.version = self._digest()

    def _join_sheets(self) -> Iterator[tuple[str, str]]:
        """Yield (path, text) of the joined style sheets.

        A page makes one request, while each subject keeps its own source file. `css/site.css` joins
        the files directly in css/. Each folder below css/ is joined into one separate file, for
        pages that only few people see.
        """
        css = self.folder / "css"
        yield "css/site.css", _joined(css)
        for folder in sorted(path for path in css.iterdir() if path.is_dir()):
            yield f"css/{folder.name}.css", _joined(folder)

    def _join_scripts(self) -> Iterator[tuple[str, str]]:
        for name, text in script_bundles.joined(self.folder / "js"):
            yield f"js/{name}", text

    def _digest(self) -> str:
        digest = blake2b(digest_size=6)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()


def _joined(folder: Path) -> str:
    """Return the sheets of a folder in one text, without comments and indentation."""
    sheets = {path.stem: path for path in sorted(folder.glob("*.css"))}
    first = FIRST_SHEETS.get(folder.name, ())
    between = [name for name in sheets if name not in (*first, LAST_SHEET)]
    names = [*first, *between, LAST_SHEET]
    text = "\n".join(sheets[name].read_text() for name in names if name in sheets)
    return _INDENTATION.sub("\n", _COMMENTS.sub("", text))


def init_app(app: Flask) -> None:
    app.extensions["assets"] = Assets(Path(app.root_path).parent / "static")
    app.register_blueprint(blueprint)
    app.add_template_global(asset)


def asset(path: str) -> str:
    """Return the URL of a static file, such as `js/main.js`."""
    return url_for("assets.file", version=current_app.extensions["assets"].version, path=path)


@blueprint.get("/static/<version>/<path:path>")
def file(version: str, path: str) -> Response:
    assets = current_app.extensions["assets"]
    if path in assets.joined:
        response = Response(assets.joined[path], mimetype=mimetypes.guess_type(path)[0])
    else:
        response = send_from_directory(assets.folder, path, conditional=False, etag=False)
        response.direct_passthrough = False
    if version != assets.version:
        # A page rendered before the last deployment asks for its own version: send today's file,
        # but only for a minute.
        response.cache_control.max_age = 60
        response.cache_control.public = True
        response.content_location = asset(path)
        return response
    return immutable(response)


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """Return the icon of the site: the mark of its organisation, or a neutral one."""
    mark = identity_of(None, site_settings().default_lang).mark
    if mark:
        return public(make_response(redirect(mark.url)), ICON_SECONDS)
    icon = current_app.extensions["assets"].folder / "img" / "icons" / "favicon.ico"
    if not icon.exists():
        abort(404)
    response = send_from_directory(icon.parent, icon.name)
    response.headers["Cache-Control"] = f"public, max-age={ICON_SECONDS}"
    return response
