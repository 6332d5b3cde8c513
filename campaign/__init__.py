"""Volante: petitions and action campaigns."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

from flask import Flask
from sqlalchemy import Engine, create_engine

import config
from campaign import extensions
from campaign.accounts import emails as account_emails
from campaign.accounts.jobs import work as account_work
from campaign.actions.letters import emails as letter_emails
from campaign.actions.letters import erasure as letter_erasure
from campaign.actions.letters import kind as letters
from campaign.actions.letters.delivery import sample_emails, target_emails
from campaign.actions.letters.delivery.bounces import note_reported_address
from campaign.actions.letters.delivery.stop_routes import blueprint as letter_blueprint
from campaign.actions.letters.jobs import work as letter_work
from campaign.actions.letters.owner_routes import blueprint as own_letter_blueprint
from campaign.actions.routes import blueprint as action_blueprint
from campaign.answers import emails as answer_emails
from campaign.answers import moving as answer_moving
from campaign.answers import presenters as answer_presenters
from campaign.answers.jobs import work as answer_work
from campaign.answers.routes import blueprint as answer_blueprint
from campaign.api.jobs import work as api_work
from campaign.api.signing_routes import blueprint as api
from campaign.causes import titles
from campaign.causes.routes import blueprint as cause_blueprint
from campaign.cli import commands
from campaign.db.pool_metrics import PoolMetrics
from campaign.db.timeouts import limit_statements
from campaign.db.usage_lock import share_database
from campaign.edge.api_limit import ApiLimit
from campaign.edge.client_address import ClientAddress
from campaign.edge.fast_path import FastPath
from campaign.edge.known_hosts import KnownHosts
from campaign.edge.page_cache import PageCache
from campaign.edge.request_monitor import RequestMonitor, note_endpoint
from campaign.embeds.routes import blueprint as embeds
from campaign.events import emails as event_emails
from campaign.events import moving as event_moving
from campaign.events.jobs import work as event_work
from campaign.events.messages import emails as event_message_emails
from campaign.events.messages.jobs import work as event_message_work
from campaign.events.owner_routes import blueprint as event_blueprint
from campaign.exports import letter_pdf
from campaign.exports.jobs import work as export_work
from campaign.files.jobs import work as file_work
from campaign.health import readiness
from campaign.i18n import catalogs
from campaign.imports import operations as imports_operations
from campaign.imports.jobs import work as import_work
from campaign.imports.subscribers.jobs import work as subscriber_import_work
from campaign.jobs.jobs import work as queue_work
from campaign.kiosk import emails as kiosk_emails
from campaign.kiosk import jobs as kiosk_jobs
from campaign.kiosk.app.routes import blueprint as kiosk_app
from campaign.kiosk.jobs import work as kiosk_work
from campaign.kiosk.routes import blueprint as kiosks
from campaign.kiosk.tables.routes import blueprint as tables
from campaign.live.routes import blueprint as live_blueprint
from campaign.mail import routes as mailbox
from campaign.mail.composition import mail_from
from campaign.mail.jobs import work as mail_work
from campaign.mail.smtp.server_url import server_from
from campaign.mailboxes import emails as mailbox_emails
from campaign.mailboxes import parts as mailbox_parts
from campaign.mailboxes.jobs import work as mailbox_work
from campaign.mailboxes.routes import blueprint as mailbox_blueprint
from campaign.monitoring.metrics import registry
from campaign.monitoring.process_metrics import ProcessMetrics
from campaign.montage.cards.routes import blueprint as share_cards
from campaign.montage.posters.jobs import work as montage_work
from campaign.montage.posters.routes import blueprint as posters
from campaign.montage.routes import blueprint as montage_blueprint
from campaign.notices import operations as notice_operations
from campaign.notices.routes import blueprint as notice_blueprint
from campaign.organisations import emails as organisation_emails
from campaign.organisations import identity, sender_test
from campaign.organisations.routes import blueprint as organisation_blueprint
from campaign.organize import workspace
from campaign.petitions import kinds, signing_terms, wording
from campaign.petitions.jobs import work as petition_work
from campaign.petitions.routes import blueprint as petition_blueprint
from campaign.search.jobs import work as search_work
from campaign.search.routes import blueprint as search_blueprint
from campaign.security import rate_limits
from campaign.sharing.operations import forget_assigned_texts
from campaign.sharing.routes import blueprint as sharing_blueprint
from campaign.signatures import confirmation_emails, notification_emails, tokens
from campaign.signatures.codes import routes as code_routes
from campaign.signatures.jobs import work as signature_work
from campaign.signatures.moderation import rules
from campaign.signatures.one_press import routes as one_press_routes
from campaign.signatures.owner import moving as signature_moving
from campaign.signatures.owner import routes as own_signature_routes
from campaign.signatures.owner import stop_routes as stop_answer_routes
from campaign.signatures.routes import blueprint as signature_blueprint
from campaign.site import settings as site_settings
from campaign.subscriptions import emails as subscription_emails
from campaign.subscriptions import moving as subscription_moving
from campaign.subscriptions import owner_routes as own_subscription_routes
from campaign.subscriptions.jobs import work as subscription_work
from campaign.subscriptions.routes import blueprint as subscription_blueprint
from campaign.subscriptions.webhooks import blueprint as webhooks
from campaign.surge import state as surge
from campaign.switches import state as switches
from campaign.targets.jobs import work as target_work
from campaign.thanks import emails as thanks_emails
from campaign.thanks import samples as wording_samples
from campaign.updates import emails as update_emails
from campaign.updates import moving as update_moving
from campaign.updates.jobs import work as update_work
from campaign.updates.routes import blueprint as update_blueprint
from campaign.web import (
    assets,
    errors,
    flask_setup,
    headers,
    languages,
    preload,
    sessions,
    template_filters,
)
from campaign.web.metrics import blueprint as metrics
from campaign.web.routes import blueprint as site_blueprint
from campaign.web.seo import blueprint as seo_blueprint

ROOT = Path(__file__).resolve().parent.parent
# Modules whose `init_app` sets up the application, in this order. Some are imported under another
# name, because their own would hide a package.
PARTS = (
    site_settings,
    switches,
    surge,
    identity,
    notice_operations,
    preload,
    readiness,
    languages,
    flask_setup,
    template_filters,
    assets,
    headers,
    sessions,
    errors,
    rate_limits,
    kinds,
    letters,
    letter_pdf,
    answer_presenters,
    answer_emails,
    signing_terms,
    wording,
    tokens,
    rules,
    confirmation_emails,
    notification_emails,
    target_emails,
    letter_emails,
    sample_emails,
    kiosk_emails,
    organisation_emails,
    account_emails,
    sender_test,
    titles,
    event_emails,
    thanks_emails,
    wording_samples,
    event_message_emails,
    subscription_emails,
    update_emails,
    mailbox_emails,
    # What belongs to a mailbox, in the order in which it moves to another one.
    mailbox_parts,
    subscription_moving,
    update_moving,
    signature_moving,
    answer_moving,
    event_moving,
    workspace,
    commands,
)
# Modules whose views are on the blueprint of their package. It is registered once all have been
# imported.
MORE_ROUTES = (
    code_routes,
    own_signature_routes,
    stop_answer_routes,
    one_press_routes,
    own_subscription_routes,
)
BLUEPRINTS = (
    *(
        site_blueprint,
        seo_blueprint,
        metrics,
        organisation_blueprint,
        notice_blueprint,
        cause_blueprint,
        petition_blueprint,
        action_blueprint,
        signature_blueprint,
        mailbox_blueprint,
        letter_blueprint,
        own_letter_blueprint,
        answer_blueprint,
        event_blueprint,
    ),
    *(live_blueprint, montage_blueprint, share_cards, posters, search_blueprint),
    *(
        sharing_blueprint,
        embeds,
        api,
        kiosks,
        kiosk_app,
        tables,
        update_blueprint,
        subscription_blueprint,
        webhooks,
    ),
)


# What the worker does, in the order of the packages.
BACKGROUND_WORK = (
    queue_work,
    file_work,
    mail_work,
    account_work,
    target_work,
    petition_work,
    subscription_work,
    mailbox_work,
    signature_work,
    letter_work,
    update_work,
    answer_work,
    event_work,
    event_message_work,
    montage_work,
    search_work,
    import_work,
    subscriber_import_work,
    kiosk_work,
    api_work,
    export_work,
)


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the application. `settings` override those from the environment.

    With `SERVING`, it is set up for many threads: they commit in groups.
    """
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(config.load())
    app.config.update(settings or {})
    app.extensions["sender_address"] = _sender_address(app.config)
    _init_extensions(app)
    app.extensions["on_erase"] = (
        forget_assigned_texts,
        letter_erasure.forget_erased,
        kiosk_jobs.forget_erased,
        imports_operations.forget_erased,
    )
    app.extensions["on_bounce"] = (note_reported_address,)
    for module in PARTS:
        module.init_app(app)
    for work in BACKGROUND_WORK:
        work.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if not app.config["MAIL_URL"]:
        mailbox.init_app(app)
    _add_edge_layers(app)
    return app


