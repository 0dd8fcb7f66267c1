// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// Matches lines with a pattern, within limits; for one thread at a time.
final class LineMatcher {
    /// What matching a line came to.
    enum Outcome: Sendable, Hashable {
        case match
        case noMatch
        /// A limit was reached before it was decided.
        case tooCostly
    }

    /// How many steps a match may take: a thousand lines' worth for a sound pattern, about a millisecond.
    static let matchLimit: UInt32 = 100_000
    /// How deeply the interpreter may backtrack, and how much memory it may take for it, in KiB.
    static let depthLimit: UInt32 = 10_000
    static let heapLimit: UInt32 = 1024
    /// The stack of the native code, in bytes: what it begins with and what it may grow to.
    static let stackStart = 32 << 10
    static let stackLimit = 256 << 10

    private let pattern: LinePattern
    private let context: OpaquePointer?
    private let data: OpaquePointer?
    private let stack: OpaquePointer?

    init(_ pattern: LinePattern) {
        self.pattern = pattern
        context = pcre2_match_context_create_8(nil)
        // One pair of offsets: whether it matches is all that is asked.
        data = pcre2_match_data_create_8(1, nil)
        stack = pcre2_jit_stack_create_8(Self.stackStart, Self.stackLimit, nil)
        pcre2_set_match_limit_8(context, Self.matchLimit)
        pcre2_set_depth_limit_8(context, Self.depthLimit)
        pcre2_set_heap_limit_8(context, Self.heapLimit)
        pcre2_jit_stack_assign_8(context, nil, UnsafeMutableRawPointer(stack))
    }

    deinit {
        pcre2_match_data_free_8(data)
        pcre2_match_context_free_8(context)
        pcre2_jit_stack_free_8(stack)
    }

    func match(_ text: UnsafeBufferPointer<UInt8>) -> Outcome {
        // Out of memory for the context or the data counts as a limit reached.
        guard let context, let data else { return .tooCostly }
        // SAFETY: the pointer is valid for `count` bytes for the time of the call; an empty buffer may have none, and then
        // PCRE2 gets one to a byte that it does not read.
        let status = withUnsafePointer(to: UInt8(0)) { nothing in
            pcre2_match_8(pattern.code, text.baseAddress ?? nothing, text.count, 0, 0, data, context)
        }
        if status >= 0 { return .match }
        return status == PCRE2_ERROR_NOMATCH ? .noMatch : .tooCostly
    }
}
