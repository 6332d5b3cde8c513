"""Tests of the whole journey on an empty site, from the first organizer to the public receipt.

The first organizer invites another. They publish a petition in three languages and collect 200
signatures, some of them held. They review these, then open and count the pack, and everyone can
read the receipt.
"""

import hashlib
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from tests.browser.crowd import confirm_all, emails_in, sign_all, supporters, wait_for_count
from tests.browser.http_supporter import email_to
from tests.browser.modules.actions import loads_until
from tests.browser.organize.packs import Pack
from tests.browser.organize.steps import accept, go, look, secure
from tests.browser.served_site import ServedSite

pytestmark = pytest.mark.slow

CAUSE, PETITION = "rivers-for-all", "let-the-river-run"
OWNER = "noor@river.example"
WORDS = {
    "es": (
        "Que corra el río",
        "Pedimos que se abra la presa.",
        "Señora ministra:\n\n1. **Abra** la presa.",
    ),
    "en": (
        "Let the river run",
        "We ask that the dam be opened.",
        "Minister,\n\n1. **Open** the dam.",
    ),
    "fr": (
        "Laissez couler la rivière",
        "Nous demandons l’ouverture du barrage.",
        "Madame la ministre,\n\n1. **Ouvrez** le barrage.",
    ),
}
TARGETS = {
    "es": "La ministra del agua",
    "en": "The minister of water",
    "fr": "La ministre de l’eau",
}
QUESTION = {
    "es": ("¿Vives junto al río?", "Sí\nNo"),
    "en": ("Do you live by the river?", "Yes\nNo"),
    "fr": ("Vivez-vous près de la rivière ?", "Oui\nNon"),
}
ANSWER = "answers-vives-junto-al-rio"
SIGNED, SILENT, HELD, REJECTED, COMMENTED, HIDDEN, ON_PAPER, WITHDRAWN = 200, 4, 5, 2, 6, 1, 3, 1
COUNTED = SIGNED - SILENT - REJECTED + ON_PAPER - WITHDRAWN
HELD_DOMAIN = "throwaway.example"
PAPER = """Nombre;Apellidos;C.P.;País;¿Vives junto al río?;Hoja;Fila
Aurora;Ribera;06600;MX;Sí;1;1
Aurora;Vega;06600;MX;No;1;2
Aurora;Soto;06600;MX;Sí;1;3
"""
MADE_MS = 240_000


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A separate site, so that every number belongs to this test."""
    site = ServedSite(tmp_path_factory.mktemp("road")).start(demo=False)
    yield site
    site.stop()


def test_first_organizer_reaches_the_public_receipt(newcomer, arrive, served, tmp_path):
    admin = newcomer(lang="es", width=1440)
    accept(admin)
    secure(admin)
    _begin_cause(admin)
    _invite(admin)
    owner = arrive(lang="es", width=390)
    _come_in(owner, served)
    _begin_petition(owner)
    _write(owner)
    _settle(owner)
    _publish(owner)
    _set_rule(owner)

    _sign(served, tmp_path)
    _decide_on_held(owner)
    wait_for_count(served.url, CAUSE, COUNTED + WITHDRAWN)
    _read_comments(owner)
    _withdraw(owner)
    wait_for_count(served.url, CAUSE, COUNTED)

    _count(_pack(owner))
    _note_receipt(owner)
    _look_as_everyone(arrive(lang="fr", scripts=False))
    _open(owner, "audit/?about=exports")
    expect(owner.page.locator(".audit-row").first).to_contain_text("Para el ministerio")
    # The command fails where a count and the signatures differ.
    served.flask("signatures", "audit")


def _begin_cause(admin):
    page = admin.page
    _open(admin, "causes/new")
    page.locator("#en > summary").click()
    for lang, title in (("es", "Ríos para todos"), ("en", "Rivers for all")):
        page.fill(f"[name=title_{lang}]", title)
        page.fill(f"[name=summary_{lang}]", title)
    page.fill("[name=slug]", CAUSE)
    page.locator(".text-actions button").first.dblclick()
    expect(page).to_have_url(re.compile(f"/causes/{CAUSE}$"))
    page.locator("form[action$='/publish'] button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _invite(admin):
    page = admin.page
    _open(admin, "people/invite")
    page.fill("[name=email]", OWNER)
    page.check("[name=role][value=owner]")
    page.select_option("[name=cause]", index=1)
    page.locator("main form button[type=submit]").click()
    expect(page.locator("main")).to_contain_text(OWNER)


def _come_in(owner, served):
    link = re.search(
        r"http\S+/organize/invitations/[\w.-]+", email_to(served.url, OWNER, "es")
    ).group()
    owner.page.goto(link)
    accept(owner)
    secure(owner)
    expect(owner.page.locator("html")).to_have_attribute("lang", "es")


def _begin_petition(owner):
    page = owner.page
    go(owner, "petitions/new", "petition on a new site")
    page.select_option("[name=lang]", "es")
    page.fill("[name=title]", WORDS["es"][0])
    page.fill("[name=slug]", PETITION)
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".guide [aria-current=step]")).to_be_visible()


def _write(owner):
    page = owner.page
    _open(owner, f"petitions/{PETITION}/letter")
    for lang, (title, summary, body) in WORDS.items():
        sheet = page.locator(f"#{lang}")
        if sheet.get_attribute("open") is None:
            sheet.locator("> summary").click()
        for part, words in (("title", title), ("summary", summary), ("body", body)):
            page.fill(f"[name={part}_{lang}]", words)
        expect(page.locator(f"[data-preview-of=body_{lang}] li strong")).to_be_visible()
    _save(owner)


def _settle(owner):
    page = owner.page
    _open(owner, f"petitions/{PETITION}/targets")
    for lang, name in TARGETS.items():
        page.fill(f"[name=rows-0-{lang}]", name)
    _save(owner)
    _open(owner, f"petitions/{PETITION}/form")
    page.locator("[name=press][value=add]").click()
    page.select_option("[name=rows-0-type]", "choice")
    page.check("[name=rows-0-required]")
    for lang, (label, choices) in QUESTION.items():
        page.fill(f"[name=rows-0-label_{lang}]", label)
        page.fill(f"[name=rows-0-choices_{lang}]", choices)
    look(owner, "question on a phone")
    _save(owner)
    # People are told when they sign, so this is chosen before the first signature.
    _open(owner, f"handovers/{PETITION}/contents")
    for detail in ("country", "day", "shown_comment"):
        page.check(f"[name=details][value={detail}]")
    _save(owner)
    _open(owner, f"petitions/{PETITION}")
    page.fill("[name=goal]", "220")
    page.locator(".goal-form button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _publish(owner):
    page = owner.page
    page.locator(f"a[href$='/{PETITION}/publish']").click()
    expect(page.locator(".check-rows li")).to_have_count(5)
    page.locator("form[action$='/publish'] button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _set_rule(owner):
    page = owner.page
    _open(owner, "rules/new")
    page.check("[name=kind][value=mail_domain]")
    page.fill("[name=pattern]", HELD_DOMAIN)
    page.select_option("[name=where]", index=1)
    page.locator("main form button[type=submit]").click()
    page.locator("form[action$='/on'] button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _sign(served, tmp_path):
    """Let everyone sign.

    The first are held, the next leave comments, and the last never confirm. Three signed on paper.
    """
    people = supporters(SIGNED, **{ANSWER: "Sí"})
    for number, who in enumerate(people):
        if number < HELD:
            who.words["email"] = f"passer.{number}@{HELD_DOMAIN}"
        elif number < HELD + COMMENTED:
            who.words["comment"] = f"El río, {number}"
            # Comments are shared only beside a shown name.
            who.words["name_display"] = "full"
    sign_all(served.url, PETITION, people)
    left = confirm_all(emails_in(served.var / "mail", SIGNED), people[:-SILENT])
    assert set(left) == {who.words["email"] for who in people[-SILENT:]}
    # A repeat is thanked and not counted twice, however the email address is written.
    again = people[HELD]
    sign_all(
        served.url,
        PETITION,
        [again._replace(words={**again.words, "email": again.words["email"].upper()})],
    )
    (tmp_path / "hojas.csv").write_text(PAPER, encoding="utf-8")
    served.flask("signatures", "import", PETITION, str(tmp_path / "hojas.csv"))
    wait_for_count(served.url, CAUSE, SIGNED - SILENT - HELD + ON_PAPER)


def _decide_on_held(owner):
    page = owner.page
    _open(owner, "held/")
    rows = page.locator(".queue-row")
    expect(rows).to_have_count(HELD)
    expect(page.locator(".held-reason", has_text=HELD_DOMAIN)).to_have_count(HELD)
    ticks = page.locator("[name=ticked]")
    for place in range(REJECTED):
        ticks.nth(place).check()
    owner.page_errors.allowed.add(422)
    page.locator("[value='reject.ticked']").click()
    look(owner, "turned away without a reason")
    expect(page.locator("#reason")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=ticked]:checked")).to_have_count(REJECTED)
    page.fill("[name=reason]", "Direcciones de usar y tirar")
    page.locator("[value='reject.ticked']").click()
    expect(rows).to_have_count(HELD - REJECTED)
    page.locator("[value='let_through.shown']").click()
    expect(rows).to_have_count(0)
    look(owner, "nothing held on a phone")


def _read_comments(owner):
    """Review comments by keyboard: the first stays hidden, the others are approved."""
    page, keys = owner.page, owner.page.keyboard
    _open(owner, "comments/")
    expect(page.locator(".queue-row")).to_have_count(COMMENTED)
    keys.press("j")
    keys.press("h")
    for _ in range(COMMENTED - HIDDEN):
        keys.press("a")
    expect(page.locator("[value=show]:checked")).to_have_count(COMMENTED - HIDDEN)
    keys.press("s")
    expect(page.locator(".alert--success")).to_be_visible()
    expect(page.locator(".queue-row")).to_have_count(0)


def _withdraw(owner):
    page = owner.page
    _open(owner, "signatures/?words=supporter.20%40correo.mx")
    page.locator("main tbody a").click()
    page.locator("details:has(form[action$='/withdraw']) > summary").click()
    page.locator("form[action$='/withdraw'] [name=reason]").fill("Lo pidió por carta")
    page.locator("form[action$='/withdraw'] button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _pack(owner):
    """Request the pack, wait for it, and return it. The page must describe it correctly."""
    page = owner.page
    _open(owner, f"handovers/{PETITION}/pack")
    page.fill("#purpose", "Para el ministerio")
    page.select_option("[name=lang]", "es")
    page.locator("main form button[type=submit]").first.click()
    link = page.locator("main a[href$='/download']")
    expect(link).to_be_visible(timeout=MADE_MS)
    look(owner, "pack ready on a phone")
    expect(page.locator("[data-rows]")).to_have_attribute("data-rows", str(COUNTED))
    with page.expect_download() as waiting:
        link.click()
    content = waiting.value.path().read_bytes()
    expect(page.locator(".export-digest")).to_have_text(hashlib.sha256(content).hexdigest())
    return Pack(content)


def _count(pack):
    """Count three times: lines on paper, rows of the table, and the number in the cover letter."""
    assert pack.numbers_on_paper() == list(range(1, COUNTED + 1))
    rows = pack.rows()
    assert Counter(row["evidence"] for row in rows) == {
        "email": COUNTED - ON_PAPER,
        "paper": ON_PAPER,
    }
    letter = pack.lines("cover-letter.pdf")
    for figure in (COUNTED - ON_PAPER, ON_PAPER, COUNTED):
        assert any(line.endswith(f" {figure}") for line in letter)
    for words in (TARGETS["es"], "Abra la presa"):
        assert any(words in line for line in letter)
    on_paper = "\n".join(pack.lines("signatures.pdf"))
    assert on_paper.count("El río, ") == COMMENTED - HIDDEN
    assert (
        on_paper.count("Zora Quetzalli")
        == sum(row["shown_name"] == "Zora Quetzalli" for row in rows)
        > 0
    )
    assert "@" not in on_paper


def _note_receipt(owner):
    page = owner.page
    _open(owner, f"handovers/{PETITION}")
    expect(page.locator("[name=signatures]")).to_have_value(str(COUNTED))
    page.fill("#day", datetime.now(UTC).date().isoformat())
    page.fill("#received_by", "La oficialía de partes")
    page.locator("form[action$='/receipts'] button").click()
    expect(page.locator(".alert--success")).to_be_visible()


def _look_as_everyone(reader):
    page = reader.page
    page.goto(f"/fr/petitions/{PETITION}")
    expect(page.locator("h1")).to_have_text(WORDS["fr"][0])
    loads_until(page, lambda: "La oficialía de partes" in page.locator("main").inner_text())
    expect(page.locator("main")).to_contain_text(str(COUNTED))


def _open(visitor, path):
    visitor.page.goto(f"/organize/{path}")


def _save(owner):
    """Press the save button. The page that follows must confirm it."""
    owner.page.locator("main form .actions button.button--secondary").last.click()
    expect(owner.page.locator(".alert--success")).to_be_visible()
