// SPDX-License-Identifier: Apache-2.0

internal import Bytes
public import ObserverModel

/// The times in a snapshot's JSON: of a recording that is played as if it happened now they move with the others.
///
/// Beside them stand numbers of observations, which stay; whoever adds a time to a snapshot adds it here.
public enum SnapshotTimes {
    /// Objects of one time each, of a run.
    private static let seen: [StaticString] = ["start", "first_oom", "nearest_oom"]

    /// A snapshot whose times are moved; one that cannot be read stays as it is.
    public static func moved(_ snapshot: StateSnapshot, byNanoseconds distance: Int64) -> StateSnapshot {
        guard distance != 0, let root = (try? JSONDocument(snapshot.json[...]))?.root else { return snapshot }
        var times = [root["t"], root["engine"]?["since"], root["loss"]?["t"]]
        for container in root["containers"]?.elements ?? [] {
            times += [container["started_at"], container["finished_at"], container["ended_start"]]
            times += [container["stats"]?["t"], container["sample"]?["t"]]
            for run in [container["run"], container["unsettled"]] {
                guard let run else { continue }
                times += seen.map { run[$0]?["t"] }
                times += [run["previous_end"], run["death"]?["t"], run["death"]?["observed"]]
                times += (run["kills"]?.elements ?? []).map { $0["t"] }
            }
        }
        var moved = snapshot
        moved.json = edited(snapshot.json, times.compactMap { $0 }, distance)
        return moved
    }

    private static func edited(_ json: [UInt8], _ times: [JSONValue], _ distance: Int64) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(json.count + 16)
        var end = json.startIndex
        for value in times.sorted(by: { $0.raw.startIndex < $1.raw.startIndex }) {
            guard let time = value.integer else { continue }
            result += json[end..<value.raw.startIndex]
            Decimal.append(Timestamp(nanoseconds: time).advanced(byNanoseconds: distance).nanoseconds, to: &result)
            end = value.raw.endIndex
        }
        return result + json[end...]
    }
}
