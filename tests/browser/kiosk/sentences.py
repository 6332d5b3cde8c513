"""Find the app's sentences by their keys. The text may be rewritten, but the key stays."""

import re

CHOSEN = """([lang, key, count]) => {
  lang = lang || document.documentElement.lang;
  const form = count !== null && (new Intl.PluralRules(lang).select(count) === "one" ? "_one" : "_many");
  const name = `${key}${form || ""}`;
  return JSON.parse(document.getElementById("messages").textContent)[lang][name];
}"""
PLACE = re.compile(r"\{(\w+)\}")


def sentence(page, key, count=None, lang=None, **values):
    """Return a pattern of the app's sentence `key`, in the language of the page or another.

    With a `count` it is the form for that number. A value that is not given may be anything.
    """
    if count is not None:
        values["n"] = count
    text = page.evaluate(CHOSEN, [lang, key, count])
    # Every second part is the name of a value.
    for place, part in enumerate(parts := PLACE.split(text)):
        is_value = place % 2
        parts[place] = (
            ".+"
            if is_value and part not in values
            else re.escape(str(values[part] if is_value else part))
        )
    return re.compile("".join(parts))
