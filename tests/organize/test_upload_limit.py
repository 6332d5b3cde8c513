"""Tests of how large a body the server reads, before any view runs."""

import io

from campaign.organize.core.access import max_bytes_for
from campaign.organize.core.identity import SESSION_COOKIE


def environ(path, cookie=""):
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "QUERY_STRING": "", "SCRIPT_NAME": "", "SERVER_NAME": "a", "SERVER_PORT": "80",
        "HTTP_HOST": "a", "HTTP_COOKIE": cookie, "wsgi.url_scheme": "http", "wsgi.input": io.BytesIO(), "wsgi.version": (1, 0),
    }  # fmt: skip


def test_only_signed_in_organizers_may_send_files(app, client, desk_of, petition):
    usual, files = app.config["MAX_CONTENT_LENGTH"], app.config["IMPORT_BYTES"]
    desk = desk_of("owner", petition.cause_id)
    cookie = f"{SESSION_COOKIE}={desk.client.get_cookie(SESSION_COOKIE, path='/organize').value}"
    assert max_bytes_for(app, environ("/organize/imports/upload", cookie)) == files
    assert max_bytes_for(app, environ("/organize/imports/upload")) == usual
    assert (
        max_bytes_for(app, environ("/organize/imports/upload", f"{SESSION_COOKIE}=invented"))
        == usual
    )
    assert max_bytes_for(app, environ("/organize/account", cookie)) == usual
    assert max_bytes_for(app, environ("/no/such/page", cookie)) == usual
