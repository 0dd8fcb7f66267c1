// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import DockerAPI

/// The processor counters of one stats sample, which the next one is compared with.
struct ProcessorSample: Sendable, Hashable {
    /// The most processors that a sample is believed to tell of: far above any machine, and small enough that the
    /// factor of the formula stays within 64 bits.
    static let maximumProcessors: UInt64 = 1 << 32

    /// When the engine read the counters.
    var read: Timestamp
    /// The processor time that the container has used, in nanoseconds.
    var total: UInt64
    /// The processor time that the whole system has used, in nanoseconds, where the engine tells it.
    var system: UInt64?

    /// The share of one processor that was used between two samples, in hundredths of a percent: the docker CLI's
    /// formula.
    ///
    /// Counters that went back, as after a start (fact D7), give 0. With `isWallTime` the time that passed stands for
    /// the system's counter: Podman's is that of the container's own group.
    static func percent(
        from earlier: ProcessorSample,
        to later: ProcessorSample,
        processors: UInt64,
        isWallTime: Bool
    ) -> Int64 {
        guard later.total > earlier.total, processors > 0 else { return 0 }
        let processors = min(processors, maximumProcessors)
        let used = later.total - earlier.total
        if isWallTime {
            guard later.read > earlier.read else { return 0 }
            // The system's counter would be the time that passed times the processors, which cancel out.
            let (passed, overflow) = later.read.nanoseconds.subtractingReportingOverflow(earlier.read.nanoseconds)
            return Ratio.rounded(used, times: 10_000, by: overflow ? .max : UInt64(passed))
        }
        guard let before = earlier.system, let after = later.system, after > before else { return 0 }
        return Ratio.rounded(used, times: processors * 10_000, by: after - before)
    }
}

extension ProcessorSample {
    /// The counters of a sample's own reading; `nil` without a time, as for containers that do not run (fact D4).
    init?(current stats: ContainerStats) {
        guard let read = stats.read, let total = stats.cpu.total else { return nil }
        self.init(read: read, total: total, system: stats.cpu.system)
    }

    /// The counters of the reading before, which the engine sends along; `nil` for the first one of a stream, whose
    /// zeros would give the average of the whole life (fact D2).
    init?(previous stats: ContainerStats, isWallTime: Bool) {
        guard let read = stats.preread, let total = stats.precpu.total else { return nil }
        guard isWallTime || stats.precpu.system != nil else { return nil }
        self.init(read: read, total: total, system: stats.precpu.system)
    }
}
