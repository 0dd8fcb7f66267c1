// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Messages that one client will not get: the `gap` of scope `client`, which has no `seq`.
struct ClientGap: Sendable, Hashable {
    /// The range of numbers that holds them, or `nil` when nothing of this run is missing.
    var range: ClosedRange<UInt64>?
    /// How many of the client's selection they are, or `nil` when that cannot be known.
    var lost: UInt64?
    var reason: Gap.Reason

    func json(at time: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("type")
        writer.string(plain: "gap")
        writer.key("timestamp")
        writer.time(time)
        writer.key("scope")
        writer.string(plain: Gap.Scope.client.name)
        writer.key("reason")
        writer.string(plain: reason.name)
        writer.key("first_seq")
        if let range { writer.integer(range.lowerBound) } else { writer.null() }
        writer.key("last_seq")
        if let range { writer.integer(range.upperBound) } else { writer.null() }
        writer.key("lost")
        if let lost { writer.integer(lost) } else { writer.null() }
        writer.key("message")
        writer.string(message)
        writer.endObject()
        return writer.bytes
    }

    private var message: String {
        let place = range.map { " (seq \($0.lowerBound) to \($0.upperBound))" } ?? ""
        switch reason {
        case .slowClient:
            let count = lost.map { $0 == 1 ? "1 message was" : "\($0) messages were" } ?? "Messages were"
            return "\(count) dropped because this client reads too slowly\(place)."
        case .otherRun:
            return range == nil
                ? "This is another run than the one to resume: the stream begins with its first message."
                : "This is another run than the one to resume: the stream begins with the oldest message held\(place)."
        default:
            return "What lies before the oldest message held is no longer there\(place)."
        }
    }
}
