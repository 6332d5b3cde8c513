"""Tests of SVG logos: what can act or load is refused, and only drawing is left."""

import pytest
from lxml import etree

from campaign.organisations.svg import MAX_SVG_BYTES, SvgRefused, clean_svg

CIRCLE = '<circle cx="5" cy="5" r="4" fill="#a3471a"/>'
SVG = "{http://www.w3.org/2000/svg}"


def svg(content=CIRCLE, attributes='viewBox="0 0 20 10"', before=""):
    return (
        f'{before}<svg xmlns="http://www.w3.org/2000/svg" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" {attributes}>{content}</svg>'
    ).encode()


def cleaned(*arguments, **named):
    return etree.fromstring(clean_svg(svg(*arguments, **named)).data)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("<script>alert(1)</script>", "svg_active"),
        ("<SCRIPT>alert(1)</SCRIPT>", "svg_active"),
        (
            '<g xmlns:x="http://www.w3.org/1999/xhtml"><x:script>alert(1)</x:script></g>',
            "svg_active",
        ),
        ('<rect onload="alert(1)"/>', "svg_active"),
        ('<rect ONclick="alert(1)"/>', "svg_active"),
        ("<foreignObject><p>x</p></foreignObject>", "svg_active"),
        ('<a xlink:href="javascript:alert(1)"><rect/></a>', None),
        ('<use href="javascript:alert(1)"/>', "svg_active"),
        ('<use href="https://elsewhere.example/a.svg#x"/>', "svg_external"),
        ('<use xlink:href="//elsewhere.example/a.svg#x"/>', "svg_external"),
        ('<image href="data:image/png;base64,AAAA"/>', "svg_external"),
        ('<rect fill="url(https://elsewhere.example/a.svg#x)"/>', "svg_external"),
        ('<rect style="fill:url( //elsewhere.example/x )"/>', "svg_external"),
        ("<style>.a{fill:url(https://elsewhere.example/x)}</style>", "svg_external"),
        ("<style>@import 'https://elsewhere.example/x.css';</style>", "svg_style"),
        (r"<style>.a{fill:u\72l(https://elsewhere.example/x)}</style>", "svg_style"),
        ("<style>rect{fill:red}</style>", "svg_style"),
        ("<g>" * 70 + "</g>" * 70, "svg_size"),
        ("<g/>" * 5001, "svg_size"),
        (
            '<g id="a"><rect/></g><g id="b"><use href="#a"/><use href="#a"/></g><use href="#b"/>',
            "svg_size",
        ),
    ],
)
def test_what_can_act_or_load_is_refused(content, code):
    if code is None:
        assert b"alert" not in clean_svg(svg(content)).data
        return
    with pytest.raises(SvgRefused) as refusal:
        clean_svg(svg(content))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg", "svg_format"),
        (b"<html><body/></html>", "svg_format"),
        (b"<svg viewBox='0 0 1 1'/>", "svg_format"),
        (svg(attributes=""), "svg_viewbox"),
        (svg(attributes='viewBox="0 0 0 10"'), "svg_viewbox"),
        (svg(attributes='viewBox="0 0 nan 10"'), "svg_viewbox"),
        (svg(attributes='viewBox="0 0 1e9 10"'), "svg_viewbox"),
        (svg(before='<!DOCTYPE svg [<!ENTITY a "b">]>'), "svg_active"),
        (svg("x" * MAX_SVG_BYTES), "svg_bytes"),
    ],
)
def test_what_is_no_picture_is_refused(data, code):
    with pytest.raises(SvgRefused) as refusal:
        clean_svg(data)
    assert refusal.value.code == code


def test_only_drawing_is_left():
    root = cleaned(
        "<!-- made by hand --><metadata>secret</metadata>"
        f'<g data-name="secret" class="x">secret {CIRCLE}<animate attributeName="fill" to="secret"/></g>'
        "<title>Keepers</title>",
        before='<?xml version="1.0"?><?xml-stylesheet href="secret.css"?>'
        '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">',
    )
    assert b"secret" not in etree.tostring(root)
    assert [element.tag for element in root.iter()] == [
        f"{SVG}{name}" for name in ("svg", "g", "circle", "title")
    ]
    assert root.findtext(f"{SVG}title") == "Keepers"


def test_colours_of_style_sheets_and_styles_become_attributes():
    root = cleaned(
        "<style>/* Illustrator */ .a, .b { fill: #123456; } .b{stroke:none;pointer-events:none}</style>"
        '<rect class="b" fill="red"/><path class="a" style="fill:url(#g);opacity:.5"/>'
        '<linearGradient id="g"><stop offset="0"/></linearGradient>'
    )
    rect, path = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    assert dict(rect.attrib) == {"fill": "#123456", "stroke": "none"}
    assert dict(path.attrib) == {"fill": "url(#g)", "opacity": ".5"}


def test_size_is_that_of_the_view_box():
    image = clean_svg(svg(attributes='viewBox="-1,-1 20.4 0.2" width="9000mm"'))
    assert (image.width, image.height) == (20, 1)
    assert etree.fromstring(image.data).get("width") == "20"


def test_cleaning_again_changes_nothing():
    once = clean_svg(svg('<defs><g id="a"><rect width="1"/></g></defs><use xlink:href="#a"/>')).data
    again = clean_svg(once).data
    first, second = (
        etree.tostring(etree.fromstring(item), method="c14n") for item in (once, again)
    )
    assert first == second
    assert b"#a" in first
