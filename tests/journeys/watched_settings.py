"""The product's settings, for journeys that write down what they looked at: each answer says which template drew it."""

from machimado.site.settings import *  # noqa: F403 - all of them, and one more
from machimado.site.settings import MIDDLEWARE as _MIDDLEWARE

MIDDLEWARE = ["tests.journeys.watched.tell_template", *_MIDDLEWARE]
