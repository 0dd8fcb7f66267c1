// SPDX-License-Identifier: Apache-2.0

internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore

/// The answer to a request, before what all answers have in common is added.
struct Answer: Sendable {
    var status: HTTPResponse.Status
    var fields: HTTPFields
    var body: ResponseBody

    /// Makes an answer of bytes.
    init(status: HTTPResponse.Status = .ok, _ bytes: [UInt8], type: String = Answer.json) {
        self.status = status
        fields = [.contentType: type]
        body = ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    }

    /// Makes an answer that is written piece by piece.
    init(type: String, body: ResponseBody) {
        status = .ok
        fields = [.contentType: type]
        self.body = body
    }

    /// Makes an answer without a body.
    init(noContent fields: HTTPFields) {
        status = .noContent
        self.fields = fields
        body = ResponseBody()
    }

    static let json = "application/json"
    static let jsonLines = "application/x-ndjson"
}
