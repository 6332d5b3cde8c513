"""Create pictures for montage shapes, as bytes."""

import io
import struct
import zlib

from PIL import Image, ImageDraw

CLEAR = (0, 0, 0, 0)


def png(image, file_format="PNG"):
    file = io.BytesIO()
    image.save(file, file_format)
    return file.getvalue()


def heart(ground=CLEAR, *, side=600, file_format="PNG"):
    """Return a heart in two reds with a pale spot, on a background of one colour or none."""
    image = Image.new("RGBA", (900, 800), ground)
    draw = ImageDraw.Draw(image)
    draw.ellipse((60, 60, 480, 480), fill="#c81e3a")
    draw.ellipse((420, 60, 840, 480), fill="#e0566a")
    draw.polygon([(95, 380), (805, 380), (450, 760)], fill="#a01030")
    draw.ellipse((380, 230, 520, 370), fill="#ffd0a0")
    image = image.resize((side, side * 800 // 900))
    return png(image.convert("RGB") if file_format == "JPEG" else image, file_format)


def ring():
    image = Image.new("RGBA", (600, 600), CLEAR)
    draw = ImageDraw.Draw(image)
    draw.ellipse((50, 50, 550, 550), fill="#3a8a4a")
    draw.ellipse((200, 200, 400, 400), fill=CLEAR)
    return png(image)


def grating():
    image = Image.new("RGBA", (800, 800), CLEAR)
    draw = ImageDraw.Draw(image)
    for x in range(20, 800, 60):
        draw.line((x, 0, 800 - x, 800), fill="black", width=6)
    return png(image)


def bomb(width, height):
    """Return a PNG of a few hundred bytes that claims to be of this size."""

    def chunk(kind, content):
        return (
            struct.pack(">I", len(content))
            + kind
            + content
            + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
