"""Show how the names differ from those recorded, or record them with `--write`.

Run it as `python -m tests.house.stored_names`.
"""

import sys
from tempfile import TemporaryDirectory

from flask_migrate import upgrade

from tests import databases
from tests.conftest import make_app
from tests.house.stored_names import FILE, differences, gather, load, save


def main():
    with TemporaryDirectory() as var:
        app = make_app(databases.fresh("sqlite"), var)
        with app.app_context():
            upgrade()
            found = gather()
    if "--write" in sys.argv[1:]:
        save(found)
        print(f"{sum(map(len, found.values()))} names in {FILE}")
    else:
        print("\n".join(differences(load(), found)) or "No name has changed.")


if __name__ == "__main__":
    main()
