"""Names and ids for tests of single kinds."""


class Numbered:
    """Ids that hold the name they stand for."""

    def id_of(self, kind: str, name: str) -> str:
        """Return the id of the name."""
        return f"{kind}-id:{name}"

    def name_of(self, kind: str, object_id: str) -> str:
        """Return the name behind the id."""
        return object_id.removeprefix(f"{kind}-id:")
