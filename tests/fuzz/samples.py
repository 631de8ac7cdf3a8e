"""Values that have broken something somewhere: bodies, headers, addresses, claims."""

DEEP = b"[" * 5_000 + b"]" * 5_000
ALGORITHMS = ["none", "None", "NONE", "", "HS256", "HS384", "RS256", "ES256", "EdDSA", "x", None, 1]
TYPES = [
    *("application/json; charset=utf-16", "application/json; charset=none", "text/plain"),
    *("application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-7"),
    *("multipart/form-data", "multipart/form-data; boundary=x", "application/xml", "", "a/b/c; d"),
]
RAW = [
    *(b"", b"{", b"null", b"[]", b'"x"', b"NaN", b"\x00", b"\xff\xfe", b'{"refresh": "\xff"}'),
    *(DEEP, b'{"a":' * 5_000, b"--x\r\n\r\nx\r\n--x--", b"refresh=%ff&refresh=%00"),
    *(b'{"refresh": 1e999}', b'{"refresh": "a", "refresh": ["b"]}', b"9" * 5_000, b"&" * 5_000),
    b"x" * 100_000,
]
HEADERS = [
    *("Idempotency-Key", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "Accept"),
    *("Accept-Language", "Accept-Encoding", "User-Agent", "Origin", "Referer", "Sec-Fetch-Site"),
    *("X-CSRFToken", "If-None-Match", "X-HTTP-Method-Override", "Content-Encoding", "Host"),
]
VALUES = [
    *("", " ", "*/*", "*/*;q=x", "text/html", "application/json;version=9", "a" * 9_000, "\x00"),
    *("::1", "1.2.3.4, ::ffff:1.2.3.4", "999.1.1.1", "fe80::1%eth0", "unknown", "' OR 1=1", "null"),
    *("http://testserver", "http://[", "https://x.example:x", "same-origin", 'W/"', '"'),
    *("0" * 16, "0" * 64, "x-default,;q=", "xx-" * 200, "testserver", "a b", "evil.example"),
]
FIELDS = ["refresh", "token", "username", "password", "scope", "name", "access", "id", "\x00", ""]
QUERIES = [
    *("", "except=current", "except=", "except=x", "format=xml", "format=api", "%00=%ff"),
    *("except=current&except=x", "page=-1", "limit=1e9", "a=" * 2_000),
]
ADDRESSES = [
    *("phone", "desk", "gone", "x", "..", "00000000-0000-0000-0000-000000000000", "{0}", "0" * 32),
    *("urn:uuid:00000000-0000-0000-0000-000000000000", "\x00", "%00", "é", "\u0660" * 32),
    "x" * 5_000,
]
NUMBERS = [0, -1, 1, 2**31, 2**63, 10**400, 1.5, 1e308, "1", True]
CLAIMS = [
    *("exp", "iat", "nbf", "gen", "sid", "jti", "sub", "user_id", "aud", "iss", "scope", "place"),
    *("act", "auth_time", "acr", "amr", "token_type", "retry", "\x00"),
]
METHODS = ["POST", "GET", "DELETE", "PATCH", "PUT", "HEAD", "OPTIONS", "TRACE", "BREW"]
JOINTS = ["=", "==", "!", ".", "..", " ", "\t", "\x00", "+", "é", "\u2028", "\ufeff", ",", ";"]
"""What is put before, into or behind a token."""
