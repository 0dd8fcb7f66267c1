// SPDX-License-Identifier: Apache-2.0

internal import ObserverModel

/// What a reader of a cut cannot know by the observations that were kept, until the next snapshot says it.
struct UnsaidState {
    /// Chosen containers whose name was told by observations that were left out.
    var renamed: Set<ContainerID> = []
    /// Whether the state jumped, behind a hole.
    var isStale = false
    /// Whether something happened by which messages may hang on containers that were left out, or cease to.
    var othersMayHaveChanged = false
    /// Whether a reader takes messages to hang on others.
    var isHanging = false
    /// Whether a reader may have come to another view since.
    private var isUncertain = false
    private var isWrong = false

    mutating func note(kept observation: Observation) {
        switch observation.fact {
        case .engine:
            othersMayHaveChanged = true
            isUncertain = true
        case .event, .container: othersMayHaveChanged = true
        default: break
        }
    }

    /// Compares what a reader believes with what is so.
    mutating func check(_ hangs: Bool) {
        othersMayHaveChanged = false
        isWrong = hangs != isHanging || isUncertain && hangs
        isUncertain = false
    }

    /// Whether an observation's message may come out wrong without a snapshot before it.
    func bears(upon observation: Observation) -> Bool {
        isStale || isWrong || observation.fact.container.map { renamed.contains($0) } ?? false
    }
}
