// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1

/// An answer that the connection gives by itself, because no router could: always the last one.
struct HTTPRefusal: Error, Equatable {
    let status: HTTPResponseStatus
    /// The error's name for programs.
    let code: String
    /// A sentence for a person; plain ASCII without quotes, for it is put into JSON as it is.
    let message: String
    var headers: [String: String] = [:]

    /// The JSON that clients get for every error.
    var body: String { #"{"error":"\#(self.message)","code":"\#(self.code)"}"# }

    func head() -> HTTPResponseHead {
        var headers = HTTPHeaders([
            ("Content-Type", "application/json"),
            ("Content-Length", "\(self.body.utf8.count)"),
            ("Connection", "close"),
        ])
        for (name, value) in self.headers.sorted(by: { $0.key < $1.key }) { headers.add(name: name, value: value) }
        return HTTPResponseHead(version: .http1_1, status: self.status, headers: headers)
    }

    /// The whole answer on the wire, for connections without an encoder.
    func encoded() -> ByteBuffer {
        let head = self.head()
        var buffer = ByteBuffer(string: "HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)\r\n")
        for (name, value) in head.headers { buffer.writeString("\(name): \(value)\r\n") }
        buffer.writeString("\r\n\(self.body)")
        return buffer
    }
}

// MARK: Each of them

extension HTTPRefusal {
    static func headerTooLarge(_ limits: HTTPLimits) -> Self {
        Self(
            status: .requestHeaderFieldsTooLarge,
            code: "header_too_large",
            message: "The header section exceeds the limit of \(limits.headerBytes) bytes "
                + "or \(limits.headerFields) fields."
        )
    }

    static func bodyTooLarge(_ limits: HTTPLimits) -> Self {
        Self(
            status: .payloadTooLarge,
            code: "body_too_large",
            message: "The body exceeds the limit of \(limits.bodyBytes) bytes."
        )
    }

    static func requestTimeout(_ limits: HTTPLimits) -> Self {
        let seconds = limits.requestTimeout.nanoseconds / 1_000_000_000
        return Self(
            status: .requestTimeout,
            code: "request_timeout",
            message: "The request was not complete within the limit of \(seconds) s."
        )
    }

    static func tooManyConnections(_ limits: HTTPLimits) -> Self {
        Self(
            status: .serviceUnavailable,
            code: "too_many_connections",
            message: "The server has the limit of \(limits.connections) connections open.",
            headers: ["Retry-After": "1"]
        )
    }

    static let shuttingDown = Self(
        status: .serviceUnavailable,
        code: "shutting_down",
        message: "The server is shutting down.",
        headers: ["Retry-After": "1"]
    )

    static func badRequest(_ problem: String) -> Self {
        Self(status: .badRequest, code: "bad_request", message: "The request is not valid HTTP: \(problem).")
    }

    static let notFound = Self(
        status: .notFound,
        code: "not_found",
        message: "There is nothing but WebSockets at this address."
    )

    static let unsupportedExpectation = Self(
        status: .expectationFailed,
        code: "expectation_failed",
        message: "This server meets no expectation but 100-continue."
    )

    static let unsupportedWebSocketVersion = Self(
        status: .upgradeRequired,
        code: "upgrade_required",
        message: "The WebSocket handshake must have one Sec-WebSocket-Version, and it must be 13.",
        headers: ["Sec-WebSocket-Version": "13", "Upgrade": "websocket"]
    )

    static func malformedHandshake(_ problem: String) -> Self {
        Self(status: .badRequest, code: "bad_handshake", message: "The WebSocket handshake is not valid: \(problem).")
    }
}
