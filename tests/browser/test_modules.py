"""The browser script, module by module, on small pages behind the site's strict policy."""

import base64
import hashlib
import json
import os
import re
import threading
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import altcha.v1 as altcha
import pytest
from playwright.sync_api import expect, sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
TESTS = Path(__file__).parents[1]
PAGES = TESTS / "browser" / "pages"
SCRIPTS = TESTS.parent / "static" / "js"
VECTORS = TESTS / "vectors"
BASE = "/static/0a1b2c/js"
POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; form-action 'self'"
KINDS = {".js": "text/javascript", ".html": "text/html; charset=utf-8"}
PULSE = "/causes/butterflies/pulse.json"
AMALIA = {"given_name": "Amalia", "family_name": "Rosales", "email": "amalia@correo.mx"}

pytestmark = pytest.mark.skipif(
    not CHROMIUM.exists(),
    reason=f"NO BROWSER at {CHROMIUM}: the script is untested. Set CHROMIUM to one.",
)


class Site:
    """What the little server answers, and what it was asked."""

    def __init__(self):
        self.count = 1200
        self.petitions = {"find-them": 900}
        self.next_ms = 500
        self.pulse_status = 200
        self.pulse_hangs = threading.Event()
        self.pulses = []
        self.posts = []
        self.post_status = 201
        self.post_waits = 0
        self.challenge = {}
        self.number_after = 3
        self.hatched_asks = 0

    def pulse(self):
        facts = {
            "cause": "butterflies",
            "count": self.count,
            "petitions": self.petitions,
            "next_ms": self.next_ms,
        }
        tag = 'W/"' + hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:12] + '"'
        return {**facts, "at": "2026-09-26T12:00:00.000Z"}, tag


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", kind="application/json", **headers):
        # A browser that left before the answer is no concern of ours.
        with suppress(BrokenPipeError, ConnectionResetError):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

    def json(self, value, status=200, **headers):
        self.answer(status, json.dumps(value).encode(), **headers)

    def do_GET(self):
        site, path = self.server.site, urlsplit(self.path)
        if path.path.startswith(BASE):
            self.file(SCRIPTS / path.path.removeprefix(f"{BASE}/"), {})
        elif path.path.startswith("/pages/"):
            query = {name: values[0] for name, values in parse_qs(path.query).items()}
            self.file(
                PAGES / path.path.removeprefix("/pages/"), {"lang": "en", "altcha": "", **query}
            )
        elif path.path == PULSE:
            self.pulse(site)
        elif path.path == "/altcha.json":
            self.json(site.challenge) if site.challenge is not None else self.answer(500)
        elif path.path == "/hatched/receipt":
            site.hatched_asks += 1
            self.json({"number": 43 if site.hatched_asks >= site.number_after else None})
        else:
            self.answer(404)

    def file(self, path, values):
        if not path.is_file():
            return self.answer(404)
        text = path.read_text()
        for name, value in values.items():
            text = text.replace("{" + name + "}", value)
        return self.answer(200, text.encode(), KINDS[path.suffix])

    def pulse(self, site):
        site.pulses.append((time.monotonic(), dict(self.headers)))
        if site.pulse_hangs.is_set():
            time.sleep(0.05)
            with suppress(ConnectionResetError):
                self.connection.recv(1)
            self.close_connection = True
            return
        answer, tag = site.pulse()
        if site.pulse_status != 200:
            self.json({}, site.pulse_status)
        elif self.headers.get("If-None-Match") == tag:
            self.answer(304, ETag=tag)
        else:
            self.json(answer, ETag=tag)

    def do_POST(self):
        site = self.server.site
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        site.posts.append(parse_qs(body, keep_blank_values=True))
        time.sleep(site.post_waits)
        if self.headers["Accept"] == "application/json":
            self.json({"status": "pending"}, site.post_status)
        else:
            self.answer(303, Location="/pages/thanks.html")


@pytest.fixture(scope="module")
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def site(server):
    server.site = Site()
    return server.site


@pytest.fixture
def context(browser, server, site):
    context = browser.new_context(
        base_url=f"http://127.0.0.1:{server.server_port}",
        timezone_id="America/Mexico_City",
        locale="en-CA",
    )
    context.set_default_timeout(5000)
    yield context
    context.close()


