"""Ending sessions: logout, logout everywhere, and one device from another."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from rest_framework_simplejwt.exceptions import TokenError

from drf_jwt_kit import sessions
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.serializers import TokenBlacklistSerializer
from drf_jwt_kit.sessions.faults import persistent
from tests.conftest import PASSWORD, claims_of, forge

pytestmark = pytest.mark.django_db


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class TestLogout:
    def test_a_logout_by_refresh_token_ends_the_session(self, kit, signed_in):
        answer = kit.logout(signed_in.refresh)

        assert (answer.status_code, answer.json()) == (200, {})
        assert signed_in.session.revoked_reason == RevokedReason.LOGOUT

    def test_a_logout_by_the_access_token_in_the_header_ends_the_session(self, kit, signed_in):
        answer = kit.post_json("logout/", **bearer(signed_in.access))

        assert answer.status_code == 200
        assert kit.refresh(signed_in.refresh).status_code == 401
        assert signed_in.session.revoked_reason == RevokedReason.LOGOUT

    def test_the_header_ends_the_session_where_the_body_has_an_empty_token(self, kit, signed_in):
        answer = kit.post_json("logout/", {"refresh": ""}, **bearer(signed_in.access))

        assert answer.status_code == 200
        assert signed_in.session.revoked_reason == RevokedReason.LOGOUT

    def test_a_logout_ends_the_session_of_each_token(self, kit, user, other_user):
        one, other = kit.sign_in(user), kit.sign_in(other_user)

        answer = kit.post_json("logout/", {"refresh": one.refresh}, **bearer(other.access))

        assert (answer.status_code, answer.json()) == (200, {})
        assert not Session.objects.filter(revoked_at=None).exists()

    def test_one_good_token_is_enough(self, kit, user):
        by_body, by_header = kit.sign_in(user), kit.sign_in(user)

        answers = [
            kit.post_json("logout/", {"refresh": by_body.refresh}, **bearer("garbage")),
            kit.post_json("logout/", {"refresh": by_body.refresh}, Authorization="Bearer"),
            kit.post_json("logout/", {"refresh": "garbage"}, **bearer(by_header.access)),
            kit.post_json("logout/", {"refresh": ["x"]}, **bearer(by_header.access)),
        ]

        assert [answer.status_code for answer in answers] == [200] * 4
        assert not Session.objects.filter(revoked_at=None).exists()

    def test_two_bad_tokens_are_a_refusal(self, kit, signed_in):
        answer = kit.post_json("logout/", {"refresh": "garbage"}, **bearer("garbage"))

        assert (answer.status_code, answer.json()["reason"]) == (401, "invalid")

    def test_a_header_of_another_scheme_counts_as_none(self, kit, signed_in):
        answer = kit.post_json("logout/", {}, Authorization="Basic YTpi")

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")

    def test_a_database_that_fails_is_not_taken_for_a_bad_token(
        self, kit, signed_in, user, monkeypatch
    ):
        def fail(*args, **kwargs):
            raise OperationalError("gone")

        other = kit.sign_in(user)
        monkeypatch.setattr("drf_jwt_kit.sessions.end.end_session_of", persistent(fail))

        answer = kit.post_json("logout/", {"refresh": other.refresh}, **bearer(signed_in.access))

        assert (answer.status_code, answer.json()["code"]) == (503, "temporarily_unavailable")

    def test_a_projects_serializer_that_refuses_undoes_no_logout_by_header(
        self, kit, user, settings
    ):
        settings.DRF_JWT_KIT = {"TOKEN_BLACKLIST_SERIALIZER": f"{__name__}.Refusing"}
        one, other = kit.sign_in(user), kit.sign_in(user)

        answer = kit.post_json("logout/", {"refresh": one.refresh}, **bearer(other.access))

        assert answer.status_code == 200
        assert other.session.revoked_reason == RevokedReason.LOGOUT

    def test_takes_two_queries_at_most(self, kit, user, queries):
        by_body, by_header = kit.sign_in(user), kit.sign_in(user)
        with queries() as made_by_body:
            assert kit.logout(by_body.refresh).status_code == 200
        with queries() as made_by_header:
            assert kit.post_json("logout/", **bearer(by_header.access)).status_code == 200

        assert (len(made_by_body), len(made_by_header)) == (2, 2)
        assert not Session.objects.filter(revoked_at=None).exists()

    def test_works_by_simple_jwts_name(self, kit, signed_in):
        kit.post_json("blacklist/", {"refresh": signed_in.refresh})

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_twice_is_no_error(self, kit, signed_in):
        assert [kit.logout(signed_in.refresh).status_code for _ in range(2)] == [200, 200]

    def test_works_with_an_older_generation(self, kit, signed_in):
        kit.rotate(signed_in.refresh)

        assert kit.logout(signed_in.refresh).status_code == 200
        assert signed_in.session.revoked_at is not None

    def test_works_with_tokens_that_have_expired(self, clock, kit, user):
        first, second = kit.sign_in(user), kit.sign_in(user)
        clock.shift(timedelta(days=2))

        assert kit.logout(first.refresh).status_code == 200
        assert kit.post_json("logout/", **bearer(second.access)).status_code == 200
        assert not Session.objects.filter(revoked_at=None).exists()

    def test_a_logout_of_a_session_that_is_gone_is_no_error(self, kit, signed_in):
        Session.objects.all().delete()

        assert kit.logout(signed_in.refresh).status_code == 200

    def test_needs_a_token_of_ours(self, kit, signed_in):
        assert kit.logout("garbage").status_code == 401
        assert kit.post_json("logout/", **bearer("garbage")).status_code == 401
        assert kit.post_json("logout/").status_code == 400
        assert signed_in.session.revoked_at is None

    def test_ends_no_other_session(self, kit, signed_in, user, other_user):
        others = [kit.sign_in(user), kit.sign_in(other_user)]

        kit.logout(signed_in.refresh)

        assert [kit.refresh(other.refresh).status_code for other in others] == [200, 200]


class TestLogoutAll:
    def test_ends_every_session_of_the_user_and_of_nobody_else(
        self, kit, signed_in, user, other_user
    ):
        second, foreign = kit.sign_in(user), kit.sign_in(other_user)

        answer = kit.post_json("logout/all/", **bearer(signed_in.access))

        assert answer.json() == {"ended": 2}
        assert kit.get_with(signed_in.access).status_code == 401
        assert kit.refresh(second.refresh).status_code == 401
        assert kit.refresh(foreign.refresh).status_code == 200

    def test_logout_all_spares_the_current_session_where_asked(self, kit, signed_in, user):
        second = kit.sign_in(user)

        answer = kit.post_json("logout/all/?except=current", **bearer(signed_in.access))

        assert answer.json() == {"ended": 1}
        assert kit.refresh(signed_in.refresh).status_code == 200
        assert kit.refresh(second.refresh).status_code == 401

    def test_refuses_an_exception_it_does_not_know(self, kit, signed_in):
        answer = kit.post_json("logout/all/?except=mine", **bearer(signed_in.access))

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
        assert signed_in.session.revoked_at is None

    def test_logout_all_needs_a_token(self, kit, signed_in):
        assert kit.post_json("logout/all/").status_code == 401
        assert kit.post_json("logout/all/", **bearer(signed_in.refresh)).status_code == 401


class TestDevices:
    def test_sessions_that_have_ended_get_no_name_any_more(self, kit, user):
        ended, current = kit.sign_in(user), kit.sign_in(user)
        kit.logout(ended.refresh)
        path = f"/api/token/sessions/{ended.session.pk}/"

        answer = kit.patch(path, {"name": "x"}, format="json", headers=bearer(current.access))

        assert (answer.status_code, ended.session.name) == (404, "")

    def test_leaves_out_what_began_with_an_older_password(self, kit, user):
        kit.sign_in(user)
        user.set_password(f"another {PASSWORD}")
        type(user)._base_manager.filter(pk=user.pk).update(password=user.password)  # no signal
        pair = sessions.start(user)

        assert [row["id"] for row in kit.sessions(pair.access)] == [claims_of(pair.access)["sid"]]

    def test_lists_the_users_own_newest_first_and_says_which_is_current(
        self, clock, kit, user, other_user
    ):
        phone = kit.sign_in(user, User_Agent="Phone")
        clock.shift(timedelta(minutes=1))
        kit.sign_in(user, User_Agent="Laptop")
        kit.sign_in(other_user)

        listed = kit.sessions(phone.access)

        assert [(row["device"], row["current"]) for row in listed] == [
            ("Laptop", False),
            ("Phone", True),
        ]

    def test_shows_exactly_these_fields(self, clock, kit, signed_in):
        assert kit.sessions(signed_in.access) == [
            {
                "id": str(signed_in.session.pk),
                "name": "",
                "device": "",
                "ip": "127.0.0.1",
                "created_at": "2026-01-01T12:00:00Z",
                "last_used_at": "2026-01-01T12:00:00Z",  # the moment of asking
                "expires_at": "2026-01-31T12:00:00Z",
                "current": True,
                "acted_for": False,
                "bound": False,
            }
        ]

    def test_leaves_out_what_has_ended(self, clock, kit, user):
        idle = kit.sign_in(user)
        clock.shift(timedelta(hours=23))
        ended, current = kit.sign_in(user), kit.sign_in(user)
        kit.logout(ended.refresh)
        clock.shift(timedelta(hours=1))
        current = kit.rotate(current.refresh)

        listed = [row["id"] for row in kit.sessions(current.access)]

        assert listed == [str(current.session.pk)]
        assert str(idle.session.pk) not in listed

    def test_lists_two_hundred_at_most(self, kit, signed_in, user):
        session = signed_in.session
        for _ in range(205):
            session.pk = None
            session._state.adding = True
            session.pk = Session._meta.pk.get_default()
            session.save(force_insert=True)

        assert len(kit.sessions(signed_in.access)) == 200

    def test_a_user_names_a_device(self, kit, signed_in):
        path = f"/api/token/sessions/{signed_in.session.pk}/"

        answer = kit.patch(
            path, {"name": "Kitchen tablet"}, format="json", headers=bearer(signed_in.access)
        )

        assert (answer.status_code, answer.json()["name"]) == (200, "Kitchen tablet")
        assert signed_in.session.name == "Kitchen tablet"

    @pytest.mark.parametrize(
        "body", [None, {}, {"name": None}, {"name": "x" * 101}, {"name": "\0"}, []]
    )
    def test_refuses_a_bad_name(self, kit, signed_in, body):
        path = f"/api/token/sessions/{signed_in.session.pk}/"

        answer = kit.patch(path, body, format="json", headers=bearer(signed_in.access))

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")

    def test_a_user_ends_another_device(self, kit, signed_in, user):
        phone = kit.sign_in(user)
        path = f"/api/token/sessions/{phone.session.pk}/"

        answer = kit.delete(path, headers=bearer(signed_in.access))

        assert (answer.status_code, answer.content) == (204, b"")
        assert kit.get_with(phone.access).status_code == 401
        assert phone.session.revoked_reason == RevokedReason.ENDED_BY_OWNER

    def test_answers_a_test_that_forces_its_authentication(self, kit, signed_in, user):
        kit.force_authenticate(user)

        assert kit.get("/api/token/sessions/").json()[0]["current"] is False
        assert kit.post("/api/token/logout/all/?except=current").json() == {"ended": 1}

    def test_hides_the_sessions_of_others(self, kit, signed_in, other_user):
        foreign = kit.sign_in(other_user)
        path = f"/api/token/sessions/{foreign.session.pk}/"
        headers = bearer(signed_in.access)

        assert kit.delete(path, headers=headers).status_code == 404
        assert kit.patch(path, {"name": "x"}, format="json", headers=headers).status_code == 404
        assert (foreign.session.revoked_at, foreign.session.name) == (None, "")

    @pytest.mark.parametrize("session_id", ["1", "x", "00000000-0000-0000-0000-000000000000"])
    def test_answers_404_in_json_for_what_is_not_there(self, kit, signed_in, session_id):
        answer = kit.delete(f"/api/token/sessions/{session_id}/", headers=bearer(signed_in.access))

        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


class TestVerify:
    def test_accepts_what_the_api_or_a_refresh_would(self, kit, signed_in):
        assert (kit.verify(signed_in.access).status_code, kit.verify(signed_in.access).json()) == (
            200,
            {},
        )
        assert kit.verify(signed_in.refresh).status_code == 200

    def test_refuses_what_they_would_refuse(self, past_leeway, kit, signed_in):
        newest = kit.rotate(signed_in.refresh)
        past_leeway()
        assert kit.verify(signed_in.refresh).status_code == 401
        kit.logout(newest.refresh)

        assert kit.verify(newest.refresh).json()["reason"] == "session_ended"
        assert kit.verify(newest.access).json()["reason"] == "session_ended"
        assert kit.verify("garbage").json()["reason"] == "invalid"

    def test_writes_nothing_and_ends_nothing(self, past_leeway, kit, signed_in, rows):
        kit.rotate(signed_in.refresh)
        past_leeway()
        before = rows()

        kit.verify(signed_in.refresh)
        kit.verify(signed_in.access)
        kit.verify(forge(signed_in.refresh, gen=7))

        assert rows() == before


class TestTheReason:
    """For logs, signals and the admin; no client is told."""

    def test_logging_out_everywhere(self, kit, user):
        one, other = kit.sign_in(user), kit.sign_in(user)

        kit.post_json("logout/all/", **bearer(one.access))

        reasons = [tokens.session.revoked_reason for tokens in (one, other)]
        assert reasons == [RevokedReason.LOGOUT_ALL] * 2

    def test_ending_a_device_from_another(self, kit, user):
        one, other = kit.sign_in(user), kit.sign_in(user)

        path = f"/api/token/sessions/{other.session.pk}/"
        kit.delete(path, headers=bearer(one.access))

        assert other.session.revoked_reason == RevokedReason.ENDED_BY_OWNER


class Refusing(TokenBlacklistSerializer):
    def validate(self, attrs):
        raise TokenError("not today")
