// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes

/// One operation as `/openapi.json` describes it, and as the routes are made from it.
struct Operation: Sendable {
    /// A parameter of the path or the query.
    struct Parameter: Sendable {
        enum Place: String, Sendable {
            case path, query
        }

        var name: String
        var place = Place.query
        var description: String
        /// Its schema, as JSON.
        var schema: String
        /// Whether it may be given more than once.
        var isRepeatable = false
    }

    /// An answer.
    struct Response: Sendable {
        var status: Int
        var description: String
        /// Its body's media types, each with its schema as JSON.
        var contents: [(type: String, schema: String)] = []
    }

    var method: HTTPRequest.Method
    /// The path, parameters in braces.
    var path: String
    /// The name that generated clients call it by.
    var name: String
    var summary: String
    var description = ""
    var parameters: [Parameter] = []
    /// The schema of the request's body, as JSON.
    var body: String?
    var responses: [Response]
    /// Whether it needs no token.
    var isPublic = false
}

extension Operation.Response {
    /// A JSON answer whose schema is a component.
    static func json(_ description: String, _ component: String, status: Int = 200) -> Self {
        Self(status: status, description: description, contents: [(Answer.json, Operation.reference(component))])
    }

    /// An error.
    static func error(_ status: Int, _ description: String) -> Self {
        json(description, "Error", status: status)
    }
}

extension Operation {
    /// The schema that is a component of the document.
    static func reference(_ component: String) -> String { "{\"$ref\":\"#/components/schemas/\(component)\"}" }
}
