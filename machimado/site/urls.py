"""Every address of the product. Each room keeps its own; who may open a page stands at its view."""

from django.urls import include, path

from machimado.site import views

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.health, name="health"),
    path("", include("machimado.frontyard.counter.urls")),
    path("staff/", include("machimado.ground.people.urls")),
    # allauth's own views carry allauth's own guards.
    path("accounts/", include("allauth.urls")),
]
