from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "machimado.ground.people"
    label = "people"
    verbose_name = "職員"
    default_auto_field = "django.db.models.BigAutoField"
