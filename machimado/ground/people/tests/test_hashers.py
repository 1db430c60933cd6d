import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher, identify_hasher, make_password
from django.test import Client

from machimado.ground.people.models import Officer
from tests.universe import PASSWORD, Universe


def test_a_password_is_kept_as_argon2_with_one_lane() -> None:
    kept = make_password("correct-horse-battery")
    summary = identify_hasher(kept).safe_summary(kept)
    assert kept.startswith("argon2$argon2id$")
    assert (summary["memory cost"], summary["time cost"], summary["parallelism"]) == (19 * 1024, 2, 1)


@pytest.mark.django_db
def test_a_password_that_was_kept_otherwise_is_kept_so_from_the_next_sign_in_on(universe: Universe) -> None:
    earlier = Argon2PasswordHasher().encode(PASSWORD, "x" * 16)
    Officer.objects.filter(pk=universe.officer.pk).update(password=earlier)
    answer = Client().post("/accounts/login/", {"login": universe.officer.login, "password": PASSWORD})
    assert answer.status_code == 302
    kept = Officer.objects.get(pk=universe.officer.pk).password
    assert "$m=19456,t=2,p=1$" in kept
