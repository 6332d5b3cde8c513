"""Find what overflows a page sideways: a scroll bar, or text and controls that are cut off."""

# Text inside a part that scrolls can be reached. Collapsed or decorative parts do not count.
CUT_OFF = """() => {
    const wide = document.documentElement.clientWidth;
    const scrolls = (element) =>
        element && (/auto|scroll/.test(getComputedStyle(element).overflowX) || scrolls(element.parentElement));
    // Only screen readers get it, as with .visually-hidden.
    const isClipped = (element) =>
        element && (getComputedStyle(element).clipPath === "inset(50%)" || isClipped(element.parentElement));
    const isCut = ({ left, right, width }) => width > 0 && (left < -1 || right > wide + 1);
    const spared = (element) =>
        !element.checkVisibility()
        || element.closest("[aria-hidden=true], .skip, script, style")
        || isClipped(element)
        || scrolls(element);
    const found = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        if (!text.data.trim() || spared(text.parentElement)) continue;
        const range = document.createRange();
        range.selectNodeContents(text);
        if ([...range.getClientRects()].some(isCut)) found.push(text.data.trim());
    }
    for (const control of document.querySelectorAll("input, select, textarea, button, .sign, .button"))
        if (!spared(control) && isCut(control.getBoundingClientRect())) found.push(control.outerHTML.slice(0, 90));
    const extra = document.documentElement.scrollWidth - wide;
    return extra > 0 ? [`scrolls sideways by ${extra}`, ...found] : found;
}"""


def cut_off(page):
    """Return what cannot be read or reached without scrolling sideways, as a list of texts."""
    return page.evaluate(CUT_OFF)


def magnify(page, percent):
    """Enlarge all text, as the browser's own setting does."""
    page.evaluate(
        "(percent) => { document.documentElement.style.fontSize = `${percent}%`; }", percent
    )
