"""How long the montage takes, and how much memory: ``python -m bench.montage``."""

import resource
import subprocess
import sys
from time import perf_counter

from campaign.montage.layout import places, wings
from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.files import shape_named

PICTURES = [
    (1, 1200),
    (43, 1200),
    (640, 1200),
    (12_408, 1200),
    (28_000, 1200),
    (1_000_000, 1200),
    (640, 2400),
    (1_000_000, 2400),
]


def timed(work, *arguments):
    start = perf_counter()
    result = work(*arguments)
    return (perf_counter() - start) * 1000, result


def layout() -> None:
    monarch = shape_named("monarch")
    cold, _ = timed(places, monarch, 4_999_000, 5_000_000)
    warm, _ = timed(places, monarch, 4_999_000, 5_000_000)
    million, numbered_places = min(
        (timed(places, monarch, 1, 1_000_000) for _ in range(5)), key=lambda row: row[0]
    )
    looks, _ = timed(wings, monarch, *numbered_places)
    print(f"{'1,000 places near 5,000,000, first time':45} {cold:8.1f} ms")
    print(f"{'1,000 places near 5,000,000, again':45} {warm:8.1f} ms")
    print(f"{'1,000,000 places':45} {million:8.1f} ms")
    print(f"{'1,000,000 looks':45} {looks:8.1f} ms")


def picture(count: int, width: int) -> None:
    monarch = shape_named("monarch")
    draw(monarch, 10, 100)
    drawing, image = timed(draw, monarch, count, width)
    encoding, content = timed(encode_png, image)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    label = f"{count:,} at {width} px"
    print(
        f"{label:25} {drawing:7.0f} ms drawn {encoding:6.0f} ms encoded "
        f"{len(content) / 1000:7.0f} kB {peak:6.0f} MB peak"
    )


def main() -> None:
    if sys.argv[1:]:
        picture(*map(int, sys.argv[1:]))
        return
    layout()
    for count, width in PICTURES:
        # A separate process, so that the peak memory is that of this picture.
        subprocess.run([sys.executable, "-m", "bench.montage", str(count), str(width)], check=True)


if __name__ == "__main__":
    main()
