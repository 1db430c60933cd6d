"""Whether what is no text stands out from what is around it, and whether one always sees where the focus is.

Source: WCAG 2.2, 1.4.11 Non-text Contrast, 2.4.7 Focus Visible, 2.4.11 Focus Not Obscured.
"""

from playwright.sync_api import Page

MOST_STEPS = 60
# Colours as the browser paints them; a background that lets through shows what lies below.
COLOURS = """
    const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
    const painted = (...colours) => {
        pen.clearRect(0, 0, 1, 1);
        for (const colour of colours) { pen.fillStyle = colour; pen.fillRect(0, 0, 1, 1); }
        return [...pen.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const grounds = (one) => one ? [...grounds(one.parentElement), getComputedStyle(one).backgroundColor] : ['#fff'];
    const light = (colour) => colour.map((part) => part / 255).map((part) =>
        part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const name = (one) => `${one.tagName} ${one.name || one.className || one.textContent.trim().slice(0, 20)}`;
"""
# The edge of a field, or its own colour, tells where one writes. What the browser draws itself (ticks) is the browser's.
FIELDS = f"""() => {{{COLOURS}
    const fields = 'input:not([type=hidden], [type=checkbox], [type=radio], [type=range], [type=file]), select, textarea';
    return [...document.querySelectorAll(fields)].filter((one) => one.checkVisibility() && !one.disabled).map((one) => {{
        const style = getComputedStyle(one), around = grounds(one.parentElement);
        const edge = parseFloat(style.borderBottomWidth) > 0 ? painted(...around, style.borderBottomColor) : painted(...around);
        const best = Math.max(contrast(edge, painted(...around)), contrast(painted(...grounds(one)), painted(...around)));
        return best < 3 ? `${{name(one)}}: ${{best.toFixed(2)}}` : '';
    }}).filter(Boolean);
}}"""
# Of whatever has the focus now: the line around it against what it lies on, and whether anything of it can be seen.
FOCUS = f"""() => {{{COLOURS}
    const one = document.activeElement;
    if (!one || one === document.body) return null;
    // A box that is drawn by its label is where the label is.
    const shown = [one, one.closest('label')].filter(Boolean);
    const best = Math.max(0, ...shown.flatMap((each) => {{
        const style = getComputedStyle(each), around = grounds(each.parentElement);
        const shadow = style.boxShadow.match(/(?:rgb|color|oklch)[^)]*\\)/)?.[0];
        const outline = parseFloat(style.outlineWidth) >= 2 && style.outlineStyle !== 'none' ? style.outlineColor : null;
        return [outline, shadow].filter(Boolean).map((line) => contrast(painted(...around, line), painted(...around)));
    }}));
    const box = shown.at(-1).getBoundingClientRect();
    const points = [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].map(([x, y]) =>
        document.elementFromPoint(box.left + box.width * x, box.top + box.height * y));
    const seen = points.some((hit) => hit && shown.some((each) => each.contains(hit) || hit.contains(each)));
    const drawn = one.matches('iframe') || box.width < 2 || box.height < 2;
    return [name(one), drawn || best >= 3 ? '' : `focus ${{best.toFixed(2)}}`, drawn || seen ? '' : 'hidden while it has the focus'];
}}"""
MOVES = """() => document.getAnimations().filter((one) => one.effect?.getComputedTiming().iterations === Infinity)
    .map((one) => one.effect.target?.className ?? '')"""


def measure(page: Page) -> list[str]:
    """Return what does not stand out on the page, and where the focus cannot be seen on its way through by Tab."""
    found = [f"a field's edge: {one}" for one in page.evaluate(FIELDS)]
    found += [f"moves for whoever asked for calm: {one}" for one in page.evaluate(MOVES)]
    page.evaluate("() => { document.activeElement?.blur(); window.scrollTo(0, 0); }")
    before = None
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        now = page.evaluate(FOCUS)
        if now is None or now == before:
            break
        before = now
        found += [f"{now[0]}: {wrong}" for wrong in now[1:] if wrong]
    return list(dict.fromkeys(found))
