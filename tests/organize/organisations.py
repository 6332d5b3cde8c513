"""Fill an organisation with something of every kind, each with a word that no other page has."""

from dataclasses import dataclass
from datetime import date

from flask import current_app
from sqlalchemy import select

from campaign.accounts.permissions import ROLES
from campaign.api.operations import make_key
from campaign.events.messages.operations import write_message
from campaign.exports.models import SUBSCRIBERS
from campaign.exports.operations import request_export
from campaign.exports.selection import Selection
from campaign.extensions import db, write
from campaign.imports.create import print_sheets
from campaign.imports.subscribers.operations import open_import
from campaign.imports.targets.operations import keep_checked
from campaign.kiosk.models import PairingCode
from campaign.organisations.operations import create_organisation
from campaign.organize.core.access import ANYBODY
from campaign.petitions.deliveries import record_delivery
from campaign.petitions.presenters import notice_of
from campaign.petitions.queries import petition_by_id
from campaign.petitions.thresholds import change_thresholds, thresholds_of
from campaign.process.clock import utcnow
from campaign.signatures.moderation.bulk_decisions import create_decision, take_snapshot
from campaign.signatures.moderation.rules import create_rule
from campaign.signatures.search.queries import Search
from campaign.signatures.tokens import email_digest
from campaign.subscriptions.operations import suppress
from tests.factories import paper, subscriptions
from tests.factories.announcements import set_result
from tests.factories.answers import make_answer, make_answer_link
from tests.factories.causes import make_cause
from tests.factories.events import come, make_event
from tests.factories.kiosks import give_code, kiosk_of, make_tablet
from tests.factories.organizers import make_organizer
from tests.factories.petitions import make_petition
from tests.factories.signatures import AMALIA, hatch_now, sign, sign_and_hatch
from tests.factories.targets import make_target
from tests.factories.updates import make_update


def make_organisation(slug, name=""):
    """Create an organisation, committed."""
    texts = {"en": {"name": name or slug.title()}}
    return write(create_organisation, slug=slug, texts=texts)


@dataclass
class Furnished:
    """What an organisation has: the values of the workspace's addresses, and its people."""

    organisation: object
    word: str
    cause: object
    # {role: Organizer}, one for each role in the cause.
    people: dict
    # {part of the endpoint: {name of an argument: value}}
    values: dict

    def address(self, endpoint):
        """Return the values of the address of `endpoint`, `organize.` left out."""
        part = endpoint.partition(".")[0]
        if part == "numbers":
            part = "causes" if "cause" in endpoint else "petitions"
        if part == "petitions" and "letter" in endpoint:
            part = "letters"
        return self.values["all"] | self.values.get(part, {})


