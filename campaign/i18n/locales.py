"""The languages of the pages, and the locale for numbers, dates and country names in each.

`static/js/lib/format.js` has the same locales for scripts. Times are on the 24-hour clock in all
three (`clock_times.py`).
"""

LOCALES = {"en": "en_CA", "es": "es_MX", "fr": "fr_CA"}
# CLDR patterns for days with their weekday, which have no comma in Spanish and French.
WEEKDAY_AND_DATE = {
    "en": "EEEE, MMMM d, y",
    "es": "EEEE d 'de' MMMM 'de' y",
    "fr": "EEEE d MMMM y",
}
WEEKDAY_AND_DAY = {"en": "EEEE, MMMM d", "es": "EEEE d 'de' MMMM", "fr": "EEEE d MMMM"}
SHORT_WEEKDAY_AND_DAY = {"en": "EEE, MMM d", "es": "EEE d MMM", "fr": "EEE d MMM"}
NAMES = {"en": "English", "es": "Español", "fr": "Français"}
