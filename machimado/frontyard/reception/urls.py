from django.urls import path

from machimado.frontyard.reception.views import arriving, calling, slip

app_name = "reception"
urlpatterns = [
    path("reception/", arriving.home, name="home"),
    path("reception/<uuid:case_id>/slip/", slip.show, name="slip"),
    path("reception/<uuid:case_id>/call/", calling.call, name="call"),
    path("reception/<uuid:case_id>/withdraw/", calling.withdraw, name="withdraw"),
    path("reception/<uuid:case_id>/restore/", calling.restore, name="restore"),
    path("reception/<uuid:case_id>/end/", calling.end, name="end"),
]
