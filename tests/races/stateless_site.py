"""What the served project adds for requests without a query: who answered, by how many queries."""

import os

from django.db import connection
from django.http import JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt
from rest_framework.throttling import UserRateThrottle

from drf_jwt_kit import sessions
from tests.flows import stateless_urls
from tests.servers.served.acts import act


def telling(get_response):
    """Middleware: each answer names its worker and counts the queries that it took."""

    def tell(request):
        made = []

        def count(execute, sql, params, many, context):
            made.append(sql)
            return execute(sql, params, many, context)

        with connection.execute_wrapper(count):
            response = get_response(request)
        response["X-Worker"], response["X-Queries"] = os.getpid(), len(made)
        return response

    return tell


class TwentyAMinute(UserRateThrottle):
    rate, scope = "20/min", "twenty"


class ThrottledView(stateless_urls.SecureView):
    throttle_classes = (TwentyAMinute,)


@csrf_exempt
def revoke_all(request):
    """End every session there is."""
    return JsonResponse({"valid_after": sessions.revoke_all().isoformat()})


urlpatterns = [
    *stateless_urls.urlpatterns,
    path("api/throttled/", ThrottledView.as_view()),
    path("acts/revoke_all/", revoke_all),
    path("acts/<name>/", act),
]
