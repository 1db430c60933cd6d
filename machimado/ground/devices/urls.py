from django.urls import path

from machimado.ground.devices.views import connecting, keeping

app_name = "devices"
urlpatterns = [
    path("devices/", keeping.home, name="home"),
    path("devices/calling/", keeping.calling, name="calling"),
    path("devices/add/", keeping.add, name="add"),
    path("devices/<uuid:device_id>/code/", keeping.code, name="code"),
    path("devices/<uuid:device_id>/cut-off/", keeping.cut_off, name="cut-off"),
    path("devices/<uuid:device_id>/remove/", keeping.remove, name="remove"),
    path("devices/<uuid:device_id>/printer/", keeping.printer, name="printer"),
    path("devices/<uuid:device_id>/come/", keeping.come, name="come"),
    path("devices/<uuid:device_id>/helped/", keeping.helped, name="helped"),
    path("device/", connecting.connect, name="connect"),
]
