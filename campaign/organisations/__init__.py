"""Organisations: who runs causes, and how their pages, emails and papers identify them."""
