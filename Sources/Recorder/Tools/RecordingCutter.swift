// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// Makes a recording of a part of others: a time range, some containers, some kinds, or all of several files.
///
/// The result is complete by itself: it opens with the state before its first observation, so that each message has the
/// bytes that it has in the original (law 2); numbers and times stay. The state tells of the chosen containers alone.
/// Where what was left out bears upon what is said of the chosen ones, a snapshot stands before the observation that it
/// bears upon: one more survivor of an engine's end that was left out, or a name where inspects and events were.
public enum RecordingCutter {
    /// Writes a new recording.
    ///
    /// - Parameters:
    ///   - set: The parts of one run.
    ///   - options: What is taken.
    ///   - output: The new file, which appears when it is whole; one that exists is not overwritten.
    ///   - state: What folds observations.
    ///   - progress: Is told now and then how much of the work is done.
    /// - Returns: What the new file has. Where nothing was selected there is no file.
    /// - Throws: ``RecordingError`` when the recording cannot be read any more, or the new one cannot be written.
    public static func cut<State: FoldedState>(
        _ set: RecordingSet,
        options: CutOptions,
        to output: String,
        state: State.Type,
        progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(RecordingError) -> CutOutcome {
        let target = try NewFile(path: output)
        var first = 0
        if let since = options.since { first = try set.firstFrame(reaching: since) }
        let last = try options.until.map { time throws(RecordingError) in try set.firstFrame(reaching: time) }
        let count = max(1, (last ?? set.frameCount) - first)
        let total = options.containers == nil ? count : 2 * count
        var chosen: ChosenContainers?
        if let choice = options.containers {
            chosen = try ChosenContainers.find(choice, in: set, options: options, state: state) { frame in
                progress(min(max(0, frame - first), count), total)
            }
        }
        var pass = try CutPass<State>(set, options, chosen, path: output, target)
        try pass.run { frame in progress(min(max(0, frame - first), count) + total - count, total) }
        return pass.outcome
    }
}
