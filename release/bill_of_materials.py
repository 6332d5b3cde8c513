"""List what runs on a site, as an SBOM in the JSON format of CycloneDX."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import Distribution
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from release.licences import licence_expression

LICENCE = "AGPL-3.0-or-later"


def bill_of_materials(version: str, used: Sequence[Distribution], made_at: datetime) -> str:
    """Return the bill of this version and of the libraries that it uses."""
    bom = Bom(serial_number=uuid5(NAMESPACE_URL, f"volante:{version}:{made_at.isoformat()}"))
    bom.metadata.timestamp = made_at
    application = Component(
        name="volante",
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=f"volante@{version}",
        licenses=[LicenseFactory().make_with_expression(LICENCE)],
    )
    bom.metadata.component = application
    components = {canonicalize_name(library.name): _component(library) for library in used}
    for component in components.values():
        bom.components.add(component)
    bom.register_dependency(application, components.values())
    for library in used:
        bom.register_dependency(
            components[canonicalize_name(library.name)],
            [components[name] for name in _required(library) if name in components],
        )
    return JsonV1Dot6(bom).output_as_string(indent=2) + "\n"


def _component(library: Distribution) -> Component:
    name = canonicalize_name(library.name)
    package = PackageURL("pypi", name=name, version=library.version)
    return Component(
        name=name,
        version=library.version,
        type=ComponentType.LIBRARY,
        purl=package,
        bom_ref=str(package),
        licenses=[LicenseFactory().make_with_expression(licence_expression(library))],
    )


def _required(library: Distribution) -> set[NormalizedName]:
    """Return the names of the libraries that a library needs here."""
    requirements = [Requirement(line) for line in library.requires or []]
    return {
        canonicalize_name(requirement.name)
        for requirement in requirements
        if not requirement.marker or requirement.marker.evaluate({"extra": ""})
    }
