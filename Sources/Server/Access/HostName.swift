// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// A host as people write it, brought into the one form in which hosts are compared: lower case, without brackets,
/// without the dot that ends a full name.
struct HostName: Sendable, Hashable {
    /// The longest name that DNS knows, and more than any address.
    private static let longestName = 255

    let text: String
    /// Whether it is `localhost` or a loopback address: 127.0.0.0/8, `::1`, or the former in the latter's form.
    let isLoopback: Bool

    /// Reads a host without a port; an IPv6 address may be in brackets.
    init?(_ text: some StringProtocol) {
        var text = text.lowercased()
        if text.hasPrefix("["), text.hasSuffix("]") {
            text = String(text.dropFirst().dropLast())
            guard text.utf8.contains(UInt8(ascii: ":")) else { return nil }
        } else if text.hasSuffix(".") {
            text.removeLast()
        }
        guard !text.isEmpty, text.utf8.count <= Self.longestName else { return nil }
        if let address = try? SocketAddress(ipAddress: text, port: 0) {
            self.text = address.ipAddress ?? text
            isLoopback = Self.isLoopback(self.text)
        } else {
            guard text.utf8.allSatisfy(Self.isNameByte) else { return nil }
            self.text = text
            isLoopback = text == "localhost"
        }
    }

    private static func isLoopback(_ address: String) -> Bool {
        let mapped = address.hasPrefix("::ffff:") ? address.dropFirst(7) : address[...]
        return mapped.hasPrefix("127.") || address == "::1"
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}

/// A host with the port that may follow it: a `Host` field, or an origin behind its scheme.
struct HostAndPort: Sendable, Hashable {
    let host: HostName
    /// The port, or `nil` when none is given.
    let port: Int?

    /// Reads `name`, `name:port`, `[::1]` or `[::1]:port`.
    init?(_ text: some StringProtocol) {
        let digits: Substring?
        let hostText: Substring
        let text = Substring(text)
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { return nil }
            hostText = text[...end]
            let rest = text[text.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            digits = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = text.firstIndex(of: ":") {
            hostText = text[..<colon]
            digits = text[text.index(after: colon)...]
        } else {
            hostText = text
            digits = nil
        }
        guard let host = HostName(hostText) else { return nil }
        self.host = host
        guard let digits, !digits.isEmpty else {
            // A colon without a port says no more than none (RFC 3986 §3.2.3).
            port = nil
            return
        }
        guard digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits),
            port <= 65_535
        else { return nil }
        self.port = port
    }
}
