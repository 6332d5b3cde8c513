"""The import contract of the layers, for import-linter."""

from grimp import ImportGraph
from importlinter.contracts.layers import LayersContract
from importlinter.domain import fields
from importlinter.domain.contract import ContractCheck
from importlinter.domain.helpers import module_expressions_to_modules


class InnerLayersContract(LayersContract):
    """Layers as import-linter checks them, except that outer modules may use every domain package.

    `outer_modules` are those that speak HTTP. `upper_packages` are above all domain packages, and
    remain closed to them.
    """

    type_name = "inner_layers"

    outer_modules = fields.SetField(subfield=fields.ModuleExpressionField())
    upper_packages = fields.SetField(subfield=fields.ModuleExpressionField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Check the layers without the imports that outer modules may make."""
        closed = tuple(
            module.name for module in module_expressions_to_modules(graph, self.upper_packages)
        )
        for outer in module_expressions_to_modules(graph, self.outer_modules):
            for imported in graph.find_modules_directly_imported_by(outer.name):
                if not imported.startswith(closed):
                    graph.remove_import(importer=outer.name, imported=imported)
        return super().check(graph, verbose)
