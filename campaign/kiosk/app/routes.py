"""Routes of the tablet app: its page, its service worker, and the files to keep offline."""

from typing import Any

from flask import Blueprint, Response, current_app, jsonify, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from campaign.http.caching import public
from campaign.http.security_headers import CAMERA_PERMISSIONS
from campaign.kiosk.app.bundle import shown_organisation
from campaign.kiosk.app.files import app_files
from campaign.kiosk.app.texts import texts_before_start, texts_by_language
from campaign.montage.browser_data import version
from campaign.organisations.identity import identities
from campaign.site.settings import site_settings
from campaign.text.postal_codes import postal_code_shapes

blueprint = Blueprint("kiosk_app", __name__, url_prefix="/kiosk")
LEVELS = ("small", "mid", "full")
ICONS = (("192", "any"), ("512", "any"), ("maskable-512", "maskable"))


@blueprint.get("/")
def shell() -> ResponseReturnValue:
    """Show the page of the tablet app."""
    languages = tuple(site_settings().languages)
    page = render_template(
        "kiosk/shell.html",
        texts=texts_by_language(languages),
        texts_before_start=texts_before_start(languages),
        host=shown_organisation(identities().host.id, languages),
        postal_codes=postal_code_shapes(),
        shape_url=url_for("montage.shape_data", tag=version(), name="NAME").replace(
            "NAME", "{shape}"
        ),
        sprites_url=_sprites("{level}"),
        numbers_url=url_for("montage.numbers", slug="SLUG").replace("SLUG", "{cause}"),
    )
    response = public(make_response(page), 60)
    # The app scans pairing codes with the camera if the tablet has one.
    response.headers["Permissions-Policy"] = CAMERA_PERMISSIONS
    return response


@blueprint.get("/worker.js")
def worker() -> ResponseReturnValue:
    """Return the service worker.

    The list of its files is part of the script, so every new version is a different script.
    """
    assets = current_app.extensions["assets"]
    script = (assets.folder / "js" / "kiosk" / "worker.js").read_text()
    return _revalidated(
        Response(
            f"const kiosk = {current_app.json.dumps(_asset_list())};\n{script}",
            mimetype="text/javascript",
        )
    )


@blueprint.get("/assets.json")
def assets_json() -> ResponseReturnValue:
    """Return the version of the app and its files."""
    return _revalidated(jsonify(_asset_list()))


@blueprint.get("/app.webmanifest")
def webmanifest() -> ResponseReturnValue:
    """Return the web app manifest."""
    name = identities().host.name(site_settings().default_lang)
    response = jsonify(
        id="/kiosk/",
        name=name,
        short_name=name,
        start_url=url_for("kiosk_app.shell"),
        scope=url_for("kiosk_app.shell"),
        display="fullscreen",
        display_override=["fullscreen", "standalone"],
        orientation="any",
        background_color="#fff8ea",
        theme_color="#17110d",
        icons=[
            {
                "src": _asset(f"img/kiosk-{name}.png"),
                "sizes": f"{name.rpartition('-')[2]}x{name.rpartition('-')[2]}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, purpose in ICONS
        ],
    )
    response.mimetype = "application/manifest+json"
    return public(response, 60)


def _asset_list() -> dict[str, Any]:
    """Return the version of the app and the URLs of all its files, except those of a campaign."""
    assets = current_app.extensions["assets"]
    files = [_asset(path) for path in app_files(assets.folder)]
    files += [_sprites(level) for level in LEVELS]
    files += [url_for("kiosk_app.assets_json"), url_for("kiosk_app.webmanifest")]
    return {"version": f"{assets.version}-{version()}", "files": files}


def _asset(path: str) -> str:
    return url_for("assets.file", version=current_app.extensions["assets"].version, path=path)


def _sprites(level: str) -> str:
    return url_for("montage.sprite_sheet", tag=version(), level="LEVEL").replace("LEVEL", level)


def _revalidated(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-cache"
    return response
