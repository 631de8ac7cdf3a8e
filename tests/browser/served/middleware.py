"""What the network does to answers, and a line for each request, for tests to count."""

import logging
import socket

from django.http import JsonResponse

LOSE_ANSWER = "X-Lose-Answer"


def lose_answers(get_response):
    """Close the connection once everything is done, where the request has that header."""

    def respond(request):
        response = get_response(request)
        if LOSE_ANSWER in request.headers:
            request.META["gunicorn.socket"].shutdown(socket.SHUT_RDWR)
        return response

    return respond


failing = []


def fail(get_response):
    """Answer 503 as often as the path is in ``failing``, as a server does that is too busy."""

    def respond(request):
        if request.path not in failing:
            return get_response(request)
        failing.remove(request.path)
        return JsonResponse({}, status=503)

    return respond


def log_requests(get_response):
    """Log what was asked, from which origin, and how it was answered."""

    def respond(request):
        response = get_response(request)
        logging.getLogger("drf_jwt_kit").info(
            "event=request method=%s path=%s status=%s origin=%s cookies=%s",
            request.method,
            request.path,
            response.status_code,
            request.headers.get("Origin", "none"),
            ",".join(sorted(request.COOKIES)) or "none",
        )
        return response

    return respond
