// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// A regular expression (PCRE2 syntax), compiled once and shared by all who search with it.
public final class CompiledPattern: Sendable {
    /// What a `.` stands for.
    public enum Unit: Sendable, Hashable {
        /// A character of UTF-8; bytes that are not UTF-8 match nothing.
        case character
        /// A byte.
        case byte
    }

    /// What a pattern may cost.
    public struct Limits: Sendable, Hashable {
        /// How long it may be, in bytes.
        public var length: Int
        /// How large it may be when compiled, native code included, in bytes.
        public var compiled: Int

        /// Makes limits.
        public init(length: Int, compiled: Int) {
            self.length = length
            self.compiled = compiled
        }

        /// For what people write, which fits ten times over, and compiles within a millisecond.
        ///
        /// Nested counted repeats grow to any size otherwise; a thousand patterns take 32 MB at most.
        public static let person = Limits(length: 1024, compiled: 32 << 10)
    }

    /// How deeply groups may nest.
    static let nestingLimit: UInt32 = 50

    // SAFETY: compiled code is read only while it is matched with (pcre2api, "Multithreading"); it is changed by the JIT
    // compiler alone, in `init`.
    nonisolated(unsafe) let code: OpaquePointer

    /// Compiles a pattern.
    ///
    /// - Throws: ``PatternRefusal`` when it is malformed or too costly.
    public init(_ text: String, of unit: Unit = .character, within limits: Limits = .person) throws(PatternRefusal) {
        guard !text.isEmpty else { throw PatternRefusal(reason: "is empty") }
        guard text.utf8.count <= limits.length else {
            throw PatternRefusal(reason: "is longer than \(limits.length) bytes")
        }
        code = try Self.compile(text, unit, limits)
        // Without the JIT compiler, on processors that it does not know, matching is slower and as correct.
        pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
        guard size(UInt32(PCRE2_INFO_SIZE)) + size(UInt32(PCRE2_INFO_JITSIZE)) <= limits.compiled else {
            throw PatternRefusal(reason: "is too large once its repeats are written out")
        }
    }

    deinit {
        pcre2_code_free_8(code)
    }

    /// The number of its groups, named and unnamed.
    public var groupCount: Int {
        var count: UInt32 = 0
        return pcre2_pattern_info_8(code, UInt32(PCRE2_INFO_CAPTURECOUNT), &count) == 0 ? Int(count) : 0
    }

    /// The numbers of the groups that have a name, in their order; several where the pattern allows it with `(?J)`.
    public func groups(named name: String) -> [Int] {
        var first: UnsafePointer<UInt8>?
        var last: UnsafePointer<UInt8>?
        let size = Int(pcre2_substring_nametable_scan_8(code, Array(name.utf8) + [0], &first, &last))
        guard size > 0, var entry = first, let last else { return [] }
        var numbers: [Int] = []
        // SAFETY: the table lives as long as the code; its entries from first to last have `size` bytes each, of which
        // the first two are the group's number (pcre2api, "Information about a compiled pattern").
        while entry <= last {
            numbers.append(Int(entry[0]) << 8 | Int(entry[1]))
            entry += size
        }
        return numbers.sorted()
    }

    private static func compile(
        _ text: String,
        _ unit: Unit,
        _ limits: Limits
    ) throws(PatternRefusal) -> OpaquePointer {
        guard let context = pcre2_compile_context_create_8(nil) else { throw PatternRefusal(reason: "found no memory") }
        defer { pcre2_compile_context_free_8(context) }
        pcre2_set_max_pattern_length_8(context, limits.length)
        pcre2_set_parens_nest_limit_8(context, nestingLimit)
        // Text that is not UTF-8 does not match instead of being read astray.
        let characters = unit == .character ? PCRE2_UTF | PCRE2_MATCH_INVALID_UTF : PCRE2_NEVER_UTF
        var error: Int32 = 0
        var offset = 0
        let bytes = Array(text.utf8)
        let options = characters | PCRE2_NEVER_BACKSLASH_C | PCRE2_USE_OFFSET_LIMIT
        guard let code = pcre2_compile_8(bytes, bytes.count, options, &error, &offset, context) else {
            throw PatternRefusal(reason: "is malformed at character \(offset + 1): \(message(of: error))")
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
