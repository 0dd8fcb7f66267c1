// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Observer

@Suite("Verdict tables")
struct VerdictTableTests {
    /// The rows of the engine's sequences of events, in every order that the engine is known to use.
    static let sequences: [RunEnding] = [
        RunEnding(
            "the process exits by itself with 0",
            [.start(5), .die(3_000, 0)],
            given: ["completed"],
            settled: ["completed"]
        ),
        RunEnding(
            "the process exits by itself with 3",
            [.start(5), .die(3_000, 3)],
            given: ["crashed"],
            settled: ["crashed"]
        ),
        RunEnding(
            "restart policy: die, start, die, start, with the next start in the back-off",
            [.start(5), .die(900, 1), .start(1_300), .die(1_400, 1), .start(2_000), .die(2_100, 0)],
            given: ["crashed", "crashed", "completed"],
            settled: ["crashed", "crashed", "completed"]
        ),
        RunEnding(
            "docker stop: kill, die, stop",
            [.start(5), .kill(2_000, "15"), .die(2_100, 0), .stop(2_150)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "docker stop: kill, stop, die",
            [.start(5), .kill(2_000, "15"), .stop(2_090), .die(2_100, 0)],
            given: ["stopped"],
            settled: ["stopped"]
        ),
        RunEnding(
            "docker stop after its grace: kill, kill, die, stop",
            [.start(5), .kill(2_000, "15"), .kill(12_000, "9"), .die(12_050, 137), .stop(12_100)],
            given: ["killed"],
            settled: ["stop_timeout"]
        ),
        RunEnding(
            "docker stop after its grace: kill, kill, stop, die",
            [.start(5), .kill(2_000, "15"), .kill(12_000, "9"), .stop(12_040), .die(12_050, 137)],
            given: ["stop_timeout"],
            settled: ["stop_timeout"]
        ),
        RunEnding(
            "docker stop during the back-off ends nothing",
            [.start(5), .die(900, 1), .inspect(950, "restarting", isOOMKilled: false, exitCode: 1), .stop(1_000)],
            given: ["crashed"],
            settled: ["crashed"]
        ),
        RunEnding(
            "docker restart: kill, die, stop, start, restart",
            [.start(5), .kill(2_000, "15"), .die(2_100, 5), .stop(2_150), .start(2_500), .restart(2_501)],
            given: ["killed"],
            settled: ["restarted"]
        ),
        RunEnding(
            "docker restart: kill, stop, die, start, restart",
            [.start(5), .kill(2_000, "15"), .stop(2_090), .die(2_100, 5), .start(2_500), .restart(2_501)],
            given: ["stopped"],
            settled: ["restarted"]
        ),
        RunEnding(
            "docker restart after its grace: kill, kill, die, stop, start, restart",
            [
                .start(5), .kill(2_000, "15"), .kill(3_000, "9"), .die(3_050, 137), .stop(3_100), .start(3_500),
                .restart(3_501),
            ],
            given: ["killed"],
            settled: ["restarted"]
        ),
        RunEnding(
            "docker restart of an exited one: no stop, so its end keeps its cause",
            [.start(5), .die(900, 0), .start(1_500), .restart(1_501)],
            given: ["completed"],
            settled: ["completed"]
        ),
        RunEnding(
            "docker kill: kill, die",
            [.start(5), .kill(2_000, "9"), .die(2_040, 137)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "docker kill -s HUP alone ends nothing; a crash an hour later is a crash",
            [.start(5), .kill(2_000, "1"), .die(3_602_000, 1)],
            given: ["crashed"],
            settled: ["crashed"]
        ),
        RunEnding(
            "OOM of the first process: oom, die",
            [.start(5), .oom(1_960), .die(2_000, 137)],
            given: ["oom"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOM of the first process: die, oom",
            [.start(5), .die(2_000, 137), .oom(2_500)],
            given: ["unknown"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOM of the first process: oom, start, die",
            [.oom(4), .start(5), .die(40, 137)],
            given: ["oom"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOM of a child alone, then an end by itself",
            [.start(5), .oom(800), .die(90_000, 0)],
            given: ["oom_child"],
            settled: ["oom_child"]
        ),
        RunEnding(
            "rm -f of a running one: kill, die, destroy",
            [.start(5), .kill(2_000, "9"), .die(2_040, 137), .destroy(2_100)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "rm of a stopped one: destroy",
            [.start(5), .die(2_000, 0), .destroy(60_000)],
            given: ["completed"],
            settled: ["completed"]
        ),
        RunEnding(
            "daemon shutdown with its stop seen: kill, die, stop, stream error",
            [.start(5), .kill(2_000, "15"), .die(2_100, 0), .stop(2_150), .engineGone(4_000)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "daemon shutdown with its stop lost: kill, die, stream error",
            [.start(5), .kill(2_000, "15"), .die(2_100, 0), .engineGone(4_000)],
            given: ["killed"],
            settled: ["engine_shutdown"]
        ),
        RunEnding(
            "pause, kill 9 while paused",
            [.start(5), .kill(950, "9"), .die(990, 137)],
            given: ["killed"],
            settled: ["killed"]
        ),
    ]

    /// Every other way to a cause, and what looks alike and is not.
    static let ways: [RunEnding] = [
        RunEnding(
            "OOMKilled of the inspect before the die",
            [.start(5), .inspect(1_990, "exited", isOOMKilled: true, exitCode: 137), .die(2_000, 137)],
            given: ["oom"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOMKilled of the inspect behind the die",
            [.start(5), .die(2_000, 137), .inspect(2_100, "exited", isOOMKilled: true, exitCode: 137)],
            given: ["unknown"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOMKilled while the restart policy waits",
            [
                .start(5), .die(2_000, 137), .inspect(2_100, "restarting", isOOMKilled: true, exitCode: 137),
                .start(2_500),
            ],
            given: ["unknown"],
            settled: ["oom"]
        ),
        RunEnding(
            "exit code 137 alone is never oom",
            [.start(5), .die(2_000, 137), .inspect(2_100, "exited", isOOMKilled: false, exitCode: 137)],
            given: ["unknown"],
            settled: ["unknown"]
        ),
        RunEnding(
            "an oom 2 s before the die is near",
            [.start(5), .oom(1_000), .die(3_000, 137)],
            given: ["oom"],
            settled: ["oom"]
        ),
        RunEnding(
            "an oom more than 2 s before the die is a child's",
            [.start(5), .oom(1_000), .die(3_001, 137)],
            given: ["oom_child"],
            settled: ["oom_child"]
        ),
        RunEnding(
            "an oom 2 s behind the die is near",
            [.start(5), .die(3_000, 137), .oom(5_000)],
            given: ["unknown"],
            settled: ["oom"]
        ),
        RunEnding(
            "an oom more than 2 s behind the die is not of that run",
            [.start(5), .die(3_000, 137), .oom(5_001)],
            given: ["unknown"],
            settled: ["unknown"]
        ),
        RunEnding(
            "an oom and a kill 9 before: killed",
            [.start(5), .oom(1_000), .kill(1_010, "9"), .die(1_050, 137)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "an early oom and a kill 9 much later: a child's",
            [.start(5), .oom(1_000), .kill(60_000, "9"), .die(60_050, 137)],
            given: ["oom_child"],
            settled: ["oom_child"]
        ),
        RunEnding(
            "an oom during a stop that was asked for",
            [.start(5), .kill(1_000, "15"), .oom(1_500), .die(1_550, 137)],
            given: ["oom"],
            settled: ["oom"]
        ),
        RunEnding(
            "OOMKilled with another exit code",
            [.start(5), .die(2_000, 1), .inspect(2_100, "exited", isOOMKilled: true, exitCode: 1)],
            given: ["crashed"],
            settled: ["oom_child"]
        ),
        RunEnding(
            "an OOMKilled that a running inspect keeps from the run before is no evidence",
            [
                .start(5), .oom(900), .die(1_000, 1), .start(1_500),
                .inspect(1_600, "running", isOOMKilled: true, exitCode: 0), .kill(2_000, "9"), .die(2_100, 137),
            ],
            given: ["oom_child", "killed"],
            settled: ["oom_child", "killed"]
        ),
        RunEnding(
            "an inspect of the run before, answered late, is no evidence",
            [
                .start(5), .oom(960), .die(1_000, 137), .start(1_500),
                .inspect(1_600, "exited", isOOMKilled: true, exitCode: 137), .die(9_000, 137),
            ],
            given: ["oom", "unknown"],
            settled: ["oom", "unknown"]
        ),
        RunEnding(
            "the container's own stop signal",
            stopSignal: "SIGUSR1",
            [.start(5), .kill(2_000, "10"), .die(2_100, 0), .stop(2_150)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "the container's own stop signal, then 9",
            stopSignal: "10",
            [.start(5), .kill(2_000, "10"), .kill(3_000, "9"), .die(3_100, 137), .stop(3_150)],
            given: ["killed"],
            settled: ["stop_timeout"]
        ),
        RunEnding(
            "SIGKILL as the stop signal",
            stopSignal: "SIGKILL",
            [.start(5), .kill(2_000, "9"), .die(2_100, 137), .stop(2_150)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "SIGQUIT as the stop signal, and a reload before",
            stopSignal: "SIGQUIT",
            [.start(5), .kill(1_000, "1"), .kill(2_000, "3"), .die(2_100, 0), .stop(2_150)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "kill 9, then 15, then stop is no timeout of the stop",
            [.start(5), .kill(1_000, "9"), .kill(1_001, "15"), .die(1_050, 137), .stop(1_100)],
            given: ["killed"],
            settled: ["stopped"]
        ),
        RunEnding(
            "kill TERM with a handler",
            [.start(5), .kill(1_000, "15"), .die(1_100, 9)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "a kill whose signal is not told",
            [.start(5), .kill(1_000, ""), .die(1_100, 137)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "evidence behind the settling changes nothing",
            [.start(5), .die(1_000, 137), .pass(6_003), .oom(2_900)],
            given: ["unknown"],
            settled: ["unknown"]
        ),
        RunEnding(
            "a stop that settles late",
            [.start(5), .kill(900, "15"), .die(1_000, 0), .pass(6_003), .stop(7_000)],
            given: ["killed"],
            settled: ["killed"]
        ),
        RunEnding(
            "a stop in the back-off and a restart: the crash before them stays one",
            [
                .start(5), .die(900, 1), .inspect(950, "restarting", isOOMKilled: false, exitCode: 1), .stop(1_000),
                .start(1_500), .restart(1_501),
            ],
            given: ["crashed"],
            settled: ["crashed"]
        ),
        RunEnding(
            "the evidence of one run is not the next one's",
            [.start(5), .kill(500, "9"), .die(550, 137), .start(1_500), .die(3_000, 137)],
            given: ["killed", "unknown"],
            settled: ["killed", "unknown"]
        ),
        RunEnding(
            "the engine went more than 15 s before",
            [.start(5), .engineGone(1_000), .die(16_100, 1)],
            given: ["crashed"],
            settled: ["crashed"]
        ),
        RunEnding(
            "the engine went before the die was heard of",
            [.start(5), .engineGone(1_000), .die(15_900, 143)],
            given: ["engine_shutdown"],
            settled: ["engine_shutdown"]
        ),
        RunEnding(
            "a run that began after the engine had gone",
            [.engineGone(1_000), .start(2_000), .die(3_000, 1)],
            given: ["crashed"],
            settled: ["crashed"]
        ),
    ]

    @Test("a row of the engine's sequences leads to its cause", arguments: sequences)
    func sequence(ending: RunEnding) {
        expect(ending)
    }

    @Test("a way to a cause leads there, and what looks alike does not", arguments: ways)
    func way(ending: RunEnding) {
        expect(ending)
    }

    @Test("every cause is reached by the tables")
    func allCauses() {
        let reached = Set((Self.sequences + Self.ways).flatMap { $0.settled })
        #expect(reached == Set(ExitCause.allCases.map { $0.name.description }))
    }

    private func expect(_ ending: RunEnding) {
        let causes = ending.play().causes
        #expect(causes.map(\.given) == ending.given)
        #expect(causes.map(\.settled) == ending.settled)
    }
}
