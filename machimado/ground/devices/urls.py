from django.urls import path

from machimado.ground.devices.views import connecting, keeping

app_name = "devices"
urlpatterns = [
    path("devices/", keeping.home, name="home"),
    path("devices/calling/", keeping.calling, name="calling"),
    path("devices/connect/", keeping.connect, name="connect"),
    path("devices/<uuid:device_id>/disconnect/", keeping.disconnect, name="disconnect"),
    path("devices/<uuid:device_id>/printer/", keeping.printer, name="printer"),
    path("devices/<uuid:device_id>/come/", keeping.come, name="come"),
    path("devices/<uuid:device_id>/helped/", keeping.helped, name="helped"),
    path("device/", connecting.show, name="show"),
    path("device/look/", connecting.look, name="look"),
]
