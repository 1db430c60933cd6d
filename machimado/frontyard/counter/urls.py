from django.urls import path

from machimado.frontyard.counter.views import (
    beginning,
    case,
    desk,
    filling_in,
    finding,
    finishing,
    interview,
    paper,
    renewing,
    screen,
)

app_name = "counter"
urlpatterns = [
    # the officer
    path("counter/", finding.home, name="home"),
    path("counter/search/", finding.search, name="search"),
    path("counter/open/<uuid:resident_id>/", finding.open_resident, name="open"),
    path("counter/desk/", desk.choose, name="desk"),
    path("counter/desk/pair/", desk.pair, name="pair"),
    path("counter/desk/unpair/", desk.unpair, name="unpair"),
    path("counter/cases/<uuid:case_id>/", case.show, name="case"),
    path("counter/cases/<uuid:case_id>/begin/", beginning.begin, name="begin"),
    path("counter/cases/<uuid:case_id>/close/", case.close, name="close"),
    path("counter/applications/<uuid:application_id>/", interview.show, name="interview"),
    path("counter/applications/<uuid:application_id>/answers/", interview.answers, name="answers"),
    path("counter/applications/<uuid:application_id>/fill-in/", filling_in.fill_in, name="fill-in"),
    path("counter/applications/<uuid:application_id>/rows/", interview.rows, name="rows"),
    path("counter/applications/<uuid:application_id>/undo/", interview.undo, name="undo"),
    path("counter/applications/<uuid:application_id>/attach/", interview.attach, name="attach"),
    path("counter/applications/<uuid:application_id>/review/", finishing.review, name="review"),
    path("counter/applications/<uuid:application_id>/back/", finishing.back, name="back"),
    path("counter/applications/<uuid:application_id>/submit/", finishing.submit, name="submit"),
    path("counter/applications/<uuid:application_id>/correct/", finishing.correct, name="correct"),
    path("counter/applications/<uuid:application_id>/cancel/", finishing.cancel, name="cancel"),
    path("counter/applications/<uuid:application_id>/renew/", renewing.renew, name="renew"),
    path("counter/applications/<uuid:application_id>/show/", finishing.show, name="show"),
    path("counter/applications/<uuid:application_id>/status/", finishing.status, name="status"),
    path("counter/applications/<uuid:application_id>/paper/", paper.filled, name="paper-filled"),
    path("counter/procedures/<slug:procedure>/paper/", paper.blank, name="paper-blank"),
    path("p/<slug:procedure>/", paper.from_qr, name="from-qr"),
    # the resident
    path("screen/", screen.page, name="screen"),
    path("screen/now/", screen.now, name="screen-now"),
    path("screen/join/<str:secret>/", screen.join, name="screen-join"),
    path("screen/language/", screen.speak, name="screen-language"),
    path("screen/wrong/", screen.wrong, name="screen-wrong"),
    path("screen/sign/", screen.sign, name="screen-sign"),
]
