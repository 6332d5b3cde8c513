"""Texts of the tablet app for tablers: setting up, the panel behind the PIN, and problems."""

from flask_babel import lazy_gettext as _l

SETTING_UP = {
    "pair_heading": _l("Pair this tablet"),
    "pair_hint": _l(
        "Ask an organizer for a code. In the workspace, they open “Tablets”, choose the event and press “Pair a tablet”. The code works for 15 minutes."
    ),
    "pair_code": _l("Code"),
    "pair_do": _l("Pair"),
    "pair_scan": _l("Scan the code"),
    "pair_camera": _l("Camera view"),
    "pair_former_one": _l(
        "%(count)s signature from the previous table is still on this tablet, encrypted. Keep the app open until it is sent.",
        count="{n}",
    ),
    "pair_former_many": _l(
        "%(count)s signatures from the previous table are still on this tablet, encrypted. Keep the app open until they are sent.",
        count="{n}",
    ),
    "pair_home": _l(
        "On an iPad or iPhone, first add this page to the Home Screen. Then open it from there and pair the tablet."
    ),
    "pair_short": _l("Enter all eight characters of the code."),
    "pair_unknown_code": _l("This code is not correct. Check it again. Codes have no O, I or L."),
    "pair_expired_code": _l("This code has expired. Ask for a new one."),
    "pair_used_code": _l("Another tablet has used this code. Ask for a new one."),
    "pair_too_many": _l("Too many attempts. Wait a few minutes."),
    "pair_no_network": _l(
        "We cannot reach the site. Connect this tablet to the internet to pair it."
    ),
    "pair_no_camera": _l("We cannot use the camera. Enter the code instead."),
    "ready_yes": _l("Ready to work offline"),
    "ready_no": _l("Not ready to work offline yet"),
    "ready_worker": _l("The app is on this tablet"),
    "ready_campaign": _l("The petitions are on this tablet, in all languages"),
    "ready_picture": _l("The montage is on this tablet"),
    "ready_sealing": _l("This tablet can encrypt signatures"),
    "ready_lasting": _l("The browser will keep this data"),
    "ready_lasting_not": _l("The browser may delete the app’s data"),
    "ready_lasting_hint": _l(
        "This can happen when storage is full. To prevent it, install the app, or allow the browser to keep data."
    ),
    "ready_lasting_safari": _l(
        "Safari deletes the app’s data after seven days without use. To prevent that, unpair this tablet, add this page to the Home Screen, and pair again from there."
    ),
    "ready_done": _l("done"),
    "ready_waits": _l("not yet"),
    "ready_begin": _l("Start signing"),
    "ready_again": _l("Check again"),
    "ready_install": _l("Install the app"),
    "ready_show": _l("Check if the tablet works offline"),
    "stuck_storage": _l("This browser cannot save signatures"),
    "stuck_storage_hint": _l(
        "If this is a private window, open the app in a normal one. Otherwise, free up some space on the tablet. Until then, the app does not start, so that no signature is lost."
    ),
    "stuck_secure": _l("This web address is not secure"),
    "stuck_secure_hint": _l(
        "Use one that begins with https. Without it, the browser cannot encrypt signatures."
    ),
    "stuck_campaign": _l("The petitions are not on this tablet yet"),
    "stuck_campaign_hint": _l(
        "This tablet is paired, but it could not download the petitions. Connect it to the "
        "internet and try again."
    ),
    "try_again": _l("Try again"),
    "taken_heading": _l("This tablet already belongs to a table"),
    "taken_where": _l("“%(name)s”, %(place)s", name="{name}", place="{place}"),
    "taken_hint": _l(
        "Someone tried a pairing code on this tablet. Nothing has changed, and the code still works for another tablet. To pair this one again, use the team PIN."
    ),
    "taken_stay": _l("Stay at this table"),
    "taken_pair_again": _l("Pair this tablet again"),
    "pair_again_heading": _l("Pair this tablet again?"),
    "pair_again_hint": _l(
        "This tablet will leave “%(name)s” and join the table with code %(code)s.",
        name="{name}",
        code="{code}",
    ),
    "pair_again_waiting_one": _l(
        "%(count)s signature has not been sent yet. The app will send it when there is internet, and it will count for the table where it was signed.",
        count="{n}",
    ),
    "pair_again_waiting_many": _l(
        "%(count)s signatures have not been sent yet. The app will send them when there is internet, and they will count for the table where they were signed.",
        count="{n}",
    ),
    "pair_again_keep": _l("Stay at this table"),
    "pair_again_do": _l("Pair this tablet again"),
    "pair_again_anyway": _l("Pair again anyway"),
    "nothing_waits": _l("All signatures from this tablet have been sent."),
}
PANEL = {
    "pin_hold": _l("Table team: press and hold for three seconds"),
    "pin_heading": _l("Table team"),
    "pin_hint": _l("Enter the six-digit team PIN."),
    "pin_none": _l(
        "There is no team PIN yet. An organizer can set one for this event in the workspace, under “Tablets”."
    ),
    "pin_keys": _l("Digits"),
    "pin_clear": _l("Clear"),
    "pin_delete": _l("Delete last digit"),
    "pin_typed_one": _l("%(count)s digit entered", count="{n}"),
    "pin_typed_many": _l("%(count)s digits entered", count="{n}"),
    "pin_left_one": _l(
        "%(count)s attempt left. After that, you must wait five minutes.", count="{n}"
    ),
    "pin_left_many": _l(
        "%(count)s attempts left. After that, you must wait five minutes.", count="{n}"
    ),
    "pin_wrong": _l("Wrong PIN."),
    "pin_wait_seconds_one": _l("Too many attempts. Try again in %(count)s second.", count="{n}"),
    "pin_wait_seconds_many": _l("Too many attempts. Try again in %(count)s seconds.", count="{n}"),
    "pin_wait_one": _l("Too many attempts. Try again in %(count)s minute.", count="{n}"),
    "pin_wait_many": _l("Too many attempts. Try again in %(count)s minutes.", count="{n}"),
    "back_to_signing": _l("Back to signing"),
    "figure_today_one": _l("signature on this tablet today"),
    "figure_today_many": _l("signatures on this tablet today"),
    "figure_hour_one": _l("in the last hour"),
    "figure_hour_many": _l("in the last hour"),
    "figure_waiting_one": _l("on this tablet, not sent yet"),
    "figure_waiting_many": _l("on this tablet, not sent yet"),
    "synced_at": _l("Last sent at %(time)s", time="{time}"),
    "synced_never": _l("Nothing has been sent yet"),
    "oldest": _l("The oldest signature is from %(time)s.", time="{time}"),
    "attract_waiting_one": _l("%(count)s not sent yet", count="{n}"),
    "attract_waiting_many": _l("%(count)s not sent yet", count="{n}"),
    "battery": _l("Battery %(percent)s", percent="{percent}"),
    "sync_now": _l("Send now"),
    "syncing": _l("Sending…"),
    "synced": _l("Everything has been sent."),
    "sync_failed": _l("No internet. We will keep trying."),
    "sync_partly": _l("We could not send everything yet. We will keep trying."),
    "code_show": _l("Show the QR code for phones"),
    "code_heading": _l("Sign on your own phone"),
    "code_name": _l("QR code that opens %(address)s", address="{address}"),
    "hour_turn": _l("Switch between light and dark mode"),
    "unpair": _l("Unpair this tablet"),
    "unpair_heading": _l("Unpair this tablet?"),
    "unpair_hint": _l(
        "This tablet will no longer belong to this table. To use it here later, you must pair it again."
    ),
    "unpair_waiting_one": _l(
        "%(count)s signature has not been sent yet. Keep the app open, with internet, until it is sent.",
        count="{n}",
    ),
    "unpair_waiting_many": _l(
        "%(count)s signatures have not been sent yet. Keep the app open, with internet, until they are sent.",
        count="{n}",
    ),
    "unpair_keep": _l("Keep it paired"),
    "unpair_do": _l("Unpair this tablet"),
    "unpair_anyway": _l("Unpair anyway"),
    "shift": _l("Shift"),
    "shift_none": _l("No shift has started."),
    "shift_open": _l("%(name)s, since %(time)s", name="{name}", time="{time}"),
    "shift_was": _l("%(name)s, %(start)s to %(end)s", name="{name}", start="{time}", end="{end}"),
    "shift_tally_one": _l("%(count)s signature", count="{n}"),
    "shift_tally_many": _l("%(count)s signatures", count="{n}"),
    "shift_tabler": _l("Your initials or name"),
    "shift_tabler_hint": _l("We count this shift’s signatures under your initials or name."),
    "shift_nameless": _l("Enter your initials or name."),
    "shift_start": _l("Start the shift"),
    "shift_end": _l("End the shift and hand over"),
    "paper_show": _l("Emergency paper sheet"),
    "paper_print": _l("Print"),
    "paper_number": _l("No."),
    "paper_petitions": _l("Petition (A, B…)"),
    "paper_news": _l("Updates"),
    "paper_answers": _l("Answers"),
    "paper_news_consent": _l(
        "If you check “Updates”, you agree to this: %(updates)s.", updates="{text}"
    ),
    "paper_answers_consent": _l(
        "If you check “Answers”, you agree to this: %(answers)s.", answers="{text}"
    ),
    "paper_shown": _l("Name: full, initials, not shown"),
    "paper_signature": _l("Signature"),
    "paper_notice": _l("Privacy notice: %(version)s", version="{version}"),
    # The same sentence as on the organizers' sheets. See imports/sheet_texts.py.
    "paper_cover": _l(
        "Before the next person signs, fold the page along the line to cover the names above."
    ),
    "paper_hint": _l(
        "Keep completed sheets out of sight, and give them to an organizer the same day."
    ),
}
PROBLEMS = {
    "offline": _l("No internet since %(time)s", time="{time}"),
    "offline_hint": _l(
        "Keep going. Signatures are saved and encrypted on this tablet. We will send them automatically."
    ),
    "problem_revoked": _l("An organizer has revoked this tablet’s access"),
    "problem_revoked_hint": _l(
        "Stop collecting signatures, but leave the app open. It sends the signatures on this tablet, and an admin reviews them."
    ),
    "problem_expired": _l("This tablet’s access has expired"),
    "problem_expired_hint": _l(
        "Keep going, and ask an organizer to extend it. Until then, we hold each signature for review."
    ),
    "problem_unknown_kiosk": _l("The site does not recognize this tablet"),
    "problem_unknown_kiosk_hint": _l("Nothing is lost. Tell an organizer."),
    "problem_busy": _l("The site is busy"),
    "problem_busy_hint": _l("Keep going. We are sending signatures more slowly."),
    "problem_refused_one": _l("%(count)s signature could not be sent", count="{n}"),
    "problem_refused_many": _l("%(count)s signatures could not be sent", count="{n}"),
    "problem_refused_hint": _l(
        "Nothing is lost. Tap “Send now”. If this message stays, show this tablet to an organizer, and do not unpair it."
    ),
    "problem_review_one": _l("%(count)s signature is held for review", count="{n}"),
    "problem_review_many": _l("%(count)s signatures are held for review", count="{n}"),
    "problem_review_hint": _l(
        "You do not need to do anything. An organizer will see this in the workspace, under "
        "“Tablets”. Do not ask anyone to sign again."
    ),
    "notes_seen": _l("Got it"),
    "note_of": _l("no. %(number)s at %(time)s", number="{number}", time="{time}"),
    "problem_gaps": _l("Some signatures from this tablet have not arrived"),
    "problem_gaps_hint": _l(
        "They are probably still on their way. If this message stays, tell an organizer."
    ),
    "problem_clock": _l("This tablet’s clock is wrong"),
    "problem_clock_hint": _l(
        "It is off by %(difference)s. Set it when you can. Signatures are safe.",
        difference="{difference}",
    ),
    "problem_battery": _l("The battery is low"),
    "problem_battery_hint": _l("Plug the tablet in. Signatures are safe even if it turns off."),
    "problem_lasting": _l("The browser may delete the app’s data"),
    "problem_lasting_hint": _l(
        "Tap “Send now” when online. For help, tap “Check if the tablet works offline”."
    ),
    "problem_update": _l("A new version of the app is ready"),
    "problem_update_hint": _l("It installs automatically when nobody is signing."),
    "note_line": _l(
        "%(reason)s (%(count)s): %(records)s", reason="{reason}", count="{n}", records="{records}"
    ),
    "reason_duplicate": _l("this person had already signed"),
    "reason_closed": _l("the petition had closed"),
    "reason_unknown_petition": _l("we do not recognize this petition"),
    "reason_invalid": _l("something is missing"),
    "reason_quota": _l("too many signatures in a short time"),
    "reason_revoked": _l("this tablet’s access was revoked"),
    "reason_expired": _l("this tablet’s access had expired"),
    "reason_late": _l("it arrived long after this tablet’s access had expired"),
    "reason_other_petition": _l("this petition is not part of this table’s event"),
    "reason_unreadable": _l("it cannot be read"),
    "reason_too_large": _l("it is too large for the site"),
    "reason_malformed": _l("it is damaged"),
    "reason_other": _l("another reason"),
}
