from django.urls import path

from machimado.cases.delivery.views.decide import found, hurry, rejected, send_again
from machimado.cases.delivery.views.detail import detail
from machimado.cases.delivery.views.home import home
from machimado.cases.delivery.views.reconcile import reconcile

app_name = "delivery"
urlpatterns = [
    path("", home, name="home"),
    path("reconcile/", reconcile, name="reconcile"),
    path("<int:number>/", detail, name="detail"),
    path("<int:number>/hurry/", hurry, name="hurry"),
    path("<int:number>/found/", found, name="found"),
    path("<int:number>/rejected/", rejected, name="rejected"),
    path("<int:number>/send-again/", send_again, name="send-again"),
]
