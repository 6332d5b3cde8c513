"""Tests of bundling the scripts of a page into one file."""

from pathlib import Path

import pytest

from campaign.web.script_bundles import UnsupportedSyntax, joined

OURS = Path(__file__).parents[2] / "static" / "js"
SCRIPTS = {
    "main.js": "const NAME = /x/;\nawait import(`./modules/${NAME}.js`);\n",
    "modules/count.js": 'import { number as n } from "../lib/number.js";\n\nexport default function count(element) {\n  n(element);\n}\n',
    "modules/sky.js": 'import {\n  Cloud,\n  wind,\n} from "../sky/cloud.js";\n\nexport default async function sky() {}\n',
    "sky/cloud.js": 'import { number } from "../lib/number.js";\nexport class Cloud {}\nexport const wind = 3;\n',
    "lib/number.js": '// Why.\nexport function number(text) {\n  return new URL("x.js", import.meta.url); // kept\n}\n',
}


@pytest.fixture
def folder(tmp_path):
    for name, text in SCRIPTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def files(folder):
    return dict(joined(folder))


def test_modules_for_all_pages_are_one_bundle_and_a_subject_is_another(files):
    assert set(files) == {"site.js", "sky.js"}
    assert 'makers.set("modules/count.js"' in files["site.js"]
    assert "sky/cloud.js" not in files["site.js"]
    assert 'makers.set("sky/cloud.js"' in files["sky.js"]


def test_shared_module_is_evaluated_once(files):
    assert files["site.js"].count('makers.set("lib/number.js"') == 1
    assert 'makers.set("lib/number.js"' not in files["sky.js"]


def test_site_knows_which_bundle_has_a_subject(files):
    assert '{"modules/sky.js": "./sky.js"}' in files["site.js"]


LATER = {
    "modules/sky.js": 'export default async function sky() {\n  await import("../sky/cloud.js");\n}\n',
    "sky/cloud.js": 'import { number } from "../lib/number.js";\nexport class Cloud {}\nexport const rain = () => import("./rain.js");\n',
    "sky/rain.js": 'import { Cloud } from "./cloud.js";\nexport class Rain {}\n',
    "sky/wind-worker.js": 'import { Rain } from "./rain.js";\nself.onmessage = Rain;\n',
}


@pytest.fixture
def later(folder):
    for name, text in LATER.items():
        (folder / name).write_text(text)
    return dict(joined(folder))


def test_page_imports_a_subject_later_as_its_bundle(later):
    assert 'makers.set("modules/sky.js"' in later["site.js"]
    assert 'makers.set("sky/cloud.js"' in later["sky.js"]
    assert '"sky/cloud.js": "./sky.js"' in later["site.js"]


def test_late_import_of_a_subject_is_a_separate_bundle(later):
    assert 'makers.set("sky/rain.js"' not in later["sky.js"]
    assert 'later("sky/rain.js")' in later["sky.js"]
    assert 'makers.set("sky/rain.js"' in later["sky-rain.js"]
    assert 'makers.set("sky/cloud.js"' not in later["sky-rain.js"]


def test_late_import_of_a_vendored_script_stays_one_with_the_path_of_its_bundle(folder):
    decoding = 'export const decode = () => import("../../vendor/decode.js");\n'
    (folder / "lib/number.js").write_text(f"{decoding}export const number = 1;\n")
    files = dict(joined(folder))
    assert set(files) == {"site.js", "sky.js"}
    assert 'decode = () => import("../vendor/decode.js");' in files["site.js"]


def test_worker_is_one_file_with_everything_it_needs(later):
    worker = later["sky/wind-worker.js"]
    assert all(
        f'makers.set("{name}"' in worker
        for name in ("sky/cloud.js", "sky/rain.js", "lib/number.js")
    )
    assert worker.endswith('const { Rain } = need("sky/rain.js");\nself.onmessage = Rain;\n')


def test_module_imports_and_exports_by_name(files):
    assert 'const { number: n } = need("lib/number.js");' in files["site.js"]
    assert "return { default: count };" in files["site.js"]
    assert "return { Cloud, wind };" in files["sky.js"]


def test_module_still_knows_its_own_url(files):
    assert 'new URL("x.js", new URL("lib/number.js", import.meta.url)); // kept' in files["site.js"]
    assert "Why" not in files["site.js"]


def test_first_script_runs_last_and_imports_modules_by_name(files):
    assert files["site.js"].endswith("const NAME = /x/;\nawait later(`./modules/${NAME}.js`);\n")


@pytest.mark.parametrize(
    "line",
    [
        "export * from './x.js';",
        "import x from './x.js';",
        "export { a };",
        "export let a = 1;",
        "export default {};",
    ],
)
def test_syntax_that_cannot_be_bundled_is_an_error(folder, line):
    (folder / "modules/odd.js").write_text(line)
    with pytest.raises(UnsupportedSyntax, match=r"modules/odd\.js"):
        dict(joined(folder))


def test_our_bundles_have_no_syntax_that_only_separate_files_allow():
    files = dict(joined(OURS))
    assert {"site.js", "montage.js"} <= set(files)
    assert not [
        line
        for text in files.values()
        for line in text.splitlines()
        if line.startswith(("import ", "export "))
    ]
