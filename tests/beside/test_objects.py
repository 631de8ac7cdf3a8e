"""Rights for single objects and filters of lists ask ``request.user``, which our tokens give."""

import pytest
from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups(db):
    return [Group.objects.create(name=name) for name in ("readers", "writers")]


def test_django_guardian_lets_in_whom_it_gave_the_right(kit, user, other_user, groups):
    assign_perm("view_group", user, groups[0])
    ada, grace = kit.sign_in(user), kit.sign_in(other_user)

    assert kit.get_with(ada.access, f"/groups/{groups[0].pk}/").status_code == 200
    assert kit.get_with(ada.access, f"/groups/{groups[1].pk}/").status_code == 404
    assert kit.get_with(grace.access, f"/groups/{groups[0].pk}/").status_code == 404
    assert kit.get(f"/groups/{groups[0].pk}/").status_code == 401


def test_django_guardian_and_django_filter_choose_what_a_list_shows(kit, user, groups):
    for group in groups:
        assign_perm("view_group", user, group)
    ada = kit.sign_in(user)

    names = [one["name"] for one in kit.get_with(ada.access, "/groups/?name=writers").json()]
    assert names == ["writers"]


def test_django_filter_shows_nothing_without_a_token(kit, groups):
    assert kit.get("/groups/?name=writers").status_code == 401
