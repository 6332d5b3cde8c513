"""Provide hostile values, ways to spoil a form or a JSON body, and wrong encodings."""

import json
import re
from urllib.parse import quote_from_bytes

from tests.factories.pictures import bomb, heart

# None of this may be returned as markup: `claims.markup_in` looks for these names.
MARKUP = [
    "<fuzz>",
    "<script>fuzz()</script>",
    '"onfuzz="fuzz()',
    "'onfuzz='fuzz()",
    "</title></textarea></select></script><fuzz>",
    "<img src=x onerror=fuzz()>",
    "javascript:fuzz()",
    "[x](javascript:fuzz())",
    '![x" onfuzz="](https://a.example/"onfuzz=")',
    "<https://a.example/<fuzz>>",
]
TEXTS = [
    *(
        "",
        " ",
        "\0",
        "a\0b",
        "\ud800",
        "\udfff\ud800",
        "\u202egnirts",
        "\u200b",
        "\ufeff",
        "\x1b[2J",
    ),
    *("x" * 300, "é" * 5000, "😀" * 300, "z" + "\u0301" * 900),
    *(
        "../" * 9 + "etc/passwd",
        "..\\..",
        "%00",
        "%2e%2e%2f",
        "a/b",
        ".",
        "..",
        "//evil.example",
        "\\\\evil.example",
    ),
    *(
        "http://[::1",
        "http://a\\b",
        "mailto:",
        "a\r\nSet-Cookie: x=1",
        "{{7*7}}",
        "%s%(x)s{0}{x}",
        "=1+1",
    ),
    *(
        "' or 1=1 --",
        '"; drop table petition; --',
        "%",
        "_",
        "*",
        '"',
        "\\",
        "(",
        "[",
        "AND OR NOT",
    ),
    *(
        "0",
        "-1",
        "-0",
        "1.5",
        "1e999",
        "NaN",
        "Infinity",
        "9" * 400,
        "9" * 5000,
        "²",
        "½",
        "٣",
        "1_000",
        "0x10",
        "+1",
    ),
    *(str(2**31), str(2**63 - 1), str(2**63), str(-(2**63) - 1)),
    *(
        "0000-00-00",
        "99999-12-31",
        "9999-12-31",
        "0001-01-01",
        "2026-02-30",
        "2026-11-27",
        "-2026-01-01",
        "2026-W01",
    ),
    *(
        "9999-12-31T23:59",
        "0001-01-01T00:00",
        "2026-11-01T01:30",
        "24:61",
        "America/Toronto",
        "../UTC",
        "Mars/Phobos",
    ),
    *("true", "null", "en", "xx", "es-MX", "en\0", "CA", "M5V 2T6"),
    *("a@b@c", "a@" + "b" * 300 + ".example", "@", "new.person@lane.example"),
    *MARKUP,
]
NUMBERS = ["1", "2", "39", "²", "٣", "999999999", "9" * 5000, "-1"]
RAW = [b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\x80", b"%", b"%zz", b"\x00", b"caf\xe9"]
JSON_VALUES = [
    None,
    True,
    0,
    -1,
    1.5,
    10**30,
    -(10**400),
    float("nan"),
    float("inf"),
    [],
    {},
    [[]],
    ["a"],
    [None],
    {"a": {"b": []}},
    {"": ""},
]
FILES = [
    *(
        b"",
        b"\0",
        b"\x89PNG\r\n\x1a\n",
        heart(side=40),
        bomb(30_000, 30_000),
        b"GIF89a",
        b"<svg onload='fuzz()'/>",
    ),
    *(
        b"PK\x03\x04" + b"\0" * 60,
        b"given_name,email\n<fuzz>,a@lane.example\n",
        b"\xff\xfea\0,\0b\0",
        b'"' * 9000,
    ),
]
FORM = "application/x-www-form-urlencoded"
TYPES = [
    "application/json",
    "text/plain",
    "application/xml",
    "multipart/form-data",
    f"{FORM}; charset=utf-7",
    "",
    "\xff",
    "a/b; boundary=",
]
HEADERS = [
    *(("Accept-Language", value) for value in ("xx", "es;q=NaN", "*;q=1e999", "en-" * 400, ",;,;q", "fr;q=-1")),
    *(("Accept", value) for value in ("application/json", "text/html;q=x", "*/*;q=", "a" * 2000, "image/webp;;;")),
    *(("Cookie", value) for value in ("=", "a=b; a", "volante_session=\xff", '"' * 50, "organizer=" + "A" * 4000)),
    *(("Range", value) for value in ("bytes=-1", "bytes=99999999999999999999-", "bytes=0-0,1-1", "lines=1")),
    *(("If-None-Match", value) for value in ("*", 'W/"', '"' * 99, "\xff")),
    *(("If-Modified-Since", value) for value in ("Fri, 31 Feb 99999 25:61:61 GMT", "0", "x")),
    *(("Authorization", value) for value in ("Bearer", "Bearer \xff", "Basic !!!", "Bearer " + "x" * 3000)),
    *(("Referer", value) for value in ("http://[", "\xff", "javascript:fuzz()")),
    *(("User-Agent", value) for value in ("", "\xff<fuzz>", "x" * 5000)),
    *(("X-Forwarded-For", value) for value in ("1.2.3.4.5", "::::", "<fuzz>")),
    *(("Content-Length", value) for value in ("-1", "x", "9" * 30)),
]  # fmt: skip


def as_bytes(value):
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


def escaped(value):
    """Return the value as it is written in a URL or a form."""
    return quote_from_bytes(as_bytes(value), safe="")


def urlencoded(pairs):
    return "&".join(f"{escaped(name)}={escaped(value)}" for name, value in pairs)


class Dice:
    """Choose from all this by a seeded random.Random. `count` is how many requests a test sends."""

    def __init__(self, random, count=0):
        self.random, self.count = random, count
        self.chance = lambda share: random.random() < share
        self.choice = random.choice

    def value(self):
        return self.choice(RAW if self.chance(0.1) else MARKUP if self.chance(0.2) else TEXTS)

    def headers(self):
        return dict(self.choice(HEADERS) for _ in range(2)) if self.chance(0.2) else {}

    def query(self, names):
        """Return a query string, mostly of these names."""
        pairs = [
            (self.choice(names) if names and self.chance(0.9) else self.value(), self.value())
            for _ in range(self.random.randint(1, 3))
        ]
        return urlencoded(pairs)

    def spoil(self, pairs):
        """Return the fields of a form with one to three of them made wrong."""
        pairs = list(pairs)
        for _ in range(self.random.randint(1, 3)):
            place = self.random.randrange(len(pairs)) if pairs else 0
            name, value = pairs[place] if pairs else ("x", "")
            if name == "csrf_token" and self.chance(0.95):
                continue
            what = self.random.random()
            if what < 0.7:
                pairs[place : place + 1] = [(name, self.value())]
            elif what < 0.8:
                del pairs[place : place + 1]
            elif what < 0.9:
                pairs.append((name, self.value()))
            else:
                numbered = re.sub(
                    r"\d+", self.choice(NUMBERS), as_bytes(name).decode("utf-8", "replace")
                )
                pairs.append(
                    (
                        self.choice(
                            [
                                numbered,
                                f"{name}-999999999",
                                f"{name}[]",
                                f"{name}-0-x",
                                self.value(),
                            ]
                        ),
                        value,
                    )
                )
        return pairs

    def body(self, pairs, file_fields=()):
        """Return (bytes, content type) of a form, sometimes wrongly encoded."""
        if file_fields or self.chance(0.1):
            return self._multipart(pairs, file_fields)
        plain = urlencoded(pairs).encode()
        if self.chance(0.05):
            return self.choice(
                [plain[:-1], plain + b"&%", plain.replace(b"=", b""), b"&" * 3000, b"\xff" * 50]
            ), FORM
        return plain, self.choice(TYPES) if self.chance(0.05) else FORM

    def _multipart(self, pairs, file_fields):
        parts = [(f'name="{name}"', as_bytes(value)) for name, value in pairs]
        parts += [
            (
                f'name="{name}"; filename="{self.choice(["a.png", "a.csv", "<fuzz>.xlsx", "../a"])}"',
                self.choice(FILES),
            )
            for name in file_fields
        ]
        end = b"--x--\r\n" if self.chance(0.9) else b""
        body = (
            b"".join(
                b"--x\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (as_bytes(head), value)
                for head, value in parts
            )
            + end
        )
        return body, "multipart/form-data; boundary=" + (
            "x" if self.chance(0.9) else self.choice(["", "y", '"', "x" * 300])
        )

    def json_body(self, whole):
        """Return JSON like `whole` with one to three wrong parts, and sometimes no JSON at all."""
        for _ in range(self.random.randint(1, 3)):
            whole = self._spoiled(whole)
        text = json.dumps(whole)
        if self.chance(0.1):
            text = self.choice(
                [text[:-1], text + text, "\ufeff" + text, "[" * 20_000, '{"a":' * 20_000]
            )
        elif self.chance(0.1):
            text = self.choice(
                [
                    text.replace("1", "1e999"),
                    text.replace('""', '"\\ud800"'),
                    text[:-1] + ',"records":7,"email":[]}',
                ]
            )
        return (
            text.encode(self.choice(["utf-16", "utf-32"]))
            if self.chance(0.05)
            else text.encode() + (b"\xff" if self.chance(0.03) else b"")
        )

    def _spoiled(self, node):
        if isinstance(node, dict) and node and self.chance(0.9):
            name = self.choice(list(node))
            return {**node, name: self._spoiled(node[name])}
        if isinstance(node, list) and node and self.chance(0.8):
            place = self.random.randrange(len(node))
            return [*node[:place], self._spoiled(node[place]), *node[place + 1 :]]
        return self.choice(JSON_VALUES) if self.chance(0.4) else self._text()

    def _text(self):
        value = self.value()
        return value.decode("latin-1") if isinstance(value, bytes) else value
