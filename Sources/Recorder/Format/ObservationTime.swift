// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

extension Observation {
    /// The `timestamp` that the observation's message has, which `since` and `until` select by: the engine's time where
    /// there is one, else `t`.
    var messageTime: Timestamp {
        switch fact {
        case .log(let line): line.timestamp
        case .event(let event): Self.eventTime(event.raw) ?? time
        case .stats(let record): Self.member("read", of: record.raw)?.time ?? time
        case .anomaly(let anomaly): Self.member("timestamp", of: anomaly.object)?.time ?? time
        default: time
        }
    }

    private static func eventTime(_ json: ArraySlice<UInt8>) -> Timestamp? {
        guard let root = (try? JSONDocument(json))?.root else { return nil }
        if let time = root["timeNano"]?.integer { return Timestamp(nanoseconds: time) }
        return root["time"]?.integer.map { Timestamp(seconds: $0) }
    }

    private static func member(_ name: StaticString, of json: ArraySlice<UInt8>) -> JSONValue? {
        (try? JSONDocument(json))?.root[name]
    }
}
