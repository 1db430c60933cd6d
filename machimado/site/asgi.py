"""The one ASGI application: HTTP goes to Django, WebSockets go to the live rooms."""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "machimado.site.settings")
# Views are synchronous. On kept threads each keeps its database connection, which Django's own ASGI
# handler cannot: it takes a new thread, and so a new connection, for each request.
_pages = WSGIMiddleware(cast("Any", get_wsgi_application()), workers=8)

from machimado.ground.live.sockets import Sockets, type_of_app  # noqa: E402 - Django must be set up before models are imported
from machimado.site.rooms import ROOMS  # noqa: E402

application = Sockets(pages=cast("type_of_app", _pages), rooms=ROOMS)
