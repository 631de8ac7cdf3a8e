"""What ends a user's sessions, and what spares them."""

import re
from contextvars import Context
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.test import override_settings
from rest_framework.test import APIRequestFactory

from drf_jwt_kit import sessions
from drf_jwt_kit.authentication import JWTAuthentication
from drf_jwt_kit.models import RevokedReason, Session
from drf_jwt_kit.sessions import account
from drf_jwt_kit.signals import session_revoked
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def request_with(access):
    """A request as a view sees it after authentication."""
    request = APIRequestFactory().get("/", headers={"Authorization": f"Bearer {access}"})
    request.user, request.auth = JWTAuthentication().authenticate(request)
    return request


class TestPasswordChange:
    def test_ends_every_session_in_the_same_transaction(self, kit, signed_in, user):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            user.set_password("another one")
            user.save()
            assert signed_in.session.revoked_reason == RevokedReason.PASSWORD_CHANGED
            raise ZeroDivisionError

        assert signed_in.session.revoked_at is None

    def test_a_password_changed_by_update_is_seen_at_the_next_refresh_and_recorded(
        self, kit, signed_in, user
    ):
        get_user_model().objects.filter(pk=user.pk).update(password=make_password("another"))

        assert kit.refresh(signed_in.refresh).json()["reason"] == "session_ended"
        assert signed_in.session.revoked_reason == RevokedReason.PASSWORD_CHANGED

    def test_a_password_changed_by_hand_with_update_fields_ends_sessions(self, signed_in, user):
        user.password = make_password("another one")
        user.save(update_fields=["password"])

        assert signed_in.session.revoked_reason == RevokedReason.PASSWORD_CHANGED

    def test_a_password_changed_on_a_proxy_of_the_user_model_ends_sessions(self, signed_in, user):
        user.set_password("another one")
        user.__class__ = user._meta.model
        user.save()

        assert signed_in.session.revoked_at is not None

    def test_a_new_password_of_one_user_spares_the_others(self, kit, user, other_user):
        tokens = kit.sign_in(other_user)

        user.set_password("another one")
        user.save()

        assert kit.refresh(tokens.refresh).status_code == 200

    def test_costs_a_save_of_other_fields_nothing(self, signed_in, user, queries):
        with queries() as made:
            user.save(update_fields=["last_login"])

        assert len(made) == 1

    def test_costs_a_full_save_one_query(self, signed_in, user, queries):
        with queries() as made:
            user.save()

        assert len(made) == 2
        assert signed_in.session.revoked_at is None


class TestASaveThatEndsNothing:
    @override_settings(
        DRF_JWT_KIT={"CHECK_USER_IS_ACTIVE": False, "USER_ID_FIELD": "pk", "USER_ID_CLAIM": "sub"}
    )
    def test_is_a_deactivation_where_the_project_does_not_ask(self, kit, user):
        tokens = kit.sign_in(user)

        user.is_active = False
        user.save()

        assert tokens.session.revoked_at is None
        assert kit.get_with(tokens.access).status_code == 200

    @pytest.mark.parametrize("fields", [None, {"password", "is_active"}])
    def test_is_one_of_loaddata(self, signed_in, user, queries, fields):
        """It restores what was, and the table of sessions may be restored after it."""
        user.password, user.is_active = make_password("another one"), False

        with queries() as made:
            user.save_base(raw=True, update_fields=fields)

        assert len(made) == 1
        assert signed_in.session.revoked_at is None


