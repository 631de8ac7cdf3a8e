"""What an ASGI server of these tests serves: the views, and sockets that say who is there."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings_asynchronous")

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

views = get_asgi_application()

from drf_jwt_kit.contrib.channels import JWTAuthMiddleware  # noqa: E402  # needs the apps


class Who(AsyncJsonWebsocketConsumer):
    """Answers each message with its user and session."""

    async def receive_json(self, content):
        user, auth = self.scope["user"], self.scope["auth"]
        await self.send_json({"user": str(user), "session": auth and str(auth.session_id)})


sockets = JWTAuthMiddleware(Who.as_asgi())
open_to_all = JWTAuthMiddleware(Who.as_asgi(), anonymous=True)
application = ProtocolTypeRouter({"http": views, "websocket": sockets})
