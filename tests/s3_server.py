"""An S3-compatible server on this machine: moto's, which speaks the protocol and checks its XML."""

import logging
import re
import threading
from secrets import token_hex
from urllib.request import Request, urlopen

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUCKET = "volante-files"


class S3Server:
    """A server with a bucket. It can stop, and start again on the same port.

    All servers of a process have the same buckets, so each one has its own prefix.
    """

    def __init__(self):
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._port, self._prefix = 0, token_hex(4)
        self.start()
        self.request("PUT", BUCKET)

    def start(self):
        application = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", self._port, application, threaded=True)
        self._port = self._server.port
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self._port}"

    def settings(self, prefix=""):
        """Return the settings that name the bucket."""
        prefix = f"{self._prefix}/{prefix}"
        return {
            "FILES_URL": f"s3://{BUCKET}/{prefix}?endpoint={self.endpoint}",
            "FILES_ACCESS_KEY": "key",
            "FILES_SECRET_KEY": "secret",
        }

    def names(self):
        """Return the names of the files below the prefix."""
        listed = self.request("GET", f"{BUCKET}?list-type=2&prefix={self._prefix}/").decode()
        return [name.partition("/")[2] for name in re.findall("<Key>([^<]+)</Key>", listed)]

    def request(self, method, path):
        with urlopen(Request(f"{self.endpoint}/{path}", method=method), timeout=10) as answer:
            return answer.read()
