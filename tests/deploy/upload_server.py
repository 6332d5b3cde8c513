"""The production server with an application that says what has arrived, behind a tested proxy."""

import hashlib
import json
import sys

from campaign.server import bodies
from campaign.server.bridge import WsgiBridge
from campaign.server.process import server

MAX_BYTES = 17 * 1024 * 1024
BODY_SECONDS = 2
FORWARDED = (
    "HTTP_HOST",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REQUEST_ID",
)
readers = []


def app(environ, start_response):
    """Answer with the digest of the body, and with what the proxy says about the client.

    `unfinished` is how many bodies of others are still being read.
    """
    digest = hashlib.sha256(environ["wsgi.input"].read()).hexdigest()
    answer = {name: environ.get(name) for name in FORWARDED} | {"digest": digest}
    answer["unfinished"] = len(readers[0]._waiting)
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


def bridge():
    """Return a bridge that gives up slow bodies sooner than in production."""
    bodies.BODY_SECONDS = BODY_SECONDS
    served = WsgiBridge(app, MAX_BYTES)
    readers.append(served._bodies)
    return served


if __name__ == "__main__":
    server(
        "tests.deploy.upload_server:bridge",
        host="127.0.0.1",
        port=int(sys.argv[1]),
        processes=1,
        threads=4,
        stop_seconds=2,
    ).serve()
