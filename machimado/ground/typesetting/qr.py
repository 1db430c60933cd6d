"""QR codes as SVG."""

import io

import segno


def qr_svg(text: str) -> str:
    """Return a QR code of a text (an address, a reference) as SVG without a fixed size.

    Error correction M survives a fold or a stamp across a corner.
    """
    code = segno.make(text, error="m", micro=False)
    out = io.BytesIO()
    code.save(out, kind="svg", omitsize=True, xmldecl=False, border=2)
    return out.getvalue().decode("utf-8")
