// SPDX-License-Identifier: Apache-2.0

internal import CPCRE2

/// What a search with any pattern needs, with its limits; for one thread at a time.
public final class PatternSearch {
    /// What a search came to.
    public enum Outcome: Sendable, Hashable {
        case match
        case noMatch
        /// A limit was reached before it was decided.
        case tooCostly
    }

    /// How many steps a match may take: a thousand lines' worth for a sound pattern, about a millisecond.
    public static let matchLimit: UInt32 = 100_000
    /// How deeply the interpreter may backtrack, and how much memory it may take for it, in KiB.
    static let depthLimit: UInt32 = 10_000
    static let heapLimit: UInt32 = 1024
    /// The stack of the native code, in bytes: what it begins with and what it may grow to.
    static let stackStart = 32 << 10
    static let stackLimit = 256 << 10

    private let context: OpaquePointer?
    private let data: OpaquePointer?
    private let stack: OpaquePointer?

    /// How many steps the next searches may take from each place in the text.
    public var matchLimit = PatternSearch.matchLimit {
        didSet { if matchLimit != oldValue { pcre2_set_match_limit_8(context, matchLimit) } }
    }

    /// The last offset at which the matches of the next searches may begin, or `nil` for the text's end.
    public var lastStart: Int? {
        didSet { if lastStart != oldValue { pcre2_set_offset_limit_8(context, lastStart ?? Int.max) } }
    }

    /// Makes a search that tells the places of that many groups, the whole match among them.
    public init(groups: Int = 1) {
        context = pcre2_match_context_create_8(nil)
        data = pcre2_match_data_create_8(UInt32(clamping: groups), nil)
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

    /// Searches a text for the first match at or behind an offset within it, which may be asked not to be empty.
    public func find(
        _ pattern: CompiledPattern,
        in text: UnsafeBufferPointer<UInt8>,
        from start: Int = 0,
        allowsEmpty: Bool = true
    ) -> Outcome {
        // Out of memory for the context or the data counts as a limit reached.
        guard let context, let data else { return .tooCostly }
        let options = allowsEmpty ? 0 : PCRE2_NOTEMPTY
        // SAFETY: the pointer is valid for `count` bytes for the time of the call; an empty buffer may have none, and then
        // PCRE2 gets one to a byte that it does not read.
        let status = withUnsafePointer(to: UInt8(0)) { nothing in
            pcre2_match_8(pattern.code, text.baseAddress ?? nothing, text.count, start, options, data, context)
        }
        if status >= 0 { return .match }
        return status == PCRE2_ERROR_NOMATCH ? .noMatch : .tooCostly
    }

    /// The place of a group in the match that was just found, 0 being the whole; `nil` when it took no part.
    ///
    /// The end lies before the start where a pattern says so with `\K`; such a place is `nil` too.
    public func place(ofGroup group: Int = 0) -> Range<Int>? {
        guard let data, group < pcre2_get_ovector_count_8(data) else { return nil }
        // SAFETY: the vector holds two offsets for each group up to its count, and lives as long as the data.
        guard let offsets = pcre2_get_ovector_pointer_8(data) else { return nil }
        let (start, end) = (offsets[2 * group], offsets[2 * group + 1])
        // A group that took no part has the largest number there is, which is -1 as an `Int`.
        return start >= 0 && start <= end ? start..<end : nil
    }
}