@pytest.fixture
def noises(context):
    """What the pages write to the console, but for the browser's own word on failed answers."""
    noises = []
    context.on("console", lambda message: noises.append(message.text))
    context.on("weberror", lambda error: noises.append(str(error.error)))
    yield noises
    assert [noise for noise in noises if not noise.startswith("Failed to load resource")] == []


@pytest.fixture
def page(context, noises):
    return context.new_page()


def call(page, module, name, *arguments):
    """Call an exported function of static/js/lib/."""
    script = "async ([url, name, args]) => (await import(url))[name](...args)"
    return page.evaluate(script, [f"{BASE}/lib/{module}.js", name, arguments])


def until(claim, seconds=5):
    """Wait until `claim()` holds, and return what it returned."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if result := claim():
            return result
        time.sleep(0.01)
    raise AssertionError("It did not come about")


def hide(page, is_hidden):
    script = """(hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.evaluate(script, is_hidden)


def open_form(page, query="", left=200):
    """Open the petition and wait for its module; who is quicker would sign without script."""
    page.goto(f"/pages/petition.html{query}")
    expect(page.locator("#left")).to_have_text(f"{left} letters left")


def fill_form(page, **words):
    for name, value in {**AMALIA, **words}.items():
        page.locator(f"[name={name}]").fill(value)


def kept(page, key):
    return page.evaluate("(key) => JSON.parse(sessionStorage.getItem(key))", key)


# The house: syntax, and starting modules


def test_the_script_uses_nothing_newer_than_es2020():
    newer = re.compile(
        r"\d_\d|\?\?=|\|\|=|&&=|this\.#|static \{"
        r"|replaceAll|\.at\(|hasOwn\(|Promise\.any|structuredClone"
    )
    for path in SCRIPTS.rglob("*.js"):
        assert not newer.search(path.read_text()), path.name


def test_the_lib_knows_no_document():
    for path in (SCRIPTS / "lib").glob("*.js"):
        assert not re.search(r"\bdocument\b|\bwindow\b", path.read_text()), path.name


def test_a_module_that_fails_stops_no_other(context, noises):
    page = context.new_page()
    page.add_init_script("navigator.share = () => Promise.resolve();")
    page.goto("/pages/controls.html")
    expect(page.locator("#theme")).to_be_visible()
    expect(page.locator("#share")).to_be_visible()
    noises[:] = [noise for noise in noises if "nowhere" not in noise]


def test_pages_work_with_a_storage_that_throws(page, site):
    page.add_init_script("""for (const name of ["localStorage", "sessionStorage"])
        Object.defineProperty(window, name, {
            get() { throw new DOMException("No", "SecurityError"); },
        });""")
    page.goto("/pages/petition.html")
    fill_form(page)
    page.get_by_role("button", name="Sign the petition").click()
    page.wait_for_url("**/thanks.html")
    expect(page.locator("#greeting")).to_have_text("We have written to you.")
    expect(page.locator("[data-resend]")).to_be_hidden()
    assert site.posts[0]["given_name"] == ["Amalia"]


# The pulse


def test_counts_climb_to_what_the_server_says_and_go_down_with_it(page, site):
    site.count = 28_043
    page.goto("/pages/pulse.html")
    for place in ("#cause", "#again", "#outside"):
        expect(page.locator(place)).to_have_text("28,043")
    expect(page.locator("#next")).to_have_text("Yours will be number 28,044")
    site.count = 28_001
    expect(page.locator("#cause")).to_have_text("28,001")


def test_a_count_climbs_through_numbers_between(page, site):
    page.add_init_script("""window.seen = [];
        addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
            window.seen.push(Number(document.getElementById("cause").textContent.replace(",", "")));
        }).observe(document.getElementById("cause"), { childList: true }));""")
    site.count = 1900
    page.goto("/pages/pulse.html")
    expect(page.locator("#cause")).to_have_text("1,900")
    seen = page.evaluate("window.seen")
    assert len(seen) > 3
    assert seen == sorted(seen)


def test_a_count_moves_at_once_for_who_wants_no_motion(context, noises, site):
    page = context.new_page()
    page.emulate_media(reduced_motion="reduce")
    page.add_init_script("window.requestAnimationFrame = () => { window.moved = true; };")
    site.count = 1900
    page.goto("/pages/pulse.html")
    expect(page.locator("#cause")).to_have_text("1,900")
    assert page.evaluate("window.moved") is None


@pytest.mark.parametrize(
    ("lang", "shown"), [("en", "28,043"), ("es", "28,043"), ("fr", "28\u202f043")]
)
def test_a_count_is_written_as_its_language_writes_it(page, site, lang, shown):
    site.count = 28_043
    page.goto(f"/pages/pulse.html?lang={lang}")
    page.wait_for_function(
        "(text) => document.getElementById('cause').textContent === text", arg=shown
    )


def test_a_petition_moves_its_counts_its_bar_and_what_is_left(page, site):
    site.petitions = {"find-them": 955, "another": 3}
    page.goto("/pages/pulse.html")
    expect(page.locator("#find")).to_have_text("955")
    expect(page.locator("#words")).to_have_text("955 signatures")
    expect(page.locator("#bar rect")).to_have_attribute("width", "95.5")
    expect(page.locator("#bar")).to_have_attribute("aria-valuenow", "955")
    expect(page.locator("#bar")).to_have_attribute("aria-valuetext", "955 of 1,000")
    expect(page.locator("#inside")).to_have_text("45 to go")
    expect(page.locator("#apart")).to_have_text("45 to go")
    site.petitions = {"find-them": 1001}
    expect(page.locator("#inside")).to_have_text("The goal is reached")
    expect(page.locator("#apart")).to_have_text("0 to go")
    expect(page.locator("#bar rect")).to_have_attribute("width", "100")


def test_the_page_asks_with_the_tag_and_takes_304_for_still_true(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 3)
    first, second, _ = (headers for _, headers in site.pulses[:3])
    assert "If-None-Match" not in first
    assert second["If-None-Match"] == site.pulse()[1]
    expect(page.locator("#cause")).to_have_text("1,200")
    site.count += 1
    expect(page.locator("#cause")).to_have_text("1,201")


def test_questions_carry_no_cookie_and_let_caches_answer(context, page, site, server):
    context.add_cookies(
        [{"name": "session", "value": "x", "url": f"http://127.0.0.1:{server.server_port}"}]
    )
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 2)
    for _, headers in site.pulses:
        assert "Cookie" not in headers
        assert headers["Cache-Control"] == "max-age=1"


