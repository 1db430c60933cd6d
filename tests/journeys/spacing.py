"""Whether a page can be read enlarged, and with lines and letters as wide as its reader wants them: nothing is cut off."""

from playwright.sync_api import Page

from tests.journeys.sizes import resize

# Source: WCAG 2.2, 1.4.12 Text Spacing.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-bottom: 2em !important }"""
# How wide the page is, the window, and what reaches beyond it. A table may be wider in a box of its own (WCAG 2.2, 1.4.10).
SIDEWAYS = """() => [document.documentElement.scrollWidth, window.innerWidth, [...document.querySelectorAll('body *')]
    .filter((one) => !one.closest('.scroll-x') && one.checkVisibility() && (one.scrollWidth > one.clientWidth + 1
        ? one.clientWidth : one.getBoundingClientRect().right > window.innerWidth + 1))
    .slice(-4).map((one) => `${one.tagName}.${one.className}`).join(', ')]"""
# Of whatever holds words itself: what its box does not show of them. What is there for screen readers alone is not to be seen.
CUT_OFF = """() => [...document.querySelectorAll('body *')].filter((one) => {
    if (!one.checkVisibility({checkOpacity: true, checkVisibilityCSS: true})) return false;
    if (one.closest('.visually-hidden, .skip, [aria-hidden=true], select, textarea, svg, canvas')) return false;
    const ownWords = [...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!ownWords && !one.matches('button, .button, .tag')) return false;
    const style = getComputedStyle(one);
    const clips = (axis) => style[axis] !== 'visible';
    const fixed = style.display !== 'inline' && one.matches('button, .button, .tag');
    const [tooWide, tooHigh] = [one.scrollWidth > one.clientWidth + 1, one.scrollHeight > one.clientHeight + 1];
    if (((clips('overflowX') || fixed) && tooWide) || ((clips('overflowY') || fixed) && tooHigh)) return true;
    const box = one.getBoundingClientRect();
    return box.right > window.innerWidth + 1 && !one.closest('.scroll-x');
}).map((one) => `${one.tagName}.${one.className}: ${one.textContent.trim().slice(0, 40)}`)"""


def measure(page: Page, size: tuple[int, int]) -> list[str]:
    """Return what is wrong on the page in a size, as it comes and with its text spaced out; the size stays."""
    page.wait_for_load_state("load")
    resize(page, size)
    found = [f"{size[0]} px: {one}" for one in _wrong(page)]
    style = page.evaluate_handle(
        "css => document.head.appendChild(Object.assign(document.createElement('style'), {textContent: css}))",
        SPACING,
    )
    found += [f"{size[0]} px, text spaced out: {one}" for one in _wrong(page)]
    style.evaluate("one => one.remove()")
    return found


def _wrong(page: Page) -> list[str]:
    wide, window, beyond = page.evaluate(SIDEWAYS)
    sideways = [f"{wide} px wide: {beyond}"] if wide > window + 1 else []
    return sideways + [f"cut off: {one}" for one in page.evaluate(CUT_OFF)]
