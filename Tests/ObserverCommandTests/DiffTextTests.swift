// SPDX-License-Identifier: Apache-2.0

import Bytes
import Foundation
import ObserverModel
import Testing

@testable import Observer
@testable import ObserverCommand
@testable import Recorder

@Suite("What is said of two recordings")
struct DiffTextTests {
    private let shelf: RecordingShelf

    init() throws { shelf = try RecordingShelf() }

    private func incident() throws -> RecordingSet {
        try RecordingSet(paths: [try #require(Bundle.module.path(forResource: "Golden/incident", ofType: "zst"))])
    }

    private func cut(_ name: String, _ change: (inout CutOptions) -> Void) throws -> RecordingSet {
        var options = CutOptions()
        change(&options)
        _ = try RecordingCutter.cut(
            try incident(),
            options: options,
            to: shelf.path(name),
            state: ProjectedState.self
        )
        return try shelf.open(name)
    }

    private func lives(_ recording: RecordingSet, _ selection: ContainerSelection? = nil) throws -> LifeCycles {
        let lives = try LifeCycleReader(recording, selection?.choice()).read { _, _ in }
        #expect(lives.damage == [])
        return lives.cycles
    }

    @Test("the lives of a recording are those that happened, with exit codes")
    func lives() throws {
        let cycles = try lives(incident())
        #expect(cycles.events.keys.sorted() == ["db", "gateway", "orders", "payments"])
        #expect(cycles.events["db"]?.map(\.description) == ["create", "start", "oom", "die, exit code 137", "start"])
        let text = LifeCycleDiffText(a: "a", b: "b", tolerance: 1_000_000_000)
        let diff = LifeCycleDiff(cycles, cycles, tolerance: 0)
        #expect(text.text(diff) == "The same: 15 events of 4 containers, times within 1.000 s.\n")
        let selection = ContainerSelection(included: [try #require(Glob("d*"))])
        #expect(try lives(incident(), selection).events.keys.sorted() == ["db"])
    }

    @Test("a container that one recording lacks, and a later beginning, are said as such")
    func differences() throws {
        let whole = try lives(incident())
        let excluded = ContainerSelection(excluded: [try #require(Glob("gateway"))])
        let other = try lives(cut("other") { $0.containers = excluded.choice() })
        let words = LifeCycleDiffText(a: "a.zst", b: "b.zst", tolerance: 1_000_000_000)
        var diff = LifeCycleDiff(whole, other, tolerance: 1_000_000_000)
        var text = words.text(diff)
        #expect(text.contains("gateway, only in A"))
        #expect(text.contains("+2.374 s    create                      missing in B"))
        #expect(text.contains("The same: db, orders, payments"))

        let start = try incident().timeRange().lowerBound
        let late = try lives(cut("late") { $0.since = start.advanced(by: .seconds(10)) })
        diff = LifeCycleDiff(whole, late, tolerance: 1_000_000_000)
        text = words.text(diff)
        #expect(text.contains("All shifted events are about 10.219 s earlier in B"))
        #expect(text.contains("die, exit code 137          10.219 s earlier in B, at +13.158 s"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(words.json(diff).utf8)) as? [String: Any]
        )
        #expect(json["same"] as? Bool == false)
        #expect(json["common_delay_ns"] as? Int == -10_219_498_185)
        #expect((json["containers"] as? [[String: Any]])?.count == 4)
    }

    @Test("the first observation that differs is shown between its neighbours")
    func observations() throws {
        let excluded = ContainerSelection(excluded: [try #require(Glob("gateway"))])
        let other = try cut("other") { $0.containers = excluded.choice() }
        let report = try RecordingDiff.compare(incident(), other)
        let words = DiffReportText(a: "a.zst", b: "b.zst")
        let text = words.text(report)
        #expect(
            text.contains(
                "The first difference is observation 28 (container, 2026-11-23T17:48:11.018931862Z): only A has it."
            )
        )
        #expect(text.contains("\n- {\"n\":28,"))
        #expect(text.contains("\n  {\"n\":31,"))
        #expect(text.hasSuffix("319 the same, 0 changed, 157 only in A, 0 only in B\n"))
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(words.json(report).utf8)) as? [String: Any]
        )
        #expect((json["first"] as? [String: Any])?["n"] as? Int == 28)
        #expect((json["counts"] as? [String: Any])?["only_in_a"] as? Int == 157)
        #expect(words.text(try RecordingDiff.compare(other, other)) == "The same: 319 observations.\n")
    }

    @Test("a report of a cut is one JSON object")
    func cutReport() throws {
        let start = try incident().timeRange().lowerBound
        var options = CutOptions()
        options.since = start.advanced(by: .seconds(10))
        let outcome = try RecordingCutter.cut(
            try incident(),
            options: options,
            to: shelf.path("late"),
            state: ProjectedState.self
        )
        let json = try #require(
            try JSONSerialization.jsonObject(with: Data(CutReport.json(outcome).utf8)) as? [String: Any]
        )
        #expect(json["observations"] as? Int == 369)
        #expect(json["written"] as? Bool == true)
        #expect((json["bytes"] as? UInt64) == (try shelf.open("late")).size)
        #expect(CutReport.text(outcome).contains("369 observations"))
    }
}