def test_one_address_is_asked_by_one_watcher_at_the_servers_pace(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 4)
    times = [at for at, _ in site.pulses]
    assert all(0.45 < later - earlier < 3 for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    ("next_ms", "failures", "soonest", "latest"),
    [
        (1000, 0, 1000, 1100),
        (10, 0, 500, 550),
        (10**7, 0, 60_000, 66_000),
        (None, 0, 1000, 1100),
        (1000, 1, 900, 1000),
        (1000, 2, 1800, 2000),
        (1000, 4, 7200, 8000),
        (1000, 60, 54_000, 60_000),
    ],
)
def test_pauses_keep_the_servers_pace_and_grow_with_failures(
    page, next_ms, failures, soonest, latest
):
    page.goto("/pages/hatched.html")
    assert call(page, "pulse", "pauseAfter", next_ms, failures, 0) == pytest.approx(soonest)
    assert call(page, "pulse", "pauseAfter", next_ms, failures, 1) == pytest.approx(latest)


def test_two_failures_in_a_row_say_since_when_the_count_is_known_and_one_answer_recovers(
    page, site
):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    page.evaluate(
        """document.addEventListener("volante:pulse-state", ({ detail }) => {
            window.live = detail.isLive;
        })"""
    )
    site.pulse_status = 503
    status = page.locator("#status")
    expect(status).to_have_text(
        re.compile(r"^Not live just now. Counted at \d?\d:\d\d [ap]\.?m\.?\.$", re.IGNORECASE)
    )
    expect(status).to_have_class("is-offline")
    expect(page.locator("#cause")).to_have_text("1,200")
    assert page.evaluate("window.live") is False
    site.pulse_status = 200
    page.wait_for_function("() => window.live === true")


def test_an_answer_without_a_count_changes_nothing(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    site.count = None
    expect(page.locator("#status")).to_have_text(re.compile("^Not live"))
    expect(page.locator("#cause")).to_have_text("1,200")


def test_a_server_that_does_not_answer_is_left_after_eight_seconds(page, site):
    page.clock.install()
    site.pulse_hangs.set()
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) == 1)
    page.clock.run_for(7000)
    assert len(site.pulses) == 1
    page.clock.run_for(1100)
    page.clock.run_for(1100)
    until(lambda: len(site.pulses) == 2)
    page.clock.run_for(8100)
    expect(page.locator("#status")).to_have_text(re.compile("^Not live"))


