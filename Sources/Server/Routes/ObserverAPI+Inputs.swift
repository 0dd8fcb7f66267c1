// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import Observer
internal import ObserverModel

extension ObserverAPI {
    /// The longest name of a mark, in bytes: what still fits a line of a timeline.
    static let markNameLimit = 128
    /// The longest text of a mark, in bytes.
    static let markTextLimit = 4096

    /// `POST /events/anomaly`.
    @Sendable func postAnomaly(_ call: Call) async throws -> Answer {
        guard anomalies.take() else { throw Self.tooMany("anomalies", anomalies.rate) }
        let (document, text) = try await object(of: call)
        var object: [UInt8] = []
        JSONMinify.append(text[...], to: &object)
        let message = try await accept(.anomaly(Anomaly(object: object[...]))) { writer in
            for (name, value) in document.root.members where !["type", "seq", "timestamp"].contains(name) {
                writer.key(escaping: name)
                var minified: [UInt8] = []
                JSONMinify.append(value.raw, to: &minified)
                writer.raw(minified[...])
            }
        }
        return Self.received("anomaly", message)
    }

    /// `POST /marks`.
    @Sendable func postMark(_ call: Call) async throws -> Answer {
        guard markLimit.take() else { throw Self.tooMany("marks", markLimit.rate) }
        let mark = try Self.mark(try await object(of: call).document.root)
        let message = try await accept(.mark(mark)) { writer in
            writer.key("name")
            writer.string(mark.name)
            writer.key("text")
            writer.string(mark.text)
        }
        if let time = try? JSONDocument(message).root["timestamp"]?.time { marks.note(mark.name, at: time) }
        return Self.received("mark", message)
    }

    /// Makes an observation of what a client posted, or, for a source that takes none, tells it to every client.
    ///
    /// `members` writes what the message says behind `type` and `timestamp`, for such a source. It returns the message.
    private func accept(_ fact: Fact, members: (inout JSONWriter) -> Void) async throws -> ArraySlice<UInt8> {
        guard !capabilities.contains(.takesInputs) else {
            guard let message = await enter(fact) else {
                throw Failure(
                    .internalServerError,
                    "internal_error",
                    "The observer made no message of what was posted."
                )
            }
            return message
        }
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        if case .mark = fact { writer.string(plain: "mark") } else { writer.string(plain: "anomaly") }
        writer.key("timestamp")
        writer.time(clock.now())
        writer.key("posted")
        writer.boolean(true)
        members(&writer)
        writer.endObject()
        hub.broadcast(unsequenced: writer.bytes)
        return writer.bytes[...]
    }

    private func enter(_ fact: Fact) async -> ArraySlice<UInt8>? {
        guard let gate else { return await pipeline.input(fact) }
        return await gate.pass { await pipeline.input(fact, at: $0) }
    }

    private static func received(_ name: StaticString, _ message: ArraySlice<UInt8>) -> Answer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("status")
        writer.string(plain: "received")
        writer.key(name)
        writer.raw(message)
        writer.endObject()
        return Answer(writer.bytes)
    }

    /// The body as a JSON object; no body stands for one without members where it may be empty.
    func object(of call: Call, orEmpty: Bool = false) async throws -> (document: JSONDocument, text: [UInt8]) {
        let body = try await call.request.body.collect(upTo: bodyBytes)
        let isEmpty = orEmpty && body.readableBytes == 0
        let text = isEmpty ? Array("{}".utf8) : Array(body.readableBytesView)
        guard UTF8Scan.isValid(text.span) else { throw Failure(.badRequest, "bad_json", "The body is not UTF-8.") }
        let document: JSONDocument
        do {
            document = try JSONDocument(text[...])
        } catch {
            throw Failure(.badRequest, "bad_json", "The body is not JSON: \(error).")
        }
        guard document.root.kind == .object else {
            throw Failure(.badRequest, "not_an_object", "The body is \(document.root.kind), not a JSON object.")
        }
        return (document, text)
    }

    private static func mark(_ object: JSONValue) throws(Failure) -> Mark {
        guard let name = object["name"]?.string, !name.isEmpty, name.utf8.count <= markNameLimit,
            name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
        else {
            throw Failure(
                .badRequest,
                "bad_mark",
                "A mark needs a name: a string of 1 to \(markNameLimit) bytes without control characters."
            )
        }
        guard let value = object["text"], !value.isNull else { return Mark(name: name, text: "") }
        guard let text = value.string, text.utf8.count <= markTextLimit else {
            throw Failure(.badRequest, "bad_mark", "A mark's text is a string of \(markTextLimit) bytes at most.")
        }
        return Mark(name: name, text: text)
    }

    private static func tooMany(_ what: String, _ rate: Int) -> Failure {
        Failure(
            .tooManyRequests,
            "too_many_\(what)",
            "More \(what) come in than the limit of \(rate) a second; this one was not taken.",
            [.retryAfter: "1"]
        )
    }
}
