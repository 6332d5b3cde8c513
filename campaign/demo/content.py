"""Read the demonstration's content from a folder. Nothing here touches the database."""

from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from campaign.answers.models import OUTCOMES
from campaign.demo.content_types import (
    DemoAnswer,
    DemoCause,
    DemoCauseText,
    DemoDelivery,
    DemoEvent,
    DemoEventText,
    DemoLetter,
    DemoLetterText,
    DemoOrganisation,
    DemoPetition,
    DemoPetitionText,
    DemoPrompt,
    DemoQuestion,
    DemoSampleLetter,
    DemoTarget,
    DemoUpdate,
    DemoUpdateText,
)
from campaign.demo.toml_pages import TomlTable, read_page, read_table

LANGUAGES = ("en", "fr", "es")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ORGANISATION_COLUMNS = (
    *("accent", "pattern", "legal_name", "legal_form", "register_number", "postal_address"),
    *("country", "telephone", "email", "website", "data_protection_contact"),
    *("supervisory_authority", "sender_name", "reply_to"),
)
ORGANISATION_TEXTS = ("name", "summary", "home_text", "footer_text", "imprint", "privacy_text")
OPENING_HOUR = time(14, tzinfo=UTC)


def load_cause(folder: Path, today: date) -> DemoCause:
    """Return the cause described in `folder`, with its dates relative to `today`.

    Raise ContentInvalid, which names the file and the key at fault.
    """
    cause = read_table(folder, "cause.toml").only(
        "slug", "languages", "signers", "zone", "country", "palette", "shape", "petitions"
    )
    comments = read_table(folder, "comments.toml")
    events = read_table(folder, "events.toml").only("events").tables("events")
    updates = read_table(folder, "updates.toml").only("updates").tables("updates")
    return DemoCause(
        slug=cause.get("slug", str),
        organisation=_organisation(folder),
        languages=cause.strings("languages"),
        zone=cause.get("zone", str),
        country=cause.get("country", str),
        signer_languages={
            lang: cause.table("signers").count(lang) for lang in cause.strings("languages")
        },
        comments={name: comments.strings(name) for name in comments.values},
        palette=cause.get("palette", str),
        shape=cause.get("shape", str),
        texts={lang: _cause_text(folder, lang) for lang in LANGUAGES},
        petitions=tuple(
            _petition(folder, f"petitions/{slug}", slug, today)
            for slug in cause.strings("petitions")
        ),
        letters=tuple(_letter(letter, today) for letter in _letters(folder)),
        deliveries=tuple(map(_delivery, _answer_tables(folder, "deliveries"))),
        answers=tuple(map(_answer, _answer_tables(folder, "answers"))),
        events=tuple(sorted((_event(event, today) for event in events), key=_by_date)),
        updates=tuple(sorted((_update(update) for update in updates), key=_by_date, reverse=True)),
    )


def _organisation(folder: Path) -> DemoOrganisation:
    table = read_table(folder, "organisation.toml").only(
        "slug", "profiles", *ORGANISATION_COLUMNS, *LANGUAGES
    )
    texts = {lang: table.table(lang).only(*ORGANISATION_TEXTS) for lang in LANGUAGES}
    files = {name: folder / f"{name}.svg" for name in ("logo", "mark")}
    return DemoOrganisation(
        slug=table.get("slug", str),
        columns={
            **{name: table.find(name, str) or "" for name in ORGANISATION_COLUMNS},
            "profiles": table.strings("profiles") if "profiles" in table.values else (),
        },
        texts={
            lang: {name: text.find(name, str) or "" for name in ORGANISATION_TEXTS}
            for lang, text in texts.items()
        },
        images={name: file.read_bytes() for name, file in files.items() if file.exists()},
    )


def _cause_text(folder: Path, lang: str) -> DemoCauseText:
    front_matter, body = read_page(folder, f"{lang}.md")
    front_matter.only("title", "summary")
    return DemoCauseText(front_matter.get("title", str), front_matter.get("summary", str), body)


