// SPDX-License-Identifier: Apache-2.0

import Bytes
import ObserverModel
import Testing

@testable import Observer

/// One way in which a run ends: what is seen of it, and which cause follows.
struct RunEnding: Sendable, CustomTestStringConvertible {
    /// Something that is observed of the run, at milliseconds.
    enum Step: Sendable {
        case start(Int)
        case kill(Int, String)
        case oom(Int)
        case die(Int, Int)
        case stop(Int)
        case restart(Int)
        case destroy(Int)
        /// An inspect of the dead run: status, OOMKilled, and when it was observed.
        case inspect(Int, String, isOOMKilled: Bool, exitCode: Int)
        /// The engine goes.
        case engineGone(Int)
        /// Nothing but time.
        case pass(Int)
    }

    var name: String
    var stopSignal: String?
    var steps: [Step]
    /// The causes of the deaths in their order: as given by the `die`, as settled.
    var given: [String]
    var settled: [String]

    init(_ name: String, stopSignal: String? = nil, _ steps: [Step], given: [String], settled: [String]) {
        self.name = name
        self.stopSignal = stopSignal
        self.steps = steps
        self.given = given
        self.settled = settled
    }

    var testDescription: String { name }

    /// Plays the run.
    func play() -> ProjectionStage {
        var stage = ProjectionStage()
        let connected = EngineConnection(state: .connected, message: "Connected")
        stage.observe(.engine(connected), at: ProjectionSample.time(-100))
        let first = SampleJSON.inspect(
            ProjectionSample.id(1),
            status: "created",
            started: nil,
            finished: nil,
            stopSignal: stopSignal
        )
        stage.inspect(first, at: -50)
        var died = 0
        for step in steps {
            if case .die(let time, _) = step { died = time }
            Self.play(step, died: died, on: &stage)
        }
        stage.tick(ProjectionSample.time(10_000_000))
        return stage
    }

    private static func play(_ step: Step, died: Int, on stage: inout ProjectionStage) {
        switch step {
        case .start(let time): stage.event("start", at: time)
        case .kill(let time, let signal): stage.event("kill", attributes: ["signal": signal], at: time)
        case .oom(let time): stage.event("oom", at: time)
        case .die(let time, let code): stage.event("die", attributes: ["exitCode": String(code)], at: time)
        case .stop(let time): stage.event("stop", at: time)
        case .restart(let time): stage.event("restart", at: time)
        case .destroy(let time): stage.event("destroy", at: time)
        case .inspect(let time, let status, let isOOMKilled, let code):
            let end = (died == 0 ? time : died) - 30
            let raw = SampleJSON.inspect(
                ProjectionSample.id(1),
                status: status,
                started: ProjectionSample.time(0),
                finished: ProjectionSample.time(end),
                exitCode: code,
                isOOMKilled: isOOMKilled
            )
            stage.inspect(raw, at: time)
        case .engineGone(let time):
            let gone = EngineConnection(state: .disconnected, message: "The engine does not answer")
            stage.observe(.engine(gone), at: ProjectionSample.time(time))
        case .pass(let time): stage.tick(ProjectionSample.time(time))
        }
    }
}
