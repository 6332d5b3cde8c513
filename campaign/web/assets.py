"""Static files under a name that changes with their content, so that browsers keep them for a year."""

import mimetypes
from hashlib import blake2b
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, send_from_directory, url_for

from campaign.web import script_bundles

blueprint = Blueprint("assets", __name__)
YEAR = 31_536_000
FIRST_SHEETS = ("colors", "type", "base", "layout")
# What holds on paper has the last word over what holds on screens.
LAST_SHEET = "print"


class Assets:
    """The static folder as it was when the application started; `version` is a digest of all of it."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.joined = dict(self._join_sheets()) | dict(self._join_scripts())
        self.version = self._digest()

    def _join_sheets(self):
        """Yield (path, words) of the joined sheets: a page pays for one request, while each subject keeps its own file.

        `css/site.css` is all that lies in css/; `css/<door>.css` is all in css/<door>/, for pages that only few see.
        """
        css = self.folder / "css"
        yield "css/site.css", _joined(css)
        for door in sorted(path for path in css.iterdir() if path.is_dir()):
            yield f"css/{door.name}.css", _joined(door)

    def _join_scripts(self):
        for name, words in script_bundles.joined(self.folder / "js"):
            yield f"js/{name}", words

    def _digest(self):
        digest = blake2b(digest_size=6)
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(self.folder).as_posix().encode())
                digest.update(path.read_bytes())
        return digest.hexdigest()


def _joined(folder):
    sheets = {path.stem: path for path in sorted(folder.glob("*.css"))}
    between = [name for name in sheets if name not in (*FIRST_SHEETS, LAST_SHEET)]
    names = [*FIRST_SHEETS, *between, LAST_SHEET]
    return "\n".join(sheets[name].read_text() for name in names if name in sheets)


def init_app(app):
    app.extensions["assets"] = Assets(Path(app.root_path).parent / "static")
    app.register_blueprint(blueprint)
    app.add_template_global(asset)


def asset(path):
    """Return the address of a static file, such as `js/main.js`."""
    return url_for("assets.file", version=current_app.extensions["assets"].version, path=path)


@blueprint.get("/static/<version>/<path:path>")
def file(version, path):
    assets = current_app.extensions["assets"]
    if path in assets.joined:
        response = Response(assets.joined[path], mimetype=mimetypes.guess_type(path)[0])
    else:
        response = send_from_directory(assets.folder, path, conditional=False, etag=False)
        response.direct_passthrough = False
    if version != assets.version:
        # A page rendered before the last deployment asks for its own files: give today's, but only for now.
        response.cache_control.max_age = 60
        response.cache_control.public = True
        response.content_location = asset(path)
        return response
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@blueprint.get("/favicon.ico")
def favicon():
    icon = current_app.extensions["assets"].folder / "img" / "icons" / "favicon.ico"
    if not icon.exists():
        abort(404)
    response = send_from_directory(icon.parent, icon.name)
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response
