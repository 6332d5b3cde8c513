"""`flask serve`: run all of Volante, site and worker, with one command."""

import errno
import logging
import multiprocessing
import resource
import socket
import threading
from collections.abc import Callable, Mapping
from functools import partial
from multiprocessing.process import BaseProcess
from typing import Any, Self, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from granian.server.common import AbstractServer
from werkzeug.local import LocalProxy

from campaign.accounts import tokens
from campaign.accounts.queries import admins
from campaign.cli.database_use import use_database
from campaign.cli.plain_connections import plain_connections
from campaign.cli.worker import run_beside_site
from campaign.demo.operations import is_empty, load_demonstration
from campaign.extensions import db
from campaign.health.revisions import is_newer, revisions
from campaign.process.children import fork_lock
from campaign.process.logs import start_logging
from campaign.server.process import server
from campaign.server.systemd import take_socket

STOP_SECONDS = 2
# If others share the socket, nobody waits for us, so each request gets the time that it needs.
SHARED_STOP_SECONDS = 20
RESTART_SECONDS = 1


@click.command("serve")
@click.option("--demo", is_flag=True, help="Load the demonstration if the database is empty.")
@click.option(
    "--no-worker", is_flag=True, help="Do not start the worker. Run flask worker elsewhere."
)
@with_appcontext
def serve(demo: bool, no_worker: bool) -> None:
    """Update the database, serve the site and run the worker, until you press Ctrl-C."""
    settings = current_app.config
    start_logging(settings["LOG_FORMAT"])
    listening = take_socket()
    if listening is None:
        _check_port(settings["HOST"], settings["PORT"])
    in_use = use_database()
    _migrate()
    if demo and is_empty():
        click.echo(load_demonstration())
    admin_hint = _first_admin_hint(settings)
    # A connection left open here would stay open as long as the site runs, and SQLite could never
    # shorten its write-ahead log.
    db.session.remove()
    db.engine.dispose()
    _raise_file_limit()
    click.echo(f"Volante runs at {settings['PUBLIC_URL']} (press Ctrl-C to stop it)")
    for name in plain_connections(settings) if settings["PRODUCTION"] else ():
        click.echo(
            f"Warning: {name} uses a connection without TLS to another machine. Others on the network can read names and passwords.",
            err=True,
        )
    if not settings["MAIL_URL"]:
        click.echo(
            f"Emails are saved in {settings['VAR_DIR']}/mail and shown at {settings['PUBLIC_URL']}/dev/mail"
        )
    if admin_hint:
        click.echo(admin_hint)
    app = cast(LocalProxy[Flask], current_app)._get_current_object()
    worker = None if no_worker else SupervisedProcess(partial(run_beside_site, app)).start()
    try:
        _server(settings, listening).serve()
    finally:
        if worker:
            worker.stop()
        if in_use:
            in_use.close()
    click.echo("Volante stopped.")


class SupervisedProcess:
    """A forked process that is replaced whenever it exits on its own."""

    def __init__(self, target: Callable[[], None]) -> None:
        self._target = target
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._supervise, name="keeper", daemon=True)
        self._child: BaseProcess

    def start(self) -> Self:
        """Start the child and return this object."""
        self._start_child()
        self._keeper.start()
        return self

    def stop(self) -> None:
        """Ask the child to exit, kill it after STOP_SECONDS, and return when it has exited."""
        with fork_lock():
            self._stopping.set()
        self._child.terminate()
        # Only the keeper waits for the child. The system tells just one thread how a process ended,
        # and to any other it would seem to be still running.
        self._keeper.join(STOP_SECONDS)
        if self._keeper.is_alive():
            self._child.kill()
            self._keeper.join()

    def _supervise(self) -> None:
        while True:
            self._child.join()
            if self._stopping.wait(RESTART_SECONDS):
                return
            self._start_child()

    def _start_child(self) -> None:
        # The server may fork right now to replace a web process. Without the lock, that process
        # would keep open the pipe by which we learn that the child has ended. And once we are
        # stopping, start no new child.
        with fork_lock():
            if not self._stopping.is_set():
                child = multiprocessing.get_context("fork").Process(target=self._target)
                child.start()
                self._child = child


def _server(settings: Mapping[str, Any], listening: socket.socket | None) -> AbstractServer[Any]:
    return server(
        "wsgi:serving",
        host=settings["HOST"],
        port=settings["PORT"],
        processes=settings["WEB_CONCURRENCY"],
        threads=settings["WEB_THREADS"],
        stop_seconds=SHARED_STOP_SECONDS if listening else STOP_SECONDS,
        listening=listening,
    )


def _first_admin_hint(settings: Mapping[str, Any]) -> str | None:
    """Return a line that says how to become the first organizer, or None if there is one."""
    if admins():
        return None
    token = tokens.first_admin_token()
    return (
        "There is no admin yet. To become the admin and set up the site, open "
        f"{settings['PUBLIC_URL']}/organize/start/{token}"
    )


def _migrate() -> None:
    current, _ = revisions()
    if is_newer(current):
        click.echo("A newer version has migrated the database, so it stays as it is.", err=True)
        return
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()


def _check_port(host: str, port: int) -> None:
    """Before anything else, raise a readable error if nothing can listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise click.ClickException(
                f"Port {port} is in use. Choose another one, for example: PORT=8001 make run"
            ) from error
        raise click.ClickException(
            f"Cannot listen at {host}, port {port}: {error.strerror}. Check HOST and PORT."
        ) from error


def _raise_file_limit() -> None:
    """Raise the limit: each browser that keeps its connection open costs a file descriptor."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


COMMANDS = (serve,)
