"""Collect what no page may do unnoticed: complain, fail, or request what does not exist."""

# Leaving a page aborts its requests.
LEFT = "net::ERR_ABORTED"
# The browser logs this for a response that we also see here, with its status and URL.
SAID_TWICE = "Failed to load resource"
# Drawing without a graphics card logs this. No visitor's machine reports it about our script.
SOFTWARE_DRAWING = "GL Driver Message"
# A loaded machine uses preloaded files a few seconds late.
LATE = "was preloaded using link preload but not used within a few seconds"
# axe asks every frame of a page. The frame that shows an email is sandboxed and has no origin.
SANDBOXED = "does not match the recipient window's origin ('null')"
QUIET = (SOFTWARE_DRAWING, LATE, SANDBOXED)


class PageErrors:
    """Everything that went wrong on the pages of a context.

    `allowed` holds the statuses that the test expects.
    """

    def __init__(self, context):
        self.errors = []
        self.allowed = set()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(f"error: {error.error}"))
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)

    def _console(self, message):
        expected = message.text.startswith(SAID_TWICE) or any(
            part in message.text for part in QUIET
        )
        if message.type in ("error", "warning") and not expected:
            self.errors.append(f"{message.type}: {message.text}")

    def _failed(self, request):
        if request.failure != LEFT and request.failure not in self.allowed:
            self.errors.append(f"{request.failure}: {request.url}")

    def _answered(self, response):
        if response.status >= 400 and response.status not in self.allowed:
            self.errors.append(f"status {response.status}: {response.url}")
