"""Tests that the page for tablers is one sheet of paper."""

import re
from pathlib import Path

import pypdfium2
import pytest
from markdown_it import MarkdownIt

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[3] / "docs"
MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "10mm")


@pytest.mark.parametrize("name", ["tablers.md", "tablers.es.md", "tablers.fr.md"])
def test_guide_for_tablers_prints_on_one_page(browser, name):
    text = (DOCS / name).read_text()
    page = browser.new_page()
    page.set_content(MarkdownIt("commonmark").enable("table").render(text))
    percent = int(re.search(r"\b(\d\d) %", text)[1])
    pdf = page.pdf(format="A4", scale=percent / 100, margin=MARGINS)
    page.close()
    assert len(pypdfium2.PdfDocument(pdf)) == 1
