"""Tests that rendered Markdown is safe to show."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from campaign.text.markdown import TAGS, TextPicture, picture_names, to_html, to_paragraphs, to_text

ALLOWED = re.compile(r'<(/?)(\w+)((?: (?:href|rel)="[^"<>]*")*) ?/?>')


def test_plain_text_becomes_paragraphs_with_emphasis_and_lists():
    html = to_html("We *ask* and **ask**:\n\n- where\n- why\n\n> answer")
    assert html == (
        "<p>We <em>ask</em> and <strong>ask</strong>:</p>\n<ul>\n<li>where</li>\n<li>why</li>\n</ul>\n"
        "<blockquote>\n<p>answer</p>\n</blockquote>\n"
    )
    assert isinstance(html, Markup)


def test_headings_begin_below_that_of_the_page():
    assert to_html("# One\n## Two\n### Three") == "<h2>One</h2>\n<h3>Two</h3>\n<h4>Three</h4>\n"


def test_links_go_to_the_web_without_a_referrer():
    assert to_html("[here](https://example.org/a?b=c)") == (
        '<p><a href="https://example.org/a?b=c" rel="noopener">here</a></p>\n'
    )


def test_web_address_in_a_text_breaks_between_its_parts():
    text = "See <https://example.org/a?b=c&d> or https://example.org/e/<b>."
    assert to_html(text) == (
        '<p>See <a href="https://example.org/a?b=c&amp;d" rel="noopener">'
        "https://example.<wbr>org/<wbr>a?<wbr>b=<wbr>c&amp;<wbr>d</a>"
        " or https://example.<wbr>org/<wbr>e/<wbr>&lt;b&gt;.</p>\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](vbscript:x)",
        "![x](https://tracker.example/pixel.png)",
        "<a href='https://example.org' onclick='x()' style='color:red'>x</a>",
        "<iframe src='//example.org'></iframe>",
        '[x](<https://example.org/" onmouseover="x>)',
        "```html\n<script>\n```",
    ],
)
def test_nothing_that_runs_or_loads_survives(text):
    assert not re.search(
        r"<(script|img|iframe|code|pre)|javascript:|vbscript:|data:|\son\w+=\"|style=",
        without_text(to_html(text)),
    )


LAKE = TextPicture(1, "/pictures/a1.webp", 900, 600, 'A "lake" <b>', "/pictures/a1.webp?size=small")


def test_only_the_given_pictures_are_shown():
    text = (
        'See ![x](https://tracker.example/p.png) and ![](picture:2)\n\n![](picture:1 "By <Amalia>")'
    )
    assert to_html(text, (LAKE,)) == (
        '<p>See  and </p>\n<figure><img src="/pictures/a1.webp" srcset="/pictures/a1.webp?size=small 800w, /pictures/a1.webp 900w"'
        ' sizes="(min-width: 60rem) 46rem, 92vw" width="900" height="600" alt="A &quot;lake&quot; &lt;b&gt;" loading="lazy">'
        "<figcaption>By &lt;Amalia&gt;</figcaption></figure>\n"
    )
    link = '<p><a href="/pictures/a1.webp" rel="noopener">A "lake" &lt;b&gt;</a><br>By &lt;Amalia&gt;</p>\n'
    assert to_html(text, (LAKE,), links_pictures=True) == f"<p>See  and </p>\n{link}"
    assert (
        to_text(text, (LAKE,), shows_links=True)
        == 'See  and\n\nA "lake" <b>\nBy <Amalia> (/pictures/a1.webp)'
    )
    assert picture_names(text) == ["https://tracker.example/p.png", "picture:2", "picture:1"]


def without_text(html):
    return "".join(re.findall(r"<[^>]*>", html))


@settings(deadline=None, max_examples=200)
@given(st.text(st.sampled_from("<>&\"'#*_[]()!`-=: \n/ahrefscipt"), max_size=80))
def test_any_input_gives_only_plain_elements(text):
    html = to_html(text)
    for tag in re.findall(r"<[^>]*>", html):
        match = ALLOWED.fullmatch(tag)
        assert match and match[2] in TAGS, tag


def test_empty_text_is_empty():
    assert to_html("") == ""


def test_paragraphs_for_print_keep_their_headings_and_list_markers():
    text = "# Why\n\nWe *ask*:\n\n1. Search\n2. Find\n\n   and tell\n\n- them\n- us\n\n7. Stay"
    assert list(to_paragraphs(text)) == [
        ("head", "Why"),
        ("text", "We ask:"),
        *(
            ("item", item)
            for item in (
                ("1.", "Search"),
                ("2.", "Find"),
                ("", "and tell"),
                ("–", "them"),
                ("–", "us"),
                ("7.", "Stay"),
            )
        ),
    ]


def test_paragraphs_for_print_know_which_are_bold_as_a_whole():
    text = (
        "**Your rights**\n\n**Stop** it\n\n**Stop** or **stay**\n\n**[A link](https://a.example)**"
    )
    assert [kind for kind, _content in to_paragraphs(text)] == ["bold", "text", "text", "bold"]


def test_plain_emails_keep_list_markers():
    text = "Before:\n\n- first\n- second, [here](https://a.example)\n\n3. third\n4. fourth\n\nAfter"
    assert to_text(text, shows_links=True) == (
        "Before:\n\n- first\n- second, here (https://a.example)\n\n3. third\n4. fourth\n\nAfter"
    )
    assert to_text("- first\n- second") == "first\n\nsecond"
