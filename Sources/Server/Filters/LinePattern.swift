// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// A regular expression for log lines (PCRE2 syntax, UTF-8), compiled once and shared by all who match with it.
public final class LinePattern: Sendable {
    /// How long a pattern may be, in bytes: what people write fits ten times over, and compiling stays below a millisecond.
    public static let lengthLimit = 1024
    /// How large a compiled pattern may be, native code included: a hundred times what people write.
    ///
    /// Nested counted repeats grow to any size otherwise; a thousand clients with a pattern each take 32 MB at most.
    public static let compiledLimit = 32 << 10
    /// How deeply groups may nest.
    static let nestingLimit: UInt32 = 50

    /// Why a pattern was refused, in words that fit behind "the pattern".
    public struct Refusal: Error, Sendable, Hashable {
        /// The reason.
        public let reason: String
    }

    /// The pattern as it was given.
    public let text: String
    // SAFETY: compiled code is read only while it is matched with (pcre2api, "Multithreading"); it is changed by the JIT
    // compiler alone, in `init`.
    nonisolated(unsafe) let code: OpaquePointer

    /// Compiles a pattern.
    ///
    /// - Throws: ``Refusal`` when it is malformed or too costly.
    public init(_ text: String) throws(Refusal) {
        guard !text.isEmpty else { throw Refusal(reason: "is empty") }
        guard text.utf8.count <= Self.lengthLimit else {
            throw Refusal(reason: "is longer than \(Self.lengthLimit) bytes")
        }
        self.text = text
        code = try Self.compile(text)
        // Without the JIT compiler, on processors that it does not know, matching is slower and as correct.
        pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        guard size(UInt32(PCRE2_INFO_SIZE)) + size(UInt32(PCRE2_INFO_JITSIZE)) <= Self.compiledLimit else {
            throw Refusal(reason: "is too large once its repeats are written out")
        }
    }

    deinit {
        pcre2_code_free_8(code)
    }

    private static func compile(_ text: String) throws(Refusal) -> OpaquePointer {
        guard let context = pcre2_compile_context_create_8(nil) else { throw Refusal(reason: "found no memory") }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_max_pattern_length_8(context, lengthLimit)
        pcre2_set_parens_nest_limit_8(context, nestingLimit)
        // Text that is not UTF-8 cannot come here from a projector; should it, it does not match instead of reading astray.
        let options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(text.utf8)
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, context) else {
            throw Refusal(reason: "is malformed at character \(offset + 1): \(message(of: error))")
        }
        return code
    }

    private static func message(of error: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = pcre2_get_error_message_8(error, &buffer, buffer.count)
        return count > 0 ? String(decoding: buffer[..<Int(count)], as: UTF8.self) : "error \(error)"
    }

    private func size(_ what: UInt32) -> Int {
        var size = 0
        return pcre2_pattern_info_8(code, what, &size) == 0 ? size : 0
    }
}

extension LinePattern: Hashable {
    /// Whether two patterns have the same text.
    public static func == (a: LinePattern, b: LinePattern) -> Bool {
        a.text == b.text
    }

    /// Feeds the text to a hasher.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(text)
    }
}
