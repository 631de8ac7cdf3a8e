"""Do our endpoints answer what their description says, whatever is sent? Schemathesis asks."""

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.test import override_settings
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from drf_jwt_kit import sessions

CSRF = "a" * 32


def of(urlconf):
    """The description, asked of a server in this process."""
    raw = SchemaGenerator(urlconf=urlconf).get_schema(request=None, public=True)
    described = schemathesis.openapi.from_dict(raw)
    described.config.generation.update(allow_x00=False)  # REST framework refuses it everywhere
    described.app = get_wsgi_application()
    return described


schema = of("tests.openapi.urls.both")


def not_asked(case):
    """The checks that would say nothing of this request."""
    if case.media_type == "multipart/form-data":
        yield positive_data_acceptance  # its transport breaks the part of an empty field
    if case.method == "PATCH":
        yield positive_data_acceptance  # which characters a name may have has no regular expression
    if "bind/refresh" in case.path:
        yield from (ignored_auth, negative_data_rejection)  # whoever asks in vain is told to stop
    if "log" in case.path or "blacklist" in case.path:
        yield negative_data_rejection  # the header is enough, and unknown parameters are nobody's


with override_settings(DRF_JWT_KIT={"DEVICE_BOUND": True}):
    schema_of_bound_sessions = of("tests.openapi.urls.cookie").include(path_regex="bind/")


@pytest.mark.django_db
@schema_of_bound_sessions.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@override_settings(DRF_JWT_KIT={"DEVICE_BOUND": True})
def test_every_answer_about_bound_sessions_is_the_one_described(case):
    """As a browser asks by itself, without a CSRF token."""
    case.call_and_validate(
        excluded_checks=[*not_asked(case)], headers={"Sec-Fetch-Site": "same-origin"}
    )


@pytest.mark.django_db
@schema.parametrize()
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_answer_is_the_one_described(case, user):
    """As a page of the project's asks, which has a token."""
    token = sessions.start(user).access

    case.call_and_validate(
        excluded_checks=[*not_asked(case)],
        headers={
            "Authorization": f"Bearer {token}",
            "Sec-Fetch-Site": "same-origin",
            "X-CSRFToken": CSRF,
        },
        cookies={"csrftoken": CSRF},
    )
