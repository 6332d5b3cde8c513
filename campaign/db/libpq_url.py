"""URLs of PostgreSQL databases, as PostgreSQL's programs and psycopg read them."""

from sqlalchemy.engine import URL


def libpq_url(url: URL, *, with_password: bool = False) -> str:
    """Return the URL as libpq reads it, without the password unless `with_password`.

    Everyone on the machine can read a password in the list of processes. SQLAlchemy keeps several
    hosts in the query, each with its port, and libpq wants them before the path.
    """
    plain = url.set(drivername="postgresql")
    if not with_password:
        plain = plain._replace(password=None)
    text = plain.difference_update_query(["host"]).render_as_string(hide_password=False)
    hosts = url.query.get("host", ())
    if isinstance(hosts, str) or not hosts:
        # A single one is a folder with a socket, which both understand.
        return plain.render_as_string(hide_password=False)
    scheme, _, rest = text.partition("://")
    account, at, tail = rest.rpartition("@") if plain.username else ("", "", rest)
    return f"{scheme}://{account}{at}{','.join(hosts)}{tail}"
