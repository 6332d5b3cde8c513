"""The fastest that a view of Flask can be: it answers a constant text. Served as Volante is."""

import os

from flask import Flask
from granian import Granian
from granian.constants import Interfaces


def create_app():
    app = Flask(__name__)
    texts = ["x" * int(size) for size in os.environ["BENCH_SIZES"].split(",")]
    app.add_url_rule("/", view_func=lambda: "ready", endpoint="ready")
    app.add_url_rule("/<int:place>", view_func=lambda place: texts[place], endpoint="text")
    return app


if __name__ == "__main__":
    Granian(
        "bench.baselines.constant:create_app",
        factory=True,
        port=int(os.environ["BENCH_PORT"]),
        interface=Interfaces.WSGI,
        workers=min(2, os.cpu_count()),
        blocking_threads=32,
        backlog=4096,
        log_level="warning",
    ).serve()
