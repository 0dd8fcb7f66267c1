// SPDX-License-Identifier: Apache-2.0

internal import Bytes
internal import ObserverModel

/// What a recovery made of a recording.
public struct Recovery: Sendable {
    /// How many damages are kept; more are only counted.
    static let damageLimit = 10_000

    /// The new file.
    public var path: String
    /// How many observations it has, those that tell of gaps not counted.
    public internal(set) var observations: UInt64 = 0
    /// What could not be read.
    public internal(set) var damage: [Damage] = []
    /// How many damages there are, those beyond the list's bound too.
    public internal(set) var damageCount = 0
    /// Whether lines were lost; a damaged index costs none.
    public internal(set) var hasLoss = false
}

/// Makes a sound recording of what can be read of a damaged one, or of one that was not ended.
///
/// A frame whose checksum is wrong is lost whole: where in it the fault is cannot be told, so that no line of it may be
/// trusted. Of a last frame that was not ended, which has no checksum, the lines are taken up to the end. In the place
/// of what was lost there is a `gap` of the recorder with the last lost number. Snapshots stay: they were made of all
/// that was observed.
public enum RecordingRecoverer {
    /// Writes a new recording with all readable lines of another one.
    ///
    /// - Parameters:
    ///   - path: The recording.
    ///   - output: The new file, which appears when it is whole; one that exists is not overwritten.
    ///   - progress: Is told now and then how many of the file's frames were read.
    /// - Returns: What the new file has, and what was lost.
    /// - Throws: ``RecordingError`` when the file is no recording, or the new one cannot be written.
    public static func recover(
        _ path: String,
        to output: String,
        progress: (_ frames: Int, _ of: Int) -> Void = { _, _ in }
    ) throws(RecordingError) -> Recovery {
        let (file, header) = try RecoveredHeader.open(path)
        let target = try NewFile(path: output)
        var pass = try RecoveryPass(header, path: output, target)
        try pass.run(file, progress)
        try target.finish()
        return pass.result
    }
}
