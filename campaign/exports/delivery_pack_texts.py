"""The texts of a delivery pack, in the locale that is active when it is made."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from campaign.exports.pdf import Field, Head
from campaign.http.urls import without_scheme
from campaign.i18n.countries import country_name
from campaign.i18n.locales import current_locale
from campaign.i18n.long_dates import long_date, short_date
from campaign.montage.texts import ngettext, number, print_identity
from campaign.notices.models import Notice
from campaign.notices.queries import MIN_PREFIX_LENGTH, notices_with
from campaign.petitions.delivery_terms import may_deliver
from campaign.petitions.models import Petition
from campaign.signatures.models import EVIDENCE
from campaign.site.settings import site_settings
from campaign.text.markdown import to_paragraphs

# Each detail's share of the table's width. The name gets the rest.
SHARES = {"country": 0.2, "postal_code": 0.12, "day": 0.14, "shown_comment": 0.24}
NUMBER_SHARE = 0.09
UNNAMED = _l("name not shown")


class PackTexts:
    """The texts of a petition's pack.

    `choice` is that of the Export, and `at` is when the export was requested.
    """

    def __init__(self, petition: Petition, choice: Mapping[str, Any], at: datetime) -> None:
        self._petition, self._choice, self._at = petition, choice, at
        self._lang = choice["lang"]
        self._text = petition.current_version.text(self._lang, petition.original_lang)
        self._targets = [target.name(self._lang) for target in petition.targets]
        self._countries: dict[str, str] = {}
        self._days: dict[Any, str] = {}

    def head(self) -> Head:
        """Return the header and footer of every page."""
        identity = print_identity(self._petition.cause, self._lang)
        names = dict.fromkeys((identity.name, self._text.published_by))
        by = "".join(f"{name} · " for name in names if name)
        addressed_to = (
            _("To: %(targets)s", targets="; ".join(self._targets)) + ". " if self._targets else ""
        )
        return Head(
            title=self._text.title,
            demand=addressed_to + self._text.summary,
            foot=f"{by}{self._address()} · {_day(self._at)}",
            page=_("Page %(n)s of %(m)s", n="{n}", m="{m}"),
            unset=_("[in a script that we cannot print: see the table]"),
            lang=self._lang,
            identity=identity,
        )

    def fields(self) -> list[Field]:
        """Return the Fields of the table of signatures."""
        labels = {
            "country": _("Country"),
            "postal_code": _("Postal code"),
            "day": _("Date"),
            "shown_comment": _("Comment"),
        }
        details = [Field(labels[name], SHARES[name]) for name in self._details()]
        name_share = 1 - NUMBER_SHARE - sum(field.share for field in details)
        return [Field(_("No."), NUMBER_SHARE), Field(_("Name"), name_share), *details]

    def rows(self, columns: Mapping[str, Sequence[Any]], first: int) -> Iterable[tuple[str, ...]]:
        """Return signatures as rows for `fields`, numbered from `first`.

        `columns` holds the columns by name.
        """
        unnamed = str(UNNAMED)
        names = (name or unnamed for name in columns[f"{self._choice['names']}_name"])
        numbers = (self._number(index) for index in range(first, first + len(columns["number"])))
        formatters = {"country": self._country, "day": self._short_day}
        details = (map(formatters.get(name, str), columns[name]) for name in self._details())
        return zip(numbers, names, *details, strict=True)

    def cover_letter(self, counts: Mapping[str, Any], total: int) -> Iterator[tuple[str, Any]]:
        """Yield the blocks of the cover letter, as (kind, text).

        `counts` holds {evidence: number of signatures}, {version: number of signatures}, with
        versions as texts, and {digest of the privacy notice: number of signatures}.
        """
        yield from self._opening(total)
        yield from self._figures(counts, total)
        yield "head", _("The petition they signed")
        yield from to_paragraphs(self._text.body)
        yield "head", _("Receipt")
        for line in (_("Received by (name, office)"), _("Day and place"), _("Signature")):
            yield "line", line

    def _opening(self, total: int) -> Iterator[tuple[str, Any]]:
        """Yield the sender, the targets, the title and what is asked."""
        text = self._text
        sender = (text.published_by, self._petition.deliver_place(self._lang), _day(self._at))
        yield "small", " · ".join(filter(None, sender))
        for target in self._targets:
            yield "text", target
        yield "title", text.title
        sentence = ngettext(
            "%(num)s person has signed this petition.",
            "%(num)s people have signed this petition.",
            total,
            num=self._number(total),
        )
        request = _("We deliver their signatures to you and ask you to act.")
        yield "text", f"{sentence} {request}"

    def _figures(self, counts: Mapping[str, Any], total: int) -> Iterator[tuple[str, Any]]:
        """Yield how many signed, by evidence, by version and by privacy notice."""
        yield "head", _("How each signature was verified")
        for evidence in EVIDENCE:
            if evidence in counts["evidence"]:
                yield (
                    "figure",
                    (self._evidence(evidence), self._number(counts["evidence"][evidence])),
                )
        yield "figure", (_("All signatures"), self._number(total))
        counted = _("Counted on %(day)s.", day=_day(self._at))
        ledger = _(
            "The petition’s public count history shows every change to this count, and the reason."
        )
        yield "small", f"{counted} {ledger}"
        for note in filter(None, (self._erased(counts), self._promised_less(counts))):
            yield "small", note
        if len(self._petition.versions) > 1:
            yield "head", _("The text they signed")
            for version in self._petition.versions:
                label = _(
                    "Version %(number)s, from %(day)s",
                    number=version.number,
                    day=_day(version.created_at),
                )
                yield "figure", (label, self._number(counts["version"].get(str(version.number), 0)))
        yield "head", _("The privacy notice they saw")
        for notice, people in self._notices_with_counts(counts):
            yield "figure", (self._notice_label(notice), self._number(people))

    def notices(self, counts: Mapping[str, Any]) -> str:
        """Return a plain text with each privacy notice, and how many signed under it."""
        parts = []
        colon = _(": ")
        for notice, people in self._notices_with_counts(counts):
            parts.append(f"{self._notice_label(notice)}{colon}{self._number(people)}")
            if notice is not None:
                parts += [f"SHA-256 {notice.digest}", notice.text]
        return "\n\n".join(parts) + "\n"

    def readme(self, names: Iterable[str], counts: Mapping[str, Any], total: int) -> str:
        """Return a plain text that describes the archive."""
        sums = _(
            "a checksum of each file: run “sha256sum --check SHA256SUMS” to see whether a file was changed"
        )
        colon = _(": ")
        lines = [
            self._text.title,
            "",
            ngettext(
                "%(num)s signature, prepared on %(day)s.",
                "%(num)s signatures, prepared on %(day)s.",
                total,
                num=self._number(total),
                day=_day(self._at),
            ),
            *filter(None, (self._erased(counts), self._promised_less(counts))),
            "",
            *(f"{name}{colon}{self._about(name)}" for name in names),
            f"SHA256SUMS{colon}{sums}",
            "",
            _(
                "These people trusted you with their names. Give the names only to the people the petition is addressed to, and delete your copies after delivery."
            ),
        ]
        return "\n".join(lines) + "\n"

    @staticmethod
    def volume_name(volume: int, volumes: int) -> str:
        return f"signatures-{volume:02}.pdf" if volumes > 1 else "signatures.pdf"

    def _about(self, name: str) -> str:
        if name.startswith("signatures") and name.endswith(".pdf"):
            return _("the signatures, ready to print")
        return {
            "signatures.csv": _("the same signatures as a table"),
            "cover-letter.pdf": _("the cover letter, with the counts and a space for the receipt"),
            "poster.pdf": _("the montage of the whole cause, A2 size"),
            "privacy-notices.txt": _("the privacy notices that people saw when they signed"),
        }[name]

    def _erased(self, counts: Mapping[str, Any]) -> str:
        """Return why the petition's page counts more than the list, or an empty text."""
        erased = counts.get("erased", 0)
        if not erased:
            return ""
        return ngettext(
            "The petition’s page counts %(num)s more. This signature still counts, but it is not listed because we deleted its personal data.",
            "The petition’s page counts %(num)s more. These signatures still count, but they are not listed because we deleted their personal data.",
            erased,
            num=self._number(erased),
        )

    def _promised_less(self, counts: Mapping[str, Any]) -> str:
        """Return a sentence about people who signed when we announced less, or an empty text."""
        chosen = self._choice["names"], self._details()
        versions = [
            str(version.number)
            for version in self._petition.versions
            if may_deliver(version, *chosen) != chosen
        ]
        people = sum(counts["version"].get(number, 0) for number in versions)
        if not people:
            return ""
        return ngettext(
            "%(num)s person signed when we promised to deliver less data. Their row shows only what we promised.",
            "%(num)s people signed when we promised to deliver less data. Their rows show only what we promised.",
            people,
            num=self._number(people),
        )

    def _notices_with_counts(
        self, counts: Mapping[str, Any]
    ) -> Iterator[tuple[Notice | None, int]]:
        """Yield each notice and how many signed under it; None is for those not recorded."""
        by_digest = Counter[str](counts["notice"])
        recorded = {notice.digest: notice for notice in notices_with(by_digest)}
        for digest, notice in recorded.items():
            yield notice, by_digest.pop(digest)
        if by_digest:
            yield None, by_digest.total()

    @staticmethod
    def _notice_label(notice: Notice | None) -> str:
        if notice is None:
            return _("Privacy notice not recorded")
        return _(
            "Privacy notice %(code)s, from %(day)s",
            code=notice.digest[:MIN_PREFIX_LENGTH],
            day=_day(notice.first_used_at),
        )

    def _details(self) -> list[str]:
        return [name for name in SHARES if name in self._choice["details"]]

    def _number(self, value: int) -> str:
        return number(value, self._lang)

    def _country(self, code: str) -> str:
        if code not in self._countries:
            self._countries[code] = country_name(code, str(current_locale())) if code else ""
        return self._countries[code]

    def _short_day(self, day: str) -> str:
        if day not in self._days:
            # The day is empty for people who were not told that it is delivered.
            self._days[day] = day and short_date(date.fromisoformat(day), current_locale())
        return self._days[day]

    @staticmethod
    def _evidence(evidence: str) -> str:
        return {
            "email": _("Confirmed by email: the person opened the link in our email and confirmed"),
            "in_person": _("Given in person, at one of our tables"),
            "paper": _("On paper"),
            "api": _("On a partner’s website"),
        }[evidence]

    def _address(self) -> str:
        path = current_app.url_map.bind("").build("petitions.short", {"slug": self._petition.slug})
        return without_scheme(path)


def _day(value: datetime) -> str:
    local = value.astimezone(ZoneInfo(site_settings().time_zone))
    return long_date(local, current_locale())
