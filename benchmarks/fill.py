"""Fills a PostgreSQL database with users and sessions as a project of that size has them.

One statement each. A user has three sessions. The logins of 29 days: 70 % are in use and were
refreshed within the last day, 20 % were ended on the way, 10 % were left alone at some time.
None has reached its greatest age, so that a table begins at every size as it goes on: a flush,
which begins with the oldest, finds as many dead rows in a batch.
"""

from __future__ import annotations

import re
from typing import Any

from django.contrib.auth import get_user_model

from drf_jwt_kit.models import Session
from drf_jwt_kit.sessions.account import fingerprint

SESSIONS_PER_USER = 3
PASSWORD = "correct horse battery staple"

_USERS = """
    INSERT INTO auth_user (username, password, first_name, last_name, email,
                           is_active, is_staff, is_superuser, date_joined)
    SELECT 'user' || i, %(password)s, 'Augusta Ada', 'King-Noel', 'user' || i || '@example.com',
           true, false, false, now() - interval '1 year'
    FROM generate_series(1, %(users)s) AS i
"""

_SESSIONS = """
    INSERT INTO drf_jwt_kit_session (
        id, user_id, secret, generation, obtain_serializer, password_fingerprint, retry_key_hash,
        duplicates, rotated_before, live_until,
        name, device, user_agent, ip, scope, created_at, auth_time, rotated_at, last_used_at,
        expires_at, refresh_lifetime, access_lifetime, revoked_at, revoked_reason{more})
    SELECT gen_random_uuid(),
           login.user_id,
           rtrim(translate(encode(sha256(random()::text::bytea), 'base64'), '+/', '-_'), '='),
           (random() * 500)::int,
           '',
           %(fingerprint)s,
           CASE WHEN random() < 0.5 THEN encode(sha256(random()::text::bytea), 'hex') ELSE '' END,
           0, NULL, coalesce(login.ended, login.born + interval '30 days'),
           '',
           (ARRAY['Firefox on Windows', 'Mobile Safari on iOS', 'Chrome on Android'])[login.kind],
           (ARRAY['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 '
                  'Firefox/140.0',
                  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 '
                  '(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
                  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) '
                  'Chrome/139.0.0.0 Mobile Safari/537.36'])[login.kind],
           '203.0.113.0'::inet + (random() * 255)::int,
           '',
           login.born, login.born, login.rotated, login.rotated,
           login.born + interval '30 days', interval '1 day', NULL,
           login.ended, CASE WHEN login.ended IS NULL THEN '' ELSE 'logout' END{defaults}
    FROM ({logins}) AS login
"""

_A_MONTH = """
    SELECT 1 + i %% %(users)s AS user_id, 1 + i %% 3 AS kind, born,
           CASE WHEN fate < 0.7 THEN greatest(born, now() - share * interval '23 hours')
                ELSE born + share * (now() - born) END AS rotated,
           CASE WHEN fate >= 0.7 AND fate < 0.9
                THEN least(born + share * (now() - born), now() - interval '1 hour') END AS ended
    FROM (SELECT i, random() AS fate, random() AS share,
                 now() - interval '29 days' * (1 - i::float / %(sessions)s) AS born
          FROM generate_series(1, %(sessions)s) AS i) AS month
"""

_THE_LAST_QUARTER_OF_AN_HOUR = """
    SELECT 1 + i %% %(users)s AS user_id, 1 + i %% 3 AS kind, now() - interval '1 day' AS born,
           now() - interval '1 hour' AS rotated,
           now() - random() * interval '14 minutes' AS ended
    FROM generate_series(1, %(sessions)s) AS i
"""

_ONE_USER = """
    SELECT %(user)s AS user_id, 1 + i %% 3 AS kind, now() - interval '2 days' AS born,
           now() - interval '1 day' AS rotated,
           now() - random() * interval '1 day' - interval '1 hour' AS ended
    FROM generate_series(1, %(sessions)s) AS i
"""


def fill(connection: Any, sessions: int, *, password: str) -> None:
    """So many sessions, and the users that they belong to, who all have one hashed password."""
    users = max(1, sessions // SESSIONS_PER_USER)
    _run(connection, _USERS, {"users": users, "password": password})
    _add(connection, _A_MONTH, sessions=sessions, users=users)


def add_just_ended(connection: Any, sessions: int, *, users: int) -> None:
    """Sessions that ended while their last access tokens still live: what the feed reads."""
    _add(connection, _THE_LAST_QUARTER_OF_AN_HOUR, sessions=sessions, users=users)


def add_ended_of(connection: Any, user: int, sessions: int) -> None:
    """Ended sessions of one user: somebody who logs in and out all day."""
    _add(connection, _ONE_USER, sessions=sessions, user=user)


def tidy(connection: Any) -> None:
    """Do what autovacuum would have done by now."""
    _run(connection, "VACUUM (ANALYZE)")
    _run(connection, "CHECKPOINT")


def _add(connection: Any, logins: str, **values: int) -> None:
    known = fingerprint(get_user_model()._default_manager.first())
    others = _defaults_of_other_columns(connection)
    statement = _SESSIONS.format(
        logins=logins,
        more="".join(f", {column}" for column in others),
        defaults="".join(f", %({column})s" for column in others),
    )
    _run(connection, statement, {**others, **values, "fingerprint": known})


def _defaults_of_other_columns(connection: Any) -> dict[str, Any]:
    """Of the columns that the statement does not name, what a new session has in them."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in Session._meta.concrete_fields
        if not field.null and not re.search(rf"\b{field.column}\b", _SESSIONS)
    }


def _run(connection: Any, statement: str, values: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
