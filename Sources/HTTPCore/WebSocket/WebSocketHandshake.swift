// SPDX-License-Identifier: Apache-2.0
import NIOHTTP1

/// Checks a client's opening handshake (RFC 6455 §4.2.1).
enum WebSocketHandshake: Equatable {
    /// The request asks for no WebSocket.
    case notRequested
    case valid(subprotocols: [String])
    case invalid(HTTPRefusal)

    init(_ head: HTTPRequestHead) {
        let headers = head.headers
        guard headers.containsToken("websocket", in: "upgrade") else {
            self = .notRequested
            return
        }
        if headers["sec-websocket-version"] != ["13"] {
            self = .invalid(.unsupportedWebSocketVersion)
        } else if let problem = Self.problem(head) {
            self = .invalid(.malformedHandshake(problem))
        } else {
            self = .valid(subprotocols: headers[canonicalForm: "sec-websocket-protocol"].map(String.init))
        }
    }

    private static func problem(_ head: HTTPRequestHead) -> String? {
        let headers = head.headers
        if head.method != .GET { return "the method must be GET" }
        if head.version != .http1_1 { return "the HTTP version must be 1.1" }
        if headers["host"].count != 1 { return "there must be one Host" }
        if !headers.containsToken("upgrade", in: "connection") { return "Connection must name Upgrade" }
        let keys = headers["sec-websocket-key"]
        if keys.count != 1 || !keys.allSatisfy(Self.isKey) {
            return "there must be one Sec-WebSocket-Key, 16 bytes in base64"
        }
        let protocols = headers[canonicalForm: "sec-websocket-protocol"]
        if headers.contains(name: "sec-websocket-protocol"), !protocols.allSatisfy(Self.isToken) || protocols.isEmpty {
            return "Sec-WebSocket-Protocol must list tokens"
        }
        let hasBody = headers["content-length"].contains { $0 != "0" } || headers.contains(name: "transfer-encoding")
        return hasBody ? "there must be no body" : nil
    }

    /// 16 bytes in base64 are 22 characters and two of padding.
    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes.suffix(2).elementsEqual("==".utf8) else { return false }
        return bytes.prefix(22).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                true
            default:
                false
            }
        }
    }

    /// RFC 9110 §5.6.2.
    private static func isToken(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains(byte)
            }
    }
}

extension HTTPHeaders {
    /// Whether a list field contains a token, compared without case.
    func containsToken(_ token: String, in name: String) -> Bool {
        self[canonicalForm: name].contains { $0.lowercased() == token }
    }
}
