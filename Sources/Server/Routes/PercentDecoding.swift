// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Reading what URLs carry in `%XX` (RFC 3986 §2.1).
enum PercentDecoding {
    /// The text that an encoded one stands for, or `nil` when an escape is broken or the result is not UTF-8.
    ///
    /// With `plusIsSpace` a `+` is a space, as it is in queries that forms and `URLSearchParams` write.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap({ Hex.value(of: $0) }),
                    let low = rest.popFirst().flatMap({ Hex.value(of: $0) })
                else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        guard UTF8Scan.isValid(bytes.span) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A query's names and values in their order.
    ///
    /// - Throws: ``ParameterError`` for one that cannot be decoded.
    static func parameters(of query: Substring) throws(ParameterError) -> [(name: String, value: String)] {
        var parameters: [(name: String, value: String)] = []
        for part in query.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let text = halves.count > 1 ? halves[1] : ""
            guard let name = decode(halves[0], plusIsSpace: true), let value = decode(text, plusIsSpace: true) else {
                throw ParameterError(String(halves[0]), String(text), "is not percent-encoded UTF-8")
            }
            parameters.append((name, value))
        }
        return parameters
    }
}
