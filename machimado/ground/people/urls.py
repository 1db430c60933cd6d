from django.urls import path

from machimado.ground.people.views.lock import lock

app_name = "people"
urlpatterns = [path("lock/", lock, name="lock")]
