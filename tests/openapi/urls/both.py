"""Header and cookies side by side."""

from .cookie import urlpatterns as cookie
from .header import urlpatterns as header

urlpatterns = [*header, *cookie]
