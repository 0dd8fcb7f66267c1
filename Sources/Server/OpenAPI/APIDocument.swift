// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes

/// Writes `/openapi.json`: OpenAPI 3.1, from the same operations that the routes are made of.
enum APIDocument {
    /// The document of operations; those of one path follow each other or not.
    static func json(_ operations: [Operation], version: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("openapi")
        writer.string(plain: "3.1.0")
        writer.key("info")
        writer.raw(minified(information(version)))
        writer.key("servers")
        writer.raw(#"[{"url":"/"}]"#)
        writer.key("security")
        writer.raw(#"[{"token":[]},{}]"#)
        writer.key("paths")
        writer.beginObject()
        for path in operations.map(\.path).uniqued {
            writer.key(escaping: path)
            writer.beginObject()
            for operation in operations where operation.path == path { write(operation, to: &writer) }
            writer.endObject()
        }
        writer.endObject()
        writer.key("components")
        writer.raw(minified(Array(APISchemas.components.utf8)))
        writer.endObject()
        return writer.bytes
    }

    private static func information(_ version: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("title")
        writer.string(plain: "Sentinell Observer")
        writer.key("version")
        writer.string(version)
        writer.key("summary")
        writer.string(plain: "Logs, events and resource use of Docker containers, live.")
        writer.key("license")
        writer.raw(#"{"name":"Apache-2.0","identifier":"Apache-2.0"}"#)
        writer.endObject()
        return writer.bytes
    }

    private static func write(_ operation: Operation, to writer: inout JSONWriter) {
        writer.key(escaping: operation.method.rawValue.lowercased())
        writer.beginObject()
        writer.key("operationId")
        writer.string(operation.name)
        writer.key("summary")
        writer.string(operation.summary)
        if !operation.description.isEmpty {
            writer.key("description")
            writer.string(operation.description)
        }
        if operation.isPublic {
            writer.key("security")
            writer.raw("[]")
        }
        if !operation.parameters.isEmpty {
            writer.key("parameters")
            writer.beginArray()
            for parameter in operation.parameters { write(parameter, to: &writer) }
            writer.endArray()
        }
        if let body = operation.body {
            writer.key("requestBody")
            writer.raw(Array(#"{"required":true,"content":{"application/json":{"schema":\#(body)}}}"#.utf8)[...])
        }
        writer.key("responses")
        writer.beginObject()
        for response in operation.responses { write(response, to: &writer) }
        writer.key("default")
        writer.raw(##"{"$ref":"#/components/responses/Error"}"##)
        writer.endObject()
        writer.endObject()
    }

    private static func write(_ parameter: Operation.Parameter, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("name")
        writer.string(parameter.name)
        writer.key("in")
        writer.string(parameter.place.rawValue)
        writer.key("required")
        writer.boolean(parameter.place == .path)
        writer.key("description")
        writer.string(parameter.description)
        writer.key("schema")
        let schema = parameter.isRepeatable ? #"{"type":"array","items":\#(parameter.schema)}"# : parameter.schema
        writer.raw(Array(schema.utf8)[...])
        writer.endObject()
    }

    private static func write(_ response: Operation.Response, to writer: inout JSONWriter) {
        writer.key(escaping: "\(response.status)")
        writer.beginObject()
        writer.key("description")
        writer.string(response.description)
        if !response.contents.isEmpty {
            writer.key("content")
            writer.beginObject()
            for (type, schema) in response.contents {
                writer.key(escaping: type)
                writer.raw(Array(#"{"schema":\#(schema)}"#.utf8)[...])
            }
            writer.endObject()
        }
        writer.endObject()
    }

    private static func minified(_ json: [UInt8]) -> ArraySlice<UInt8> {
        var bytes: [UInt8] = []
        JSONMinify.append(json[...], to: &bytes)
        return bytes[...]
    }
}

extension Array where Element: Hashable {
    /// The elements, each where it comes first.
    fileprivate var uniqued: [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
