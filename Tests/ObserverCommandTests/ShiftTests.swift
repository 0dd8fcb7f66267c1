// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import Observer
import ObserverModel
import Recorder
import Testing

@testable import ObserverCommand

/// Recordings that are played as if they happened now.
@Suite("Moved times")
struct ShiftTests {
    private func shift(_ nanoseconds: Int64) -> PlaybackShift {
        PlaybackShift(times: TimeShift(nanoseconds: nanoseconds)) {
            SnapshotTimes.moved($0, byNanoseconds: nanoseconds)
        }
    }

    @Test("A snapshot that is moved is the snapshot of what was moved, byte for byte", arguments: 0..<30)
    func snapshots(seed: UInt64) {
        let distance = Int64(seed) * 3_600_000_000_007 - 40_000_000_000_000
        let times = TimeShift(nanoseconds: distance)
        var plain = Projector()
        var moved = Projector()
        for var observation in RandomFleet.observations(seed: seed, count: 400) {
            _ = plain.project([observation])
            times.apply(to: &observation)
            _ = moved.project([observation])
            guard observation.number.isMultiple(of: 20) else { continue }
            let expected = String(decoding: moved.snapshot().json, as: UTF8.self)
            let found = SnapshotTimes.moved(plain.snapshot(), byNanoseconds: distance).json
            #expect(String(decoding: found, as: UTF8.self) == expected)
        }
    }

    @Test("Law 2: moved messages are the same wherever reading begins, and but for their times those of the recording")
    func messages() throws {
        let path = try #require(Bundle.module.path(forResource: "Golden/incident", ofType: "zst"))
        let recording = try RecordingSet(paths: [path])
        let range = try recording.timeRange()
        let distance: Int64 = 86_400_000_000_000
        let archive = RecordingArchive(recording: recording, shift: shift(distance))
        let plain = RecordingArchive(recording: recording)
        func messages(_ archive: RecordingArchive, after: UInt64, since: Timestamp? = nil) throws -> [String] {
            var found: [String] = []
            try archive.messages(after: after, through: .max, since: since) { batch in
                found += batch.headers.map { String(decoding: batch.json(of: $0), as: UTF8.self) }
                return true
            }
            return found
        }
        let all = try messages(archive, after: 0)
        let original = try messages(plain, after: 0)
        #expect(all.count == original.count && all.count > 400)
        #expect(all != original)
        // The recording is of one day: a day later only the date differs, in what is a time.
        let day = String(range.lowerBound.description.prefix(10))
        let next = String(range.lowerBound.advanced(byNanoseconds: distance).description.prefix(10))
        let logs = zip(all, original).filter { $0.1.hasPrefix(#"{"type":"log""#) }
        #expect(logs.allSatisfy { $0.0.contains(#""timestamp":"\#(next)"#) && $0.1.contains(#""timestamp":"\#(day)"#) })
        #expect(logs.allSatisfy { $0.0.suffix(40) == $0.1.suffix(40) }, "lines are as they were written")
        for after in stride(from: UInt64(1), through: recording.lastNumber, by: 29) {
            let found = try messages(archive, after: after)
            #expect(found == Array(all.suffix(found.count)))
        }
        #expect(
            try messages(archive, after: 0, since: range.upperBound.advanced(byNanoseconds: distance - 1)).count >= 0
        )
        let middle = range.lowerBound.advanced(byNanoseconds: 30_000_000_000)
        let then = try #require(try plain.state(at: middle))
        let now = try #require(try archive.state(at: middle.advanced(byNanoseconds: distance)))
        #expect(then.number == now.number)
        #expect(now.time == then.time?.advanced(byNanoseconds: distance))
        #expect(try archive.state(at: middle) == nil, "that time is not in what is played")
    }
}
