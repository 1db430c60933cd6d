from django.urls import path

from machimado.cases.applications.views import figures, paper

app_name = "applications"
urlpatterns = [
    path("figures/", figures.show, name="figures"),
    path("figures/export.csv", figures.export, name="figures-export"),
    path("paper/", paper.book, name="paper"),
    path("paper/<uuid:application_id>/undo/", paper.undo, name="paper-undo"),
]
