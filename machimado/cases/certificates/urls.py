from django.urls import path

from machimado.cases.certificates.views import handing_over

app_name = "certificates"
urlpatterns = [
    path("<uuid:application_id>/pay/", handing_over.pay, name="pay"),
    path("<uuid:application_id>/undo-payment/", handing_over.undo_payment, name="undo-payment"),
    path("<uuid:application_id>/document.pdf", handing_over.document, name="document"),
    path("<uuid:application_id>/receipt.pdf", handing_over.receipt, name="receipt"),
]