class TestRehashedPassword:
    """Django renews an outdated hash at login; the password is the same."""

    @pytest.fixture
    def outdated(self, user, settings):
        settings.PASSWORD_HASHERS = list(reversed(settings.PASSWORD_HASHERS))
        user.password = make_password(PASSWORD)  # PBKDF2, no longer preferred below
        user.save()
        settings.PASSWORD_HASHERS = list(reversed(settings.PASSWORD_HASHERS))
        return get_user_model().objects.get()  # as a request loads it

    def test_renews_the_sessions_that_knew_the_old_hash(self, kit, outdated):
        pair = sessions.start(outdated)
        kit.sign_in(outdated)  # renews the hash

        assert get_user_model().objects.get().password.startswith("md5")
        assert kit.get_with(pair.access).status_code == 200
        assert kit.refresh(pair.refresh).status_code == 200

    def test_is_recognised_where_save_writes_more_fields(self, kit, outdated, monkeypatch):
        """As models do that keep the time of their last change."""
        pair = sessions.start(outdated)
        real_save = type(outdated).save

        def save(self, *args, update_fields=None, **kwargs):
            more = update_fields and [*update_fields, "last_login"]
            return real_save(self, *args, update_fields=more, **kwargs)

        monkeypatch.setattr(type(outdated), "save", save)
        kit.sign_in(outdated)

        assert kit.get_with(pair.access).status_code == 200

    def test_does_not_revive_what_had_ended(self, kit, outdated):
        pair = sessions.start(outdated)
        kit.logout(pair.refresh)

        kit.sign_in(outdated)

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_not_mistaken_for_a_hash_set_by_hand(self, kit, outdated):
        pair = sessions.start(outdated)

        outdated.password = make_password("another one")
        outdated.save(update_fields=["password"])

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_not_mistaken_for_a_hash_by_hand_of_the_password_that_is_typed(self, kit, user):
        pair = sessions.start(user)
        loaded = get_user_model().objects.get()

        with account.typed(PASSWORD):
            loaded.password = make_password(PASSWORD)
            loaded.save(update_fields=["password"])

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_not_mistaken_for_a_second_change_on_one_instance(self, kit, outdated):
        outdated.set_password("a second one")
        outdated.save()
        pair = sessions.start(outdated)

        outdated.password = make_password("a third one")
        outdated.save(update_fields=["password"])

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_not_mistaken_for_the_first_password_of_a_user_who_had_none(self, kit, outdated):
        outdated.set_password("a second one")
        outdated.save()
        outdated.set_unusable_password()
        outdated.save()
        pair = sessions.start(outdated)

        outdated.password = make_password("a third one")
        outdated.save(update_fields=["password"])

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_not_mistaken_for_a_hash_by_hand_that_is_outdated_itself(self, kit, outdated):
        outdated.set_password("a second one")
        outdated.save()
        elsewhere = get_user_model().objects.get()
        elsewhere.password = make_password("a third one", hasher="pbkdf2_sha256")
        elsewhere.save()
        pair = sessions.start(elsewhere)

        outdated.password = make_password("a fourth one", hasher="pbkdf2_sha256")
        outdated.save(update_fields=["password"])

        assert kit.refresh(pair.refresh).status_code == 401

    def test_is_renewed_once_by_two_logins_at_one_moment(self, kit, outdated, monkeypatch):
        """The second one has read the user before the first one saved it."""
        phone = sessions.start(outdated)
        laptop = []
        real_check = type(outdated).check_password

        def check(user, password):
            if not laptop:
                laptop.append(None)
                laptop[0] = Context().run(kit.sign_in, user)
            return real_check(user, password)

        monkeypatch.setattr(type(outdated), "check_password", check)
        tablet = kit.sign_in(outdated)

        for device in (phone, laptop[0], tablet):
            assert kit.get_with(device.access).status_code == 200
            assert kit.refresh(device.refresh).status_code == 200

    def test_lets_a_login_go_on_that_had_not_begun_when_the_other_one_saved(
        self, kit, outdated, settings
    ):
        late = []

        def limits(user, request):
            if not late:
                late.append(None)
                late[0] = Context().run(self.log_in_as_read_before, kit, before)
            return sessions.SessionLimits()

        before = get_user_model().objects.get()
        settings.DRF_JWT_KIT = {"SESSION_LIMITS": limits}
        first = kit.sign_in(outdated)

        assert kit.get_with(first.access).status_code == 200
        assert kit.get_with(late[0].access).status_code == 200

    def log_in_as_read_before(self, kit, user):
        with override_settings(AUTHENTICATION_BACKENDS=[f"{__name__}.ReadsEarly"]):
            ReadsEarly.user = user
            return kit.sign_in(user)

    @pytest.mark.parametrize("typed", [PASSWORD, "a second one"])
    def test_is_not_mistaken_for_a_change_that_overtook_the_login(self, kit, outdated, typed):
        pair = sessions.start(outdated)
        other = get_user_model().objects.get()
        other.set_password("a second one")
        other.save()
        changed = sessions.start(other)

        with account.typed(typed):
            outdated.check_password(PASSWORD)  # renews the hash of the old password

        assert kit.refresh(pair.refresh).status_code == 401
        assert kit.refresh(changed.refresh).status_code == 401


