// SPDX-License-Identifier: Apache-2.0

/// A status code of the closing handshake (RFC 6455 §7.4).
public struct WebSocketCloseCode: RawRepresentable, Hashable, Sendable {
    /// The number on the wire.
    public let rawValue: UInt16

    /// Makes a code of any number, valid on the wire or not.
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 1000: the purpose of the connection is fulfilled.
    public static let normalClosure = Self(rawValue: 1000)
    /// 1001: the server goes down, or the browser leaves the page.
    public static let goingAway = Self(rawValue: 1001)
    /// 1002: the peer broke a rule of RFC 6455.
    public static let protocolError = Self(rawValue: 1002)
    /// 1003: a kind of message that the endpoint does not take.
    public static let unsupportedData = Self(rawValue: 1003)
    /// 1005: a close frame without a code; never on the wire.
    public static let noStatusReceived = Self(rawValue: 1005)
    /// 1006: the connection ended without a close frame; never on the wire.
    public static let abnormalClosure = Self(rawValue: 1006)
    /// 1007: text that is not UTF-8.
    public static let invalidPayload = Self(rawValue: 1007)
    /// 1008: a rule of the application was broken.
    public static let policyViolation = Self(rawValue: 1008)
    /// 1009: a message above the limit.
    public static let messageTooBig = Self(rawValue: 1009)
    /// 1011: the server failed.
    public static let internalError = Self(rawValue: 1011)
    /// 1013: try again later; what a client gets that is too slow.
    public static let tryAgainLater = Self(rawValue: 1013)

    /// Whether a peer may put the code into a close frame.
    ///
    /// 1004 is reserved, 1005, 1006 and 1015 are for local use only, and what is below 3000 and not in RFC 6455 is
    /// refused as its test suites expect (§7.4.1, §7.4.2).
    public var isValidOnWire: Bool {
        switch self.rawValue {
        case 1000...1003, 1007...1011, 3000...4999: true
        default: false
        }
    }
}

extension WebSocketCloseCode: CustomStringConvertible {
    /// The decimal number.
    public var description: String { String(self.rawValue) }
}
