"""What a served project starts from. The harness adds DATABASES, and what a test asks for."""

from importlib.util import find_spec

from tests.settings import *  # noqa: F403
from tests.settings import INSTALLED_APPS

from . import KIT

if find_spec("MySQLdb") is None and find_spec("pymysql") is not None:
    import pymysql

    pymysql.install_as_MySQLdb()  # mysqlclient has to be compiled; pip alone brings this one

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.messages",
    "django.contrib.sessions",
    *INSTALLED_APPS,
]
ROOT_URLCONF = "tests.servers.served.urls"
DRF_JWT_KIT = KIT
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "process=%(process)d %(levelname)s %(message)s"}},
    "handlers": {"log": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["log"], "level": "WARNING"},
    "loggers": {"drf_jwt_kit": {"level": "DEBUG"}},
}