def _sender_address(settings: Mapping[str, Any]) -> str:
    """Return the plain email address in MAIL_FROM.

    Raises SettingError if an email setting is invalid, before any email is queued.
    """
    try:
        address = mail_from(settings).addr_spec
    except ValueError as error:
        raise config.SettingError("MAIL_FROM must look like Volante <names@example.org>") from error
    if settings["MAIL_URL"]:
        try:
            server_from(settings["MAIL_URL"])
        except ValueError:
            # `from None`, because the original error shows the URL, which contains a password.
            raise config.SettingError(
                "MAIL_URL must look like smtp://user:password@host:port?tls=starttls. In user and"
                " password, write special characters as %XX, such as %2F for / and %25 for %"
            ) from None
    return address


def _init_extensions(app: Flask) -> None:
    config.make_room(app.config["VAR_DIR"])
    compiled = catalogs.compile_catalogs(
        ROOT / "campaign" / "translations", Path(app.config["VAR_DIR"], "translations")
    )
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(compiled)
    extensions.db.init_app(app)
    extensions.migrate.init_app(
        app, extensions.db, directory=str(ROOT / "migrations"), render_as_batch=True
    )
    languages.babel.init_app(app, locale_selector=languages.locale)
    with app.app_context():
        app.extensions["process_metrics"] = ProcessMetrics(
            app.config["VAR_DIR"], [registry, PoolMetrics(extensions.db.engine)]
        )
    extensions.transactions.init_app(app, grouped=app.config.get("SERVING", False))
    if app.config["SERVING"]:
        # Held as long as the process runs, for servers other than `flask serve` too.
        with app.app_context():
            app.extensions["in_use"] = share_database(extensions.db.engine.url)
    replica_engine = _replica_engine(app.config)
    if app.config["SERVING"] and app.config["DATABASE_TIMEOUT"]:
        # Only web requests have a limit. Commands and the worker may take longer: exports read for
        # minutes.
        with app.app_context():
            for engine in (extensions.db.engine, replica_engine):
                if engine is not None and engine.dialect.name == "postgresql":
                    limit_statements(engine, app.config["DATABASE_TIMEOUT"])
    replica = extensions.replica_reads.init_app(app, replica_engine)
    if replica:
        replica.watch()


