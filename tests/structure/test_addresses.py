"""Every address says who may open it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

# django-allauth guards its own pages. Each that can be reached is named here, so that an update which brings
# new ones is looked at first.
ALLAUTH = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
    "mfa_signup_webauthn",
    "openid_connect_login",
    "socialaccount_login_cancelled",
    "socialaccount_login_error",
    "openid_connect_callback",
}
# Pages by which a visitor could make or change an account by mail: accounts are made by the city.
CLOSED = {
    "account_signup",
    "account_email",
    "account_email_verification_sent",
    "account_confirm_email",
    "account_confirm_login_code",
    "account_set_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "socialaccount_signup",
    "socialaccount_connections",
}
ARGUMENTS = {"account_confirm_email": ["key"], "account_reset_password_from_key": ["1", "key"]}


def addresses(patterns: list[Any], before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, here)
        else:
            yield here, pattern


ALL = list(addresses(get_resolver().url_patterns))


def is_ours(view: Callable[..., Any]) -> bool:
    return view.__module__.startswith("machimado.") or hasattr(view, "access")


@pytest.mark.parametrize(("where", "pattern"), ALL, ids=[where or "/" for where, _ in ALL])
def test_each_view_says_who_may_open_it(where: str, pattern: URLPattern) -> None:
    if where.startswith("accounts/") and not is_ours(pattern.callback):
        assert pattern.name is None or pattern.name in ALLAUTH | CLOSED, (
            f"a new page of allauth: {pattern.name}"
        )
        return
    access = getattr(pattern.callback, "access", None)
    assert access, f"{where}: mark the view with one of machimado.ground.people.permissions"


@pytest.mark.parametrize("name", sorted(CLOSED))
def test_no_account_is_made_or_changed_by_mail(name: str) -> None:
    view = resolve(reverse(name, args=ARGUMENTS.get(name, []))).func
    assert is_ours(view), f"{name} reaches allauth"