class ReadsEarly(ModelBackend):
    """A login that has read its user before another one renewed the hash."""

    user: ClassVar[Any] = None

    def authenticate(self, request, username=None, password=None, **credentials):
        return self.user if self.user.check_password(password) else None


class TestStaleInstances:
    def test_judge_only_what_they_write(self, kit, user):
        stale = get_user_model().objects.get()
        user.set_password("another one")
        user.save()
        pair = sessions.start(user)

        stale.save(update_fields=["is_active"])

        assert kit.refresh(pair.refresh).status_code == 200

    def test_do_not_deactivate_by_writing_a_password(self, kit, signed_in, user):
        user.is_active = False
        user.save(update_fields=["password"])

        assert kit.refresh(signed_in.refresh).status_code == 200


class TestDeactivationAndDeletion:
    def test_deactivation_ends_sessions_and_activation_does_not_revive_them(
        self, kit, signed_in, user
    ):
        user.is_active = False
        user.save()
        user.is_active = True
        user.save()

        assert signed_in.session.revoked_reason == RevokedReason.USER_INACTIVE
        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_deactivation_is_told_once_however_often_it_is_saved_in_a_moment(
        self, clock, signed_in, user, caplog, django_capture_on_commit_callbacks
    ):
        user.is_active = False

        with (
            caplog.at_level("INFO", "drf_jwt_kit"),
            django_capture_on_commit_callbacks(execute=True),
        ):
            user.save()
            user.save()

        assert caplog.text.count("event=revoked") == 1

    def test_deletion_ends_sessions_and_keeps_their_rows(self, signed_in, user):
        user.delete()

        assert signed_in.session.user_id is None
        assert signed_in.session.revoked_reason == RevokedReason.USER_GONE

    def test_deletion_of_a_queryset_does_too(self, signed_in, user):
        get_user_model().objects.filter(pk=user.pk).delete()

        assert signed_in.session.revoked_reason == RevokedReason.USER_GONE