def test_a_hidden_page_asks_nothing_and_asks_at_once_on_return(page, site):
    page.goto("/pages/pulse.html")
    until(lambda: len(site.pulses) >= 1)
    hide(page, True)
    time.sleep(0.1)
    asked = len(site.pulses)
    time.sleep(0.8)
    assert len(site.pulses) == asked
    site.next_ms = 60_000
    hide(page, False)
    until(lambda: len(site.pulses) == asked + 1)
    # The pace is a minute from here on; the network's return does not wait for it.
    page.wait_for_timeout(50)
    page.evaluate("window.dispatchEvent(new Event('online'))")
    until(lambda: len(site.pulses) == asked + 2)


def test_whoever_listens_gets_each_new_answer(page, site):
    page.add_init_script(
        """window.heard = [];
        document.addEventListener("volante:pulse", ({ detail }) => window.heard.push(detail));"""
    )
    page.goto("/pages/pulse.html")
    page.wait_for_function("() => window.heard.length === 1")
    site.count = 1201
    page.wait_for_function("() => window.heard.length === 2")
    heard = page.evaluate("window.heard")
    assert [answer["count"] for answer in heard] == [1200, 1201]
    assert heard[0]["cause"] == "butterflies"
    assert heard[0]["petitions"] == {"find-them": 900}


def test_the_count_is_read_out_once_in_ten_seconds_at_most(page, site):
    page.clock.install()
    page.goto("/pages/pulse.html")
    status = page.locator("#status")
    site.count = 1201
    until(lambda: page.clock.run_for(200) or status.text_content() == "1,201 butterflies")
    site.count = 1
    until(lambda: page.clock.run_for(200) or page.locator("#cause").text_content() == "1")
    page.clock.run_for(2000)
    assert status.text_content() == "1,201 butterflies"
    page.clock.run_for(10_000)
    assert status.text_content() == "1 butterfly"


# The form


def test_a_slip_in_a_mail_domain_is_seen_and_a_neighbour_left_alone(form_page):
    rows = json.loads((VECTORS / "mail_domains.json").read_text())
    assert len(rows) >= 40
    found = {
        row["typed"]: call(form_page, "mail-domains", "meantAddress", row["typed"]) for row in rows
    }
    assert found == {row["typed"]: row["suggested"] for row in rows}


@pytest.fixture(scope="module")
def form_page(browser, server):
    server.site = Site()
    page = browser.new_page(base_url=f"http://127.0.0.1:{server.server_port}")
    open_form(page)
    yield page
    page.close()


@pytest.mark.parametrize(
    ("given", "family", "shown"),
    [
        ("Amalia", "Rosales", "A. R."),
        ("amalia", "de la Cruz", "A. D."),
        ("Amalia", "", "A."),
        ("", "Rosales", "R."),
        ("  Élodie ", " Ångström", "É. Å."),
        ("E\u0301lodie", "", "É."),
        ("X\u0301a", "", "X\u0301."),
        ("王", "小明", "王. 小."),
        ("عمر", "خيام", "ع. خ."),
        ("𐐨𐐩", "𠮷田", "𐐀. 𠮷."),
        ("", "  ", ""),
    ],
)
def test_initials_are_the_first_letters_of_any_script(form_page, given, family, shown):
    assert call(form_page, "initials", "initials", given, family, "en") == shown


def test_initials_without_a_segmenter_keep_accents_and_pairs_whole(page):
    page.add_init_script("delete Intl.Segmenter;")
    open_form(page)
    assert call(page, "initials", "initials", "X\u0301a", "𠮷田", "fr") == "X\u0301. 𠮷."


def test_a_name_is_previewed_as_it_will_stand(page):
    open_form(page)
    page.locator("[name=given_name]").press_sequentially("Amalia")
    expect(page.locator("[data-preview=initials]")).to_have_text("A.")
    page.locator("[name=family_name]").fill("Rosales")
    expect(page.locator("[data-preview=full]")).to_have_text("Amalia Rosales")
    expect(page.locator("[data-preview=initials]")).to_have_text("A. R.")
    page.locator("[name=given_name]").fill("")
    page.locator("[name=family_name]").fill("")
    expect(page.locator("[data-preview=initials]")).to_have_text("Such as A. R.")


