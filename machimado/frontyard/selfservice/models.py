from django.db import models
from django.db.models import Q

from machimado.ground.rows.by_key import ByKey


class SignIn(models.Model):
    """A resident who is signed in by the city's identity provider, in one browser (住民のサインイン); no account is made of it.

    The browser has the secret, we its hash. What the provider said goes when they sign out.
    """

    secret_hash = models.CharField("サインインの鍵のハッシュ", max_length=64, primary_key=True)
    person = models.CharField("本人確認サービスの利用者", max_length=64)
    identity = models.JSONField("本人確認サービスの内容", default=dict)
    assurance = models.CharField("本人確認の保証レベル", max_length=120, blank=True)
    # What the provider wants to see when they sign out there too.
    id_token = models.TextField("ID トークン", blank=True)
    signed_in_at = models.DateTimeField("サインイン日時")
    touched_at = models.DateTimeField("最終操作日時")
    valid_until = models.DateTimeField("期限")
    # On a screen in the lobby, which somebody else uses next.
    is_lobby = models.BooleanField("ロビーの端末で", default=False)

    personal_data = {
        "person": "サインアウトか期限（12時間）まで、消すのは翌日まで",
        "identity": "サインアウトか期限（12時間）まで、消すのは翌日まで",
        "assurance": "サインアウトか期限（12時間）まで、消すのは翌日まで",
        "id_token": "サインアウトか期限（12時間）まで、消すのは翌日まで",
    }

    class Meta:
        indexes = [models.Index(fields=["valid_until"], name="sign_in_ends")]
        constraints = [models.CheckConstraint(condition=~Q(person=""), name="sign_in_is_somebodys")]


SIGN_INS = ByKey(SignIn)