class TestKeep:
    def test_spares_the_session_that_changed_its_own_password(self, kit, signed_in, user):
        other = kit.sign_in(user)
        request = request_with(signed_in.access)

        request.user.set_password("another one")
        request.user.save()
        sessions.keep(request, request.user)

        assert kit.get_with(signed_in.access).status_code == 200
        assert kit.refresh(signed_in.refresh).status_code == 200
        assert kit.refresh(other.refresh).status_code == 401

    def test_ends_the_others_where_no_signal_was_sent(self, kit, signed_in, user):
        other = kit.sign_in(user)
        request = request_with(signed_in.access)

        request.user.set_password("another one")
        get_user_model().objects.filter(pk=user.pk).update(password=request.user.password)
        sessions.keep(request, request.user)

        assert kit.refresh(signed_in.refresh).status_code == 200
        assert other.session.revoked_reason == RevokedReason.PASSWORD_CHANGED

    def test_does_not_revive_a_session_that_ended_for_another_reason(self, kit, signed_in, user):
        request = request_with(signed_in.access)
        kit.logout(signed_in.refresh)

        sessions.keep(request, user)

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_does_not_revive_a_session_that_an_earlier_change_ended(
        self, clock, kit, signed_in, user
    ):
        request = request_with(signed_in.access)
        user.set_password("set by an administrator")
        user.save()
        clock.shift(timedelta(minutes=2))

        sessions.keep(request, user)

        assert kit.refresh(signed_in.refresh).status_code == 401

    def test_keeps_nothing_for_a_request_without_a_token(self, kit, signed_in, user):
        sessions.keep(APIRequestFactory().get("/"), user)

        assert signed_in.session.revoked_at is not None

    def test_keeps_no_session_of_somebody_else(self, kit, signed_in, other_user):
        request = request_with(signed_in.access)
        kit.logout(signed_in.refresh)
        Session.objects.update(revoked_reason=RevokedReason.PASSWORD_CHANGED)

        sessions.keep(request, other_user)

        assert signed_in.session.revoked_at is not None

    def test_a_session_that_is_kept_is_logged_as_kept(self, signed_in, user, kept):
        assert kept(request_with(signed_in.access), user) == [str(signed_in.session.pk)]

    def test_a_session_that_has_ended_is_not_logged_as_kept(self, signed_in, user, kept):
        request = request_with(signed_in.access)
        sessions.revoke(user=user)

        assert kept(request, user) == []

    def test_a_session_of_somebody_else_is_not_logged_as_kept(self, signed_in, other_user, kept):
        assert kept(request_with(signed_in.access), other_user) == []

    @pytest.fixture
    def kept(self, caplog, django_capture_on_commit_callbacks):
        """Keep the session of a request, and answer those that the log says are kept."""

        def keep(request, user):
            with caplog.at_level("INFO"), django_capture_on_commit_callbacks(execute=True):
                sessions.keep(request, user)
            return re.findall(r"event=kept session=(\S+)", caplog.text)

        return keep


class TestRevoke:
    def test_ends_one_session_and_says_so(self, signed_in):
        assert sessions.revoke(signed_in.session.pk) == 1
        assert sessions.revoke(signed_in.session.pk) == 0
        assert signed_in.session.revoked_reason == RevokedReason.BY_PROJECT

    def test_ends_all_of_a_users_but_one(self, kit, signed_in, user):
        kit.sign_in(user)

        assert sessions.revoke(user=user, keep=signed_in.session.pk) == 1
        assert signed_in.session.revoked_at is None

    def test_revoke_asks_whose_session_it_is(self):
        with pytest.raises(TypeError) as refused:
            sessions.revoke()
        assert str(refused.value) == (
            "revoke() needs a session or a user: revoke(session) or revoke(user=user)."
        )

    def test_takes_the_id_as_text(self, signed_in):
        assert sessions.revoke(str(signed_in.session.pk)) == 1

    def test_ends_nothing_where_a_user_is_given_as_a_session(self, signed_in, user):
        with pytest.raises(TypeError) as refused:
            sessions.revoke(user)
        assert str(refused.value) == (
            f"revoke() takes a session or its id, and {type(user).__name__} is neither. "
            "For all sessions of a user, write revoke(user=user)."
        )
        assert signed_in.session.revoked_at is None

    def test_tells_the_signal_after_commit(
        self, signed_in, user, django_capture_on_commit_callbacks
    ):
        heard = []
        receiver = lambda sender, signal, **facts: heard.append(facts)  # noqa: E731
        session_revoked.connect(receiver)

        with django_capture_on_commit_callbacks(execute=True):
            sessions.revoke(user=user)
            assert heard == []

        session_revoked.disconnect(receiver)
        assert heard == [
            {"session_id": None, "user_id": user.pk, "reason": "by_project", "count": 1}
        ]
