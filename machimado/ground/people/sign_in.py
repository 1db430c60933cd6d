"""How officers sign in: accounts are made by the city, never by the visitor."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.shortcuts import redirect

from machimado.ground.people.models import OFFICERS, Officer

TOO_OFTEN = "違うパスワードが続けて入力されました。5分ほど待ってから、もう一度入力してください。"


class StaffBackend(AuthenticationBackend):  # type: ignore[misc] # allauth has no types
    """Checks passwords as allauth does; who has signed in is read by key, with the office, for each page."""

    def get_user(self, user_id: Any) -> Officer | None:
        """Return the officer of a session; nobody once retired."""
        officer = OFFICERS.find(user_id)
        return officer if officer is not None and self.user_can_authenticate(officer) else None


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Closes the public sign-up, and speaks of staff ids where allauth speaks of user names."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "職員IDかパスワードが違います。確かめて、もう一度入力してください。",
        "too_many_login_attempts": TOO_OFTEN,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - the signature is allauth's
        """Refuse everybody."""
        return False


class ProviderAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Lets in those whom the city's identity provider knows and who are on our staff list."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - the same
        """Refuse everybody."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Join the provider's account to the officer with the same staff id."""
        if sociallogin.is_existing:
            return
        login = sociallogin.account.extra_data.get("preferred_username", "")
        officer = Officer.objects.filter(login=login, is_active=True).first()
        if officer is None:
            messages.error(request, "職員名簿に登録がありません。情報政策課に登録を依頼してください。")
            raise ImmediateHttpResponse(redirect("account_login"))
        sociallogin.connect(request, officer)
