// SPDX-License-Identifier: Apache-2.0

/// One request to an engine: reading only, since no other method can be said (law 7).
struct EngineRequest: Sendable, Hashable {
    /// The methods that this client can send.
    enum Method: String, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
    }

    let method: Method
    let target: RequestTarget

    /// The method and the path, for messages.
    var label: String { "\(method.rawValue) \(target.path)" }

    /// The request with something before its path.
    func prefixed(_ prefix: String) -> EngineRequest {
        prefix.isEmpty ? self : EngineRequest(method: method, target: target.prefixed(prefix))
    }

    /// The request as it goes on the wire (RFC 9112 §3).
    ///
    /// `Host` is never missing: an engine answers 400 without it (fact A8).
    func bytes(host: String, userAgent: String) -> [UInt8] {
        Array("\(method.rawValue) \(target.text) HTTP/1.1\r\nHost: \(host)\r\nUser-Agent: \(userAgent)\r\n\r\n".utf8)
    }
}
