"""The fastest possible Flask view: it returns a constant text, on the same server as Volante."""

import os

from flask import Flask

from campaign.server.bridge import WsgiBridge
from campaign.server.process import server


def serving():
    app = Flask(__name__)
    texts = ["x" * int(size) for size in os.environ["BENCH_SIZES"].split(",")]
    app.add_url_rule("/", view_func=lambda: "ready", endpoint="ready")
    app.add_url_rule("/<int:place>", view_func=lambda place: texts[place], endpoint="text")
    return WsgiBridge(app, max_bytes=256 * 1024)


if __name__ == "__main__":
    server(
        "bench.baselines.constant:serving",
        host="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        processes=min(2, os.cpu_count()),
        threads=32,
        stop_seconds=2,
    ).serve()
