"""Requests that are refused, for those who ask what a handler of the project's makes of them."""

from datetime import timedelta

from rest_framework.throttling import BaseThrottle

from drf_jwt_kit.exceptions import ServiceUnavailable
from drf_jwt_kit.views import TokenObtainPairView, TokenRefreshView

from .browser import Browser, credentials


class Never(BaseThrottle):
    def allow_request(self, request, view):
        return False

    def wait(self):
        return 7


class Refusals:
    """Each method makes a request that is refused for the reason that it is named by."""

    def __init__(self, kit, user, monkeypatch, clock):
        self.kit, self.user, self.monkeypatch, self.clock = kit, user, monkeypatch, clock

    def wrong_password(self):
        return self.kit.post_json("", {**credentials(self.user), "password": "wrong"})

    def missing_field(self):
        return self.kit.post_json("refresh/", {})

    def anonymous(self):
        return self.kit.get("/api/token/sessions/")

    def bad_header(self):
        return self.kit.get("/api/token/sessions/", headers={"Authorization": "Bearer"})

    def not_found(self):
        access = self.kit.sign_in(self.user).access
        headers = {"Authorization": f"Bearer {access}"}
        return self.kit.delete("/api/token/sessions/unknown/", headers=headers)

    def method(self):
        return self.kit.get("/api/token/refresh/")

    def broken_body(self):
        return self.kit.post("/api/token/", "{", content_type="application/json")

    def media_type(self):
        return self.kit.post("/api/token/", "x", content_type="text/csv")

    def not_acceptable(self):
        return self.kit.post_json("", {}, Accept="image/png")

    def throttled(self):
        self.monkeypatch.setattr(TokenObtainPairView, "throttle_classes", [Never])
        return self.kit.post_json("", credentials(self.user))

    def unavailable(self):
        def fail(*_, **__):
            raise ServiceUnavailable

        self.monkeypatch.setattr(TokenRefreshView, "answer", fail)
        return self.kit.refresh("any")

    def csrf(self):
        return Browser().post("/api/auth/", credentials(self.user), "application/json")

    def ended(self):
        tokens = self.kit.sign_in(self.user)
        self.kit.logout(tokens.refresh)
        return self.kit.refresh(tokens.refresh)

    def expired(self):
        tokens = self.kit.sign_in(self.user)
        self.clock.shift(timedelta(days=100))
        return self.kit.get_with(tokens.access)

    def reused(self):
        tokens = self.kit.sign_in(self.user)
        self.kit.rotate(tokens.refresh)
        self.clock.shift(timedelta(minutes=1))
        return self.kit.refresh(tokens.refresh)

    def ended_at_a_view(self):
        tokens = self.kit.sign_in(self.user)
        self.kit.logout(tokens.refresh)
        return self.kit.get_with(tokens.access)

    def nonsense_at_a_view(self):
        return self.kit.get_with("nonsense")


CODES = {
    "wrong_password": (401, "no_active_account"),
    "missing_field": (400, {"refresh": ["required"]}),
    "anonymous": (401, "not_authenticated"),
    "bad_header": (401, "bad_authorization_header"),
    "not_found": (404, "not_found"),
    "method": (405, "method_not_allowed"),
    "broken_body": (400, "parse_error"),
    "media_type": (415, "unsupported_media_type"),
    "not_acceptable": (406, "not_acceptable"),
    "throttled": (429, "throttled"),
    "unavailable": (503, "temporarily_unavailable"),
    "csrf": (403, "csrf_failed"),
    "ended": (401, "token_not_valid"),
    "expired": (401, "token_not_valid"),
    "reused": (401, "token_not_valid"),
    "ended_at_a_view": (401, "token_not_valid"),
    "nonsense_at_a_view": (401, "token_not_valid"),
}
"""What answers each, and the codes in it as REST Framework has them."""
