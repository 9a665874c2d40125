"""Small documents of each format, built fresh for each use."""

from typing import Any

import orjson


def openapi_3() -> dict[str, Any]:
    return {
        "openapi": "3.0.3",
        "info": {"title": "Library desk", "version": "2.1", "license": {"name": "MIT"}, "description": "Lends books."},
        "servers": [{"url": "https://api.library.example.org/v2"}],
        "security": [{"oauth": ["loans"]}],
        "paths": {
            "/loans": {
                "parameters": [{"$ref": "#/components/parameters/Branch"}],
                "get": {
                    "operationId": "listLoans",
                    "tags": ["Loans"],
                    "parameters": [{"name": "status", "in": "query", "schema": {"$ref": "#/components/schemas/LoanStatus"}}],
                    "responses": {
                        "200": {
                            "description": "Loans.",
                            "content": {
                                "application/json": {
                                    "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Loan"}},
                                    "example": [{"id": 1}],
                                }
                            },
                        }
                    },
                },
                "post": {
                    "operationId": "createLoan",
                    "summary": "Lend a book.",
                    "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewLoan"}}}},
                    "responses": {"201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Loan"}}}}},
                },
            },
            "/loans/{loan_id}": {
                "get": {"responses": {"200": {"$ref": "#/components/responses/Loan"}}},
                "delete": {"operationId": "deleteLoan", "security": [], "responses": {"204": {"description": "Gone."}}},
            },
        },
        "components": {
            "parameters": {"Branch": {"name": "branch", "in": "query", "required": True, "schema": {"type": "string"}}},
            "responses": {"Loan": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Loan"}}}}},
            "schemas": {
                "LoanStatus": {"type": "string", "enum": ["open", "returned"]},
                "Loan": {
                    "allOf": [
                        {"$ref": "#/components/schemas/NewLoan"},
                        {
                            "type": "object",
                            "required": ["id"],
                            "properties": {
                                "id": {"type": "integer"},
                                "status": {"$ref": "#/components/schemas/LoanStatus"},
                                "returned_at": {"type": "string", "format": "date-time", "nullable": True},
                                "renewal_of": {"$ref": "#/components/schemas/Loan"},
                            },
                        },
                    ]
                },
                "NewLoan": {"type": "object", "required": ["book_id"], "properties": {"book_id": {"type": "integer", "example": "42"}}},
            },
        },
    }


def swagger_2() -> dict[str, Any]:
    return {
        "swagger": "2.0",
        "info": {"title": "Bikes", "version": 1},
        "host": "api.bikes.example.org",
        "paths": {
            "/bikes/{id}": {
                "get": {
                    "parameters": [{"name": "id", "in": "path", "type": "integer", "required": True}],
                    "responses": {200: {"schema": {"$ref": "#/definitions/Bike"}}},
                },
                "put": {
                    "parameters": [{"name": "body", "in": "body", "schema": {"$ref": "#/definitions/Bike"}}],
                    "responses": {"default": {"schema": {"$ref": "#/definitions/Bike"}}},
                },
                "post": {
                    "operationId": "lockBike",
                    "parameters": [
                        {"name": "pin", "in": "formData", "type": "string", "required": True},
                        {"name": "photo", "in": "formData", "type": "file"},
                    ],
                    "responses": {},
                },
            }
        },
        "definitions": {
            "Bike": {"type": "object", "properties": {"id": {"type": "integer"}, "gears": {"type": "integer", "default": "3"}}},
        },
    }


def google_discovery() -> dict[str, Any]:
    name = "^shelves/[^/]+/volumes/[^/]+$"
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "name": "shelf",
        "version": "v1",
        "title": "Shelf API",
        "servicePath": "",
        "schemas": {
            "Volume": {
                "id": "Volume",
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "title": {"type": "string", "annotations": {"required": ["shelf.volumes.insert"]}},
                    "pages": {"type": "integer", "minimum": "1"},
                    "shelf": {"$ref": "Shelf"},
                },
            },
            "Shelf": {"id": "Shelf", "type": "object", "properties": {"volumes": {"type": "array", "items": {"$ref": "Volume"}}}},
        },
        "resources": {
            "shelves": {
                "resources": {
                    "volumes": {
                        "methods": {
                            "get": {
                                "id": "shelf.volumes.get",
                                "httpMethod": "GET",
                                "path": "v1/{+name}",
                                "parameters": {"name": {"type": "string", "location": "path", "required": True, "pattern": name}},
                                "response": {"$ref": "Volume"},
                                "scopes": ["read"],
                            },
                            "insert": {
                                "id": "shelf.volumes.insert",
                                "httpMethod": "POST",
                                "path": "v1/{+parent}/volumes",
                                "parameters": {
                                    "parent": {"type": "string", "location": "path", "pattern": "^shelves/[^/]+$"},
                                    "label": {"type": "string", "location": "query", "repeated": True},
                                },
                                "request": {"$ref": "Volume"},
                                "response": {"$ref": "Volume"},
                            },
                        }
                    }
                }
            }
        },
    }


def mcp_tools() -> dict[str, Any]:
    kind = {"type": "string", "enum": ["hot", "cold"]}
    return {
        "tools": [
            {
                "name": "brew",
                "description": "Brew a cup.",
                "inputSchema": {
                    "type": "object",
                    "properties": {"kind": {"$ref": "#/$defs/Kind"}, "sugar": {"type": "integer", "description": "Spoons."}},
                    "required": ["kind"],
                    "$defs": {"Kind": kind},
                },
                "outputSchema": {"type": "object", "properties": {"cup_id": {"type": "string"}}},
            },
            {"name": "pour", "inputSchema": {"properties": {"kind": {"$ref": "#/$defs/Kind"}}, "$defs": {"Kind": {"type": "integer"}}}},
        ]
    }


def functions() -> list[dict[str, Any]]:
    parameters = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
    return [{"type": "function", "function": {"name": "weather", "description": "Tell the weather.", "parameters": parameters}}]


def encoded(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)
