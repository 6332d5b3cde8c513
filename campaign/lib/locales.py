"""The languages of the pages, and whose numbers, dates and country names each of them uses."""

# Dates in English go day first; the Spanish of the first campaign is Mexico's, with a comma between thousands.
LOCALES = {"en": "en_GB", "es": "es_MX", "fr": "fr"}
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
