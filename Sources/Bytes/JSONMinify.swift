// SPDX-License-Identifier: Apache-2.0

/// JSON without the white space between its parts.
public enum JSONMinify {
    /// Appends a JSON text without the white space outside of its strings, otherwise untouched.
    ///
    /// The text must be valid JSON; only its strings are told from the rest.
    public static func append(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        var inString = false
        var escaped = false
        var runStart = text.startIndex
        for index in text.indices {
            let byte = text[index]
            if inString {
                if escaped {
                    escaped = false
                } else if byte == UInt8(ascii: "\\") {
                    escaped = true
                } else if byte == UInt8(ascii: "\"") {
                    inString = false
                }
            } else if byte == UInt8(ascii: "\"") {
                inString = true
            } else if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                bytes.append(contentsOf: text[runStart..<index])
                runStart = index + 1
            }
        }
        bytes.append(contentsOf: text[runStart...])
    }
}
