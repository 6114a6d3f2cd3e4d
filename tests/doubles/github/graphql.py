"""POST /graphql: queries and mutations, held against a cut-out of GitHub's public schema (schema.graphql)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)
from graphql.language import DocumentNode, SelectionSetNode

from tests.doubles.github.answers import Answer, Refused
from tests.doubles.github.graph import Graph, Told

_UNAUTHENTICATED = "This endpoint requires you to be authenticated."


@cache
def schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_name("schema.graphql").read_text("utf-8"))


def answer(graph: Graph, body: Any) -> Answer:
    """Always 200 once the query can be read; what went wrong stands in `errors`. Raises Refused."""
    if graph.grant is None:
        raise Refused(401, _UNAUTHENTICATED)
    query = body.get("query") if isinstance(body, dict) else None
    if not isinstance(query, str):
        raise Refused(400, "A query attribute must be specified and must be a string.")
    document = _parsed(query)
    if isinstance(document, Answer):
        return document
    errors = validate(schema(), document)
    if errors:
        return Answer(200, {"errors": [_shown(error) for error in errors]})
    result = execute_sync(
        schema(),
        document,
        root_value=graph.root(),
        variable_values=body.get("variables") or {},
        operation_name=body.get("operationName"),
    )
    payload: dict[str, Any] = {"data": result.data}
    if result.errors:
        payload["errors"] = [_shown(error) for error in result.errors]
    return Answer(200, payload)


def fields_of_mutations(body: object) -> Iterator[str]:
    """What a request would change: the names of its mutations."""
    query = body.get("query") if isinstance(body, dict) else None
    document = _parsed(query) if isinstance(query, str) else None
    if not isinstance(document, DocumentNode):
        return
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode) and definition.operation.value == "mutation":
            yield from _names(definition.selection_set)


def _names(selected: SelectionSetNode) -> Iterator[str]:
    yield from (field.name.value for field in selected.selections if isinstance(field, FieldNode))


def _parsed(query: str) -> DocumentNode | Answer:
    try:
        return parse(query)
    except GraphQLError as error:
        return Answer(200, {"errors": [_shown(error)]})


def _shown(error: GraphQLError) -> Mapping[str, Any]:
    found: dict[str, Any] = {"message": error.message}
    if error.locations:
        found["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path:
        found["path"] = error.path
    if isinstance(error.original_error, Told):
        found["type"] = error.original_error.kind
        if found["type"] == "FORBIDDEN":
            found["extensions"] = {"saml_failure": False}
    return found
