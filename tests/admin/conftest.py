"""Somebody in front of Django's admin, in a browser that can do what Django's test client can."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from drf_jwt_kit.sessions import rows as session_rows
from tests.conftest import PASSWORD, claims_of, make_user

SESSIONS = "/admin/drf_jwt_kit/session/"


def row(tokens):
    """The session of ``tokens``, where it is written."""
    return session_rows.stored().get(pk=claims_of(tokens.refresh)["sid"])


class Staff(Client):
    """Logged in through the admin's own form."""

    def __init__(self, user):
        super().__init__()
        form = {"username": user.get_username(), "password": PASSWORD}
        assert self.post("/admin/login/?next=/admin/", form).status_code == 302
        self.user = user

    def listed(self, **query):
        """The ids of the sessions in the list, in its order."""
        answer = self.get(SESSIONS, query)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return [str(session.pk) for session in answer.context["cl"].result_list]

    def html(self, path, **query):
        """A page that is there."""
        answer = self.get(path, query)
        assert answer.status_code == 200, (answer.status_code, answer.headers)
        return answer.content.decode()

    def text(self, path, **query):
        """What a page says, without its mark-up."""
        html = self.html(path, **query)
        return " ".join(re.sub(r"<[^>]+>", " ", html).split())

    def ask(self, action, *tokens, follow=False, **more):
        """Choose an action for these sessions; answers the question page."""
        selected = [str(row(each).pk) for each in tokens]
        return self.post(
            SESSIONS, {"action": action, "_selected_action": selected, **more}, follow=follow
        )

    def act(self, action, *tokens):
        """The same, and say yes; answers the list."""
        return self.ask(action, *tokens, confirmed="yes", follow=True)


@pytest.fixture
def staff(db):
    """The superuser."""
    user = make_user("root")
    user.is_superuser = True
    if isinstance(getattr(user, "is_staff", None), bool) and not user.is_staff:
        user.is_staff = True
    user.save()
    return Staff(user)


@pytest.fixture
def staff_who_may(db):
    """``staff_who_may("view")``: somebody with that permission for sessions alone."""

    def make(*permissions):
        if not hasattr(get_user_model(), "username"):
            pytest.skip("in this project all staff are superusers")
        user = make_user("clerk")
        user.is_staff = True
        user.save()
        codenames = [f"{permission}_session" for permission in permissions]
        user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
        return Staff(user)

    return make


@pytest.fixture
def all_queries():
    """The queries of a block, on every database."""

    @contextmanager
    def capture():
        made = []
        with ExitStack() as stack:
            captured = [
                stack.enter_context(CaptureQueriesContext(each)) for each in connections.all()
            ]
            yield made
        made.extend(query["sql"] for each in captured for query in each)

    return capture
