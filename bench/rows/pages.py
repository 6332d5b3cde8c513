"""The petition's page and the pulse from the edge, compared with a constant Flask response.

The constant has the same size.
"""

from statistics import median

from bench import load, sites
from bench.report import Row
from bench.requests import page_request

FASTER = 4
CONNECTIONS = 32
# As browsers request them. The constant text has as many bytes as are sent, and is not compressed.
# A page is warm once every process has rendered it several times without a change. Then it is
# compressed at the highest level.
WARM_SECONDS = 10
PACKED = {"Accept-Encoding": "gzip, deflate, br"}


def measure(scale, folder):
    """Yield a row for the page and one for the pulse."""
    url = sites.database_url("sqlite", folder, "pages")
    site_folder = folder / "var-pages"
    site_folder.mkdir()
    paths = {
        "petition page": f"/en/petitions/{sites.SLUG}",
        "pulse.json": f"/causes/{sites.CAUSE}/pulse.json",
    }
    with sites.volante(url, site_folder) as site:
        for path in paths.values():
            site.answers(path, PACKED)
            _rate(site.port, path, WARM_SECONDS)
        sizes = [len(site.answers(path, PACKED)) for path in paths.values()]
        with sites.constants(folder, *sizes) as plain:
            plain.answers()
            for number, (name, path) in enumerate(paths.items()):
                ours, constant = [], []
                for _ in range(scale.rounds):
                    constant.append(_rate(plain.port, f"/{number}", scale.seconds))
                    ours.append(_rate(site.port, path, scale.seconds))
                yield _row(f"{name} of {sizes[number]:,} bytes, warm", ours, constant)


def _rate(port, path, seconds):
    requests = [page_request(path, port, [f"{name}: {value}" for name, value in PACKED.items()])]
    return load.run_bursts(load.Load(port, requests, CONNECTIONS, seconds))


def _row(label, ours, constant):
    rate = median(result.per_second() for result in ours)
    beside = median(result.per_second() for result in constant)
    failed = sum(result.failed() for result in ours + constant)
    return Row(
        label,
        f"{rate:,.0f}/s",
        f"{beside:,.0f}/s (a constant text from a view, same server)",
        f"≥ {FASTER} ×",
        rate >= FASTER * beside and not failed,
        f"{rate / beside:.2f} ×" + (f", {failed} failed" if failed else ""),
    )
