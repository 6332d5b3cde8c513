"""Find names in our scripts that browsers store or other sites' pages rely on.

Scripts have no object to inspect.
"""

import re
from collections.abc import Iterator

from tests.house.stored_names.sources import ROOT, files

OURS = re.compile(r"[\"'`](volante[-:][^\"'`]*)[\"'`]")
FILLED_IN = re.compile(r"\$\{[^}]*\}")
STORES = re.compile(r"const STORES = \{(.*)\};")
STORE = re.compile(r"createObjectStore\(\"(\w+)\"|\bof\(\"(\w+)\"\)")
KEY_PATH = re.compile(r"keyPath: (\[[^\]]*\]|\"\w+\")|createIndex\(\"(\w+)\"")
KEPT = re.compile(r"\.(?:put|add)\(\{([^}]*)\}")
SETTING = re.compile(
    r"store\.read\(\"(\w+)\"\)|store\.write\(\{ (\w+)\b|of\(\"settings\"\)\.(?:get\(|put\([^\n]*, )\"(\w+)\"\)"
)
OF_A_TABLE = re.compile(r"const OF_A_TABLE = \[(.*)\];")
EVENT = re.compile(r"new (?:Custom)?Event\(\s*\"([\w:-]+)\"")
# Another tab, the host page and the service worker may have another version. Our own workers do
# not.
SENT = re.compile(
    r"channel\.postMessage\(\{([^}]*)\}|parent\.postMessage\(\{([^}]*)\}|postMessage\(\"([\w-]+)\"\)"
)
TOLD = re.compile(r"\bpost\(\{ ?(\w+)")
ATTRIBUTE = re.compile(r"getAttribute\(\"([\w-]+)\"\)")
NAME = re.compile(r"(?:^|,)\s*([\w-]+)")
QUOTED = re.compile(r"\"([\w-]+)\"")


def kept_in_browsers() -> set[str]:
    """Return databases, caches, locks, channels and keys named after the product."""
    return {
        FILLED_IN.sub("{}", name)
        for text in files("static/js", ".js")
        for name in OURS.findall(text)
    }


def tablet_database() -> set[str]:
    """Return a tablet's IndexedDB stores, their keys, and names in rows and settings."""
    found = set()
    for text in files("static/js/kiosk", ".js"):
        found |= {f"store {name}" for name in _matches(STORE, text)}
        found |= {
            f"store {name}"
            for line in STORES.findall(text)
            for name in re.findall(r"(\w+): (?:null|\{)", line)
        }
        found |= {f"found by {name.replace(chr(34), '')}" for name in _matches(KEY_PATH, text)}
        found |= {f"kept {name}" for part in KEPT.findall(text) for name in NAME.findall(part)}
        found |= {f"setting {name}" for name in _matches(SETTING, text)}
        found |= {
            f"setting {name}" for line in OF_A_TABLE.findall(text) for name in QUOTED.findall(line)
        }
    return found


def events_and_messages() -> set[str]:
    """Return our modules' events, and messages to tabs, host pages and service workers."""
    found = set()
    for text in files("static/js", ".js"):
        found |= {f"event {name}" for name in _matches(EVENT, text)}
        for part in _matches(SENT, text):
            found |= {f"sent {name}" for name in NAME.findall(part)}
    return found


def embedding() -> set[str]:
    """Return what other sites write to embed a petition, and the messages from the frame."""
    [text] = files("static/embed", ".js")
    found = {
        f"element {name}" for name in re.findall(r"customElements\.define\(\"([\w-]+)\"", text)
    }
    names = re.search(r"const ASKED = \[(.*)\]", text)[1]
    found |= {f"attribute {name}" for name in (*QUOTED.findall(names), *ATTRIBUTE.findall(text))}
    found |= {
        f"show {name}"
        for name in re.findall(r"(\w+): \d+", re.search(r"const HEIGHTS = \{(.*)\}", text)[1])
    }
    told = re.search(r"const \{(.*)\} = data\.(\w+)", text)
    found |= {f"heard {told[2]}.{name}" for name in NAME.findall(told[1])}
    frame = (ROOT / "static/js/modules/frame.js").read_text()
    return found | {f"told {name}" for name in TOLD.findall(frame)}


def _matches(pattern, text) -> Iterator[str]:
    for match in pattern.finditer(text):
        yield from filter(None, match.groups())
