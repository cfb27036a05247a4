"""The whole core of the security tests, for calls."""

from tests.security.conftest import in_whole_city, quick_passwords

__all__ = ["in_whole_city", "quick_passwords"]
