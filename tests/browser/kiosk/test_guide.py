"""Tests that the guide for table volunteers is one page of paper."""

import pypdfium2
import pytest

from tests.browser.organize.steps import accept, go, secure

pytestmark = pytest.mark.slow

EVENT = "table"


def test_guide_for_tablers_prints_on_one_page(newcomer):
    tabler = newcomer("tabler", lang="en")
    accept(tabler)
    secure(tabler)
    for lang in ("en", "es", "fr"):
        go(tabler, f"kiosks/{EVENT}/guide?language={lang}", "guide")
        for paper in ("A4", "Letter"):
            pdf = tabler.page.pdf(format=paper)
            assert len(pypdfium2.PdfDocument(pdf)) == 1, (lang, paper)
