"""What a browser may do with a page of ours: Content-Security-Policy."""

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


def policy(frame_ancestors="'none'"):
    """Return the policy of a page that `frame_ancestors` may hold in theirs: nobody, unless it says otherwise."""
    return "; ".join((*RULES, f"frame-ancestors {frame_ancestors}"))
