"""People who sign on a simulated day, in their own process: it reads a spec and writes JSON lines.

It needs only the standard library. Each line is the progress so far. The last one is the report.
"""

import asyncio
import time
from collections import deque
from dataclasses import asdict, dataclass
from urllib.parse import urlencode

from campaign.cli.simulation.day import arrivals
from campaign.cli.simulation.program_io import (
    raise_file_limit,
    spec_from_arguments,
    write_line,
)
from campaign.cli.simulation.results import SignReport, percentile

# Most people would not wait longer for a page.
TIMEOUT_SECONDS = 30
MAX_TRIES = 3
LATE_SECONDS = 0.1
MAIL_DOMAIN = "simulated.example"
MAX_HEAD_BYTES = 64 * 1024
CONNECTION_FAILURES = (OSError, EOFError, TimeoutError, ValueError, asyncio.LimitOverrunError)
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class SignSpec:
    """How many sign, and where. `page` is the path of the petition."""

    port: int
    page: str
    seconds: float
    peak_per_minute: float


@dataclass(frozen=True)
class Response:
    """One HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes


class Signers:
    """All of them, on one thread."""

    def __init__(self, spec: SignSpec) -> None:
        self._spec = spec
        self._report = SignReport()
        self._recent: deque[float] = deque(maxlen=200)

    async def run(self) -> SignReport:
        """Simulate the day and return the report."""
        lateness = asyncio.create_task(self._measure_lateness())
        started_at = time.monotonic()
        progress = asyncio.create_task(self._report_progress(started_at))
        people = []
        for number, moment in enumerate(
            arrivals(seconds=self._spec.seconds, peak_per_minute=self._spec.peak_per_minute)
        ):
            await asyncio.sleep(max(0.0, started_at + moment - time.monotonic()))
            people.append(asyncio.create_task(self._sign(number)))
        await asyncio.gather(*people)
        for task in (lateness, progress):
            task.cancel()
        await asyncio.gather(lateness, progress, return_exceptions=True)
        return self._report

    async def _sign(self, number: int) -> None:
        """Read the petition, sign it, and open the thanks page."""
        page = self._spec.page
        try:
            await self._ask_once(self._head("GET", page))
            is_acknowledged = await self._sign_until_accepted(number, f"{page}/signatures")
        except CONNECTION_FAILURES:
            self._report.refused += 1
            is_acknowledged = False
        if not is_acknowledged:
            self._report.unanswered += 1
            return
        try:
            await self._ask_once(self._head("GET", f"{page}/thanks"))
        except CONNECTION_FAILURES:
            self._report.refused += 1

    async def _sign_until_accepted(self, number: int, path: str) -> bool:
        """Send the form again as often as the site asks for. Return whether it was accepted."""
        address = f"signer-{number}@{MAIL_DOMAIN}"
        form = urlencode(
            {
                "given_name": "Ana",
                "family_name": letters(number),
                "email": address,
                "country": "CA",
                "postal_code": "M5V 2T6",
                "name_display": "counted",
            }
        ).encode()
        pressed_at = time.monotonic()
        for _ in range(MAX_TRIES):
            response = await self._ask_once(self._head("POST", path, len(form)) + form)
            if response.status == 303:
                waited = time.monotonic() - pressed_at
                self._report.acknowledged.append(address)
                self._report.seconds.append(waited)
                self._recent.append(waited)
                return True
            if response.status != 503:
                return False
            self._report.asked_again += 1
            await asyncio.sleep(int(response.headers.get("retry-after", "10")))
        return False

    async def _ask_once(self, request: bytes) -> Response:
        """Send a request on its own connection."""
        async with asyncio.timeout(TIMEOUT_SECONDS):
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self._spec.port, limit=MAX_HEAD_BYTES
            )
            try:
                return await _exchange(reader, writer, request)
            finally:
                writer.close()

    def _head(self, method: str, path: str, length: int | None = None) -> bytes:
        origin = f"http://127.0.0.1:{self._spec.port}"
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self._spec.port}",
            "Accept: text/html",
            "Accept-Encoding: br, gzip",
        ]
        if length is not None:
            lines += [
                f"Origin: {origin}",
                "Sec-Fetch-Site: same-origin",
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {length}",
            ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def _measure_lateness(self) -> None:
        while True:
            before = time.monotonic()
            await asyncio.sleep(LATE_SECONDS)
            late = time.monotonic() - before - LATE_SECONDS
            self._report.late = max(self._report.late, late)

    async def _report_progress(self, started_at: float) -> None:
        """Write a line of progress each second."""
        while True:
            await asyncio.sleep(1)
            write_line(
                seconds=time.monotonic() - started_at,
                signed=len(self._report.acknowledged),
                p99=percentile(self._recent, 0, 0.99),
                asked_again=self._report.asked_again,
            )


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Response:
    writer.write(request)
    await writer.drain()
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.split("\r\n")
    headers = {
        name.strip().lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Response(int(first.split(" ")[1]), headers, body)


def letters(number: int) -> str:
    """Return a family name of letters that no other number has."""
    name = ""
    while True:
        number, index = divmod(number, len(LETTERS))
        name = LETTERS[index] + name
        if not number:
            return name.capitalize()


def main() -> None:
    """Simulate the day, and write the report."""
    raise_file_limit()
    spec = SignSpec(**spec_from_arguments())
    write_line(report=asdict(asyncio.run(Signers(spec).run())))


if __name__ == "__main__":
    main()
