"""The shop's own tests, by Django's runner or by pytest. Nobody types a password or waits."""

from datetime import timedelta

from django.contrib.auth.models import Group, User
from django.test import TestCase
from django.urls import reverse

from drf_jwt_kit.testing import (
    JWTClient,
    JWTCookieClient,
    assert_session_ended,
    assert_session_live,
    later,
    tokens,
)

from .models import Customer


class ShopTestCase(TestCase):
    """Alice, and a client that she can sign in with."""

    client_class = JWTClient

    def setUp(self) -> None:
        self.alice = User.objects.create_user("alice", password="an old password of hers")


class ReportTests(ShopTestCase):
    def test_a_manager_reads_it(self) -> None:
        self.alice.groups.add(Group.objects.create(name="managers"))
        self.client.sign_in(self.alice)

        self.assertEqual(self.client.get(reverse("report")).json()["reader"], "alice")

    def test_a_customer_does_not(self) -> None:
        self.client.force_authenticate(self.alice)

        self.assertEqual(self.client.get(reverse("report")).status_code, 403)

    def test_a_stranger_is_asked_to_log_in(self) -> None:
        self.assertEqual(self.client.get(reverse("report")).status_code, 401)


class ProfileTests(ShopTestCase):
    def test_the_token_says_which_customer_it_is(self) -> None:
        Customer.objects.create(user=self.alice, tier="gold")
        self.client.sign_in(self.alice)

        self.assertEqual(self.client.get(reverse("profile")).json()["tier"], "gold")

    def test_a_claim_is_as_old_as_the_token(self) -> None:
        customer = Customer.objects.create(user=self.alice, tier="gold")
        self.client.sign_in(self.alice)
        customer.tier = "basic"
        customer.save()

        self.assertEqual(self.client.get(reverse("profile")).json()["tier"], "gold")
        self.client.refresh()
        self.assertEqual(self.client.get(reverse("profile")).json()["tier"], "basic")

    def test_a_token_expires(self) -> None:
        self.client.sign_in(self.alice)

        with later(timedelta(minutes=16)):
            self.assertEqual(self.client.get(reverse("profile")).json()["reason"], "expired")


class ChangePasswordTests(ShopTestCase):
    client_class = JWTCookieClient

    def change(self) -> int:
        words = {
            "current_password": "an old password of hers",
            "new_password": "a staple that no horse knows",
        }
        return self.client.post(reverse("change_password"), words, format="json").status_code

    def test_this_browser_stays_logged_in_and_the_phone_does_not(self) -> None:
        phone = JWTClient().sign_in(self.alice, device="Phone")
        here = self.client.sign_in(self.alice)

        self.assertEqual(self.change(), 204)

        assert_session_live(here)
        assert_session_ended(phone, reason="password_changed")

    def test_another_site_cannot_change_it(self) -> None:
        self.client.sign_in(self.alice)
        self.client.credentials()  # what a page of ours would add

        self.assertEqual(self.change(), 403)


class TheftTests(ShopTestCase):
    def test_a_copied_refresh_token_ends_the_session(self) -> None:
        stolen = tokens.replayed(self.alice)

        answer = self.client.post(reverse("token_refresh"), {"refresh": stolen})

        self.assertEqual(answer.json()["reason"], "session_ended")
        assert_session_ended(stolen, reason="reused")
