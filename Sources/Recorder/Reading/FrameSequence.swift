// SPDX-License-Identifier: Apache-2.0

public import Bytes

/// Frames in the order of their numbers and times, of one file or of several.
///
/// Each search reads a few entries only. Frames without observations, of a quiet time, stand anywhere.
public protocol FrameSequence: Sendable {
    /// How many frames there are.
    var frameCount: Int { get }

    /// What is known of a frame, from 0 on.
    ///
    /// - Throws: ``RecordingError/system(_:)`` when the index cannot be read any more.
    func frame(_ index: Int) throws(RecordingError) -> FrameEntry
}

extension FrameSequence {
    /// The first frame that has an observation with this number or a later one; ``frameCount`` when none has.
    public func firstFrame(reaching number: UInt64) throws(RecordingError) -> Int {
        try first(where: { $0.summary.lastNumber >= number })
    }

    /// The first frame that has an observation at this time or later; ``frameCount`` when none has.
    public func firstFrame(reaching time: Timestamp) throws(RecordingError) -> Int {
        try first(where: { $0.summary.lastTime >= time })
    }

    /// The frame that holds the observation with a number; `nil` when it lies outside of all frames.
    public func frame(holding number: UInt64) throws(RecordingError) -> Int? {
        let index = try firstFrame(reaching: number)
        guard number > 0, index < frameCount else { return nil }
        return try frame(index).summary.firstNumber <= number ? index : nil
    }

    /// The last frame, at an index or before it, that a snapshot opens; `nil` when there is none.
    ///
    /// Which projection version made it, its line tells: who cannot load it asks for the one before.
    public func lastSnapshotFrame(atOrBefore index: Int) throws(RecordingError) -> Int? {
        var index = min(index, frameCount - 1)
        while index >= 0 {
            if try frame(index).opensWithSnapshot { return index }
            index -= 1
        }
        return nil
    }

    /// The first frame with observations of which a condition holds that holds for all later ones too.
    private func first(where isReached: (FrameEntry) -> Bool) throws(RecordingError) -> Int {
        var (low, high) = (0, frameCount)
        while low < high {
            let middle = low + (high - low) / 2
            // A frame without observations says nothing: the next one that has some speaks for it.
            let speaker = try skipEmpty(middle)
            guard speaker < frameCount else {
                high = middle
                continue
            }
            if isReached(try frame(speaker)) { high = middle } else { low = speaker + 1 }
        }
        return try skipEmpty(low)
    }

    private func skipEmpty(_ start: Int) throws(RecordingError) -> Int {
        var index = start
        while index < frameCount, try frame(index).summary.firstNumber == 0 { index += 1 }
        return index
    }
}
