"""What the RFCs say about keys and signed tokens: JWA, JWK, JWS and JWT, on PyJWT.

Reads no settings. ``keys`` says which keys are this project's.
"""
