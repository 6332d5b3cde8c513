"""Enlarge the numbers of a page, and find those that break or overflow their column."""

WIDTHS = (320, 390, 600, 820, 960, 1024, 1100, 1280, 1440)
LARGE = {"en": "88,888,888", "fr": "88\u00a0888\u00a0888"}
# These are all the numbers on the pages that grow with signatures or registrations.
NUMBERS = ".count, [data-next-number], .progress-text, .figures dd, td.number, .petition-row-count .font-heading, .cause-row-count .font-heading"
ENLARGE = """([numbers, large]) => {
    for (const element of document.querySelectorAll(numbers)) {
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) text.data = text.data.replace(/\\d[\\d,\\u00a0]*/g, large);
        if (element.matches(".count")) element.classList.add("count--long");
    }
}"""
BROKEN = """([numbers, large]) => {
    const found = [];
    let seen = 0;
    for (const element of document.querySelectorAll(numbers)) {
        if (!element.checkVisibility()) continue;
        let block = element;
        while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
        const around = block.getBoundingClientRect();
        const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            for (let at = text.data.indexOf(large); at >= 0; at = text.data.indexOf(large, at + 1)) {
                const range = document.createRange();
                range.setStart(text, at);
                range.setEnd(text, at + large.length);
                const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                const box = range.getBoundingClientRect();
                seen += 1;
                const isOut = box.right > Math.min(around.right, innerWidth) + 1 || box.left < Math.max(around.left, 0) - 1;
                if (lines.size > 1 || isOut) found.push(`${element.className}: ${lines.size} lines, ${Math.round(box.right - around.right)}`);
            }
        }
    }
    const extra = document.documentElement.scrollWidth - innerWidth;
    if (extra > 0) found.push(`scrolls sideways by ${extra}`);
    return seen ? found : ["no number"];
}"""

# Both in one step: in between, a count that has just arrived would replace the large one.
MEASURE = f"(given) => {{ ({ENLARGE})(given); return ({BROKEN})(given); }}"


def broken_numbers(page, path, lang, widths=WIDTHS):
    """Return the problems of eight-digit numbers on the page at `path`, as a list of texts."""
    found = []
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(path.format(lang=lang))
        page.evaluate("document.fonts.ready")
        found += [
            f"{path} at {width}: {item}" for item in page.evaluate(MEASURE, [NUMBERS, LARGE[lang]])
        ]
    return found
