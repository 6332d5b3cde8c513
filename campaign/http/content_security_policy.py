"""The Content-Security-Policy of our pages."""

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
