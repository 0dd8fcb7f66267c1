// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import HTTPTypes

/// Why a request is answered with an error.
struct Failure: Error, Sendable {
    var status: HTTPResponse.Status
    /// The error's name for programs.
    var code: String
    /// What a person needs to know.
    var message: String
    var fields: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ code: String, _ message: String, _ fields: HTTPFields = [:]) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
    }

    /// A recording that cannot be read.
    init(reading error: any Error) {
        self.init(.serviceUnavailable, "recording_failed", "The recording cannot be read: \(error).")
    }

    init(_ error: ParameterError) {
        self.init(.badRequest, "bad_parameter", error.description)
    }

    init(_ refusal: AccessRefusal) {
        let status = HTTPResponse.Status(integerLiteral: refusal.status)
        self.init(status, refusal.code, refusal.message)
        if refusal.status == 401 { fields[.wwwAuthenticate] = "Bearer realm=\"sentinell-observer\"" }
    }

    /// The error as an answer.
    var answer: Answer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("error")
        writer.string(message)
        writer.key("code")
        writer.string(code)
        writer.endObject()
        var answer = Answer(status: status, writer.bytes)
        answer.fields.append(contentsOf: fields)
        return answer
    }
}
