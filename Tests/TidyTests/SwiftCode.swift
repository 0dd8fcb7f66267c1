// SPDX-License-Identifier: Apache-2.0

/// A Swift text in two copies of equal shape: one where comments and the insides of strings are blanks, one where
/// only the comments are left.
///
/// Interpolations count as string: what is looked for is not written in them.
struct SwiftCode: Sendable {
    /// The code, comments and the insides of strings blanked out.
    let code: [UInt8]
    /// The comments, all else blanked out.
    let comments: [UInt8]

    init(_ text: String) {
        let bytes = Array(text.utf8)
        var code = [UInt8](repeating: 32, count: bytes.count)
        var comments = code
        // Plain pointers, since this reads every byte of the package in a test compiled without optimisation.
        bytes.withUnsafeBufferPointer { bytes in
            code.withUnsafeMutableBufferPointer { code in
                comments.withUnsafeMutableBufferPointer { comments in
                    var scanner = SwiftScanner(bytes: bytes, code: code, comments: comments)
                    scanner.scan()
                }
            }
        }
        self.code = code
        self.comments = comments
    }

    /// The lines of code.
    var lines: [ArraySlice<UInt8>] { code.split(separator: 10, omittingEmptySubsequences: false) }
}

/// Tells code, comments and strings apart.
private struct SwiftScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    let code: UnsafeMutableBufferPointer<UInt8>
    let comments: UnsafeMutableBufferPointer<UInt8>
    private var index = 0

    init(
        bytes: UnsafeBufferPointer<UInt8>,
        code: UnsafeMutableBufferPointer<UInt8>,
        comments: UnsafeMutableBufferPointer<UInt8>
    ) {
        self.bytes = bytes
        self.code = code
        self.comments = comments
    }

    // SAFETY: `at` and the loops below never go beyond `bytes.count`, which is the length of all three.
    private func at(_ offset: Int) -> UInt8 { index + offset < bytes.count ? bytes[index + offset] : 0 }

    mutating func scan() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x2F where at(1) == 0x2F: scanLineComment()
            case 0x2F where at(1) == 0x2A: scanBlockComment()
            case 0x22: scanString(hashes: 0)
            case 0x23: scanHashes()
            case let byte:
                code[index] = byte
                if byte == 10 { comments[index] = 10 }
                index += 1
            }
        }
    }

    private mutating func scanLineComment() {
        while index < bytes.count, bytes[index] != 10 {
            comments[index] = bytes[index]
            index += 1
        }
    }

    private mutating func scanBlockComment() {
        while index < bytes.count {
            let isEnd = bytes[index] == 0x2A && at(1) == 0x2F
            comments[index] = bytes[index]
            if bytes[index] == 10 { code[index] = 10 }
            index += 1
            if isEnd {
                index += 1
                return
            }
        }
    }

    private mutating func scanHashes() {
        var hashes = 0
        while at(hashes) == 0x23 { hashes += 1 }
        for offset in 0..<hashes { code[index + offset] = 0x23 }
        index += hashes
        if at(0) == 0x22 { scanString(hashes: hashes) }
    }

    private mutating func scanString(hashes: Int) {
        let isLong = at(1) == 0x22 && at(2) == 0x22
        let quotes = isLong ? 3 : 1
        writeQuotes(quotes)
        while index < bytes.count {
            switch bytes[index] {
            case 0x5C where hashes == 0 && at(1) == 0x28: skipInterpolation()
            case 0x5C where hashes == 0: index += 2
            case 10:
                code[index] = 10
                comments[index] = 10
                index += 1
                // A short string cannot go on; the rest of the file is more useful as code.
                if !isLong { return }
            case 0x22 where isClosing(quotes, hashes):
                writeQuotes(quotes)
                return
            default: index += 1
            }
        }
    }

    private mutating func writeQuotes(_ count: Int) {
        for offset in 0..<count where index + offset < bytes.count { code[index + offset] = 0x22 }
        index += count
    }

    private func isClosing(_ quotes: Int, _ hashes: Int) -> Bool {
        for offset in 0..<quotes where at(offset) != 0x22 { return false }
        for offset in 0..<hashes where at(quotes + offset) != 0x23 { return false }
        return true
    }

    private mutating func skipInterpolation() {
        index += 2
        var depth = 1
        var isInString = false
        while depth > 0, index < bytes.count, bytes[index] != 10 {
            switch bytes[index] {
            case 0x5C where isInString: index += 1
            case 0x22: isInString.toggle()
            case 0x28 where !isInString: depth += 1
            case 0x29 where !isInString: depth -= 1
            default: break
            }
            index += 1
        }
    }
}
