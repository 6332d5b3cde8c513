"""A petition embedded in another site: the frame, the script that inserts it, and oEmbed."""

from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import refresh
from werkzeug.exceptions import HTTPException

from campaign.embeds.frames import frame_from_args
from campaign.embeds.oembed import MIMETYPES, NotOurs, oembed_response, serialize
from campaign.embeds.queries import embedding_of
from campaign.http.caching import public
from campaign.http.security_headers import policy
from campaign.http.urls import with_query
from campaign.petitions.models import Petition
from campaign.petitions.operations import slugs
from campaign.petitions.queries import petition_by_slug
from campaign.petitions.signing_terms import recent_terms
from campaign.process.clock import utcnow
from campaign.signatures.codes.forms import CodeForm
from campaign.signatures.emails import address_of_emails
from campaign.signatures.forms import signature_form
from campaign.signatures.presenters import petition_context
from campaign.signatures.signing.views import (
    THANKS_SECONDS,
    SigningPage,
    fill_again,
    sign_and_answer,
)
from campaign.site.languages import request_lang
from campaign.site.settings import site_settings
from campaign.surge.state import emails_wait

blueprint = Blueprint("embeds", __name__)
TEMPLATE = "embeds/show.html"
SCRIPT_SECONDS = 3600
OEMBED_SECONDS = 300


@blueprint.get("/embed/petitions/<slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show the petition in a frame.

    The parameter `show` is form, thermometer, counter or montage. `theme` is light, dark or auto.
    `lang` is the language.
    """
    petition = _load_for_frame(slug)
    context = petition_context(petition, g.lang, utcnow()) | _form_context(slug)
    action = context["petition"]
    form = signature_form(action.required_fields, action.questions, action=action, lang=g.lang)
    return _framed(
        petition.id,
        public(make_response(render_template(TEMPLATE, form=form, **context))),
    )


@blueprint.post("/embed/petitions/<slug>/signatures")
def sign(slug: str) -> ResponseReturnValue:
    """Accept a signature or another response, as its own page does, and answer in the frame."""
    _use_frame_parameters()
    # In a rush, cached terms are enough. The whole petition is read only to show the form again.
    terms = recent_terms(slug, now=utcnow())
    petition_id = terms.id if terms else _load_petition(slug).id
    thanks_url = url_for("embeds.thanks", slug=slug, **g.frame.query())
    page = SigningPage(TEMPLATE, thanks_url, _form_context(slug))
    answer = fill_again if "find" in request.form else sign_and_answer
    return _framed(petition_id, answer(slug, page))


@blueprint.get("/embed/petitions/<slug>/signatures")
def form_again(slug: str) -> ResponseReturnValue:
    """Redirect to the frame when someone reloads the page of a rejected form."""
    return redirect(url_for("embeds.show", slug=slug, **frame_from_args(request.args).query()))


@blueprint.get("/embed/petitions/<slug>/thanks")
def thanks(slug: str) -> ResponseReturnValue:
    """Thank the supporter in the frame, and ask them to confirm by email."""
    petition = _load_for_frame(slug)
    days = site_settings().confirm_days
    sender = address_of_emails(petition)
    context = petition_context(petition, g.lang, utcnow())
    page = render_template(
        "embeds/thanks.html",
        code_fields=CodeForm.empty(),
        confirm_days=days,
        mail_from=sender,
        emails_wait=emails_wait(),
        **context,
    )
    return _framed(petition.id, public(make_response(page), THANKS_SECONDS))


@blueprint.get("/embed/volante.js")
def script() -> ResponseReturnValue:
    """Return the script of the element <volante-petition>, at a URL that never changes."""
    path = current_app.extensions["assets"].folder / "embed" / "volante.js"
    response = public(Response(path.read_text(), mimetype="text/javascript"), SCRIPT_SECONDS)
    # Cross-origin isolated pages load only resources that allow it with this header.
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/oembed")
def oembed() -> ResponseReturnValue:
    """Describe how to embed one of our pages, by oEmbed 1.0 (https://oembed.com)."""
    name = request.args.get("format", "json")
    if name not in MIMETYPES:
        return Response("Use the format json or xml.\n", 501, mimetype="text/plain")
    try:
        data = oembed_response(request.args)
    except NotOurs:
        return Response("There is no petition at this address.\n", 404, mimetype="text/plain")
    response = public(Response(serialize(data, name), content_type=MIMETYPES[name]), OEMBED_SECONDS)
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@blueprint.errorhandler(HTTPException)
def fail(error: HTTPException) -> ResponseReturnValue:
    """Show the error in the frame, because our usual error pages may not be framed."""
    page = make_response(render_template("embeds/failed.html", status=error.code), error.code)
    page.headers["Content-Security-Policy"] = policy("*")
    if retry_after := getattr(error, "retry_after", None):
        page.headers["Retry-After"] = str(retry_after)
    return page


def _load_for_frame(slug: str) -> Petition:
    _use_frame_parameters()
    return _load_petition(slug)


def _use_frame_parameters() -> None:
    """Use the language and theme that the frame asks for in the rest of this request."""
    g.frame = frame_from_args(request.args)
    g.lang = g.frame.lang or request_lang()
    refresh()


def _form_context(slug: str) -> dict[str, Any]:
    """Return what the signing form needs in a frame: where it posts to, and that it is framed."""
    action = url_for("embeds.sign", slug=slug, **g.frame.query())
    return {"form_action": action, "is_framed": True}


def _load_petition(slug: str) -> Petition:
    """Return the public petition with `slug`.

    Redirects if the slug has changed, and aborts with 404 if there is no such petition.
    """
    petition = petition_by_slug(slug)
    if petition is None and (present := slugs.present_slug(slug)):
        abort(
            redirect(
                with_query(url_for(request.endpoint or "", slug=present)),
                301 if request.method == "GET" else 308,
            )
        )
    return petition or abort(404)


def _framed(petition_id: int, response: Response) -> Response:
    response.headers["Content-Security-Policy"] = policy(embedding_of(petition_id).ancestors)
    if not g.frame.lang:
        response.vary.add("Accept-Language")
    return response
