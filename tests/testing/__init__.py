"""What projects test with: ``drf_jwt_kit.testing``, and the attacks, on good projects and bad."""
