from django.urls import path

from machimado.cases.terminals.views import counting

app_name = "terminals"
urlpatterns = [
    path("", counting.home, name="home"),
    path("read/", counting.read, name="read"),
    path("take/", counting.take, name="take"),
    path("export.csv", counting.export, name="export"),
]
