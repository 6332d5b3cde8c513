"""What protects our pages in the browser: policies, permissions and the names of cookies."""

from flask import current_app

COOKIE_PREFIX = "__Host-"
PERMISSIONS = "camera=(), microphone=(), geolocation=(), browsing-topics=()"
# For the pages that scan codes.
CAMERA_PERMISSIONS = PERMISSIONS.replace("camera=()", "camera=(self)")
RULES = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "manifest-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
)


def policy(frame_ancestors: str = "'none'") -> str:
    """Return the policy of a page that only `frame_ancestors` may embed, by default no one."""
    return "; ".join((*RULES, f"frame-ancestors {frame_ancestors}"))


def cookie_name(name: str) -> str:
    """Return the name of a cookie, with the prefix `__Host-` if cookies need https.

    Browsers then accept the cookie from this host only.
    """
    return f"{COOKIE_PREFIX}{name}" if current_app.config["SESSION_COOKIE_SECURE"] else name
