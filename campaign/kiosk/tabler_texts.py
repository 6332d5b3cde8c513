"""Texts of the tablet app for tablers: setting up, the panel behind the PIN, and problems."""

from flask_babel import lazy_gettext as _l

SETTING_UP = {
    "pair_heading": _l("Pair this tablet"),
    "pair_hint": _l(
        "An organizer opens the event, then “Kiosks”, and gets a code of eight characters. It is good for 15 minutes."
    ),
    "pair_code": _l("Code"),
    "pair_do": _l("Pair"),
    "pair_scan": _l("Scan the code"),
    "pair_camera": _l("What the camera sees"),
    "pair_former_one": _l(
        "%(count)s signature of the table before still waits here, locked. It goes out by itself; keep this page open.",
        count="{n}",
    ),
    "pair_former_many": _l(
        "%(count)s signatures of the table before still wait here, locked. They go out by themselves; keep this page open.",
        count="{n}",
    ),
    "pair_home": _l(
        "On an iPad or iPhone, add this page to the home screen first, and pair the app that you find there: Safari and the app do not share what they remember."
    ),
    "pair_short": _l("A code has eight characters."),
    "pair_unknown_code": _l("We do not know this code. Look again: it has no O, no I and no L."),
    "pair_expired_code": _l("This code is older than 15 minutes. Ask for a new one."),
    "pair_used_code": _l("Another tablet has used this code. Ask for a new one."),
    "pair_too_many": _l("Too many tries. Wait a few minutes."),
    "pair_no_network": _l("We cannot reach the site. Pairing needs a network, only this once."),
    "pair_no_camera": _l("The camera cannot be used. Type the code instead."),
    "ready_yes": _l("Ready for offline"),
    "ready_no": _l("Not yet ready for offline"),
    "ready_worker": _l("The app is on this tablet"),
    "ready_campaign": _l("The letters are on this tablet, in all languages"),
    "ready_picture": _l("The picture is on this tablet"),
    "ready_sealing": _l("Signatures can be locked"),
    "ready_lasting": _l("The browser keeps all this for good"),
    "ready_lasting_not": _l("The browser does not promise to keep all this"),
    "ready_lasting_hint": _l(
        "The browser may clear this tablet’s memory when it is full. To prevent that, install the app, or say yes when the browser asks to keep data."
    ),
    "ready_lasting_safari": _l(
        "Safari clears this tablet’s memory after seven days without use. To prevent that, leave kiosk mode, add this page to the home screen, and pair the app that you find there."
    ),
    "ready_done": _l("done"),
    "ready_waits": _l("not yet"),
    "ready_begin": _l("Start signing"),
    "ready_again": _l("Look again"),
    "ready_install": _l("Install the app"),
    "ready_show": _l("Ready for offline?"),
    "stuck_storage": _l("This browser keeps nothing"),
    "stuck_storage_hint": _l(
        "Signatures could be lost, so the kiosk does not start. Leave the private window, or free some space on the tablet."
    ),
    "stuck_secure": _l("This address is not secure"),
    "stuck_secure_hint": _l(
        "Signatures are locked by the browser, and it does so only at an address that begins with https."
    ),
    "stuck_campaign": _l("The letters are not here yet"),
    "stuck_campaign_hint": _l(
        "This tablet is paired, but could not download them. Connect it to a network and try again."
    ),
    "try_again": _l("Try again"),
    "taken_heading": _l("This tablet already belongs to a table"),
    "taken_where": _l("It is “%(name)s”: %(place)s", name="{name}", place="{place}"),
    "taken_hint": _l(
        "Somebody opened a pairing code on it. That has changed nothing, and the code is still good for another tablet. With the staff PIN you can pair this one anew."
    ),
    "taken_stay": _l("Stay at this table"),
    "taken_anew": _l("Pair it anew"),
    "anew_heading": _l("Pair this tablet anew?"),
    "anew_hint": _l(
        "It leaves “%(name)s”, and begins at the table of the code %(code)s.",
        name="{name}",
        code="{code}",
    ),
    "anew_waiting_one": _l(
        "%(count)s signature has not been sent yet. It stays locked on this tablet, and goes out to the table where it was signed as soon as there is a network.",
        count="{n}",
    ),
    "anew_waiting_many": _l(
        "%(count)s signatures have not been sent yet. They stay locked on this tablet, and go out to the table where they were signed as soon as there is a network.",
        count="{n}",
    ),
    "anew_keep": _l("Stay at this table"),
    "anew_do": _l("Pair it anew"),
    "anew_anyway": _l("Pair it anew all the same"),
    "nothing_waits": _l("Nothing waits: all that was signed here has been sent."),
}
CREW = {
    "pin_hold": _l("For the people of the table: hold for three seconds"),
    "pin_heading": _l("Table crew"),
    "pin_hint": _l("Enter the six numbers for this table."),
    "pin_none": _l(
        "No PIN has been chosen for this table. An organizer sets it at the event, under “Kiosks”."
    ),
    "pin_keys": _l("Numbers"),
    "pin_clear": _l("Clear"),
    "pin_delete": _l("Delete the last number"),
    "pin_typed_one": _l("%(count)s number entered", count="{n}"),
    "pin_typed_many": _l("%(count)s numbers entered", count="{n}"),
    "pin_left_one": _l("%(count)s try left. Then this tablet waits five minutes.", count="{n}"),
    "pin_left_many": _l("%(count)s tries left. Then this tablet waits five minutes.", count="{n}"),
    "pin_wrong": _l("These are not the numbers of this table."),
    "pin_wait_seconds_one": _l("Too many tries. Try again in %(count)s second.", count="{n}"),
    "pin_wait_seconds_many": _l("Too many tries. Try again in %(count)s seconds.", count="{n}"),
    "pin_wait_one": _l("Too many tries. Try again in %(count)s minute.", count="{n}"),
    "pin_wait_many": _l("Too many tries. Try again in %(count)s minutes.", count="{n}"),
    "back_to_signing": _l("Back to signing"),
    "figure_today": _l("signed here today"),
    "figure_hour": _l("in the last hour"),
    "figure_waiting": _l("on this tablet, not sent yet"),
    "synced_at": _l("Last sent at %(time)s", time="{time}"),
    "synced_never": _l("Nothing has been sent yet"),
    "oldest": _l("The oldest has waited since %(time)s.", time="{time}"),
    "attract_waiting_one": _l("%(count)s not sent yet", count="{n}"),
    "attract_waiting_many": _l("%(count)s not sent yet", count="{n}"),
    "battery": _l("Battery %(percent)s", percent="{percent}"),
    "sync_now": _l("Send now"),
    "syncing": _l("Sending…"),
    "synced": _l("All has been sent."),
    "sync_failed": _l("No network. We keep trying."),
    "sync_partly": _l("Not everything could be sent yet. We keep trying."),
    "code_show": _l("Show the table code"),
    "code_heading": _l("Sign on your own phone"),
    "code_name": _l("QR code that leads to %(address)s", address="{address}"),
    "hour_turn": _l("Day or night colours"),
    "unpair": _l("Leave kiosk mode"),
    "unpair_heading": _l("Leave kiosk mode?"),
    "unpair_hint": _l(
        "The tablet forgets this table. To sign here again it has to be paired anew."
    ),
    "unpair_waiting_one": _l(
        "%(count)s signature has not been sent yet. It stays locked on this tablet, and goes out only while this page is open and there is a network.",
        count="{n}",
    ),
    "unpair_waiting_many": _l(
        "%(count)s signatures have not been sent yet. They stay locked on this tablet, and go out only while this page is open and there is a network.",
        count="{n}",
    ),
    "unpair_keep": _l("Stay in kiosk mode"),
    "unpair_do": _l("Leave kiosk mode"),
    "unpair_anyway": _l("Leave all the same"),
    "shift": _l("Shift"),
    "shift_none": _l("Nobody’s shift is open."),
    "shift_open": _l("%(name)s, since %(time)s", name="{name}", time="{time}"),
    "shift_was": _l("%(name)s, %(start)s to %(end)s", name="{name}", start="{time}", end="{end}"),
    "shift_tally_one": _l("%(count)s signature", count="{n}"),
    "shift_tally_many": _l("%(count)s signatures", count="{n}"),
    "shift_tabler": _l("Your initials or name"),
    "shift_tabler_hint": _l(
        "Who stands at the table now? The signatures of this shift are counted for them."
    ),
    "shift_nameless": _l("Write your initials or your name: the shift is counted for somebody."),
    "shift_start": _l("Start the shift"),
    "shift_end": _l("End the shift and hand over"),
    "paper_show": _l("Emergency paper sheet"),
    "paper_print": _l("Print"),
    "paper_number": _l("No."),
    "paper_letters": _l("Letters (A, B…)"),
    "paper_shown": _l("Name: full, initials, counted"),
    "paper_signature": _l("Signature"),
    "paper_hint": _l(
        "Keep filled sheets out of sight, and give them to an organizer the same day."
    ),
}
PROBLEMS = {
    "offline": _l("No network since %(time)s", time="{time}"),
    "offline_hint": _l(
        "Keep going. Signatures are locked on this tablet and go out by themselves."
    ),
    "problem_revoked": _l("An organizer has stopped this tablet"),
    "problem_revoked_hint": _l(
        "What was signed before goes out by itself, and waits for an organizer’s look."
    ),
    "problem_expired": _l("This tablet’s time at the table is over"),
    "problem_expired_hint": _l(
        "What is signed from now on waits for an organizer’s look. Ask one to extend this tablet."
    ),
    "problem_unknown_kiosk": _l("The site does not know this tablet"),
    "problem_unknown_kiosk_hint": _l(
        "Nothing is lost: signatures stay locked here. Tell an organizer."
    ),
    "problem_busy": _l("The site is busy"),
    "problem_busy_hint": _l("Keep going. We send more slowly."),
    "problem_refused_one": _l("%(count)s signature could not be handed over", count="{n}"),
    "problem_refused_many": _l("%(count)s signatures could not be handed over", count="{n}"),
    "problem_refused_hint": _l(
        "It stays locked on this tablet. Show the tablet to an organizer before you unpair it."
    ),
    "problem_review_one": _l("%(count)s signature waits for an organizer’s look", count="{n}"),
    "problem_review_many": _l("%(count)s signatures wait for an organizer’s look", count="{n}"),
    "problem_review_hint": _l(
        "Nothing is left to do here: an organizer finds it in the workspace, under “Kiosks”. Do not ask the person again."
    ),
    "notes_seen": _l("I have seen this"),
    "note_of": _l("no. %(number)s at %(time)s", number="{number}", time="{time}"),
    "problem_gaps": _l("The site misses some numbers of this tablet"),
    "problem_gaps_hint": _l("Usually they are on their way. If this stays, tell an organizer."),
    "problem_clock": _l("This tablet’s clock is wrong"),
    "problem_clock_hint": _l(
        "It differs by %(difference)s. Signatures are safe. Set the clock when you can.",
        difference="{difference}",
    ),
    "problem_battery": _l("The battery is low"),
    "problem_battery_hint": _l(
        "Plug the tablet in. What was signed is safe even when it goes out."
    ),
    "problem_lasting": _l("The browser may clear this tablet’s memory"),
    "problem_lasting_hint": _l(
        "Send what waits whenever there is a network. “Ready for offline?” says what helps."
    ),
    "problem_update": _l("A new version of the app waits"),
    "problem_update_hint": _l("It comes by itself when nobody is signing."),
    "reason_duplicate": _l("signed before"),
    "reason_closed": _l("the petition had closed"),
    "reason_unknown_petition": _l("the petition is unknown"),
    "reason_invalid": _l("something is missing"),
    "reason_quota": _l("very many in a short time"),
    "reason_revoked": _l("this tablet was revoked"),
    "reason_expired": _l("this table’s time was over"),
    "reason_late": _l("it arrived long after this table’s time"),
    "reason_other_petition": _l("the petition is not one of this table’s"),
    "reason_unreadable": _l("it cannot be opened"),
    "reason_too_large": _l("too large for the site"),
    "reason_malformed": _l("damaged"),
    "reason_other": _l("for another reason"),
}
