from django.urls import path

from machimado.frontyard.reception.views import (
    arriving,
    duties,
    lobby,
    mending,
    phone,
    slip,
    taking,
    terminals,
)

app_name = "reception"
urlpatterns = [
    path("reception/", arriving.home, name="home"),
    path("reception/terminals/", terminals.home, name="terminals"),
    path("reception/terminals/<uuid:terminal_id>/unpair/", terminals.unpair, name="terminal-unpair"),
    path("lobby/", lobby.page, name="lobby"),
    path("lobby/now/", lobby.now, name="lobby-now"),
    path("lobby/take/", taking.take, name="take"),
    path("lobby/language/", taking.speak, name="take-language"),
    path("ticket/<str:code>/", phone.show, name="ticket"),
    path("ticket/<str:code>/give-back/", phone.give_back, name="give-back"),
    path("ticket/<str:code>/wait-on/", phone.wait_on, name="wait-on"),
    path("ticket/<str:code>/language/", phone.speak, name="ticket-language"),
    path("reception/duties/", duties.show, name="duties"),
    path("reception/<uuid:case_id>/slip/", slip.show, name="slip"),
    path("reception/<uuid:case_id>/withdraw/", mending.withdraw, name="withdraw"),
    path("reception/<uuid:case_id>/restore/", mending.restore, name="restore"),
    path("reception/<uuid:case_id>/end/", mending.end, name="end"),
]
