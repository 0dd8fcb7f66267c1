// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Writing to standard output, which is for data.
enum StandardOutput {
    /// Writes all of the text.
    ///
    /// - Returns: Whether somebody still reads.
    @discardableResult
    static func write(_ text: String) -> Bool { Descriptor.write(Array(text.utf8)[...], to: STDOUT_FILENO) }

    /// Writes all of the bytes.
    ///
    /// - Returns: Whether somebody still reads.
    @discardableResult
    static func write(_ bytes: ArraySlice<UInt8>) -> Bool { Descriptor.write(bytes, to: STDOUT_FILENO) }

    /// Whether it is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }
}

/// Writing to standard error, which is for words.
enum StandardError {
    /// Writes all of the text.
    static func write(_ text: String) { Descriptor.write(Array(text.utf8)[...], to: STDERR_FILENO) }

    /// Whether it is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}

/// Writing to a file descriptor without a buffer, so that what was said is said when the process ends.
enum Descriptor {
    /// Writes all of the bytes.
    ///
    /// - Returns: Whether the descriptor took them.
    @discardableResult
    static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                // SAFETY: the pointer and the count stay within the buffer, which lives through the closure.
                let written = writeOnce(descriptor, buffer, offset)
                if written > 0 {
                    offset += written
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }

    private static func writeOnce(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, _ offset: Int) -> Int {
        guard let base = buffer.baseAddress else { return 0 }
        return Glibc.write(descriptor, base + offset, buffer.count - offset)
    }
}
