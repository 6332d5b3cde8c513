"""Run one export in its own process and print seconds, rows and peak megabytes.

Usage: `python -m bench.exporting URL FOLDER KIND FILE`.
"""

import sys
from pathlib import Path
from time import perf_counter

from bench.sites import SLUG
from bench.worker_app import create_worker_app
from campaign.exports.formats import FORMATS
from campaign.exports.selection import Selection
from campaign.exports.signature_table import SignatureTable
from campaign.petitions.queries import petition_by_slug


def main():
    url, folder, kind, file = sys.argv[1:]
    app = create_worker_app(url, folder)
    with app.app_context(), Path(file).open("wb") as output:
        table, rows = SignatureTable(Selection(petition_by_slug(SLUG).id)), 0
        begun = perf_counter()
        file_format = FORMATS[kind](table.header, table.kinds)
        output.write(file_format.begin())
        for columns in table.stream():
            output.write(file_format.add(columns))
            rows += len(columns[0])
        output.write(file_format.end())
        print(perf_counter() - begun, rows, peak_megabytes())


def peak_megabytes():
    with Path("/proc/self/status").open() as status:
        [peak] = (line.split()[1] for line in status if line.startswith("VmHWM"))
    return int(peak) / 1024


if __name__ == "__main__":
    main()
