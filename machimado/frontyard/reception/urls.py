from django.urls import path

from machimado.frontyard.reception.views import arriving, duties, lobby, mending, slip, terminals

app_name = "reception"
urlpatterns = [
    path("reception/", arriving.home, name="home"),
    path("reception/terminals/", terminals.home, name="terminals"),
    path("reception/terminals/<uuid:terminal_id>/unpair/", terminals.unpair, name="terminal-unpair"),
    path("lobby/", lobby.page, name="lobby"),
    path("lobby/now/", lobby.now, name="lobby-now"),
    path("reception/duties/", duties.show, name="duties"),
    path("reception/<uuid:case_id>/slip/", slip.show, name="slip"),
    path("reception/<uuid:case_id>/withdraw/", mending.withdraw, name="withdraw"),
    path("reception/<uuid:case_id>/restore/", mending.restore, name="restore"),
    path("reception/<uuid:case_id>/end/", mending.end, name="end"),
]