def test_letters_are_counted_down_and_read_out_only_near_the_end(page):
    page.clock.install()
    open_form(page)
    hint, speaker = page.locator("#left"), page.locator("#left + [role=status]")
    expect(hint).to_have_text("200 letters left")
    page.locator("textarea").fill("a" * 100)
    page.clock.run_for(1500)
    expect(hint).to_have_text("100 letters left")
    assert speaker.text_content() == ""
    page.locator("textarea").fill("a" * 199)
    expect(hint).to_have_text("1 letter left")
    assert speaker.text_content() == ""
    page.clock.run_for(1500)
    assert speaker.text_content() == "1 letter left"


def test_a_slip_in_the_address_is_offered_to_be_mended(page):
    open_form(page)
    page.locator("#email").fill("amalia@gmial.com")
    page.locator("[name=given_name]").focus()
    page.get_by_role("button", name="Did you mean amalia@gmail.com?").click()
    expect(page.locator("#email")).to_have_value("amalia@gmail.com")
    expect(page.locator("#email")).to_be_focused()
    expect(page.locator("[data-mail-suggestion]")).to_be_empty()


def test_a_suggestion_stops_nobody(page, site):
    open_form(page)
    fill_form(page, email="amalia@gmial.com")
    page.get_by_role("button", name="Sign the petition").click()
    page.wait_for_url("**/thanks.html")
    assert site.posts[0]["email"] == ["amalia@gmial.com"]


def test_pressing_twice_signs_once(page, site):
    site.post_waits = 0.4
    open_form(page)
    fill_form(page)
    meanwhile = page.evaluate("""async () => {
        const button = document.querySelector("button[data-sending]");
        button.click();
        button.click();
        await new Promise((resolve) => setTimeout(resolve, 20));
        return [button.disabled, button.textContent.trim()];
    }""")
    assert meanwhile == [True, "Sending …"]
    page.wait_for_url("**/thanks.html")
    assert len(site.posts) == 1


def test_the_button_wakes_on_a_page_that_comes_back_whole(page):
    open_form(page)
    fill_form(page)
    page.evaluate("""() => {
        document.forms[0].addEventListener("submit", (event) => event.preventDefault());
        document.querySelector("button[data-sending]").click();
    }""")
    button = page.locator("form button[data-sending]")
    expect(button).to_be_disabled()
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(button).to_be_enabled()
    expect(button).to_have_text("Sign the petition")


def test_typed_words_come_back_after_a_reload_and_spare_what_is_filled(page):
    open_form(page)
    fill_form(page, comment="Until all are home")
    page.locator("[name=country]").select_option("MX")
    page.locator("[name=name_display][value=initials]").check()
    page.locator("[name=subscribe]").check()
    # A fresh visit in the same tab: nothing is left to the browser's own memory of the form.
    page.goto("/pages/hatched.html")
    open_form(page, left=182)
    expect(page.locator("[name=email]")).to_have_value("amalia@correo.mx")
    expect(page.locator("textarea")).to_have_value("Until all are home")
    expect(page.locator("[name=country]")).to_have_value("MX")
    expect(page.locator("[name=name_display][value=initials]")).to_be_checked()
    expect(page.locator("[name=subscribe]")).to_be_checked()
    expect(page.locator("[data-preview=full]")).to_have_text("Amalia Rosales")
    expect(page.locator("[name=version]")).to_have_value("3")


def test_what_was_signed_is_remembered_without_the_trap_and_the_draft_ends(page):
    open_form(page)
    fill_form(page)
    page.get_by_role("button", name="Sign the petition").click()
    page.wait_for_url("**/thanks.html")
    expect(page.locator("[data-correct]")).to_be_visible()
    expect(page.locator("#anew")).to_be_hidden()
    signed = kept(page, "volante:signed")
    assert signed["petition"] == "find-them"
    assert (signed["given_name"], signed["email"]) == ("Amalia", "amalia@correo.mx")
    assert signed["form"]["version"] == "3"
    assert signed["form"]["name_display"] == "counted"
    assert not {"website", "altcha"} & signed["form"].keys()
    assert abs(signed["at"] - time.time() * 1000) < 60_000
    assert kept(page, "volante:draft:find-them") is None


# The proof of work


def sign_with_proof(page):
    open_form(page, "?altcha=data-altcha=/altcha.json")
    fill_form(page)
    page.get_by_role("button", name="Sign the petition").click()


