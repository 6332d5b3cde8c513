from tests.organize.conftest import desk_of  # noqa: F401
