from django.urls import path

from machimado.frontyard.reception.views import arriving, duties, mending, slip

app_name = "reception"
urlpatterns = [
    path("reception/", arriving.home, name="home"),
    path("reception/duties/", duties.show, name="duties"),
    path("reception/<uuid:case_id>/slip/", slip.show, name="slip"),
    path("reception/<uuid:case_id>/withdraw/", mending.withdraw, name="withdraw"),
    path("reception/<uuid:case_id>/restore/", mending.restore, name="restore"),
    path("reception/<uuid:case_id>/end/", mending.end, name="end"),
]
