from django.urls import path

from machimado.ground.people.views import journal
from machimado.ground.people.views.keys import keys
from machimado.ground.people.views.lock import lock, touch

app_name = "people"
urlpatterns = [
    path("lock/", lock, name="lock"),
    path("touch/", touch, name="touch"),
    path("keys/", keys, name="keys"),
    path("journal/", journal.show, name="journal"),
    path("journal/export.csv", journal.export, name="journal-export"),
    path("journal/verify/", journal.verify, name="journal-verify"),
]
