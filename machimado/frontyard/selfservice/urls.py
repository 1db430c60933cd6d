from django.urls import include, path

from machimado.frontyard.selfservice.views import (
    checking,
    leaving,
    lobby,
    question,
    renewing,
    signing_in,
    starting,
)

app_name = "selfservice"
_of_an_application = [
    path("", question.go_on, name="go-on"),
    path("q/<str:place>/", question.question, name="question"),
    path("check/", checking.check, name="check"),
    path("change/", checking.change, name="change"),
    path("sign/", checking.sign, name="sign"),
    path("state/", checking.state, name="state"),
    path("print/", checking.print_certificate, name="print"),
    path("withdraw/", checking.withdraw, name="withdraw"),
    path("renew/", renewing.renew, name="renew"),
    path("leave/", leaving.leave, name="leave"),
    path("close/", leaving.close, name="close"),
    path("new-code/", leaving.new_code, name="new-code"),
    path("waiting/", leaving.waiting, name="waiting"),
    path("alone/", leaving.alone, name="alone"),
    path("sign-in/", signing_in.sign_in_midway, name="sign-in-midway"),
    path("join/", signing_in.join, name="join"),
    path("language/", leaving.speak, name="application-language"),
]
urlpatterns = [
    path("apply/", starting.home, name="home"),
    path("apply/machines/", starting.machines, name="machines"),
    path("apply/sign-in/", signing_in.sign_in, name="sign-in"),
    path("apply/sign-in/return/", signing_in.come_back, name="sign-in-return"),
    path("apply/sign-out/", signing_in.sign_out, name="sign-out"),
    path("apply/signed-out/", signing_in.signed_out, name="signed-out"),
    path("apply/mine/", signing_in.mine, name="mine"),
    path("apply/done/", lobby.done, name="done"),
    path("apply/call/", lobby.call, name="call"),
    path("apply/called/", lobby.called, name="called"),
    path("apply/call-off/", lobby.call_off, name="call-off"),
    path("apply/language/", starting.speak, name="language"),
    path("apply/aids/", starting.read, name="aids"),
    path("apply/resume/", leaving.resume, name="resume"),
    path("apply/resume/<str:code>/", leaving.resume, name="resume-by-code"),
    path("apply/a/<uuid:application_id>/", include(_of_an_application)),
    path("apply/<slug:procedure>/", starting.about, name="about"),
    path("apply/<slug:procedure>/begin/", starting.begin, name="begin"),
]
