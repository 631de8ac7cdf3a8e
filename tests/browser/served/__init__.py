"""A shop whose API is asked with cookies, and with the header; and an attacker's pages."""
