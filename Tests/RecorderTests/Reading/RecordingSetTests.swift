// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Recorder

@Suite struct RecordingSetTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Writes three parts of 100 observations each, but for those left out.
    private func parts(leavingOut missing: Set<Int> = [], run: String = "run-1") throws -> [String] {
        try (0..<3).filter { !missing.contains($0) }.map { part in
            let recording = try TestRecording(
                seed: UInt64(part) * 1_000_000,
                count: 100,
                first: UInt64(part * 100 + 1),
                run: run,
                ending: part == 1 ? .killed : .finished
            )
            return try folder.write(recording.bytes, as: "\(run)-\(part).zst")
        }
    }

    @Test("the parts of a run are one sequence, whatever their order")
    func order() throws {
        let paths = try parts()
        let set = try RecordingSet(paths: paths.reversed())
        #expect(set.parts.map(\.path) == paths)
        #expect(set.frameCount == set.parts.reduce(0) { $0 + $1.frameCount })
        #expect(set.damage == [])
        #expect(set.lastNumber == 300)
        let readout = try Readout(set)
        #expect(readout.numbers == Array(1...300))
        #expect(readout.damage == [])
        for number in stride(from: 1 as UInt64, through: 300, by: 7) {
            let frame = try #require(try set.frame(holding: number))
            #expect(set.location(of: frame).part == Int(number - 1) / 100)
            #expect(try Readout(set, from: frame).numbers.contains(number))
        }
    }

    @Test("a directory gives its recordings, and says what it passed over")
    func directory() throws {
        let paths = try parts()
        try folder.write([1, 2, 3], as: "notes.zst")
        try folder.write([1, 2, 3], as: "notes.txt")
        let set = try RecordingSet(paths: [folder.path])
        #expect(set.parts.map(\.path) == paths)
        #expect(set.skipped.count == 1)
    }

    @Test("a missing part is a hole that is told, when opening and in its place when reading")
    func hole() throws {
        let set = try RecordingSet(paths: try parts(leavingOut: [1]))
        #expect(set.damage.map(\.kind) == [.hole])
        #expect(set.damage.first?.numbers == 101...200)
        let reader = try RecordingReader(set)
        while let batch = try reader.next() {
            let damage = reader.takeDamage()
            #expect(damage.isEmpty || set.location(of: batch.frame).part == 1)
            #expect(damage.isEmpty || damage == set.damage)
        }
    }

    @Test("files of several runs, or with the same numbers, are refused by their names")
    func mismatch() throws {
        let first = try parts()
        let second = try parts(run: "run-2")
        let error = #expect(throws: RecordingError.self) { try RecordingSet(paths: [first[0], second[1]]) }
        guard case .mismatch(let reason) = error else { throw TestFault("no mismatch") }
        #expect(reason.contains(first[0]) && reason.contains(second[1]))
        let directory = #expect(throws: RecordingError.self) { try RecordingSet(paths: [folder.path]) }
        #expect("\(directory.map { "\($0)" } ?? "")".contains("run-2"))
        let twice = #expect(throws: RecordingError.self) { try RecordingSet(paths: [first[0], first[1], first[0]]) }
        guard case .mismatch = twice else { throw TestFault("no mismatch") }
        #expect(throws: RecordingError.self) { try RecordingSet(paths: []) }
    }
}
