"""Every address of the product. Each room keeps its own; who may open a page stands at its view."""

from django.urls import include, path, re_path

from machimado.site import views

handler400 = "machimado.site.views.unreadable"
urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("trust/", views.trust, name="trust"),
    path("trust/authority.crt", views.authority, name="authority"),
    path("", include("machimado.frontyard.reception.urls")),
    path("", include("machimado.frontyard.counter.urls")),
    path("", include("machimado.frontyard.selfservice.urls")),
    path("r/<str:code>/", views.resume, name="resume"),
    path("", include("machimado.cases.applications.urls")),
    path("certificates/", include("machimado.cases.certificates.urls")),
    path("delivery/", include("machimado.cases.delivery.urls")),
    path("terminals/", include("machimado.cases.terminals.urls")),
    path("authoring/", include("machimado.cases.authoring.urls")),
    path("staff/", include("machimado.ground.people.urls")),
    path("", include("machimado.ground.devices.urls")),
    # Accounts are made and changed by the city: allauth's pages for doing so by mail are closed, …
    re_path(
        r"^accounts/(signup|email|confirm-email|login/code|password/set|password/reset|3rdparty/signup)/",
        views.closed,
    ),
    re_path(r"^accounts/3rdparty/$", views.closed),
    # … and its others carry their own guards.
    path("accounts/", include("allauth.urls")),
]
