"""Seeded random input on every address, form and JSON body, for every kind of visitor."""
