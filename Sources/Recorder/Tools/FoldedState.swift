// SPDX-License-Identifier: Apache-2.0

public import ObserverModel

/// The projector's state, as far as cutting a recording needs it: observations are folded in, snapshots come out.
///
/// What makes messages is above this module; whoever cuts hands in the type that folds.
public protocol FoldedState {
    /// The version of the projector, which must be that of a snapshot that is loaded.
    static var projection: Int { get }

    /// Makes the state before any observation.
    init()

    /// Makes the state that a snapshot holds.
    ///
    /// - Throws: What is wrong with the snapshot.
    init(_ snapshot: StateSnapshot) throws

    /// Folds observations in.
    mutating func fold(_ batch: ObservationBatch)

    /// The names and labels of all containers that are known.
    var tags: [ContainerTag] { get }

    /// The names and labels of a container, where they are known; the same object while they stay.
    func tag(of id: ContainerID) -> ContainerTag?

    /// The state, as far as it tells of chosen containers.
    func snapshot(of isChosen: (ContainerID) -> Bool) -> StateSnapshot

    /// Whether later messages about chosen containers hang on others: a ``snapshot(of:)`` says so, observations of the
    /// chosen ones alone do not.
    func hangsOnOthers(than isChosen: (ContainerID) -> Bool) -> Bool

    /// Whether another state says the same, whichever observation was its last.
    func isSame(as other: Self) -> Bool
}