def _petition(folder: Path, subfolder: str, slug: str, today: date) -> DemoPetition:
    table = read_table(folder, f"{subfolder}/petition.toml").only(
        "slug", "original_language", "goal", "generated", "opened_days_ago", "deliver_in_days",
        "required", "two_per_address", "targets", "questions", "wordings", "codes",
    )  # fmt: skip
    if table.get("slug", str) != slug:
        raise table.fault("slug", f"should be {slug}, the name of its folder")
    if table.get("original_language", str) not in LANGUAGES:
        raise table.fault("original_language", f"should be one of {', '.join(LANGUAGES)}")
    has_delivery = "deliver_in_days" in table.values
    return DemoPetition(
        slug=slug,
        original_language=table.get("original_language", str),
        goal=table.count("goal"),
        generated=table.count("generated"),
        opens_at=datetime.combine(today - timedelta(table.count("opened_days_ago")), OPENING_HOUR),
        deliver_on=today + timedelta(table.count("deliver_in_days")) if has_delivery else None,
        required=table.strings("required"),
        two_per_address=table.get("two_per_address", bool),
        targets=tuple(_in_all_languages(item.only(*LANGUAGES)) for item in table.tables("targets")),
        questions=tuple(_question(question) for question in table.tables("questions")),
        wordings=tuple(
            _in_all_languages(item.only(*LANGUAGES)) for item in table.tables("wordings")
        ),
        codes={
            item.only("code", "percent").get("code", str): item.count("percent")
            for item in table.tables("codes")
        },
        texts={
            lang: _petition_text(folder, f"{subfolder}/{lang}.md", has_delivery)
            for lang in LANGUAGES
        },
    )


def _petition_text(folder: Path, page: str, has_delivery: bool) -> DemoPetitionText:
    front_matter, body = read_page(folder, page)
    names = ("title", "summary", "published_by") + (("deliver_place",) if has_delivery else ())
    texts = {name: front_matter.only(*names).get(name, str) for name in names}
    return DemoPetitionText(**{"deliver_place": "", **texts}, body=body)


def _answer_tables(folder: Path, name: str) -> list[TomlTable]:
    """Return the deliveries or the answers of a demonstration, if it has some."""
    if not (folder / "answers.toml").exists():
        return []
    return read_table(folder, "answers.toml").only("deliveries", "answers").tables(name)


def _delivery(table: TomlTable) -> DemoDelivery:
    table.only("petition", "days_ago", "signatures", "received_by")
    return DemoDelivery(
        petition=table.get("petition", str),
        days_ago=table.count("days_ago"),
        signatures=table.count("signatures"),
        received_by=table.get("received_by", str),
    )


def _answer(table: TomlTable) -> DemoAnswer:
    table.only(
        "petition", "target", "answered_by", "days_ago", "outcome", "original_language", *LANGUAGES
    )
    if table.get("outcome", str) not in OUTCOMES:
        raise table.fault("outcome", f"should be one of {', '.join(OUTCOMES)}")
    return DemoAnswer(
        petition=table.get("petition", str),
        target=table.count("target") if "target" in table.values else 0,
        answered_by=table.get("answered_by", str),
        days_ago=table.count("days_ago"),
        outcome=table.get("outcome", str),
        original_language=table.get("original_language", str),
        texts={lang: table.get(lang, str).strip() for lang in LANGUAGES},
    )


def _letters(folder: Path) -> list[TomlTable]:
    """Return the letter actions of a demonstration, if it has some."""
    if not (folder / "letters.toml").exists():
        return []
    return read_table(folder, "letters.toml").only("letters").tables("letters")


def _letter(table: TomlTable, today: date) -> DemoLetter:
    table.only(
        "slug", "original_language", "goal", "opened_days_ago", "way", "required", "prompts",
        "targets", "samples", *LANGUAGES,
    )  # fmt: skip
    return DemoLetter(
        slug=table.get("slug", str),
        original_language=table.get("original_language", str),
        goal=table.count("goal"),
        opens_at=datetime.combine(today - timedelta(table.count("opened_days_ago")), OPENING_HOUR),
        delivery_method=table.get("way", str),
        required=table.strings("required"),
        prompts=tuple(
            DemoPrompt(
                item.only("required", *LANGUAGES).get("required", bool), _in_all_languages(item)
            )
            for item in table.tables("prompts")
        ),
        targets=tuple(_target(item) for item in table.tables("targets")),
        samples=tuple(_sample(item) for item in table.tables("samples")),
        texts=_texts(table, DemoLetterText),
    )


