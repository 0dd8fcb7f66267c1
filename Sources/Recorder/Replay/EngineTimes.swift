// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// Where the engine's JSON tells times, and how they are written there.
enum EngineTimes {
    /// A value of a JSON text and what takes its place.
    struct Edit {
        var place: Range<Int>
        var text: [UInt8]
    }

    /// An event's `time` and `timeNano`: Unix time in seconds and in nanoseconds, the former the latter's whole part.
    static func event(_ root: JSONValue, _ shift: TimeShift, _ edits: inout [Edit]) {
        let nanoseconds = root["timeNano"].flatMap { value in value.integer.map { (value, $0) } }
        let seconds = root["time"].flatMap { value in value.integer.map { (value, $0) } }
        let whole =
            nanoseconds?.1
            ?? seconds.flatMap { seconds in
                let (product, overflow) = seconds.1.multipliedReportingOverflow(by: 1_000_000_000)
                return overflow ? nil : product
            }
        guard let whole else { return }
        let moved = shift.moved(Timestamp(nanoseconds: whole)).nanoseconds
        if let (value, _) = nanoseconds { set(value, "\(moved)", &edits) }
        if let (value, _) = seconds {
            // Rounded down, before 1970 too.
            let (quotient, remainder) = moved.quotientAndRemainder(dividingBy: 1_000_000_000)
            set(value, "\(remainder < 0 ? quotient - 1 : quotient)", &edits)
        }
    }

    /// A sample's `read` and `preread`.
    static func stats(_ root: JSONValue, _ shift: TimeShift, _ edits: inout [Edit]) {
        set(root["read"], shift, &edits)
        set(root["preread"], shift, &edits)
    }

    /// An inspect's `Created`, the starts and ends of its state, and those of its health checks.
    static func inspect(_ root: JSONValue, _ shift: TimeShift, _ edits: inout [Edit]) {
        set(root["Created"], shift, &edits)
        guard let state = root["State"] else { return }
        set(state["StartedAt"], shift, &edits)
        set(state["FinishedAt"], shift, &edits)
        for entry in state["Health"]?["Log"]?.elements ?? [] {
            set(entry["Start"], shift, &edits)
            set(entry["End"], shift, &edits)
        }
    }

    private static func set(_ value: JSONValue, _ text: String, _ edits: inout [Edit]) {
        edits.append(Edit(place: value.raw.startIndex..<value.raw.endIndex, text: Array(text.utf8)))
    }

    /// Moves a time in RFC 3339; what is none, and the engine's unset time, stays.
    private static func set(_ value: JSONValue?, _ shift: TimeShift, _ edits: inout [Edit]) {
        guard let value, let text = value.stringBytes, let moved = moved(text, by: shift) else { return }
        let quote = [UInt8(ascii: "\"")]
        edits.append(Edit(place: value.raw.startIndex..<value.raw.endIndex, text: quote + moved + quote))
    }

    /// A time in RFC 3339 after a shift, at the same offset from UTC, without zeros at the end of its decimals, which
    /// the engine leaves out too (Go's `RFC3339Nano`); `nil` when it is none.
    static func moved(_ text: ArraySlice<UInt8>, by shift: TimeShift) -> [UInt8]? {
        guard let time = RFC3339.parse(text.span) else { return nil }
        let zone = Array(text.suffix(text.last.map { $0 | 0x20 } == UInt8(ascii: "z") ? 1 : 6))
        // What the clock on the wall shows there, told as if it were UTC.
        let wall = Array(text.dropLast(zone.count)) + [UInt8(ascii: "Z")]
        let local = RFC3339.parse(wall.span) ?? time
        var result: [UInt8] = []
        RFC3339.append(shift.moved(local), to: &result)
        result.removeLast()
        while result.last == UInt8(ascii: "0") { result.removeLast() }
        if result.last == UInt8(ascii: ".") { result.removeLast() }
        return result + zone
    }
}
