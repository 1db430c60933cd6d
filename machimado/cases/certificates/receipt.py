"""The receipt as PDF."""

import json
from pathlib import Path

from machimado.cases.applications.paper import open_city_fonts
from machimado.cases.certificates.models import Certificate
from machimado.cases.certificates.queries import receipt_of
from machimado.ground.japanese.eras import wareki
from machimado.ground.typesetting.frames import compile_template

TEMPLATE = Path(__file__).with_name("receipt.typ")


class NoReceipt(Exception):
    """Nothing was paid; the message says so."""


def printed(certificate: Certificate) -> bytes:
    """Return the receipt of a certificate that was paid for. Raises: NoReceipt."""
    found = receipt_of(certificate)
    if found is None:
        raise NoReceipt("手数料をまだいただいていないため、領収書はありません。")
    fonts = open_city_fonts()
    data = {
        "fonts": {"entry": fonts.entry, "label": fonts.label},
        "day": wareki(found.receipt_date),
        "number": f"{found.receipt_date:%Y%m%d}-{found.number:04d}",
        "fee": f"{found.fee:,}",
        "title": certificate.title,
        "copies": str(certificate.copies),
        "how": found.get_how_display(),
        "office": found.office.name,
        "cashier": found.cashier.name,
        "reference": certificate.application.reference,
    }
    stamp = int(found.received_at.timestamp())
    return compile_template(
        TEMPLATE, json.dumps(data, ensure_ascii=False), root=TEMPLATE.parent, fonts=fonts, timestamp=stamp
    )
