"""A project whose users log in at django-allauth: see tests/test_allauth.py."""
