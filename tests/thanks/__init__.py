"""Tests of the email that thanks people, and of what organizers preview."""
