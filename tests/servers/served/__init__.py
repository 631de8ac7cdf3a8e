"""The project that real worker processes serve: the suite's, and what only a project can do."""

KIT = {
    "CLAIMS_SERIALIZER": "tests.servers.served.claims.UnhurriedClaims",
    "THROTTLE_RATES": {"refresh_session": None},  # some clients here refresh without a pause
}
"""DRF_JWT_KIT of every served project, to which a test adds what it asks for."""