def _target(table: TomlTable) -> DemoTarget:
    names = ("names", "bodies", "salutations")
    texts = {
        name: _in_all_languages(table.only("address", *names).table(name).only(*LANGUAGES))
        for name in names
    }
    return DemoTarget(address=table.get("address", str), **texts)


def _sample(table: TomlTable) -> DemoSampleLetter:
    names = ("lang", "given_name", "family_name", "country")
    table.only(*names, "answers")
    return DemoSampleLetter(
        **{name: table.get(name, str) for name in names}, answers=table.strings("answers")
    )


def _question(table: TomlTable) -> DemoQuestion:
    return DemoQuestion(
        name=table.only("name", "type", "required", *LANGUAGES).get("name", str),
        type=table.get("type", str),
        required=table.get("required", bool),
        labels=_in_all_languages(table),
    )


def _event(table: TomlTable, today: date) -> DemoEvent:
    table.only(
        "slug", "date", "yearly", "days_ahead", "weekday", "starts", "ends", "town", "remembered", "registration",
        "capacity", "spoken", "petitions", "questions", *LANGUAGES,
    )  # fmt: skip
    return DemoEvent(
        slug=table.get("slug", str),
        date=_day(table, today),
        starts=table.get("starts", time),
        ends=table.get("ends", time),
        town=table.get("town", str),
        remembered=table.find("remembered", int) or 0,
        registration=table.find("registration", str) or "none",
        capacity=table.find("capacity", int),
        languages=table.strings("spoken"),
        petitions=table.strings("petitions") if "petitions" in table.values else (),
        questions=tuple(_question(question) for question in table.tables("questions")),
        texts={lang: _event_text(table.table(lang)) for lang in LANGUAGES},
    )


def _event_text(table: TomlTable) -> DemoEventText:
    table.only("kind", "title", "place", "address", "text", "access", "programme")
    optional = {name: table.find(name, str) or "" for name in ("address", "access")}
    lines = table.strings("programme") if "programme" in table.values else ()
    programme = tuple(line.partition(" ")[::2] for line in lines)
    texts = {name: table.get(name, str) for name in ("kind", "title", "place", "text")}
    return DemoEventText(programme=programme, **texts, **optional)


def _day(table: TomlTable, today: date) -> date:
    if table.find("yearly", bool):
        # Take the month and day of `date`, in the year of their next occurrence.
        month_and_day = table.get("date", date)
        this_year = month_and_day.replace(year=today.year)
        return this_year if this_year > today else month_and_day.replace(year=today.year + 1)
    return table.find("date", date) or _day_ahead(table, today)


def _day_ahead(table: TomlTable, today: date) -> date:
    """Return the first such weekday at least `days_ahead` days after `today`."""
    weekday = table.get("weekday", str)
    if weekday not in WEEKDAYS:
        raise table.fault("weekday", f"should be one of {', '.join(WEEKDAYS)}")
    soonest = today + timedelta(table.count("days_ahead"))
    return soonest + timedelta((WEEKDAYS.index(weekday) - soonest.weekday()) % 7)


def _update(table: TomlTable) -> DemoUpdate:
    table.only("slug", "date", "petitions", *LANGUAGES)
    return DemoUpdate(
        slug=table.get("slug", str),
        date=table.get("date", date),
        petitions=table.strings("petitions") if "petitions" in table.values else (),
        texts=_texts(table, DemoUpdateText),
    )


def _texts(table: TomlTable, text: type) -> dict[str, Any]:
    names = [field.name for field in fields(text)]
    tables = {lang: table.table(lang).only(*names) for lang in LANGUAGES}
    return {
        lang: text(**{name: item.get(name, str) for name in names}) for lang, item in tables.items()
    }


def _in_all_languages(table: TomlTable) -> dict[str, str]:
    return {lang: table.get(lang, str) for lang in LANGUAGES}


def _by_date(dated: DemoEvent | DemoUpdate) -> date:
    return dated.date
