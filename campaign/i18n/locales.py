"""The languages of the pages, and whose numbers, dates and country names each of them uses."""

# Dates in English go day first; the Spanish of the first campaign is Mexico's, with a comma between thousands.
LOCALES = {"en": "en_GB", "es": "es_MX", "fr": "fr"}
# A day of this year with its weekday, as a heading writes it.
WEEKDAY_AND_DAY = {"en": "EEEE d MMMM", "es": "EEEE d 'de' MMMM", "fr": "EEEE d MMMM"}
# What shared links are labelled with: the other networks know languages only with a country. Those are where the campaign lives.
SHARED = {"en": "en_US", "es": "es_MX", "fr": "fr_CA"}
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
