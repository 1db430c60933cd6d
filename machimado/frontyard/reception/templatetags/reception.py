"""What pages of booking need: the day of the week, in the page's language."""

from datetime import date, datetime

from django import template
from django.utils import timezone, translation

register = template.Library()
JAPANESE, ENGLISH = "月火水木金土日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@register.simple_tag
def day_of_week(value: date | datetime) -> str:
    """Return the day of the week in brackets."""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    names = ENGLISH if (translation.get_language() or "").startswith("en") else JAPANESE
    return f"（{names[day.weekday()]}）" if names is JAPANESE else f"({names[day.weekday()]})"