def test_a_proof_of_work_is_found_that_the_server_accepts(page, site):
    challenge = altcha.create_challenge(hmac_key="key", max_number=5000, number=4321)
    site.challenge = {
        "algorithm": challenge.algorithm,
        "challenge": challenge.challenge,
        "maxnumber": 5000,
        "salt": challenge.salt,
        "signature": challenge.signature,
    }
    sign_with_proof(page)
    page.wait_for_url("**/thanks.html")
    [proof] = site.posts[0]["altcha"]
    assert json.loads(base64.b64decode(proof))["number"] == 4321
    assert altcha.verify_solution(proof, "key") == (True, None)


@pytest.mark.parametrize("length", [0, 12, 40, 46, 47, 48, 54, 55, 56, 63, 64, 120])
def test_the_workers_hash_is_right_at_every_length_of_salt(form_page, length):
    salt = "é" * (length // 2) + "s" * (length % 2)
    challenge = hashlib.sha256(f"{salt}1234".encode()).hexdigest()
    script = """([url, task]) => new Promise((resolve) => {
        const worker = new Worker(url);
        worker.onmessage = ({ data }) => { worker.terminate(); resolve(data); };
        worker.postMessage(task);
    })"""
    task = {"salt": salt, "challenge": challenge, "maxnumber": 2000}
    assert form_page.evaluate(script, [f"{BASE}/lib/altcha-worker.js", task]) == 1234


@pytest.mark.parametrize(
    "challenge", [{}, None, {"algorithm": "SHA-512", "challenge": "ab", "salt": "s"}]
)
def test_without_a_challenge_that_can_be_solved_the_form_goes_all_the_same(page, site, challenge):
    site.challenge = challenge
    sign_with_proof(page)
    page.wait_for_url("**/thanks.html")
    assert site.posts[0]["altcha"] == [""]


def test_a_proof_that_takes_too_long_is_given_up(form_page, server):
    server.site.challenge = {
        "algorithm": "SHA-256",
        "challenge": "0" * 64,
        "maxnumber": 10**12,
        "salt": "s",
        "signature": "x",
    }
    assert call(form_page, "altcha", "proofFor", "/altcha.json", 150) == ""


# After signing


def sign(page, **words):
    open_form(page)
    fill_form(page, **words)
    page.get_by_role("button", name="Sign the petition").click()
    page.wait_for_url("**/thanks.html")


def test_the_thanks_page_greets_by_name_and_treats_it_as_text(page):
    sign(page, given_name="<b>Amalia</b>")
    expect(page.locator("#greeting")).to_have_text(
        "Thank you, <b>Amalia</b>. We have written to amalia@correo.mx."
    )


@pytest.mark.parametrize("signed", [{"at": 0}, {"petition": "another"}, None])
def test_the_thanks_page_of_another_hour_petition_or_tab_stays_as_it_was_made(page, signed):
    page.goto("/pages/hatched.html")
    record = {
        "petition": "find-them",
        "given_name": "Amalia",
        "email": "a@b.mx",
        "form": {},
        "at": time.time() * 1000,
    }
    page.evaluate(
        "(record) => sessionStorage.setItem('volante:signed', JSON.stringify(record))",
        signed and {**record, **signed},
    )
    page.goto("/pages/thanks.html")
    expect(page.locator("#greeting")).to_have_text("We have written to you.")
    expect(page.locator("[data-correct]")).to_be_hidden()
    expect(page.locator("#anew")).to_be_visible()
    expect(page.locator("[data-resend]")).to_be_hidden()


def test_sending_again_waits_a_minute_then_posts_the_same_form_and_says_so(page, site):
    page.clock.install()
    sign(page)
    button = page.locator("[data-resend]")
    expect(button).to_have_text(re.compile(r"Send again in (60|5\d) seconds"))
    button.dispatch_event("click")
    page.clock.run_for(59_000)
    page.clock.run_for(2000)
    expect(button).to_have_text("Send again")
    assert len(site.posts) == 1
    button.click()
    expect(page.locator("#said")).to_have_text("Sent again.")
    first, second = site.posts
    assert second == {name: values for name, values in first.items() if name != "website"}
    expect(button).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(59_500)
    expect(button).to_have_text("Send again in 1 second")


def test_sending_again_says_when_it_did_not_work_and_waits_for_the_next_try(page, site):
    page.clock.install()
    sign(page)
    page.clock.run_for(61_000)
    site.post_status = 429
    button = page.locator("[data-resend]")
    button.click()
    expect(page.locator("#said")).to_have_text("That did not work.")
    expect(button).to_have_text(re.compile(r"Send again in (60|5\d) seconds"))
    assert len(site.posts) == 2


def test_correcting_the_address_brings_the_form_back_filled(page):
    sign(page)
    page.get_by_role("link", name="Correct it here").click()
    expect(page.locator("[name=email]")).to_have_value("amalia@correo.mx")
    expect(page.locator("[name=family_name]")).to_have_value("Rosales")


def test_a_hatched_number_reloads_the_page_once_it_is_there(page, site):
    page.goto("/pages/hatched.html#top")
    page.wait_for_url("**/pages/hatched.html")
    assert site.hatched_asks >= 3


def test_waiting_for_a_number_ends_after_twenty_questions(page, site):
    site.number_after = 1000
    page.clock.install()
    page.goto("/pages/hatched.html")
    late = page.locator("[data-late]")
    until(lambda: page.clock.run_for(4000) or late.is_visible(), 8)
    assert site.hatched_asks == 20


# Small controls


def test_the_signing_bar_leaves_while_the_form_is_in_view(page):
    open_form(page)
    bar = page.locator("#bar")
    expect(bar).to_be_visible()
    page.locator("#sign").scroll_into_view_if_needed()
    expect(bar).to_be_hidden()
    expect(bar).to_have_class("is-gone")
    page.evaluate("window.scrollTo(0, 0)")
    expect(bar).to_be_visible()


@pytest.fixture
def controls(context, noises):
    page = context.new_page()
    page.goto("/pages/controls.html")
    yield page
    noises[:] = [noise for noise in noises if "nowhere" not in noise]


def test_night_is_chosen_remembered_and_there_before_the_page_is_painted(controls):
    button = controls.locator("#theme")
    expect(button).to_have_text("Day")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_text("Night")
    expect(button).to_have_attribute("aria-pressed", "true")
    controls.add_init_script("""document.addEventListener("readystatechange", () => {
        window.early = window.early || document.documentElement.dataset.theme;
    });""")
    controls.reload()
    assert controls.evaluate("window.early") == "night"
    expect(button).to_have_text("Night")
    button.click()
    expect(controls.locator("html")).to_have_attribute("data-theme", "day")


def test_a_link_is_copied_and_the_button_says_so(context, controls):
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    controls.locator("#copy").click()
    expect(controls.locator("#copy")).to_have_text("Copied")
    assert (
        controls.evaluate("navigator.clipboard.readText()")
        == "https://volante.example/en/petitions/find-them"
    )
    expect(controls.locator("#copy")).to_have_text("Copy the link")


def test_a_link_is_copied_without_a_clipboard_to_write_to(context, controls):
    controls.evaluate("""() => {
        Object.defineProperty(navigator, "clipboard", { value: undefined });
        document.addEventListener("copy", () => { window.copied = document.activeElement.value; });
    }""")
    controls.locator("#copy").click()
    expect(controls.locator("#copy")).to_have_text("Copied")
    assert controls.evaluate("window.copied") == "https://volante.example/en/petitions/find-them"


def test_sharing_is_offered_only_where_the_browser_can(context, noises):
    page = context.new_page()
    page.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'share', { value: undefined, writable: true });"
    )
    page.goto("/pages/controls.html")
    expect(page.locator("#copy")).to_be_visible()
    expect(page.locator("#share")).to_be_hidden()
    page.add_init_script(
        "navigator.share = (what) => { window.shared = what; return Promise.reject(new Error()); };"
    )
    page.reload()
    page.locator("#share").click()
    assert page.evaluate("window.shared.title") == "Find them"
    assert page.evaluate("window.shared.url").endswith("/pages/controls.html")
    noises[:] = [noise for noise in noises if "nowhere" not in noise]


def test_the_error_summary_takes_focus_and_leads_to_the_fields(controls):
    expect(controls.locator("#summary")).to_be_focused()
    controls.get_by_role("link", name="The address stops").click()
    expect(controls.locator("#email")).to_be_focused()
    controls.get_by_role("link", name="Choose how").click()
    expect(controls.locator("#first")).to_be_focused()