def furnish(client, organisation, word):
    """Fill an empty organisation and return the Furnished. `word` is in every text of it."""
    low = word.lower()
    texts = {"en": {"title": f"{word} title", "summary": f"{word} summary."}}
    cause = make_cause(f"{low}-cause", organisation_id=organisation.id)
    petition = make_petition(
        f"{low}-petition",
        cause_id=cause.id,
        texts={"en": {**texts["en"], "body": f"{word} body."}},
        targets=[{"en": f"{word} senate"}],
        confirmation="email_or_witness",
        goal=100,
    )
    letters = make_petition(
        f"{low}-letters",
        cause_id=cause.id,
        action_kind="letter",
        texts={
            "en": {
                **texts["en"],
                "body": f"{word} plea.",
                "kind_texts": {"subject": f"{word} subject", "opening": "", "closing": ""},
            }
        },
        targets=[],
    )
    event = make_event(
        f"{low}-event", cause_id=cause.id, days=1, title=f"{word} event", petition_ids=[petition.id]
    )
    registration = come(event, f"{low}guest")
    message = write(
        write_message,
        event_id=event.id,
        audience="registered",
        texts={"en": {"subject": f"{word} room", "body": f"{word} news."}},
        now=utcnow(),
    )
    update = make_update(
        f"{low}-update", cause_id=cause.id, title=f"{word} news", petition_ids=[petition.id]
    )
    people = {
        role: make_organizer(
            role, cause.id, email=f"{role}@{low}.example", name=f"{word} {role.title()}"
        )
        for role in ROLES
    }
    supporter = {**AMALIA, "family_name": word, "email": f"amalia@{low}.example"}
    signature = sign_and_hatch(
        petition, {**supporter, "comment": f"{word} comment"}, name_display="full"
    )
    second = sign(
        petition,
        {**supporter, "given_name": "Bea", "email": f"bea@{low}.example"},
        held_reason="hidden_field",
    )
    subscriptions.subscribe(f"{low}reader", cause_id=cause.id)
    rule = write(
        create_rule,
        cause_id=cause.id,
        petition_id=petition.id,
        kind="words",
        pattern=f"{low}spam",
        note=f"{word} note",
    )
    key, _ = write(make_key, cause_id=cause.id, name=f"{word} key", is_trusted=False, now=utcnow())
    give_code(event)
    code = db.session.scalar(select(PairingCode.id).order_by(PairingCode.id.desc()))
    tablet = make_tablet(client, event)
    tablet.receipts(tablet.seal(f"{low}-petition"))
    batch = paper.begin(
        petition,
        paper.csv_of(f"Zora,{word},zora@{low}.example,MX,06600,2026-11-20,S1,1"),
        name=f"{word}.csv",
    )
    run = write(
        print_sheets,
        petition=petition_by_id(petition.id),
        lang="en",
        paper="A4",
        sheets=2,
        consent_text=f"{word} consent",
        notice=notice_of(petition_by_id(petition.id), "en"),
    )
    export = write(
        request_export,
        petition_id=petition.id,
        cause_id=cause.id,
        organizer_id=people["owner"].id,
        kind="csv",
        aim="records",
        purpose=f"{word} purpose",
        choice=Selection(petition.id).to_json(),
        now=utcnow(),
    )
    subscriber_file = write(
        request_export,
        petition_id=None,
        cause_id=cause.id,
        organizer_id=people["owner"].id,
        kind="csv",
        aim=SUBSCRIBERS,
        purpose="",
        choice={},
        now=utcnow(),
    )
    subscriber_list = write(
        open_import,
        cause_id=cause.id,
        organisation_id=None,
        organizer_id=people["owner"].id,
        asks=True,
        name=f"{word}-list.csv",
        header=["email", word],
        columns={"email": "email"},
    )
    now = utcnow()
    bulk = write(
        lambda: create_decision(
            organizer_id=people["reviewer"].id,
            cause_id=cause.id,
            verb="reject",
            search=Search((petition.id,)),
            snapshot=take_snapshot(now),
            total=1,
            reason=f"{word} reason",
            now=now,
        )
    )
    delivery = write(
        record_delivery,
        petition_id=petition.id,
        day=date(2026, 11, 1),
        received_by=f"{word} clerk",
        signatures=1,
        note=f"{word} minutes",
    )
    threshold = (
        write(
            change_thresholds,
            petition_id=petition.id,
            version=None,
            thresholds=[(10, f"{word} reminder")],
            is_public=False,
            now=utcnow(),
        )
        and thresholds_of(petition.id)[0]
    )
    answer = make_answer(
        petition,
        state="waiting",
        answered_by=f"{word} spokesperson",
        texts={"en": f"{word} reply."},
    )
    set_result(petition, "partly_won")
    link, _token = make_answer_link(petition)
    target = make_target(organisation.id, [f"vela@{low}.example"], names={"en": f"{word} senator"})
    target_file = write(
        keep_checked,
        organisation_id=organisation.id,
        organizer_id=people["editor"].id,
        kind="targets",
        file_name=f"{word}-targets.csv",
        content=b"name\nVela\n",
        counts={"added": 1},
        preview=[{"line": 2, "outcome": "added", "name": f"{word} mayor", "fields": []}],
        now=now,
    )
    digest = email_digest(f"amalia@{low}.example")
    write(suppress, email_digest=digest, reason="organizer", note=f"{word} asked", now=now)
    hatch_now()
    values = {
        "all": {
            "bulk_id": bulk.id,
            "signature_id": signature,
            "other_id": second,
            "registration_id": registration,
            "message_id": message.id,
            "export_id": export.id,
            "import_id": subscriber_list.id,
            "delivery_id": delivery.id,
            "threshold_id": threshold.id,
            "answer_id": answer.id,
            "link_id": link.id,
            "extension": "pdf",
            "batch_id": batch.id,
            "run_id": run.id,
            "serial": run.serial(1),
            "key_id": key.id,
            "code_id": code,
            "kiosk_id": kiosk_of(tablet).id,
            "organizer_id": people["reviewer"].id,
            "grant_id": people["editor"].grants[0].id,
            "rule_id": rule.id,
            "fingerprint": digest.hex(),
            "lang_code": "en",
            "email": "thanks",
            "number": 1,
            "name": "dove",
            "count": 100,
            "table": "days",
            # There are none of these.
            "draft_id": 9_999_999,
            "passkey_id": 9_999_999,
            "session_id": 9_999_999,
            "digest": "0" * 32,
        },
        "organisations": {"slug": organisation.slug, "purpose": "logo"},
        "causes": {"slug": cause.slug},
        "petitions": {"slug": petition.slug},
        "letters": {"slug": letters.slug},
        "events": {"slug": event.slug},
        "updates": {"slug": update.slug},
    }
    values |= {
        name: values["petitions"] for name in ("exports", "deliveries", "answers", "retention")
    }
    values |= {"subscribers": {"export_id": subscriber_file.id}}
    values |= {
        "targets": {
            "slug": organisation.slug,
            "profile_id": target.id,
            "import_id": target_file.id,
            "kind": "csv",
        }
    }
    values |= {"kiosks": values["events"], "mail": values["updates"]}
    return Furnished(organisation, word, cause, people, values)


# What these do ends other routes, so they come last.
LAST = (
    "archive",
    "drop",
    "revoke",
    "delete",
    "delete_import",
    "delete_message",
    "remove",
    "remove_whole",
    "take",
    "call_off",
    "move",
)


def addresses(furnished):
    """Return (endpoint, method, address, requirement, has object) of each guarded route.

    The objects are those of an organisation.
    """
    found = []
    for rule in current_app.url_map.iter_rules():
        permission = getattr(current_app.view_functions[rule.endpoint], "permission", None)
        if rule.rule.startswith("/organize") and permission != ANYBODY:
            endpoint = rule.endpoint.removeprefix("organize.")
            known = furnished.address(endpoint)
            in_address = rule.arguments - (rule.defaults or {}).keys()
            values = {name: known[name] for name in in_address}
            for method in rule.methods - {"HEAD", "OPTIONS"}:
                path = current_app.url_map.bind("").build(rule.endpoint, values, method=method)
                found.append((endpoint, method, path, permission, bool(values)))
    return sorted(found, key=lambda route: (route[1], route[0].endswith(LAST), route[0]))
