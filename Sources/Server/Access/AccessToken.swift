// SPDX-License-Identifier: Apache-2.0

/// The secret that clients show; what it prints of itself is masked, so that no log can hold it.
public struct AccessToken: Sendable {
    /// As many characters as make guessing hopeless: of 66 possible ones, 16 hold 96 bits.
    public static let shortestLength = 16
    /// Far above what any generator makes, and with room to spare within the header limit of 16 KiB.
    public static let longestLength = 4096

    private let bytes: [UInt8]

    /// Takes a token.
    ///
    /// - Parameter text: The token alone, without a line end.
    /// - Throws: ``AccessError`` when it does not match `[A-Za-z0-9._~-]{16,}`; the error does not repeat it.
    public init(_ text: String) throws(AccessError) {
        let bytes = Array(text.utf8)
        guard bytes.count >= Self.shortestLength else {
            throw AccessError("The token has \(bytes.count) characters; it needs \(Self.shortestLength) at least.")
        }
        guard bytes.count <= Self.longestLength else {
            throw AccessError("The token has \(bytes.count) characters; \(Self.longestLength) is the most.")
        }
        guard let offset = bytes.firstIndex(where: { !Self.isAllowed($0) }) else {
            self.bytes = bytes
            return
        }
        throw AccessError(
            "The token's character \(offset + 1) is none of letters, digits and . _ ~ -, which are what tokens are made of."
        )
    }

    /// Whether a text is the token, in a time that depends on the text's length alone.
    func matches(_ candidate: some StringProtocol) -> Bool {
        var difference = UInt(bitPattern: candidate.utf8.count ^ bytes.count)
        var index = 0
        for byte in candidate.utf8 {
            difference |= UInt(byte ^ bytes[index])
            index += 1
            if index == bytes.count { index = 0 }
        }
        return difference == 0
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"),
            UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Nothing of the token.
    public var description: String { "<token>" }
    /// Nothing of the token.
    public var debugDescription: String { description }
    /// Nothing of the token.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
