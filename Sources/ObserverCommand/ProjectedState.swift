// SPDX-License-Identifier: Apache-2.0

import Observer
import ObserverModel
import Recorder

/// The projector as the state that a cut folds observations into.
struct ProjectedState: FoldedState {
    static var projection: Int { Projection.version }

    private var projector: Projector

    init() {
        projector = Projector()
    }

    init(_ snapshot: StateSnapshot) throws {
        projector = try Projector(snapshot: snapshot.json[...])
    }

    mutating func fold(_ batch: ObservationBatch) {
        _ = projector.project(batch)
    }

    var tags: [ContainerTag] { projector.state.containers(all: true).map(\.tag) }

    func tag(of id: ContainerID) -> ContainerTag? {
        projector.state.container(id)?.tag
    }

    func snapshot(of isChosen: (ContainerID) -> Bool) -> StateSnapshot {
        projector.snapshot(of: isChosen)
    }

    func hangsOnOthers(than isChosen: (ContainerID) -> Bool) -> Bool {
        projector.state.hasSurvivors(besides: isChosen)
    }

    func isSame(as other: ProjectedState) -> Bool {
        projector.state.isSame(as: other.projector.state)
    }
}
