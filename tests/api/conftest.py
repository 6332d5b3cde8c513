from tests.organize.conftest import _new_counters, desk_of  # noqa: F401
