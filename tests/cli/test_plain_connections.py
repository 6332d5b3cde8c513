"""Tests of the warning about connections that others on the network could read."""

import pytest

from campaign.cli.plain_connections import plain_connections

HERE = {
    "SQLALCHEMY_DATABASE_URI": "sqlite:////var/lib/volante/volante.sqlite3",
    "DATABASE_DIRECT_URL": "",
    "DATABASE_REPLICA_URL": "",
    "REDIS_URL": "",
    "MAIL_URL": "",
    "FILES_URL": "",
}


@pytest.mark.parametrize(
    ("settings", "plain"),
    [
        ({}, []),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://v:p@localhost/v"}, []),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg:///v"}, []),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://v:p@10.0.0.5/v"}, ["DATABASE_URL"]),
        (
            {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://v:p@db.example.org/v?sslmode=prefer"},
            ["DATABASE_URL"],
        ),
        (
            {
                "SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://v:p@db.example.org/v?sslmode=verify-full"
            },
            [],
        ),
        (
            {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg:///v?host=127.0.0.1:5432&host=db:5433"},
            ["DATABASE_URL"],
        ),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg:///v?host=127.0.0.1&host=localhost"}, []),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg:///v?host=/run/postgresql"}, []),
        (
            {"DATABASE_DIRECT_URL": "postgresql+psycopg://v:p@10.0.0.5/v"},
            ["DATABASE_DIRECT_URL"],
        ),
        (
            {"DATABASE_REPLICA_URL": "postgresql+psycopg://v:p@10.0.0.5/v"},
            ["DATABASE_REPLICA_URL"],
        ),
        ({"REDIS_URL": "redis://127.0.0.1:6379/0"}, []),
        ({"REDIS_URL": "redis://cache.example.org:6379/0"}, ["REDIS_URL"]),
        ({"REDIS_URL": "rediss://cache.example.org:6379/0"}, []),
        ({"REDIS_URL": "unix:///run/redis.sock"}, []),
        ({"MAIL_URL": "smtp://mail.example.org"}, []),
        ({"MAIL_URL": "smtp://mail.example.org?tls=none"}, ["MAIL_URL"]),
        ({"MAIL_URL": "smtp://localhost"}, []),
        ({"FILES_URL": "s3://files"}, []),
        ({"FILES_URL": "s3://files?endpoint=http://127.0.0.1:9000"}, []),
        ({"FILES_URL": "s3://files?endpoint=http://s3.example.org"}, ["FILES_URL"]),
    ],
)
def test_remote_connections_without_tls_are_named(settings, plain):
    assert plain_connections({**HERE, **settings}) == plain
