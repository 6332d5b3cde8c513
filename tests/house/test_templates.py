"""Tests that templates obey the content security policy, and that none is unused."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
# The policy forbids them, except for data that no browser runs. Emails are no pages, and have
# inline styles.
INLINE = re.compile(
    r"\sstyle=|<style|<script(?![^>]*\s(?:src=|type=.application/(?:ld\+)?json.))|\son[a-z]+=",
    re.IGNORECASE,
)
USED = re.compile(r"[\"']([\w/-]+\.(?:html|txt))[\"']")
MAIL_PARTS = {"subject.txt", "body.txt", "body.html"}


def _pages():
    return [path for path in TEMPLATES.rglob("*.html") if "emails" not in path.parts]


def test_no_page_has_inline_style_or_script():
    found = [
        f"{path.relative_to(ROOT)}: {match[0].strip()}"
        for path in _pages()
        for match in INLINE.finditer(re.sub(r"{#.*?#}", "", path.read_text(), flags=re.DOTALL))
    ]
    assert found == []


def test_every_template_is_used():
    sources = [
        *TEMPLATES.rglob("*.html"),
        *TEMPLATES.rglob("*.txt"),
        *(ROOT / "campaign").rglob("*.py"),
    ]
    used = {name for path in sources for name in USED.findall(path.read_text())}
    # Error pages are found by their status.
    by_status = {f"errors/{path.name}" for path in (TEMPLATES / "errors").glob("*.html")}
    mails = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.glob("emails/*/*")
        if path.name in MAIL_PARTS
    }
    every = {path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.*")}
    assert every - used - by_status - mails == set()


def test_every_email_template_is_used():
    folders = {path.parent.name for path in TEMPLATES.glob("emails/*/subject.txt")}
    code = "".join(path.read_text() for path in (ROOT / "campaign").rglob("*.py"))
    assert {name for name in folders if f'"{name}"' not in code} == set()
