"""What tests of the service share: the schemas of its document, and a name that is markup."""

from __future__ import annotations

from typing import Any

import jsonschema

from serving.openapi import specification

HOSTILE = '<script>document.title="taken"</script><b>Bold & Sons</b>'


def problems_of(name: str, value: Any) -> list[str]:
    """Return what is wrong with a value by a schema of the document."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": specification()["components"]}
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(value)]
