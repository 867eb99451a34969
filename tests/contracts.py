"""A contract for import-linter: modules meet each other only at their public files.

Wildcard `protected` contracts protect nothing (tried), so this one walks the edges itself.
"""

from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FacadeContract(Contract):
    """Every import between two modules of a package ends at a public file of the imported module."""

    package = fields.StringField()
    open_modules = fields.ListField(subfield=fields.StringField())
    public = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        broken = sorted(
            (importer, imported)
            for importer in graph.modules
            for imported in graph.find_modules_directly_imported_by(importer)
            if self._breaks(importer, imported)
        )
        return ContractCheck(kept=not broken, metadata={"broken": broken})

    def _breaks(self, importer: str, imported: str) -> bool:
        prefix = f"{self.package}."
        if ".migrations." in importer:  # generated code names fields by where they live
            return False
        if not (importer.startswith(prefix) and imported.startswith(prefix)):
            return False
        source, target = importer.split(".")[1], imported.split(".")[1:]
        if source == target[0] or target[0] in self.open_modules:  # type: ignore[operator]
            return False
        return len(target) < 2 or target[1] not in self.public  # type: ignore[operator]

    def render_broken_contract(self, check: ContractCheck) -> None:
        broken: list[tuple[str, Any]] = check.metadata["broken"]
        for importer, imported in broken:
            output.print_error(f"{importer} imports {imported}")
        output.new_line()
        output.print_error(f"Import from its {', '.join(self.public)} instead.")  # type: ignore[arg-type]