def _replica_engine(settings: Mapping[str, Any]) -> Engine | None:
    """Return an engine for the standby. Only web processes read from it."""
    if not (settings["SERVING"] and settings["DATABASE_REPLICA_URL"]):
        return None
    return create_engine(settings["DATABASE_REPLICA_URL"], **settings["SQLALCHEMY_ENGINE_OPTIONS"])


def _add_edge_layers(app: Flask) -> None:
    layers: WSGIApplication = app.wsgi_app
    pages = None
    if app.config.get("EDGE", True):
        layers = pages = PageCache(layers, app.extensions[surge.STATE])
    limit = rate_limits.parse_limit(app.config["API_LIMIT"])
    layers = ApiLimit(layers, app.extensions["rate_limiter"], limit)
    layers = hosts = KnownHosts(layers, app.config["PUBLIC_URL"], app.config["EXTRA_HOSTS"])
    if pages is not None:
        app.extensions["fast_path"] = FastPath(pages, hosts)
    layers = RequestMonitor(layers)
    app.url_value_preprocessor(note_endpoint)
    if app.config["TRUSTED_PROXIES"]:
        layers = ClientAddress(layers, app.config["TRUSTED_PROXIES"])
    # Flask documents this way to add middleware.
    app.wsgi_app = layers  # type: ignore[method-assign]
