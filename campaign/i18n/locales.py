"""The languages of the pages, and the locale for numbers, dates and country names in each."""

# English dates put the day first. Spanish is Mexican, as in the first campaign, with a comma
# between thousands.
LOCALES = {"en": "en_GB", "es": "es_MX", "fr": "fr"}
# A day of this year with its weekday, for headings.
WEEKDAY_AND_DAY = {"en": "EEEE d MMMM", "es": "EEEE d 'de' MMMM", "fr": "EEEE d MMMM"}
# Locales for the previews of shared links. Social networks need a country, so these are the
# campaign's.
SHARED = {"en": "en_US", "es": "es_MX", "fr": "fr_CA"}
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
