"""The floor under the journey: a bare Django view with one insert, on the same kind of server with the same kind of store.

`uvicorn benchmarks.floor:application`; its store is in MACHIMADO_DATA. No sessions, no templates, no middleware: what is
left is uvicorn, a2wsgi, Django's request and SQLite's commit to the disk. No page of ours that writes can be faster.
"""

from typing import Any, cast

import django
from a2wsgi import WSGIMiddleware
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def insert(request: HttpRequest) -> HttpResponse:
    """Write one row and say so."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO floor (text) VALUES (%s)", [request.GET.get("text", "")])
    return HttpResponse("ok")


urlpatterns = [path("", insert)]


def _settings() -> dict[str, Any]:
    from machimado.site import settings as ours

    return {
        "ROOT_URLCONF": __name__,
        "ALLOWED_HOSTS": ["127.0.0.1"],
        "DATABASES": {"default": ours.DATABASES["default"]},
        "USE_TZ": True,
    }


if not settings.configured:
    settings.configure(**_settings())
    django.setup()
    with connection.cursor() as opened:
        opened.execute("CREATE TABLE IF NOT EXISTS floor (id INTEGER PRIMARY KEY, text TEXT)")
    connection.close()
application = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=8)
