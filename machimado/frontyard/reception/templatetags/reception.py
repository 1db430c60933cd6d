"""What pages of booking need: a day in words, in the page's language."""

from datetime import date, datetime

from django import template
from django.utils import timezone, translation

register = template.Library()
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@register.filter
def day_in_words(value: date | datetime) -> str:
    """Return a day as it is said: 11月24日（火）, Tue 24 Nov."""
    day = timezone.localtime(value).date() if isinstance(value, datetime) else value
    if (translation.get_language() or "").startswith("en"):
        return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日（{'月火水木金土日'[day.weekday()]}）"
