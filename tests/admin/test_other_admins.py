"""Projects that register sessions by themselves: with a class of their own, or at another site."""

import pytest
from django.contrib import admin
from django.urls import path

from drf_jwt_kit.admin import SessionAdmin
from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.rows import stored
from tests.conftest import claims_of

from .urls import urlpatterns as usual_urlpatterns

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.urls(__name__)]


class Theirs(admin.ModelAdmin):
    def get_queryset(self, request):
        return stored()


class Skipping(SessionAdmin):
    def changelist_view(self, request, extra_context=None):
        return admin.ModelAdmin.changelist_view(self, request, extra_context)


class Ours(SessionAdmin):
    list_display = ("id",)


def site_with(name, cls):
    site = admin.AdminSite(name)
    site.register(Session, cls)
    return site


urlpatterns = [
    *usual_urlpatterns,
    path("plain/", site_with("plain", Theirs).urls),
    path("skipping/", site_with("skipping", Skipping).urls),
    path("ours/", site_with("ours", Ours).urls),
]


class TestAClassOfTheProjects:
    def test_lists_sessions_in_our_template(self, staff, signed_in):
        page = staff.html("/plain/drf_jwt_kit/session/")

        assert claims_of(signed_in.refresh)["sid"] in page
        assert "Add session" in page  # Django's own tools

    def test_has_no_way_to_a_page_that_it_does_not_have(self, staff):
        page = staff.html("/plain/drf_jwt_kit/session/")

        assert "last-day" not in page
        assert "The last 24 hours" not in page

    def test_shows_a_session(self, staff, signed_in):
        sid = claims_of(signed_in.refresh)["sid"]

        assert sid in staff.html(f"/plain/drf_jwt_kit/session/{sid}/change/")

    def test_has_no_empty_link_where_it_answers_the_list_by_itself(self, staff):
        assert "last-day" not in staff.html("/skipping/drf_jwt_kit/session/")


class TestAnotherSite:
    def test_leads_to_its_own_page(self, staff):
        page = staff.html("/ours/drf_jwt_kit/session/")

        assert '<a href="/ours/drf_jwt_kit/session/last-day/">The last 24 hours</a>' in page

    def test_has_pages_that_lead_back_to_it(self, staff):
        page = staff.html("/ours/drf_jwt_kit/session/last-day/")

        assert 'href="/ours/drf_jwt_kit/session/"' in page
        assert 'href="/admin/' not in page
