// SPDX-License-Identifier: Apache-2.0

internal import Bytes

/// The names of incident recordings: `incident-20261123T031500Z-shop-db-oom.zst`.
enum IncidentName {
    /// What all begin with.
    static let stem = "incident-"
    /// How many bytes of a container's name stand in a file's name.
    private static let nameLimit = 64

    /// The names for an incident, the most wanted one first.
    static func candidates(_ trigger: IncidentTrigger) -> [String] {
        var name = String(
            decoding: trigger.name.utf8.prefix(nameLimit).map { isPlain($0) ? $0 : UInt8(ascii: "-") },
            as: UTF8.self
        )
        if name.isEmpty { name = "observer" }
        let base = "\(stem)\(RecordingPlace.stamp(trigger.time))-\(name)-\(trigger.cause)"
        return [base + RecordingPlace.suffix]
            + (2...RecordingPlace.attemptLimit).map { "\(base)-\($0)\(RecordingPlace.suffix)" }
    }

    /// Whether a byte may stand in a file's name wherever files are copied to.
    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
