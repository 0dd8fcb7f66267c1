// SPDX-License-Identifier: Apache-2.0

/// The part of a line that people are shown: lines may have megabytes.
public struct LineExcerpt: Sendable, Hashable {
    /// How many bytes of a line are shown: a log line has its text behind the first 175.
    public static let width = 240

    /// The text, with an ellipsis where something was left out.
    public var text: String
    /// How many characters of the text stand before the place that it was cut around.
    public var column: Int

    /// Cuts a line around a place in it.
    public init(_ line: ArraySlice<UInt8>, around place: Int = 0) {
        let place = min(max(0, place), line.count)
        var start = max(0, place - Self.width / 2)
        if line.count - start < Self.width { start = max(0, line.count - Self.width) }
        var end = min(line.count, start + Self.width)
        let bytes = Array(line)
        // Not within a character.
        while start > 0, start < bytes.count, bytes[start] & 0xC0 == 0x80 { start -= 1 }
        while end > start, end < bytes.count, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        let isBegun = start > 0
        let head = String(decoding: bytes[start..<max(start, min(place, end))], as: UTF8.self)
        column = head.count + (isBegun ? 1 : 0)
        text =
            (isBegun ? "…" : "") + String(decoding: bytes[start..<end], as: UTF8.self)
            + (end < bytes.count ? "…" : "")
    }

    /// Where two lines begin to differ: an offset from their beginnings.
    static func place(_ a: ArraySlice<UInt8>, _ b: ArraySlice<UInt8>) -> Int {
        var place = 0
        for (a, b) in zip(a, b) {
            guard a == b else { break }
            place += 1
        }
        return place
    }
}
