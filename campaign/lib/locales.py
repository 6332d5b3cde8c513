"""The languages of the pages, and whose numbers, dates and country names each of them uses."""

# The Spanish of the first campaign is Mexico's, with a comma between thousands.
LOCALES = {"en": "en", "es": "es_MX", "fr": "fr"}
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
