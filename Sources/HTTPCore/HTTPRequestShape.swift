// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// What the connection needs to know of a request, once its head is found to be sound.
struct HTTPRequestShape: Equatable {
    /// A HEAD request's response has no body, whatever the responder writes.
    let isHead: Bool
    /// A 1.0 client knows no chunks.
    let isHTTP10: Bool
    /// Whether the connection closes after the response.
    ///
    /// Also after any request with `Upgrade`, because NIO's decoder stops at it, upgraded or not.
    let isLast: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    init(isHead: Bool = false, isHTTP10: Bool = false, isLast: Bool = false, expectsContinue: Bool = false) {
        self.isHead = isHead
        self.isHTTP10 = isHTTP10
        self.isLast = isLast
        self.expectsContinue = expectsContinue
    }

    /// Refuses what is ambiguous about the request's length or its host: servers in a row that understand it
    /// differently let a second request be smuggled in (RFC 9112 §3.2, §6.3, §11.2).
    init(_ head: HTTPRequestHead, limits: HTTPLimits) throws(HTTPRefusal) {
        let headers = head.headers
        let hosts = headers["host"].count
        guard hosts <= 1, hosts == 1 || head.version != .http1_1 else { throw .badRequest("there must be one Host") }
        try Self.checkLength(head, limits: limits)
        let expectations = headers[canonicalForm: "expect"].map { $0.lowercased() }
        guard expectations.allSatisfy({ $0 == "100-continue" }) else { throw .unsupportedExpectation }
        self.init(
            isHead: head.method == .HEAD,
            isHTTP10: head.version != .http1_1,
            isLast: !head.isKeepAlive || headers.contains(name: "upgrade") || head.method == .CONNECT,
            expectsContinue: !expectations.isEmpty && head.version == .http1_1
        )
    }

    private static func checkLength(_ head: HTTPRequestHead, limits: HTTPLimits) throws(HTTPRefusal) {
        let lengths = head.headers["content-length"]
        let codings = head.headers["transfer-encoding"]
        guard codings.isEmpty || lengths.isEmpty else {
            throw .badRequest("it has both Content-Length and Transfer-Encoding")
        }
        guard codings.isEmpty || (codings.count == 1 && codings[0].lowercased() == "chunked") else {
            throw .badRequest("the only transfer coding may be chunked")
        }
        guard codings.isEmpty || head.version == .http1_1 else {
            throw .badRequest("Transfer-Encoding needs HTTP/1.1")
        }
        guard lengths.count <= 1 else { throw .badRequest("invalid or conflicting Content-Length") }
        guard let text = lengths.first else { return }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw .badRequest("invalid or conflicting Content-Length")
        }
        guard let length = Int(text), length <= limits.bodyBytes else { throw .bodyTooLarge(limits) }
    }
}
